"""docs/speed.md: what build/bench/results.json holds, for people who look without measuring."""

import sys
import textwrap

import density
import kernels
import accuracy
import results
import sizes
import tables
import threads
import workloads
from chart import NAMES

PATH = workloads.REPOSITORY / "docs/speed.md"
INTRODUCTION = """# Speed

`make bench-setup` installs the peers, `make bench` measures and writes this page. Every time is a median of alternating
runs of all peers on one core; only ratios within a part mean something, the machine is a shared one. The workloads are
defined in [workloads.py](../Tests/Benchmarks/workloads.py), what was tried for speed stands in
[NOTES.md](../Tests/Benchmarks/NOTES.md).

![ours and the peers relative to PyTorch](bench.png)
"""


COLUMNS = {
    "nnswift, C": ("nnswift",), "nnswift, Python": ("nnswift_python", "nnswift_session"),
    "PyTorch": ("torch_eager", "torch_fused", "torch_index", "torch_script"), "JAX": ("jax_scan", "jax_scang"),
    "scikit-learn": ("sklearn",), "NumPy": ("numpy",), "ONNX Runtime": ("onnxruntime", "onnxruntime_c"), "FANN": ("fann",),
    "plain C + OpenBLAS": ("c_openblas",), "fused C": ("c_fused",),
}  # fmt: skip


OURS = ("nnswift, C", "nnswift, Python")


def block(text):
    return f"```\n{text.strip(chr(10))}\n```"


def overview(part):
    """Returns a table: ours beside the fastest variant of the others, one row a workload."""
    rows = part["results"]["rows"]
    columns = {title: peers for title, peers in COLUMNS.items() if any(row["peer"] in peers for row in rows)}
    lines = [f"| network | {' | '.join(columns)} | ours / PyTorch |", "|---" * (len(columns) + 2) + "|"]
    for name in dict.fromkeys(row["workload"] for row in rows):
        best = {title: fastest(rows, name, peers) for title, peers in columns.items()}
        ours = [row["to_torch"] for title, row in best.items() if title in OURS and row and row.get("to_torch")]
        cells = [cell(row) for row in best.values()] + [f"{min(ours):.3g}" if ours else ""]
        lines.append(f"| {NAMES[name]} | {' | '.join(cells)} |")
    return "\n".join(lines)


def fastest(rows, workload, names):
    """Returns the fastest row of these peers: in training ours and C with one thread, the others with one or two."""
    own = [row for row in rows if row["workload"] == workload and row["peer"] in names and "ms" in row]
    if not workload.startswith("I"):
        own = [row for row in own if row["threads"] == 1 or not row["peer"].startswith(("nnswift", "c_"))]
    return min(own, key=lambda row: row["ms"], default=None)


def cell(row):
    if row is None:
        return ""
    if row["ms"] < 0.1:
        return f"{row['ms'] * 1000:.2f} us"
    return f"{row['ms']:.0f} ms" if row["ms"] >= 100 else f"{row['ms']:.3g} ms"


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


def compared(part):
    """Returns the overview, and every peer's rows to be opened."""
    rows = part["results"]["rows"]
    everyone = block(tables.comparison(rows) + "\n" + tables.summary(rows))
    return f"{overview(part)}\n\n<details><summary>all peers</summary>\n\n{everyone}\n\n</details>"


SECTIONS = {
    "comparison": ("Workloads: an epoch of training, a prediction", compared),
    "quick": ("The same in two minutes: of PyTorch the usually best variant, with one thread", compared),
    "partial": ("Some of them again, after later changes", compared),
    "sparse": ("Inputs that are mostly 0, left out", lambda part: block(tables.comparison(part["results"]["rows"]))),
    "accuracy": ("From the start of a process to 97.0 % on MNIST", lambda part: block(accuracy.table(part["results"]))),
    "threads": ("Threads", lambda part: block(threads.table(part["results"]["rows"]))),
    "kernels": ("Kernels by themselves", lambda part: block(kernels.table(part["results"]))),
    "sizes": ("Widths and batches", lambda part: block(sizes.table(part["results"]["rows"]))),
    "density": ("When zeros are left out", lambda part: block(density.table(part["results"]))),
}  # fmt: skip


def main():
    everything = results.load()
    text = [INTRODUCTION]
    for name, (title, body) in SECTIONS.items():
        if name in everything:
            part = everything[name]
            text.append(f"## {title}\n\n{circumstances(part)}\n\n{body(part)}\n")
    PATH.write_text("\n".join(text))
    print(f"bench: {PATH.relative_to(workloads.REPOSITORY)}", file=sys.stderr)


if __name__ == "__main__":
    main()
