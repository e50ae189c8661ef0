"""The peers against each other: in alternation, each sample a process of its own, pooled to medians."""

import statistics
import sys

import peer_table
import sampling
import workloads


def measure(names, workload_names, rounds, reps, patience, is_quick=False):
    """Returns all samples: for each workload, round, number of threads and peer one process after the other."""
    samples, given_up = [], set()
    for workload in workload_names:
        print(f"bench: {workload}", file=sys.stderr, flush=True)
        for _ in range(rounds):
            for count in (1,) if is_quick else (1, 2):
                for name in names:
                    is_meant = is_wanted(name, workload, count, is_quick)
                    if not is_meant or (name, workload, count) in given_up:
                        continue
                    for sample in sampling.run_undisturbed(name, workload, count, reps, patience):
                        samples.append(sample)
                    if "times_ms" not in sample:
                        given_up.add((name, workload, count))
    return samples


def is_wanted(name, workload, threads, is_quick=False):
    """Whether a row belongs to the table: two threads of ours and of plain C only where they can help."""
    peer = peer_table.PEERS[name]
    if is_quick and not peer_table.fits(workload, peer.quick):
        return False
    is_wide = workload in ("W8", "I2a")
    is_torch = peer.needs == "torch" and workloads.WORKLOADS[workload].is_training
    return peer.supports(workload, threads) and (threads == 1 or is_wide or is_torch)


def pooled(samples):
    """Returns a row for each workload, peer and number of threads; undisturbed samples are preferred."""
    groups = {}
    for sample in samples:
        groups.setdefault((sample["workload"], sample["peer"], sample["threads"]), []).append(sample)
    rows = [_row(*key, group) for key, group in groups.items()]
    for row in rows:
        _add_ratios(row, rows)
    return rows


def _row(workload, peer, threads, group):
    row = {"workload": workload, "peer": peer, "threads": threads}
    timed = [sample for sample in group if "times_ms" in sample]
    if not timed:
        return {**row, "note": group[-1].get("skip") or group[-1].get("error")}
    quiet = [sample for sample in timed if not sample["disturbed"]]
    used = quiet or timed
    times = [time for sample in used for time in sample["times_ms"]]
    row.update(
        ms=statistics.median(times), least_ms=min(times), most_ms=max(times), count=len(times),
        us_a_step=statistics.median(times) * 1e3 / workloads.WORKLOADS[workload].steps, disturbed=not quiet,
        foreign=max(sample["foreign"] for sample in used), rss_mb=max(sample["rss_mb"] for sample in used),
    )  # fmt: skip
    for key in ("p50_us", "p99_us"):
        if key in used[0]:
            row[key] = statistics.median(value for sample in used for value in sample[key])
    return row


def _add_ratios(row, rows):
    """Adds time / best PyTorch, and to rows of ours the goal and the time over the C references."""
    if "ms" not in row:
        return
    by_threads = peer_table.is_compared_by_threads(row["workload"])

    def best(prefix):
        of_peer = [
            other
            for other in rows
            if "ms" in other and other["workload"] == row["workload"] and other["peer"].startswith(prefix)
            and (not by_threads or other["threads"] == row["threads"])
        ]  # fmt: skip
        return min(of_peer, key=lambda other: other["ms"], default=None)

    baseline = best("torch")
    row["to_torch"] = row["ms"] / baseline["ms"] if baseline else None
    row["is_sure"] = bool(baseline) and not (row["disturbed"] or baseline["disturbed"])
    if peer_table.PEERS[row["peer"]].is_ours:
        row["goal"] = peer_table.goal(row["workload"], row["threads"])
        for key, prefix in (("to_openblas", "c_openblas"), ("to_fused", "c_fused"), ("to_sparse", "c_sparse")):
            reference = best(prefix)
            row[key] = row["ms"] / reference["ms"] if reference else None
