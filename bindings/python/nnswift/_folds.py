"""Cross-validation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Union

import numpy as np

from . import _arrays, _frames, _json, _labels, _tabular, _training
from ._interrupt import run_interruptibly
from ._library import Doubles, Int32s, lib
from ._watchers import Watchers, Watching
from .data import KINDS, DataSet, sortable
from .errors import ArgumentError, CallbackError, ShapeError
from .model import MetricSpec, Model, _metric_names
from .table import Table

if TYPE_CHECKING:
    import numpy.typing as npt


class CrossValidation(NamedTuple):
    """What `cross_validate` returns."""

    metrics: Dict[str, npt.NDArray[np.float64]]
    """Of each metric one value a fold, of the rows that the fold's model was not trained on."""
    predictions: npt.NDArray[np.float32]
    """Of each row by the model of its fold, as `Model.predict` returns them; NaN where a row has none."""
    folds: npt.NDArray[np.int32]
    """Of each row its fold, from 0; -1: the row was only learnt from (kind "time")."""


def cross_validate(
    X: Any,
    y: Any = None,
    spec: Optional[Mapping[str, Any]] = None,
    config: Optional[Mapping[str, Any]] = None,
    *,
    folds: int = 5,
    kind: str = "stratified",
    key: Any = None,
    seed: int = 0,
    metrics: Union[MetricSpec, Sequence[MetricSpec]] = ("loss",),
    sample_weight: Any = None,
    callback: Watching = None,
    verbose: Optional[int] = None,
) -> CrossValidation:
    """Trains a model for each fold on the rows of the other folds, and evaluates it on the fold's own.

    Parameters
    ----------
    X, y, sample_weight
        As in `Model.train`; or a table, of which y names the target, or a `nnswift.Table` alone. Of a table the levels,
        scales and bins are learnt anew in each fold: nothing leaks.
    spec, config : dict, optional
        As of `Model` and `Model.train`; of a table what is laid over the preset "tabular", as in `nnswift.fit_table`.
    folds : int
        At least 2.
    kind : {"stratified", "random", "group", "time"}
        Each class spread evenly over the folds; rows at random; rows of equal key stay together; or an expanding
        window: the rows by key (without it as they are), each fold after the rows that its model is trained on.
    key : array [rows], optional
        For "group" and "time": numbers, texts or dates; of a table also the name of a column.
    seed : int
        Of the folds. Those of the models are in spec and config.
    metrics : list of names or of dicts with options
    callback, verbose
        As in `Model.train`; ``progress.fold`` is 1 ... ``progress.folds``. The result `nnswift.STOP` ends the training
        of a fold, an exception all.

    Returns
    -------
    CrossValidation
        ``result.metrics["loss"].mean()``; ``result.predictions`` for what comes after, such as a threshold.

    Raises
    ------
    nnswift.Error
        As `Model.train`. DtypeError: targets that are no classes cannot be stratified.

    Examples
    --------
    >>> import nnswift
    >>> people = {"age": [20, 30, 40, 50] * 10, "city": ["Bern", "Rome"] * 20, "came": ["no", "yes"] * 20}
    >>> result = nnswift.cross_validate(people, "came", folds=4, metrics="accuracy")
    >>> result.metrics["accuracy"].tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    if kind not in KINDS:
        raise ArgumentError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    wanted = [metrics] if isinstance(metrics, (str, Mapping)) else list(metrics)
    if isinstance(X, Table) or isinstance(y, (str, int)) and _frames.is_frame(X):
        if sample_weight is not None:
            raise ArgumentError(
                "sample_weight must not be given beside a table; nnswift.Table(frame, weight=...) has it"
            )
        table = X if isinstance(X, Table) else Table(X, y)
        key = None if key is None else table._key(key)
        return _OfTable(table, spec, config).run(folds, kind, key, seed, wanted, callback, verbose)
    return _OfArrays(X, y, sample_weight, spec, config).run(folds, kind, key, seed, wanted, callback, verbose)


class _Validation:
    """A cross-validation of one kind of data."""

    spec: Mapping[str, Any]
    config: Mapping[str, Any]
    # Without training; it knows the form of predictions.
    model: Model
    data: Any

    def run(
        self, folds: int, kind: str, key: Any, seed: int, metrics: List[MetricSpec], watching: Watching, verbose: Any
    ) -> CrossValidation:
        watchers = Watchers(self.model, watching, verbose, self.config)
        folds, seed = _arrays.integer(folds, "folds", 2, 2**31 - 1), _arrays.seed(seed)
        keys = None if key is None else _arrays.borrow(sortable(key), "key")
        with _training.opened(self.data, bool(self.config.get("allow_nan", False))) as data:
            rows = len(data.rows())
            how = (KINDS[kind], folds, keys, seed)
            places = np.empty(rows, np.int32)
            lib.nns_data_folds(data.handle, *how, _arrays.pointer(places, Int32s), rows)
            values = np.empty((folds, len(metrics)))
            out = self.model._form.empty(rows, "proba")
            self._call(data, how, metrics, values, _arrays.borrow_array(out, "out"), watchers)
        named = dict(zip(_metric_names(metrics), np.ascontiguousarray(values.T)))
        return CrossValidation(named, self.model._form.finished(out, "proba", False), places)

    def _call(
        self, data: DataSet, how: tuple, metrics: list, values: np.ndarray, out: Any, watchers: Watchers
    ) -> None:
        texts = (_json.encode(self.spec, "spec"), _json.encode(watchers.config, "config"))
        wanted = _json.encode(metrics, "metrics")
        errors: List[BaseException] = []
        stopped: List[bool] = []
        report = _training.reporting(watchers, errors, stopped=stopped)

        def work() -> None:
            lib.nns_cross_validate(
                data.handle, *texts, *how, wanted, _arrays.pointer(values, Doubles), values.size, out, report, None
            )

        with watchers.watching(self.model):
            try:
                run_interruptibly(work, lambda: stopped.append(True))
            except CallbackError:
                # Its exception follows.
                pass
            if errors:
                raise errors.pop()


class _OfTable(_Validation):
    def __init__(self, table: Table, spec: Optional[Mapping[str, Any]], config: Optional[Mapping[str, Any]]):
        self.data = table
        self.config = {"preset": "tabular", **(config or {})}
        self.spec = {"preset": "tabular", **(spec or {})}
        if "columns" in self.spec:
            self.spec["columns"] = _tabular.described(self.spec["columns"])
        self.model = Model.for_table(table, self.spec)


class _OfArrays(_Validation):
    def __init__(
        self, X: Any, y: Any, sample_weight: Any, spec: Optional[Mapping[str, Any]], config: Optional[Mapping[str, Any]]
    ):
        if spec is None:
            raise ArgumentError("spec must say what the network is, as that of nnswift.Model does; tables need none")
        self.spec, self.config = dict(spec), dict(config or {})
        (y,), texts = _labels.encode_together(y, names=("y",))
        if texts and "classes" not in self.spec:
            self.spec["classes"] = texts
        self.model = Model(self.spec)
        self.data = self.model._borrowed(X, y, sample_weight)
