"""docs/bench.png: ours against the peers, from build/bench/results.json."""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

import peer_table  # noqa: E402
import results  # noqa: E402
import workloads  # noqa: E402

PATH = workloads.REPOSITORY / "docs/bench.png"
# Colours that people who see fewer of them can tell apart (Okabe and Ito); the shapes say the same
# once more.
STYLES = {
    "nnswift": ("#0072B2", "o"), "PyTorch": ("#D55E00", "s"), "JAX": ("#009E73", "^"), "scikit-learn": ("#CC79A7", "D"),
    "NumPy": ("#777777", "v"), "plain C + OpenBLAS": ("#E69F00", "P"), "fused C": ("#000000", "X"),
    "ONNX Runtime": ("#56B4E9", "h"),
}  # fmt: skip
# A mark is the fastest of its peers.
GROUPS = {
    "nnswift": ("nnswift",),
    "PyTorch": ("torch_eager", "torch_fused", "torch_index", "torch_script"),
    "JAX": ("jax_scan", "jax_scang"), "scikit-learn": ("sklearn",), "NumPy": ("numpy",),
    "plain C + OpenBLAS": ("c_openblas",), "fused C": ("c_fused",), "ONNX Runtime": ("onnxruntime", "onnxruntime_c"),
}  # fmt: skip
NAMES = {
    "W1": "784-64-10, SGD", "W2": "784-64-10, Adam", "W3": "784-10, SGD", "W4s": "784-100-100-10, SGD",
    "W4a": "784-100-100-10, Adam", "W5": "14-64-32-1, Adam", "W6s": "14-16-1 full batch, SGD",
    "W6a": "14-16-1 full batch, Adam", "W7-10-tanh-adam": "13-10-1 tanh, Adam",
    "W7-128-sigmoid-rmsprop": "13-128-1 sigmoid, RMSprop", "W7-128x128-relu-sgd": "13-128-128-1, SGD",
    "W8": "784-1024-1024-10, Adam", "I1a": "784-64-10, one row", "I1b": "14-64-32-1, one row",
    "I2a": "784-64-10, 10,000 rows", "I2b": "784-64-10, 32 rows",
}  # fmt: skip


def speeds_on(rows, workload):
    """Returns how many times faster than the best PyTorch each group's fastest row is, compared as in the table."""
    speeds = {}
    for group, members in GROUPS.items():
        ratios = [row["to_torch"] for row in rows if _is_of(row, workload, members) and row.get("to_torch")]
        if ratios:
            speeds[group] = 1 / min(ratios)
    return speeds


def _is_of(row, workload, members):
    # Workloads that are compared by threads are shown for one thread.
    has_threads = row["threads"] == 1 or not peer_table.is_compared_by_threads(workload)
    return row["workload"] == workload and row["peer"] in members and has_threads


def draw(axes, rows, names, title):
    """Draws a line of marks for each workload: how many times faster than PyTorch."""
    names = [name for name in names if speeds_on(rows, name)]
    for place, name in enumerate(names):
        speeds = speeds_on(rows, name)
        axes.plot([1, speeds.get("nnswift", 1)], [place, place], color="#0072B2", linewidth=5, alpha=0.25, zorder=1)
        for group, speed in speeds.items():
            colour, shape = STYLES[group]
            is_ours = group == "nnswift"
            axes.plot(
                speed, place, shape, color=colour, markersize=12 if is_ours else 7, zorder=2 if is_ours else 3,
                markeredgecolor="white", markeredgewidth=0.8, linestyle="none",
            )  # fmt: skip
        if "nnswift" in speeds:
            speed = speeds["nnswift"]
            axes.annotate(
                f"{speed:.0f} x" if speed >= 10 else f"{speed:.1f} x", (1, place), xycoords=("axes fraction", "data"),
                xytext=(8, 0), textcoords="offset points", va="center", color="#0072B2", fontweight="bold",
            )  # fmt: skip
    axes.set_yticks(range(len(names)), [NAMES[name] for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xscale("log")
    axes.axvline(1, color=STYLES["PyTorch"][0], linewidth=1, zorder=0)
    axes.grid(axis="x", color="#dddddd", zorder=0)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda x, _: f"{x:g} x"))
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_title(title, loc="left", fontweight="bold")


def legend(figure, rows):
    shown = {group for name in NAMES for group in speeds_on(rows, name)}
    marks = [
        plt.Line2D([], [], color=colour, marker=shape, linestyle="none", markersize=8, label=group)
        for group, (colour, shape) in STYLES.items()
        if group in shown
    ]
    figure.legend(handles=marks, loc="outside lower center", ncols=4, frameon=False)


def main():
    everything = results.load()
    part = everything.get("comparison") or everything.get("quick")
    if not part:
        sys.exit("chart: no comparison in build/bench/results.json; run `make bench` first")
    rows = part["results"]["rows"]
    plt.rcParams.update({"font.size": 10})
    figure, (training, inference) = plt.subplots(
        2, 1, figsize=(9, 8.2), layout="constrained", height_ratios=[len(workloads.TRAINING), 5]
    )
    draw(training, rows, workloads.TRAINING, "Training: speed relative to PyTorch (further right is faster)")
    draw(inference, rows, workloads.INFERENCE, "Prediction: speed relative to PyTorch")
    legend(figure, rows)
    machine = part["circumstances"]["machine"]
    about = f"{machine.get('Model name', 'unknown processor')}, {part['circumstances']['date'][:10]}"
    versions = part["circumstances"]["versions"]
    peers = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    how = "predictions: each with one or two threads, the faster; training: ours with one"
    if "--quick" in part["circumstances"]["command"]:
        how = "all with one thread, of PyTorch the usually best variant (make bench BENCH=--quick)"
    inference.set_xlabel(f"{how}; {about}\n{peers}", loc="right", fontsize=7, color="#555555")
    figure.savefig(PATH, dpi=150)
    plt.close(figure)
    print(f"bench: {PATH.relative_to(workloads.REPOSITORY)}", file=sys.stderr)


if __name__ == "__main__":
    main()
