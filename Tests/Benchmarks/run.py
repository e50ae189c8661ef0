"""`make bench`: measures, prints tables, writes build/bench/results.json and docs/bench.png.

  run.py                      everything (about an hour: 3 rounds, and waiting for a quiet machine)
  run.py --quick              ours, PyTorch, plain and fused C on all workloads in two minutes
  run.py --check              do all peers learn the same as float64?
  run.py --sparse             ours with and without use of the zeros, against fused C
  run.py comparison threads   these parts only: comparison, kernels, threads, sizes, density, accuracy, chart, page
  run.py comparison --workloads W1,W2 --peers nnswift,torch_index --rounds 5

Environment: NNSWIFT_BENCH_CORE (1) is the core for one-thread runs; NNSWIFT_BENCH_PYTHON is another Python for the
peers, NNSWIFT_BENCH_PYTHON_TORCH (_JAX, ...) for one of them; NNSWIFT_DATA_DIR has MNIST.
"""

import argparse
import fnmatch
import subprocess
import sys

import accuracy
import check
import compare
import density
import kernels
import peer_table
import results
import sampling
import sizes
import tables
import threads
import workloads

PARTS = ["comparison", "kernels", "threads", "sizes", "density", "accuracy", "chart", "page"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--sparse", action="store_true")
    parser.add_argument("--workloads", default="", help="names or patterns, with commas between")
    parser.add_argument("--peers", default="", help="names or patterns, with commas between")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reps", type=int, default=3, help="repetitions of a process")
    parser.add_argument("--patience", type=float, default=30, help="seconds to wait for a quiet machine; 0: no repeats")
    asked = parser.parse_args()
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    asked.is_short = asked.quick or asked.sparse or asked.check
    asked.parts = asked.parts or (["comparison"] if asked.is_short else PARTS)
    if asked.quick:
        asked.rounds, asked.reps, asked.patience = 1, 2, 0
    return asked


def chosen(patterns, everything, usual):
    """Returns the names that fit one of the patterns."""
    if not patterns:
        return usual
    return [name for name in everything if any(fnmatch.fnmatch(name, pattern) for pattern in patterns.split(","))]


def compare_peers(asked):
    usual = peer_table.SPARSE if asked.sparse else list(peer_table.PEERS)
    if asked.quick:
        usual = [name for name in usual if peer_table.PEERS[name].quick]
    names, versions = peer_table.available(chosen(asked.peers, peer_table.PEERS, usual))
    usual = workloads.TRAINING + workloads.INFERENCE
    if asked.sparse:
        usual = [name for name in usual if peer_table.PEERS["c_sparse"].supports(name, 1)]
    names_of_workloads = chosen(asked.workloads, workloads.WORKLOADS, usual)
    if asked.check:
        rows = check.check(names, names_of_workloads)
        results.save("check", rows, versions)
        return all(row.get("agrees", True) for row in rows if "error" not in row.get("note", ""))
    samples = compare.measure(names, names_of_workloads, asked.rounds, asked.reps, asked.patience, asked.quick)
    rows = compare.pooled(samples)
    print(tables.comparison(rows))
    print(tables.summary(rows))
    if asked.quick:
        print("\nquick: of PyTorch only the usually best variant, with one thread; nothing repeated when disturbed.")
    is_partial = asked.workloads or asked.peers
    part = "partial" if is_partial else "quick" if asked.quick else "sparse" if asked.sparse else "comparison"
    results.save(part, {"rows": rows, "samples": samples}, versions)
    return True


def measure_kernels(_):
    levels = kernels.measure()
    print(kernels.table(levels))
    results.save("kernels", levels)


def measure_threads(asked):
    samples = threads.measure(asked.rounds, asked.reps, asked.patience)
    rows = compare.pooled(samples)
    print(threads.table(rows))
    results.save("threads", {"rows": rows, "samples": samples})


def measure_sizes(_):
    peak = kernels.peak()
    rows = sizes.measure(peak)
    print(sizes.table(rows))
    results.save("sizes", {"peak_gflops": peak, "rows": rows})


def measure_density(_):
    cells = density.measure()
    print(density.table(cells))
    results.save("density", cells)


def measure_accuracy(asked):
    samples = accuracy.measure(asked.rounds, asked.patience)
    if samples:
        print(accuracy.table(samples))
        results.save("accuracy", samples)


def draw_chart(_):
    return written_by("chart.py")


def write_page(_):
    return written_by("page.py")


def written_by(script):
    """Runs a script that makes something of the results, where matplotlib is."""
    command = [peer_table.python_of("matplotlib"), str(peer_table.HERE / script)]
    return subprocess.run(command, env=sampling.environment()).returncode == 0


def main():
    asked = arguments()
    # Built here, so that a run of one part alone does not measure an old build.
    subprocess.run(["bash", str(peer_table.HERE / "build.sh")], check=True)
    # In a process of its own: a child's peak memory is never told as less than this process's.
    subprocess.run([sys.executable, workloads.__file__], env=sampling.environment(), check=True)
    if peer_table.installed("onnx"):
        script = str(peer_table.HERE / "peers/onnx_files.py")
        subprocess.run([peer_table.python_of("onnx"), script], env=sampling.environment(), check=True)
    actions = {
        "comparison": compare_peers, "kernels": measure_kernels, "threads": measure_threads, "sizes": measure_sizes,
        "density": measure_density, "accuracy": measure_accuracy, "chart": draw_chart, "page": write_page,
    }  # fmt: skip
    outcomes = []
    for part in asked.parts:
        print(f"\n== {part}", flush=True)
        outcomes.append(actions[part](asked))
    sys.exit(1 if False in outcomes else 0)


if __name__ == "__main__":
    main()
