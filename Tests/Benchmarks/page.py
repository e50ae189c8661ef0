"""docs/speed.md: what build/bench/results.json holds, for people who look without measuring."""

import sys

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


def block(text):
    return f"```\n{text.strip(chr(10))}\n```"


def overview(part):
    """Returns a table: ours beside the fastest variant of the others, one row a workload."""
    rows = part["results"]["rows"]
    lines = [
        f"| network | {' | '.join(COLUMNS)} | ours / PyTorch |",
        "|---" * (len(COLUMNS) + 2) + "|",
    ]
    groups = list(COLUMNS.values())
    for name in dict.fromkeys(row["workload"] for row in rows):
        cells = [cell(fastest(rows, name, group)) for group in groups]
        ours = [fastest(rows, name, group) for group in groups[:2]]
        ratio = min((row["to_torch"] for row in ours if row and row.get("to_torch")), default=None)
        lines.append(f"| {NAMES[name]} | {' | '.join(cells)} | {'' if ratio is None else f'{ratio:.3g}'} |")
    return "\n".join(lines)


def fastest(rows, workload, names):
    """Returns the fastest row of these peers: ours and C with one thread, the others with one or two."""
    own = [row for row in rows if row["workload"] == workload and row["peer"] in names and "ms" in row]
    own = [row for row in own if row["threads"] == 1 or not row["peer"].startswith(("nnswift", "c_"))]
    return min(own, key=lambda row: row["ms"], default=None)


def cell(row):
    if row is None:
        return ""
    return f"{row['ms'] * 1000:.2f} us" if row["ms"] < 0.1 else f"{row['ms']:.3g} ms"


def circumstances(part):
    about = part["circumstances"]
    machine = about["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(about["versions"].items()))
    return (
        f"{about['date'][:16].replace('T', ' ')} UTC, commit {about['commit']}, "
        f"`Tests/Benchmarks/run.py {' '.join(about['command'])}`, {machine.get('Model name', 'unknown processor')} "
        f"({machine.get('CPU(s)', '?')} cores), kernels {about['nnswift'].get('kernels', '?')}; {versions}."
    )


SECTIONS = {
    "comparison": ("Workloads: an epoch of training, a prediction", lambda part: overview(part)
                   + "\n\n<details><summary>all peers</summary>\n\n"
                   + block(tables.comparison(part["results"]["rows"]) + "\n" + tables.summary(part["results"]["rows"]))
                   + "\n\n</details>"),
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
