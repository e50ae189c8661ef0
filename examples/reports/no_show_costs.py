"""Seconds and memory of study A's trainings beside PyTorch's."""

import tempfile

import numpy as np
from common import Table, peak_memory, timed, torch, torch_threads
from no_show_models import adam, from_scratch, recommended, torch_adam, torch_recommended, torch_sgd
from no_show_table import PLAIN


def costs(report, X, y, parts):
    """Seconds and memory beside PyTorch's, the same work in the same run."""
    rows = next(iter(parts.values()))[0]
    plain, every = X[rows][:, :PLAIN].copy(), X[rows]
    few = 10 if report.quick else 100
    works = [("2,000 rows, full batch, 1,000 epochs", from_scratch, torch_sgd, plain, {}),
             (f"{len(rows):,} rows, full batch, {few} epochs", adam, torch_adam, plain, {"epochs": few}),
             ("all columns, batch 256, 2 epochs", recommended, torch_recommended, every, {"epochs": 2}),
             ("all columns, batch 32, 1 epoch", recommended, torch_recommended, every,
              {"epochs": 1, "batch_size": 32})]  # fmt: skip
    folder = tempfile.TemporaryDirectory()
    columns = ("ours, s", "PyTorch, s", "its threads", "times as fast", "ours, MB", "PyTorch, MB")
    table, ratios = Table("seconds and peak memory, ours with one thread", *columns), {}
    for name, ours, theirs, inputs, options in works:
        seconds = min(timed(lambda: ours(inputs, y[rows], 1, **options))[1] for _ in range(2))
        np.savez(f"{folder.name}/rows.npz", X=inputs, y=y[rows])
        cells = {columns[0]: seconds, columns[4]: f"{peak_memory(train_rows, ours, folder.name, options):.0f}"}
        if torch():
            threads = torch_threads(lambda: theirs(inputs[:4096], y[rows][:4096], 1, **options | {"epochs": 5}))
            spent = min(timed(lambda: theirs(inputs, y[rows], 1, **options))[1] for _ in range(2))
            ratios[name] = spent / seconds
            memory = peak_memory(train_rows, theirs, folder.name, options)
            cells |= dict(zip(columns[1:], (spent, threads, f"{ratios[name]:.1f}", cells[columns[4]], f"{memory:.0f}")))
        table.row(name, cells, 2)
    report.say(table)
    if ratios:
        ratio = ratios[works[3][0]]
        report.check(f"batch 32: {ratio:.1f} times as fast as PyTorch (at least 3)", ratio >= 3)


def train_rows(train, folder, options):
    rows = np.load(f"{folder}/rows.npz")
    train(rows["X"], rows["y"], 1, **options)
