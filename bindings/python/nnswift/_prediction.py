"""Predictions: from any features to an array in the form that was asked for."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, List, Mapping, Optional, Tuple

import numpy as np

from . import _arrays, _columns, _frames
from ._interrupt import run_interruptibly
from ._library import NNS_ALLOW_NAN, NNS_F32, NNS_LABEL, NNS_NO_LABEL, NNS_PROBA, NNS_RAW, dense_array, nns_array, taking_bytes
from .errors import ArgumentError, DtypeError, ShapeError

_KINDS = {"proba": NNS_PROBA, "label": NNS_LABEL, "raw": NNS_RAW}
# Losses of class labels; those of other losses are numbers.
_CLASSIFYING = ("softmax_cross_entropy", "binary_cross_entropy")


def kind_code(kind: str, allow_nan: bool) -> int:
    """Returns the C contract's number of a kind.

    Raises
    ------
    ArgumentError
        An unknown kind.
    """
    try:
        return _KINDS[kind] | (NNS_ALLOW_NAN if allow_nan else 0)
    except (KeyError, TypeError):
        raise ArgumentError(f'kind must be "proba", "label" or "raw", got {kind!r}') from None


class OutputForm:
    """Number, type and names of the values that a model gives for a row."""

    def __init__(self, inputs: int, outputs: int, parameters: int):
        self.inputs = inputs
        self._row_work = inputs + parameters
        self._outputs = outputs
        # Of one row: for `one_row`, which has no time to work them out.
        self.row_shape, self.outputs = (1, inputs), outputs
        self.out_shape = (1,) if outputs == 1 else (1, outputs)

    def describe(self, spec: Mapping[str, Any], learnt_names: List[str]) -> None:
        """Takes the names of features and classes from a spec; without names in it, those learnt from a table."""
        # Of a model of a table, which has no features.
        self.columns = [column["name"] for column in spec.get("columns", ())]
        self.feature_names = spec.get("features") or learnt_names
        self.names_origin = 'the spec\'s "features"' if spec.get("features") else "the training"
        self.is_regression = spec["loss"]["type"] not in _CLASSIFYING
        # Whether a row is of one class out of several, so that its targets may be one-hot.
        self.has_one_class = spec["loss"]["type"] == "softmax_cross_entropy"
        self._label_columns = 1 if self.has_one_class else self._outputs
        classes = spec.get("classes")
        # Several binary outputs are answers of their own: the names are theirs, not those of 0 and 1.
        self._names = classes if classes and self._label_columns == 1 else []

    def is_short(self, rows: int) -> bool:
        """Returns whether a prediction for that many rows is over before a thread for it would have paid."""
        return rows * self._row_work <= _SHORT_WORK

    def features(self, X: Any) -> Tuple[nns_array, bool]:
        """Returns a view of X, and whether X is one row without a second dimension.

        Raises
        ------
        ShapeError
            One dimension that is neither a row nor, for a model of one feature, a column.
        """
        array, table = self._in_order(X)
        is_row = array.ndim == 1 and array.size == self.inputs
        if array.ndim == 1 and not is_row and self.inputs != 1:
            raise ShapeError(
                f"x must be rows of {self.inputs} features, or one such row, got {array.size} values in one dimension"
            )
        return self._named(_arrays.borrow_array(array[np.newaxis] if is_row else array, "x"), table), is_row

    def view(self, X: Any, prepare: Callable[[np.ndarray], np.ndarray] = lambda array: array) -> nns_array:
        """Returns a view of X [rows x features]; a table's columns must be those that are known.

        Parameters
        ----------
        prepare
            What is done to the array first, such as `_rows.together`.

        Raises
        ------
        ArgumentError, ShapeError
            Other columns.
        """
        array, table = self._in_order(X)
        return self._named(_arrays.borrow_array(prepare(array), "x"), table)

    def _in_order(self, X: Any) -> Tuple[np.ndarray, Any]:
        """Returns X as an array with the columns in the model's order, and the table whose column names are its."""
        if type(X) is np.ndarray and X.dtype.names is None:
            return _arrays.supported(X, "x"), X
        self._refuse_table(X)
        places = _columns.order(X, self.feature_names, self.names_origin)
        array = _arrays.supported(X, "x")
        return (array, X) if places is None else (array[..., places], None)

    def _refuse_table(self, X: Any) -> None:
        """Raises ArgumentError for a table in a call that has no form for tables, of a model that takes them."""
        if self.columns and _frames.is_frame(X):
            raise ArgumentError(
                "this call takes arrays, and the model the columns of a table; train, evaluate, predict, calibrate and "
                "session.predict_values are for tables"
            )

    def _named(self, view: nns_array, X: Any) -> nns_array:
        """Gives a view what `_columns.named` looks for when the library refuses it."""
        view.table, view.known_names = X, self.feature_names
        return view

    def empty(self, rows: int, kind: str) -> np.ndarray:
        """Returns an array for the predictions of that many rows."""
        if kind == "label":
            return np.empty((rows, self._label_columns), np.int64)
        return np.empty((rows, self._outputs), np.float32)

    def rows_of(self, out: np.ndarray, rows: int, kind: str) -> np.ndarray:
        """Returns out as rows; raises unless predictions can be written into it."""
        columns, dtypes = self._label_columns, ("int64", "int32")
        if kind != "label":
            columns, dtypes = self._outputs, ("float32", "float64")
        if not isinstance(out, np.ndarray) or out.dtype.name not in dtypes or not out.dtype.isnative:
            raise DtypeError(f'out must be an array of {" or ".join(dtypes)} for kind "{kind}"')
        if out.size != rows * columns:
            raise ShapeError(f"out must have {rows} x {columns} elements, got shape {out.shape}")
        if not (out.flags.c_contiguous and out.flags.writeable):
            raise ArgumentError("out must be writeable and dense (C order)")
        return out.reshape(rows, columns)

    def finished(self, out: np.ndarray, kind: str, is_row: bool) -> Any:
        """Returns predictions, labels in the type of the classes; a row's own result for one row.

        Raises
        ------
        ArgumentError
            A row without a label.
        """
        if kind == "label":
            out = self._labels(out)
        # One value a row: (n,) as targets have it, since (n, 1) against (n,) would broadcast to (n, n).
        if out.shape[1] == 1:
            out = out[:, 0]
        if not is_row:
            return out
        return out[0].item() if kind == "label" and out.ndim == 1 else out[0]

    def _labels(self, out: np.ndarray) -> np.ndarray:
        """Returns the library's labels in the type of the classes: integers as they are, texts by their index."""
        if out.size and out.min() == NNS_NO_LABEL:
            row = int(np.argwhere(out == NNS_NO_LABEL)[0, 0])
            raise ArgumentError(
                f'row {row} of x has no label, as its outputs are NaN; fill its missing values, or use kind="proba"'
            )
        if not self._names or isinstance(self._names[0], int) and not isinstance(self._names[0], bool):
            return out
        return out.astype(bool) if isinstance(self._names[0], bool) else np.array(self._names)[out]


# Multiplications that end within a few hundredths of a second.
_SHORT_WORK = 100_000_000


def run(work: Callable[[], Any], form: OutputForm, rows: int) -> None:
    """Makes a call that predicts for that many rows; Ctrl-C ends a long one."""
    if form.is_short(rows):
        work()
    else:
        run_interruptibly(work)


_FLOAT = np.dtype(np.float32)
addressof = ctypes.addressof
predict_one = taking_bytes("nns_predict_one")
# No element of its own: `from_buffer` gives the address of any dense, writeable array, and far more quickly than `.ctypes`.
address = (ctypes.c_float * 0).from_buffer


def one_row(call: Callable[..., Any], form: OutputForm, X: Any) -> Optional[np.ndarray]:
    """Predicts probabilities for one dense float32 row by nns_predict_one's last arguments; None if X is anything else."""
    if type(X) is not np.ndarray or X.dtype is not _FLOAT or X.shape != form.row_shape:
        return None
    try:
        features = address(X)
    except (TypeError, ValueError, BufferError):
        return None
    out = np.empty(form.out_shape, _FLOAT)
    call(features, form.inputs, NNS_PROBA, dense_array(NNS_F32, addressof(address(out)), 1, form.outputs))
    return out


def predict(
    call: Callable[[nns_array, int, nns_array], Optional[int]], form: OutputForm, X: Any, kind: str, allow_nan: bool
) -> Any:
    """Predicts with a function of the library that lacks only features, kind and output."""
    code = kind_code(kind, allow_nan)
    view, is_row = form.features(X)
    out = form.empty(view.rows, kind)
    target = _arrays.borrow_array(out, "out")
    run(lambda: call(view, code, target), form, view.rows)
    return form.finished(out, kind, is_row)
