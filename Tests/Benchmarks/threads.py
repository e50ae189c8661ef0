"""How training gains from threads: ours with 1, 2 and 0 (the library chooses)."""

import sampling
import tables
import workloads

WORKLOADS = ["W1", "W2", "W4a", "W5", "W8"]
THREADS = [1, 2, 0]


def measure(rounds, reps, patience):
    """Returns all samples, in alternation."""
    return [
        sample
        for workload in WORKLOADS
        for _ in range(rounds)
        for threads in THREADS
        for sample in sampling.run_undisturbed("nnswift", workload, threads, reps, patience)
    ]


def table(rows):
    """rows: of compare.pooled."""
    times = {(row["workload"], row["threads"]): row.get("ms") for row in rows}
    lines = []
    for workload in WORKLOADS:
        sizes = "-".join(map(str, workloads.WORKLOADS[workload].sizes))
        alone = times.get((workload, 1))
        cells = [_cell(times.get((workload, threads)), alone) for threads in THREADS]
        lines.append((f"{workload} {sizes}", cells))
    columns = ["1 thread, ms", "2 threads, ms", "chosen, ms"]
    return tables.grid("ours by threads (gain)", [f"{column:>18}" for column in columns], lines)


def _cell(time, alone):
    return "-" if not time or not alone else f"{time:.2f} ({alone / time:.2f})"
