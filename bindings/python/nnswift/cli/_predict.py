"""`nnswift predict`: rows in, predictions out, part by part."""

from __future__ import annotations

import argparse
import contextlib
import csv
import sys
from typing import IO, Any, Dict, Iterator, List

import numpy as np

from ..model import Model
from . import _printed
from ._complaint import unknown
from ._model import loaded
from ._reading import Reading
from ._tables import Rows, for_model

# Rows read, predicted and written at a time: memory stays small, a pipe flows.
_ROWS = 20_000


def run(options: argparse.Namespace) -> None:
    model = loaded(options.model)
    reading = Reading(options, model)
    if options.threshold is not None:
        model.threshold = options.threshold
    with _opened(options.out) as out:
        is_first = True
        for rows in for_model(options.data, reading, model, None, _ROWS):
            _write(out, _columns(model, rows, options), is_first, options.json)
            is_first = False


@contextlib.contextmanager
def _opened(path: str) -> Iterator[IO[str]]:
    if path == "-":
        yield sys.stdout
        sys.stdout.flush()
        return
    with open(path, "w", encoding="utf-8", newline="") as file:
        yield file


def _columns(model: Model, rows: Rows, options: argparse.Namespace) -> Dict[str, List[Any]]:
    """Returns what is written of some rows, by the names of columns."""
    out: Dict[str, List[Any]] = {}
    for name in options.keep:
        try:
            out[name] = rows.column(name)
        except KeyError:
            raise unknown(options.data, name, list(rows.raw)) from None
    if not rows.size:
        return {**out, **{name: [] for name in _names(model)}}
    values = model.predict(rows.data)
    if _is_regression(model):
        return {**out, **dict(zip(_names(model), values.reshape(rows.size, -1).T.tolist()))}
    if values.ndim == 1:
        values = np.stack([1 - values, values], axis=1)
    labels = model.predict(rows.data, kind="label").tolist()
    return {**out, **dict(zip(_names(model), [labels, *values.T.tolist()]))}


def _is_regression(model: Model) -> bool:
    return "cross_entropy" not in model.spec["loss"]["type"]


def _names(model: Model) -> List[str]:
    """Returns the names of the columns of predictions."""
    outputs = model.output_size
    if _is_regression(model):
        return ["prediction"] if outputs == 1 else [f"prediction_{place}" for place in range(outputs)]
    return ["prediction"] + [f"probability_{name}" for name in model.classes or range(max(outputs, 2))]


def _write(out: IO[str], columns: Dict[str, List[Any]], is_first: bool, is_json: bool) -> None:
    if is_json:
        for values in zip(*columns.values()):
            out.write(_printed.as_json(dict(zip(columns, values))) + "\n")
        return
    writer = csv.writer(out, lineterminator="\n")
    if is_first:
        writer.writerow(columns)
    writer.writerows(zip(*[_rounded(values) for values in columns.values()]))


def _rounded(values: List[Any]) -> List[Any]:
    """Returns values with as many digits as float32 has."""
    return [f"{value:.7g}" if isinstance(value, float) else value for value in values]
