"""From which share of non-zeros on is the first layer faster without looking for zeros?

The limit that stands in NNMath/NonzeroIndex.swift comes from this table. Run by itself it measures one width and prints
its cells as one line of JSON.
"""

import json
import statistics
import sys
import time

import numpy as np

INPUTS, ROWS, BATCH, OUTPUTS = 784, 6400, 32, 10
WIDTHS = [32, 64, 128, 512]
DENSITIES = [0.05, 0.1, 0.2, 0.3, 0.4]
ROUNDS = 9


def measure():
    """Returns a cell for each width and density: time without zeros over time with them, one thread."""
    import sampling
    from peer_table import python_of

    cells = []
    for width in WIDTHS:
        cells += sampling.run([python_of("numpy"), __file__, str(width)], timeout=600).get("cells", [])
    return cells


def table(cells):
    """Returns a block of lines."""
    import tables

    ratios = {(cell["width"], cell["density"]): cell["ratio"] for cell in cells}
    lines = [(f"784-{width}-10", [f"{ratios[width, density]:.2f}" for density in DENSITIES]) for width in WIDTHS]
    columns = [f"{f'{density:.0%} not 0':>12}" for density in DENSITIES]
    return tables.grid("zeros left out / dense (< 1: pays; the library looks up to its limit only)", columns, lines)


def measure_cell(width, density):
    """Returns the ratio of the medians of alternating epochs of SGD."""
    import nnswift

    generator = np.random.default_rng(1)
    features = generator.random((ROWS, INPUTS), dtype=np.float32)
    features[generator.random(features.shape) > density] = 0
    targets = generator.integers(0, OUTPUTS, ROWS)
    times = {True: [], False: []}
    models = {sparse: nnswift.Model.mlp([INPUTS, width, OUTPUTS]) for sparse in times}
    for first in range(ROUNDS):
        for sparse, model in models.items():
            config = {
                "epochs": 1, "batch_size": BATCH, "sparse": sparse, "continue": first > 0,
                "optimizer": {"type": "sgd", "learning_rate": 1e-3},
            }  # fmt: skip
            start = time.perf_counter()
            model.train(features, targets, config)
            times[sparse].append(time.perf_counter() - start)
    return statistics.median(times[True][1:]) / statistics.median(times[False][1:])


def main(width):
    cells = [{"width": width, "density": density, "ratio": measure_cell(width, density)} for density in DENSITIES]
    print(json.dumps({"cells": cells}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
