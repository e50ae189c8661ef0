"""Two small tables of examples/data: cars (a number to predict) and wines (three classes)."""

import csv
import pathlib
from typing import NamedTuple

import numpy as np

import nnswift

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"


class Task(NamedTuple):
    """Rows to learn from and rows to test on, of a table that is known by its loss."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    outputs: int
    loss: str


def rows_of(name):
    with open(DATA / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cars(seed):
    """Miles per gallon of 392 cars from 9 columns; a fifth of the rows for the test."""
    rows = [row for row in rows_of("auto-mpg.csv") if row["horsepower"]]
    names = ("cylinders", "displacement", "horsepower", "weight", "acceleration", "model_year")
    columns = [[float(row[name]) for name in names] + [row["origin"] == kind for kind in "123"] for row in rows]
    return _task(columns, [float(row["mpg"]) for row in rows], np.float32, 1, "mse", "random", seed)


def wines(seed):
    """Three cultivars of 178 wines from 13 measurements; a fifth of the rows for the test, by class."""
    rows = rows_of("wine.csv")
    columns = [[float(value) for name, value in row.items() if name != "cultivar"] for row in rows]
    labels = [int(row["cultivar"]) for row in rows]
    return _task(columns, labels, np.int64, 3, "softmax_cross_entropy", "stratified", seed)


def _task(X, y, kind_of_y, outputs, loss, kind, seed):
    X, y = np.array(X, np.float32), np.array(y, kind_of_y)
    X, X_test, y, y_test = nnswift.split(X, y, fraction=0.2, kind=kind, seed=seed)
    return Task(X, y, X_test, y_test, outputs, loss)


def validation_part(task, seed):
    """Returns the task with a quarter of its rows to learn from in the place of the test part, which stays unseen."""
    kind = "random" if task.loss == "mse" else "stratified"
    X, X_held, y, y_held = nnswift.split(task.X, task.y, fraction=0.25, kind=kind, seed=seed + 100)
    return task._replace(X=X, y=y, X_test=X_held, y_test=y_held)
