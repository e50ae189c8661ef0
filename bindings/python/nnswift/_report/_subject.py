"""What a report is about: a model, rows, and what the model makes of them."""

from __future__ import annotations

import functools
from typing import Any, Dict, List, Optional, Union

import numpy as np

from .. import _frames, _given, _labels
from ..errors import ArgumentError, ShapeError
from ..table import Table

Name = Union[str, int]


class Subject:
    """A model and rows.

    Attributes
    ----------
    kind : str
        "binary", "classes" (one of several), "labels" (several answers a row) or "numbers".
    rows : int
    truth : array
        Classes [rows] as indices, answers [rows x labels] as 0 and 1, numbers [rows x outputs].
    scores : array
        Probabilities of class 1 [rows], of classes or labels [rows x outputs]; predicted numbers [rows x outputs].
    classes : list of str
        Names: of two classes, of several, of answers, or of outputs.
    """

    def __init__(self, model: Any, X: Any, y: Any, sample_weight: Any):
        self.model, self.spec = model, model.spec
        self.is_table = bool(model._form.columns)
        self.X, y = self._given(X, y)
        proba = np.asarray(model.predict(self.X, allow_nan=self.allow_nan), np.float64)
        self.rows = len(proba)
        if self.rows < 2:
            raise ShapeError(f"X must have at least two rows to report on, got {self.rows}")
        outputs = model.output_size
        loss = self.spec["loss"]["type"]
        self.kind = "numbers"
        if loss == "softmax_cross_entropy":
            self.kind = "binary" if outputs == 2 else "classes"
        elif loss == "binary_cross_entropy":
            self.kind = "binary" if outputs == 1 else "labels"
        self.scores = self._scores(proba)
        self.classes = self._names(outputs)
        self.truth = self._truth(y)
        if len(self.truth) != self.rows:
            raise ShapeError(f"X and y must have equally many rows, got {self.rows} and {len(self.truth)}")
        self.weight = None if sample_weight is None else np.asarray(sample_weight, np.float64).ravel()
        if self.weight is not None and len(self.weight) != self.rows:
            raise ShapeError(f"sample_weight must have {self.rows} rows, got {len(self.weight)}")

    def _given(self, X: Any, y: Any) -> tuple:
        """Returns rows as the model takes them, and the targets."""
        self.allow_nan = _given.has_gaps(X)
        if not self.is_table:
            if y is None:
                raise ArgumentError("y must be the targets of X, got None")
            return X, y
        name = self.spec["target"]["name"]
        if y is None or isinstance(y, str):
            if y not in (None, name):
                raise ArgumentError(f'y must be the model\'s target "{name}", got "{y}"; or leave it out')
            return X, _given.table_column(X, name)
        if isinstance(X, Table):
            raise ArgumentError("y must not be given beside a nnswift.Table, which has its own")
        columns: Dict[str, Any] = {known: _given.table_column(X, known) for known in model_columns(self.model)}
        return {**columns, name: np.asarray(y)}, np.asarray(y)

    def _scores(self, proba: np.ndarray) -> np.ndarray:
        if self.kind == "binary":
            return proba if proba.ndim == 1 else proba[:, 1]
        return proba.reshape(self.rows, -1)

    def _names(self, outputs: int) -> List[str]:
        given = self.model.classes
        if self.kind in ("binary", "classes"):
            return [str(name) for name in given] if given else [str(number) for number in range(max(2, outputs))]
        if len(given) == outputs:
            return [str(name) for name in given]
        return [f"output {number}" for number in range(outputs)] if outputs > 1 else [self.target]

    def _truth(self, y: Any) -> np.ndarray:
        if self.kind == "numbers":
            return np.asarray(_labels.array_of(y, "y"), np.float64).reshape(self.rows, -1)
        array = _labels.array_of(y, "y")
        if self.kind == "labels":
            return array.astype(np.uint8).reshape(self.rows, -1)
        hot = _labels.indices_of_one_hot(array)
        if hot is not None:
            return hot
        places = {name: number for number, name in enumerate(self.classes)}
        texts = [_text(value) for value in array.ravel().tolist()]
        unknown = next((row for row, text in enumerate(texts) if text not in places), None)
        if unknown is not None:
            raise ArgumentError(
                f'y has the label "{texts[unknown]}" in row {unknown}, which is no class of the model; its classes are '
                f"{', '.join(self.classes[:20])}"
            )
        return np.array([places[text] for text in texts], np.int64)

    @property
    def target(self) -> str:
        """The name of what is predicted."""
        return self.spec["target"]["name"] if self.is_table else "the target"

    @functools.cached_property
    def labels(self) -> np.ndarray:
        """Predicted classes, as indices [rows]; of several answers 0 and 1 [rows x labels]."""
        if self.kind == "classes":
            return self.scores.argmax(axis=1)
        return (self.scores >= self.threshold).astype(np.int64)

    @property
    def threshold(self) -> float:
        return self.model.threshold if self.model.output_size == 1 or self.kind == "labels" else 0.5

    @functools.cached_property
    def columns(self) -> Dict[Name, np.ndarray]:
        """The values of the model's columns by name, or by position where they have none."""
        if self.is_table:
            return {name: _given.column(self.X, name, self.model) for name in model_columns(self.model)}
        array = _given.features(self.X)
        names: Any = self.model.feature_names or range(array.shape[1])
        return {name: array[:, place].astype(np.float64) for place, name in enumerate(names)}

    def part(self, rows: int, seed: int) -> Any:
        """Returns (X, y) of at most so many rows, as the model's own methods take them."""
        if rows >= self.rows:
            return (self._table(), None) if self.is_table else (self.X, self.encoded)
        places = np.sort(np.random.default_rng(seed).choice(self.rows, rows, replace=False))
        if self.is_table:
            return self._table().subset(places), None
        return _given.rows_of(self.X, places), self.encoded[places]

    @functools.cached_property
    def encoded(self) -> np.ndarray:
        """Targets as a model of arrays takes them: its own labels for classes."""
        names = self.model.classes
        if names and self.kind in ("binary", "classes"):
            return np.array(names)[self.truth]
        return self.truth

    def _table(self) -> Table:
        return self.X if isinstance(self.X, Table) else Table(self.X, self.spec["target"]["name"])


def model_columns(model: Any) -> List[str]:
    """Returns the columns that a model of a table looks at."""
    return [column["name"] for column in model.spec["columns"] if column["kind"] != "ignore"]


def _text(value: Any) -> str:
    """Returns a label as the name of its class is written: 1.0 out of a CSV file is the class 1."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def other_rows(subject: Subject, train: Any) -> Optional[Dict[Name, np.ndarray]]:
    """Returns the columns of the rows of the training, as `Subject.columns` does; None without them."""
    if train is None:
        return None
    if subject.is_table:
        if isinstance(train, tuple):
            raise ArgumentError("train must be a table, as the model is one of a table; got a tuple")
        return {name: _given.column(train, name, subject.model) for name in subject.columns}
    X = train[0] if isinstance(train, tuple) else train
    if not isinstance(train, tuple) and _frames.is_frame(train) and isinstance(train, dict):
        raise ArgumentError("train must be (X, y), got a dict")
    array = _given.features(X)
    if array.ndim != 2 or array.shape[1] != subject.model.input_size:
        raise ShapeError(f"train must have {subject.model.input_size} columns, got shape {array.shape}")
    return {name: array[:, place].astype(np.float64) for place, name in enumerate(subject.columns)}
