"""An old and a new library in turn, in one run: is the new one slower?

  ab.py OLD NEW       libraries with their nnswift.h beside them, as `make lib` leaves them in build
  ab.py OLD           NEW is build/libnnswift.so
      --seconds 230   about that long
      --workloads W1,I1*
      --limit 1.02    exit status 1 if a ratio is above

The C peer (peers/c/nnswift.c) is compiled for each library with its own header. Both programs run
at once on one core, but only one works at a time: they make a repetition each in turn, so that what
else the machine does slows both. Each round starts new processes: the places of code and data in
memory differ between them. The ratio is the median of the pairs' ratios.
"""

import argparse
import fnmatch
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import peer_table
import sampling
import workloads

# (workload, variant of the peer, what the table calls it, its share of the time)
CASES = [
    ("I1a", "-", "784-64-10, one row, session", 1),
    ("I1a", "predict", "784-64-10, one row, nns_predict", 1),
    ("I1a", "one", "784-64-10, one row, nns_predict_one", 1),
    ("I1b", "-", "14-64-32-1, one row, session", 1),
    ("I1b", "predict", "14-64-32-1, one row, nns_predict", 1),
    ("I1b", "one", "14-64-32-1, one row, nns_predict_one", 1),
    ("W1", "-", "W1: 784-64-10, SGD", 1),
    ("W2", "-", "W2: 784-64-10, Adam", 1),
    ("W5", "-", "W5: 14-64-32-1, Adam", 1),
    ("W7-10-tanh-adam", "-", "13-10-1, Adam, 100 epochs", 1),
    ("W8", "-", "W8: 784-1024-1024-10, Adam", 2.5),
]
ROUNDS = 5
WHICH = ("old", "new")
FOLDER = peer_table.BUILD / "ab"


def build(which, library):
    """Compiles the C peer for a copy of a library; returns its path."""
    folder = FOLDER / which
    folder.mkdir(parents=True, exist_ok=True)
    library = pathlib.Path(library).resolve()
    header = library.parent / "nnswift.h"
    for path in (library, header):
        if not path.is_file():
            raise SystemExit(f"ab: {path} is missing; make lib makes both in build")
    shutil.copyfile(library, folder / "libnnswift.so")
    shutil.copyfile(library, folder / "libnnswift.so.1")
    shutil.copyfile(header, folder / "nnswift.h")
    source = peer_table.HERE / "peers/c/nnswift.c"
    command = ["gcc", "-O3", "-march=native", f"-I{folder}", "-o", folder / "peer", source, f"-L{folder}", "-lnnswift"]
    subprocess.run([*command, "-Wl,-rpath,$ORIGIN", "-lm"], check=True)
    return folder / "peer"


class Program:
    """A peer that makes a repetition when it is told to."""

    def __init__(self, peer, workload, variant):
        command = [str(peer), "--workload", workload, "--variant", variant, "--reps", "0"]
        self._process = subprocess.Popen(
            sampling.pinned(command, 1), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=sampling.environment()
        )

    def repetition(self):
        """Returns its milliseconds."""
        try:
            self._process.stdin.write(b".")
            self._process.stdin.flush()
            return float(self._process.stdout.readline())
        except (BrokenPipeError, ValueError):
            raise SystemExit(f"ab: {' '.join(self._process.args)} ended") from None

    def end(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def pairs_of(peers, workload, variant, seconds):
    """Returns [(old, new)] of one round: as many as fit, but two."""
    end, pairs = time.monotonic() + seconds, []
    programs = {}
    for which in WHICH:
        programs[which] = Program(peers[which], workload, variant)
        # The first one is not counted; and the other program does not begin before it is over.
        programs[which].repetition()
    longest = 0.0
    while len(pairs) < 2 or time.monotonic() + longest < end:
        begun = time.monotonic()
        order = WHICH if len(pairs) % 2 == 0 else WHICH[::-1]
        taken = {which: programs[which].repetition() for which in order}
        pairs.append((taken["old"], taken["new"]))
        longest = max(longest, time.monotonic() - begun)
    for program in programs.values():
        program.end()
    return pairs


def measure(peers, cases, seconds):
    """Returns the rounds of each case, each a list of (old, new)."""
    rounds = [[] for _ in cases]
    share = seconds / ROUNDS / sum(case[3] for case in cases)
    for _ in range(ROUNDS):
        begun = time.monotonic()
        for (workload, variant, _, weight), found in zip(cases, rounds):
            found.append(pairs_of(peers, workload, variant, share * weight))
        print(f"ab: a round in {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return rounds


def ratio(pairs):
    """Returns the median of new / old."""
    return statistics.median(new / old for old, new in pairs)


def pooled(rounds):
    return [pair for pairs in rounds for pair in pairs]


def table(cases, measured):
    lines = [f"{'':38}{'old':>12}{'new':>12}{'new / old':>11}{'by rounds':>18}{'pairs':>7}"]
    for (_, _, title, _), rounds in zip(cases, measured):
        pairs, each = pooled(rounds), [ratio(pairs) for pairs in rounds]
        old, new = (_text(statistics.median(pair[which] for pair in pairs)) for which in (0, 1))
        spread = f"{min(each):.3f} ... {max(each):.3f}"
        lines.append(f"{title:38}{old:>12}{new:>12}{ratio(pairs):>11.3f}{spread:>18}{len(pairs):>7}")
    return "\n".join(lines)


def _text(milliseconds):
    return f"{milliseconds:.2f} ms" if milliseconds >= 0.1 else f"{milliseconds * 1e3:.4f} us"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", metavar="OLD")
    parser.add_argument("new", metavar="NEW", nargs="?", default=workloads.REPOSITORY / "build/libnnswift.so")
    parser.add_argument("--seconds", type=float, default=230)
    parser.add_argument("--workloads", default="*", help="names or patterns, with commas between")
    parser.add_argument("--limit", type=float, default=0)
    asked = parser.parse_args()
    patterns = asked.workloads.split(",")
    cases = [case for case in CASES if any(fnmatch.fnmatch(case[0], pattern) for pattern in patterns)]
    if not cases:
        parser.error(f"no such workload; there are {', '.join(dict.fromkeys(case[0] for case in CASES))}")
    subprocess.run([sys.executable, workloads.__file__], env=sampling.environment(), check=True)
    peers = {which: build(which, library) for which, library in zip(WHICH, (asked.old, asked.new))}
    ticks, begun = sampling.busy_ticks(), time.monotonic()
    measured = measure(peers, cases, asked.seconds)
    busy = (sampling.busy_ticks() - ticks) / sampling.TICKS / (time.monotonic() - begun)
    print(table(cases, measured))
    print(f"{busy - 1:.2f} cores were busy with something else")
    above = [case[2] for case, rounds in zip(cases, measured) if asked.limit and ratio(pooled(rounds)) > asked.limit]
    if above:
        raise SystemExit(f"ab: above {asked.limit}: {'; '.join(above)}")


if __name__ == "__main__":
    main()
