"""What a model's predictions depend on: permutation importance and partial dependence."""

from __future__ import annotations

import contextlib
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Union

import numpy as np

from . import _arrays, _json, _prediction
from ._library import Doubles, lib
from ._values import RowValues
from .data import DataSet
from .errors import ArgumentError
from .table import Table

Name = Union[str, int]


class Importance(NamedTuple):
    """How much a metric worsens when the values of a column change places."""

    mean: float
    """Over the repeats; 0 for a column that the model does not use, below 0 where the metric improved."""
    deviation: float
    """The standard deviation over the repeats."""


def names_of(model: Any) -> List[Name]:
    """Returns how a caller names the columns of a model: features without names by their positions."""
    return list(model._form.columns or model._form.feature_names or range(model.input_size))


def importance(
    model: Any, X: Any, y: Any, metric: Any, sample_weight: Any, repeats: int, seed: int, allow_nan: bool
) -> Dict[Name, Importance]:
    names = names_of(model)
    mean, deviation = np.empty(len(names)), np.empty(len(names))
    text = None if metric is None else _json.kind(metric, "metric")
    repeats, seed = _arrays.integer(repeats, "repeats", 1, 1_000_000), _arrays.seed(seed)

    def work() -> None:
        lib.nns_importance(
            model._handle, data.handle, text, repeats, seed, _arrays.pointer(mean, Doubles),
            _arrays.pointer(deviation, Doubles), len(names),
        )  # fmt: skip

    with _rows(model, X, y, sample_weight, allow_nan) as data:
        _run(work, model, data, 1 + 2 * repeats * len(names))
    pairs = zip(mean.tolist(), deviation.tolist())
    return {name: Importance(*pair) for name, pair in zip(names, pairs)}


def dependence(
    model: Any,
    X: Any,
    column: Name,
    values: Sequence[Any],
    output: Union[int, str],
    sample_weight: Any,
    allow_nan: bool,
) -> np.ndarray:
    place, values = _place(column, names_of(model)), list(values)
    given = RowValues([{"name": str(column), "kind": "value"}] * len(values))
    given.write(values)
    mean = np.empty(len(values))
    number = _output(model, output)

    def work() -> None:
        lib.nns_dependence(
            model._handle, data.handle, place, given.array, len(values), number, _arrays.pointer(mean, Doubles)
        )

    with _rows(model, X, None, sample_weight, allow_nan, needs_target=False) as data:
        _run(work, model, data, len(values))
    return mean


def _place(column: Name, names: List[Name]) -> int:
    if not isinstance(column, str):
        return _arrays.size(column, "column")
    if column not in names:
        raise ArgumentError(f'the model has no column "{column}"; it has {", ".join(map(str, names[:20]))}')
    return names.index(column)


def _output(model: Any, output: Union[int, str]) -> int:
    if not isinstance(output, str):
        return _arrays.size(output, "output")
    if model.output_size == 1 or output not in model.classes:
        raise ArgumentError(f'output must be a position or one of several classes, got "{output}"')
    return model.classes.index(output)


@contextlib.contextmanager
def _rows(
    model: Any, X: Any, y: Any, sample_weight: Any, allow_nan: bool, needs_target: bool = True
) -> Iterator[DataSet]:
    """A data set of the rows to look at."""
    if model._is_table(X):
        if needs_target or isinstance(X, Table):
            yield model._with_target(X, y, sample_weight)
        else:
            yield Table._for_prediction(X, model._form.columns, allow_nan)
        return
    if not needs_target:
        # A data set needs targets; none are looked at here.
        view = model._form.view(X)
        weight = _arrays.borrow_optional(sample_weight, "sample_weight")
        arrays: tuple = (view, _arrays.borrow(np.zeros(view.rows, np.uint8), "y"), weight)
    else:
        arrays = model._borrowed(X, y, sample_weight)
    with DataSet(*arrays, allow_nan=allow_nan) as data:
        yield data


def _run(work: Any, model: Any, data: DataSet, passes: int) -> None:
    _prediction.run(work, model._form, data.rows().size * passes)
