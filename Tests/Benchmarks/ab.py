"""An old and a new library in turn, in one run: is the new one slower?

  ab.py OLD NEW       libraries with their nnswift.h beside them, as `make lib` leaves them in build
  ab.py OLD           NEW is build/libnnswift.so
      --seconds 230   about that long
      --workloads W1,I1*
      --limit 1.02    exit status 1 if a ratio is above

The C peer (peers/c/nnswift.c) is compiled for each library with its own header. Both programs run
at once on one core, but only one works at a time: they make a repetition each in turn, so that what
else the machine does slows both. Again and again both are started anew, as the places of code and
data in memory differ between processes. The ratio is the median of the ratios of all pairs of
processes, each the median of its repetitions.
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

# (workload, variant of the peer, what the table calls it, processes, share of a process)
# Most processes where the places of 200 KB in memory decide about a twentieth of the time.
CASES = [
    ("I1a", "-", "784-64-10, one row, session", 24, 1),
    ("I1a", "predict", "784-64-10, one row, nns_predict", 24, 1),
    ("I1a", "one", "784-64-10, one row, nns_predict_one", 24, 1),
    ("I1b", "-", "14-64-32-1, one row, session", 8, 1),
    ("I1b", "predict", "14-64-32-1, one row, nns_predict", 8, 1),
    ("I1b", "one", "14-64-32-1, one row, nns_predict_one", 8, 1),
    ("W1", "-", "W1: 784-64-10, SGD", 12, 1),
    ("W2", "-", "W2: 784-64-10, Adam", 12, 1),
    ("W5", "-", "W5: 14-64-32-1, Adam", 8, 1),
    ("W7-10-tanh-adam", "-", "13-10-1, Adam, 100 epochs", 8, 1),
    ("W8", "-", "W8: 784-1024-1024-10, Adam", 8, 5),
]
ROUNDS = 24
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


def pairs_of(peers, workload, variant, seconds, first):
    """Returns [(old, new)] of two new processes: as many as fit, but two at least.

    first: 1 or -1, the old one or the new one is started first.
    """
    end, pairs = time.monotonic() + seconds, []
    programs = {}
    for which in WHICH[::first]:
        programs[which] = Program(peers[which], workload, variant)
        # Not counted: it warms up, and the other program does not begin before it is over.
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
    """Returns for each case a list of pairs (old, new) for each pair of processes."""
    found = [[] for _ in cases]
    plan = [index for turn in range(ROUNDS) for index, case in enumerate(cases) if turn * case[3] % ROUNDS < case[3]]
    left, end = sum(cases[index][4] for index in plan), time.monotonic() + seconds
    for number, index in enumerate(plan):
        workload, variant, _, _, weight = cases[index]
        first = 1 if len(found[index]) % 2 == 0 else -1
        found[index].append(pairs_of(peers, workload, variant, (end - time.monotonic()) * weight / left, first))
        left -= weight
        if number % 20 == 19:
            print(f"ab: {number + 1} of {len(plan)}", file=sys.stderr, flush=True)
    return found


def ratio(rounds):
    """Returns the median of the processes' ratios, each the median of its pairs'."""
    return statistics.median(ratios(rounds))


def ratios(rounds):
    return [statistics.median(new / old for old, new in pairs) for pairs in rounds]


def table(cases, measured):
    """Returns medians, the ratio, and between what the middle half of the processes lies."""
    lines = [f"{'':38}{'old':>12}{'new':>12}{'new / old':>11}{'middle half':>18}{'processes':>11}"]
    for (_, _, title, _, _), rounds in zip(cases, measured):
        times = [[statistics.median(pair[which] for pair in pairs) for pairs in rounds] for which in (0, 1)]
        old, new = (_text(statistics.median(one)) for one in times)
        low, _, high = statistics.quantiles(ratios(rounds), n=4, method="inclusive")
        lines.append(
            f"{title:38}{old:>12}{new:>12}{ratio(rounds):>11.3f}{f'{low:.3f} ... {high:.3f}':>18}{len(rounds):>11}"
        )
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
    above = [case[2] for case, rounds in zip(cases, measured) if asked.limit and ratio(rounds) > asked.limit]
    if above:
        raise SystemExit(f"ab: above {asked.limit}: {'; '.join(above)}")


if __name__ == "__main__":
    main()
