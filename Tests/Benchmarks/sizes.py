"""Hidden widths 8-4096 against batches 1-4096: is there a size at which training falls off a cliff?

Run by itself it measures one column (a width) and prints its cells as one line of JSON.
"""

import json
import sys
import time

import numpy as np

WIDTHS = [8, 32, 128, 512, 2048, 4096]
BATCHES = [1, 4, 16, 64, 256, 1024, 4096]
OUTPUTS = 10
SHAPES = {"784-width-10": lambda width: [784, width, OUTPUTS], "width-width-10": lambda width: [width, width, OUTPUTS]}
SECONDS = 0.15  # of training a cell, about; at least one batch, at least three times


def operations(sizes):
    """Returns those of a sample: forward and weight gradient, and the gradient of the inputs after the first layer."""
    products = [inputs * outputs for inputs, outputs in zip(sizes[:-1], sizes[1:])]
    return 4 * products[0] + 6 * sum(products[1:])


def measure_cell(sizes, batch, peak):
    """Returns microseconds a sample of SGD, one thread, normal features."""
    import nnswift

    # A guess at half of the peak, and of memory for a batch of one, which reads all weights for
    # each row.
    expected = max(operations(sizes) / (peak * 0.5e9), 8 * sizes[0] * sizes[1] / 10e9 / batch)
    rows = int(min(max(SECONDS / expected, batch), 8192)) // batch * batch
    generator = np.random.default_rng(1)
    features = generator.standard_normal((rows, sizes[0]), np.float32)
    targets = generator.integers(0, OUTPUTS, rows).astype(np.int32)
    model = nnswift.Model.mlp(sizes, seed=1)
    config = {
        "epochs": 1, "batch_size": batch, "threads": 1, "optimizer": {"type": "sgd", "learning_rate": 1e-4},
    }  # fmt: skip
    times = []
    for _ in range(4):
        start = time.perf_counter()
        model.train(features, targets, config)
        times.append(time.perf_counter() - start)
    return min(times[1:]) / rows * 1e6


def measure(peak):
    """Returns a row for each shape, width and batch; peak: GFLOP/s of a core."""
    import sampling
    from peer_table import python_of

    rows = []
    for shape in SHAPES:
        for width in WIDTHS:
            command = [python_of("numpy"), __file__, shape, str(width), str(peak)]
            rows += sampling.run(command, timeout=600).get("cells", [])
    return rows


def table(rows):
    """Returns a block of lines for each shape: microseconds a sample and share of the peak."""
    import tables

    blocks = []
    for shape in SHAPES:
        cells = {(row["width"], row["batch"]): row for row in rows if row["shape"] == shape}
        lines = [
            (f"width {width}", [_cell(cells.get((width, batch))) for batch in BATCHES])
            for width in WIDTHS
        ]  # fmt: skip
        columns = [f"{f'batch {batch}':>14}" for batch in BATCHES]
        blocks.append(tables.grid(f"{shape}: us/sample (peak)", columns, lines))
    return "\n\n".join(blocks)


def _cell(row):
    return "-" if row is None else f"{row['us']:.3g} ({row['share']:.0%})"


def main(shape, width, peak):
    sizes = SHAPES[shape](width)
    cells = []
    for batch in BATCHES:
        us = measure_cell(sizes, batch, peak)
        share = operations(sizes) / us / 1e3 / peak
        cells.append({"shape": shape, "width": width, "batch": batch, "us": us, "share": share})
    print(json.dumps({"cells": cells}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
