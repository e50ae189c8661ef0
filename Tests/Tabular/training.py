"""Times an epoch of the preset "tabular" against the same recipe in PyTorch: same layers and
optimiser, rows and batch size, one thread, both in turn.

    python Tests/Tabular/training.py [--rounds 3]

PyTorch gets the numbers, bins and one-hot codes ready as one matrix, and the codes of embedded
categories beside it; what stands in them does not matter for the time, so they are random. Prints
seconds of an epoch and their ratio; then the time of predictions of 100,000 rows against a plain
network over the same number of floats.
"""
import argparse
import time

import numpy as np
from tables import load


def ours(frame):
    """Rows a second of a training, without its validations, and the model."""
    import nnswift

    table = nnswift.Table(frame, target="the target")
    model = nnswift.Model.for_table(table, {"preset": "tabular", "members": 1})
    history = model.train(table, preset="tabular", threads=1)
    return max(history["samples_per_second"]), model


class Recipe:
    def __init__(self, model, rows, batch):
        import torch

        torch.set_num_threads(1)
        weights = model.weights
        sizes = {name: value.shape for name, value in weights.items() if "embedding" in name}
        units, derived = weights["layers.0.weight"].shape
        self.codes = [torch.randint(0, shape[0], (rows,)) for shape in sizes.values()]
        embedded = sum(shape[1] for shape in sizes.values())
        self.x = torch.rand(rows, derived - embedded)
        self.y = (torch.rand(rows) < 0.2).float()
        self.tables = torch.nn.ModuleList(torch.nn.Embedding(*shape) for shape in sizes.values())
        drop, silu = torch.nn.Dropout(0.15), torch.nn.SiLU()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(derived, units), silu, drop, torch.nn.Linear(units, units), silu, drop,
            torch.nn.Linear(units, 1))
        parameters = [*self.layers.parameters(), *self.tables.parameters()]
        self.optimizer = torch.optim.Adam(parameters, lr=0.005, fused=True)
        self.loss = torch.nn.BCEWithLogitsLoss()
        self.rows, self.batch = rows, batch

    def epoch(self):
        import torch

        start = time.perf_counter()
        order = torch.randperm(self.rows)
        for place in range(0, self.rows - self.batch + 1, self.batch):
            chosen = order[place : place + self.batch]
            parts = [self.x[chosen], *(table(code[chosen]) for table, code in zip(self.tables, self.codes))]
            self.optimizer.zero_grad()
            self.loss(self.layers(torch.cat(parts, 1))[:, 0], self.y[chosen]).backward()
            self.optimizer.step()
        return time.perf_counter() - start


def predictions(model, frame, rows=100_000):
    """Seconds of a plain network, and of the model, for as many rows from encoded data."""
    import nnswift

    columns = {name: (values * 2)[:rows] for name, values in frame.items() if name != "the target"}
    table = nnswift.Table(columns)
    layers = [nnswift.layers.Dense(64, "silu"), nnswift.layers.Dense(64, "silu"), nnswift.layers.Dense(1)]
    inputs = model.input_size
    plain = nnswift.Sequential(inputs, layers, loss="binary_cross_entropy")
    x = np.random.default_rng(0).normal(size=(rows, inputs)).astype(np.float32)
    found = []
    for call in (lambda: plain.predict(x), lambda: model.predict(table)):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
        found.append(min(times))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    data = load("noshow")
    frame = {**dict(zip(data.names, data.columns)), "the target": data.target}
    ratios = []
    for _ in range(rounds):
        speed, model = ours(frame)
        rows = int(0.8 * data.rows)
        recipe = Recipe(model, rows, batch=256)
        recipe.epoch()
        theirs = min(recipe.epoch() for _ in range(2))
        own = rows / speed
        ratios.append(own / theirs)
        print(f"{rows:,} rows, {model.input_size} floats, weight {model.weights['layers.0.weight'].shape}: "
              f"{own:.3f} s an epoch, PyTorch {theirs:.3f} s, ratio {ratios[-1]:.3f}", flush=True)
    plain, table = predictions(model, frame)
    print(f"100,000 rows: plain network {plain * 1e3:.0f} ms, the table's {table * 1e3:.0f} ms, ratio {table / plain:.2f}")


if __name__ == "__main__":
    main()
