"""How a peer is asked and how it answers.

A peer is a program that takes --workload NAME --threads T --variant V --reps R [--check FILE] and prints one line of
JSON with `times_ms`: for each repetition the time of all the workload's epochs, or the mean time of a call. With
--check it writes what it learned (all weights) or predicted as float64 instead.
"""

import argparse
import json
import sys
import time

import numpy as np

import workloads

WARM_SECONDS = 0.4  # of calls before predictions are timed
CALL_SECONDS = 0.25  # of calls a repetition


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--variant", default="")
    parser.add_argument("--reps", type=int, default=5)
    parser.add_argument("--check", default="")
    asked = parser.parse_args()
    return asked, workloads.WORKLOADS[asked.workload]


def answer(**values):
    print(json.dumps(values), flush=True)


def skip(reason):
    """Ends a peer that cannot do what was asked."""
    answer(skip=reason)
    sys.exit()


def time_training(asked, run, layers):
    """Times repetitions of a training, or does it once for the check.

    run(first, count): learns epochs first ..< first + count, rows in workloads.order(name, epoch), and returns when the
    work is done. layers(): the weights, (W [inputs x outputs], b) for each layer.
    """
    workload = workloads.WORKLOADS[asked.workload]
    if asked.check:
        run(0, workload.check_epochs)
        tensors = [np.asarray(tensor, np.float64).ravel() for layer in layers() for tensor in layer]
        np.concatenate(tensors).tofile(asked.check)
        return answer(check=asked.check)
    run(0, workload.epochs)
    times = []
    for repetition in range(asked.reps):
        first = repetition + 1 if workload.epochs == 1 else 0
        start = time.perf_counter()
        run(first, workload.epochs)
        times.append((time.perf_counter() - start) * 1e3)
    answer(times_ms=times)


def time_predictions(asked, call, prepared=lambda rows: rows):
    """Times calls of the workload's batch of rows, or writes their results for the check.

    call(rows) -> predictions, finished. prepared(rows): the peer's natural input, made before the clock runs.
    """
    batch = workloads.WORKLOADS[asked.workload].batch
    features, _ = workloads.load(asked.workload)
    starts = range(0, len(features) - batch + 1, batch)
    inputs = [prepared(np.ascontiguousarray(features[start : start + batch])) for start in starts]
    if asked.check:
        results = [np.array(call(rows), np.float64).reshape(batch, -1) for rows in inputs]
        np.concatenate(results).tofile(asked.check)
        return answer(check=asked.check)
    count = _warmed_up(call, inputs)
    means, medians, tails = [], [], []
    for _ in range(asked.reps):
        each = _time_each(call, inputs, count)
        medians.append(float(np.percentile(each, 50)) / 1e3)
        tails.append(float(np.percentile(each, 99)) / 1e3)
        start = time.perf_counter_ns()
        for index in range(count):
            call(inputs[index % len(inputs)])
        means.append((time.perf_counter_ns() - start) / count / 1e6)
    answer(times_ms=means, p50_us=medians, p99_us=tails)


def _warmed_up(call, inputs):
    """Calls for a while and returns how many calls a repetition shall have."""
    end, count = time.perf_counter() + WARM_SECONDS, 0
    while time.perf_counter() < end:
        call(inputs[count % len(inputs)])
        count += 1
    return int(min(20000, max(10, CALL_SECONDS / WARM_SECONDS * count)))


def _time_each(call, inputs, count):
    clock = time.perf_counter_ns
    times = np.empty(count, np.int64)
    for index in range(count):
        rows = inputs[index % len(inputs)]
        start = clock()
        call(rows)
        times[index] = clock() - start
    return times
