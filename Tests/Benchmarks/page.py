"""docs/speed.md, one screen, and docs/measurements: what build/bench/results.json holds.

The page has the figures a reader looks for; the files beside it have every row that was measured.
"""

import sys
import textwrap

import accuracy
import density
import kernels
import peer_table
import results
import sizes
import tables
import threads
import workloads
from chart import NAMES

PAGE = workloads.REPOSITORY / "docs/speed.md"
MEASUREMENTS = workloads.REPOSITORY / "docs/measurements"

INTRODUCTION = """# Speed

How long do trainings and predictions take beside those of PyTorch, JAX, scikit-learn and plain C?
`make bench-setup` installs the peers; `make bench` measures and writes this page. A time is the
median of runs that alternate between all peers; the machine is shared, so compare times of one
table only. [workloads.py](../Tests/Benchmarks/workloads.py) defines the networks,
[NOTES.md](../Tests/Benchmarks/NOTES.md) has what was tried and what it gave.

![nnswift and the peers relative to PyTorch](bench.png)
"""

# Columns: title, peers of which the fastest counts, number of threads; None: as many as nnswift
# has.
TORCH = ("torch_eager", "torch_fused", "torch_index", "torch_script")
JAX = ("jax_scan", "jax_scang")
TRAINING = [
    ("nnswift", ("nnswift", "nnswift_python"), None), ("PyTorch", TORCH, None), ("PyTorch, 2 threads", TORCH, 2),
    ("JAX", JAX, None), ("scikit-learn", ("sklearn",), None), ("C + OpenBLAS", ("c_openblas",), None),
]  # fmt: skip
PREDICTION = [
    ("nnswift, C", ("nnswift",), None), ("nnswift, Python", ("nnswift_python", "nnswift_session"), None),
    ("ONNX Runtime", ("onnxruntime", "onnxruntime_c"), None), ("PyTorch", TORCH, None), ("JAX", JAX, None),
    ("scikit-learn", ("sklearn",), None), ("FANN", ("fann",), None), ("C + OpenBLAS", ("c_openblas",), None),
]  # fmt: skip


def overview(rows, columns, names):
    """Returns a table: a network a line, with two threads another where nnswift was measured with two."""
    lines = ["| network | " + " | ".join(title for title, _, _ in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name in names:
        for count, said in ((1, ""), (2, ", 2 threads")):
            if fastest(rows, name, ("nnswift",), count):
                cells = [cell(fastest(rows, name, peers, wanted or count)) for _, peers, wanted in columns]
                lines.append(f"| {NAMES[name]}{said} | {' | '.join(cells)} |")
    return "\n".join(lines)


def fastest(rows, workload, peers, count):
    """Returns the fastest row of these peers with so many threads, or None."""
    own = [row for row in rows if row["workload"] == workload and row["peer"] in peers and "ms" in row]
    return min((row for row in own if row["threads"] == count), key=lambda row: row["ms"], default=None)


def cell(row):
    if row is None:
        return ""
    if row["ms"] < 0.1:
        return f"{row['ms'] * 1000:.{2 if row['ms'] < 0.01 else 0}f} us"
    return f"{row['ms']:.0f} ms" if row["ms"] >= 100 else f"{row['ms']:.3g} ms"


def ahead(rows):
    """Returns a sentence: who was faster than nnswift on equally many threads, or an empty text."""
    found = []
    for name in workloads.TRAINING + workloads.INFERENCE:
        for count in (1, 2):
            ours = fastest(rows, name, ("nnswift", "nnswift_python", "nnswift_session"), count)
            others = [fastest(rows, name, (peer,), count) for peer in peer_table.PEERS]
            before = [row for row in others if ours and row and row["ms"] < ours["ms"]]
            before = [row for row in before if not peer_table.PEERS[row["peer"]].is_ours]
            if before:
                list_ = ", ".join(f"{peer_table.PEERS[row['peer']].label} {cell(row)}" for row in before)
                said = ", 2 threads" if count == 2 else ""
                found.append(f"{NAMES[name]}{said} ({cell(ours)}): {list_}")
    return wrapped("Faster than nnswift in this run: " + "; ".join(found) + ".") if found else ""


def compared(part):
    rows = part["results"]["rows"]
    return "\n\n".join([
        wrapped("Training: an epoch, one thread unless said. Of each peer the fastest way that was tried counts; of PyTorch there are six."),
        overview(rows, TRAINING, workloads.TRAINING), "Prediction: all rows in one call.",
        overview(rows, PREDICTION, workloads.INFERENCE), ahead(rows),
    ])  # fmt: skip


def all_peers(part):
    rows = part["results"]["rows"]
    return tables.comparison(rows) + "\n" + tables.summary(rows)


# Part: title, its text in docs/measurements.
FILES = {
    "comparison": ("Workloads: an epoch of training, a prediction; all peers", all_peers),
    "partial": ("Some of the workloads again, after later changes", all_peers),
    "quick": ("make bench BENCH=--quick: the usually best PyTorch variant, with one thread", all_peers),
    "sparse": ("Inputs that are mostly 0, left out", lambda part: tables.comparison(part["results"]["rows"])),
    "accuracy": ("From the start of a process to 97.0 % on MNIST", lambda part: accuracy.table(part["results"])),
    "threads": ("Threads", lambda part: threads.table(part["results"]["rows"])),
    "kernels": ("Kernels by themselves", lambda part: kernels.table(part["results"])),
    "sizes": ("Widths and batches", lambda part: sizes.table(part["results"]["rows"])),
    "density": ("When zeros are left out", lambda part: density.table(part["results"])),
}  # fmt: skip
# What stands on the page besides the comparison.
SHOWN = ("accuracy", "threads")


def block(text):
    return f"```\n{text.strip(chr(10))}\n```"


def wrapped(text):
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def circumstances(part):
    about = part["circumstances"]
    machine = about["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(about["versions"].items()))
    return wrapped(
        f"{about['date'][:16].replace('T', ' ')} UTC, commit {about['commit']}, "
        f"`Tests/Benchmarks/run.py {' '.join(about['command'])}`, {machine.get('Model name', 'unknown processor')} "
        f"({machine.get('CPU(s)', '?')} cores), kernels {about['nnswift'].get('kernels', '?')}; {versions}."
    )


def measurement(name, part):
    title, text = FILES[name]
    return f"{title}\n\n{circumstances(part)}\n\n{text(part).strip(chr(10))}\n"


def page(everything):
    text = [INTRODUCTION]
    if "comparison" in everything:
        text.append(f"## Workloads\n\n{circumstances(everything['comparison'])}\n\n{compared(everything['comparison'])}\n")
    for name in SHOWN:
        if name in everything:
            title, body = FILES[name]
            text.append(f"## {title}\n\n{circumstances(everything[name])}\n\n{block(body(everything[name]))}\n")
    links = [f"[{name}](measurements/{name}.txt)" for name in FILES if name in everything]
    text.append("Every row that was measured:\n" + " ·\n".join(links) + "\n")
    return "\n".join(text)


def main():
    everything = results.load()
    MEASUREMENTS.mkdir(exist_ok=True)
    for name in FILES:
        if name in everything:
            (MEASUREMENTS / f"{name}.txt").write_text(measurement(name, everything[name]))
    PAGE.write_text(page(everything))
    print("bench: docs/speed.md, docs/measurements", file=sys.stderr)


if __name__ == "__main__":
    main()
