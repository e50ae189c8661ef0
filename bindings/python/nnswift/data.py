"""Data sets for the library, and their division into two parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Tuple, TypeVar, overload

import numpy as np

from . import _arrays, _json, _labels, _tables
from ._library import (
    Data, Int64s, NNS_SPLIT_GROUP, NNS_SPLIT_RANDOM, NNS_SPLIT_STRATIFIED, NNS_SPLIT_TIME, c_int64, lib,
    nns_array,
)  # fmt: skip
from .errors import ArgumentError, DtypeError, ShapeError

if TYPE_CHECKING:
    import numpy.typing as npt

    A = TypeVar("A", bound=np.generic)
    B = TypeVar("B", bound=np.generic)

KINDS = {
    "random": NNS_SPLIT_RANDOM,
    "stratified": NNS_SPLIT_STRATIFIED,
    "group": NNS_SPLIT_GROUP,
    "time": NNS_SPLIT_TIME,
}

Kind = TypeVar("Kind", bound="DataSet")


class DataSet:
    """Features, targets and sample weights, checked by the library; the features stay where they are.

    To be used in a ``with`` statement, whose end gives the library's handle back.
    """

    def __init__(self, x: nns_array, y: nns_array, weight: Optional[nns_array] = None, *, allow_nan: bool = False):
        self._x = x
        self.handle: Any = Data()
        config = _json.encode({"allow_nan": bool(allow_nan)}, "config")
        lib.nns_data_create(x, y, weight, config, self.handle)
        # For sentences about a column, as a view of features has them.
        self.handle.table, self.handle.known_names = getattr(x, "table", None), getattr(x, "known_names", None)

    def _part(self: Kind, handle: Any) -> Kind:
        """Returns a data set of some of these rows; it keeps the features alive."""
        part = type(self).__new__(type(self))
        part._x, part.handle = self._x, handle
        return part

    def targets(self) -> npt.NDArray[Any]:
        """Returns a copy of the targets [rows x targets] as the library has them: int64, or float32 for numbers.

        Texts are their places among the different ones, sorted.
        """
        rows, columns = c_int64(), c_int64()
        lib.nns_data_size(self.handle, rows, None, columns)
        out = np.empty((rows.value, columns.value), np.int64)
        try:
            lib.nns_data_targets(self.handle, _arrays.borrow_array(out, "out"))
        except DtypeError:
            out = out.astype(np.float32)
            lib.nns_data_targets(self.handle, _arrays.borrow_array(out, "out"))
        return out

    def subset(self: Kind, indices: Any) -> Kind:
        """Returns rows by their positions, in this order and as often as they are named, without copying features."""
        positions = np.ascontiguousarray(indices, np.int64).ravel()
        handle = Data()
        lib.nns_data_subset(self.handle, _arrays.pointer(positions, Int64s), positions.size, handle)
        return self._part(handle)

    def rows(self) -> npt.NDArray[np.int64]:
        """Returns which rows of the features these are [int64]."""
        return _rows(self.handle)

    def __enter__(self) -> "DataSet":
        return self

    def __exit__(self, *_: Any) -> None:
        lib.nns_data_free(self.handle)


@overload
def split(
    X: npt.NDArray[A],
    y: npt.NDArray[B],
    fraction: float = 0.25,
    kind: str = "stratified",
    key: Any = None,
    seed: int = 0,
) -> Tuple[npt.NDArray[A], npt.NDArray[A], npt.NDArray[B], npt.NDArray[B]]: ...


@overload
def split(
    X: Any, y: Any, fraction: float = 0.25, kind: str = "stratified", key: Any = None, seed: int = 0
) -> Tuple[Any, Any, Any, Any]: ...


def split(
    X: Any, y: Any, fraction: float = 0.25, kind: str = "stratified", key: Any = None, seed: int = 0
) -> Tuple[Any, Any, Any, Any]:
    """Divides rows in two, as the library does in C.

    Parameters
    ----------
    X : array, table or sparse matrix [rows x ...]
        Features; any number of dimensions and any type, they are only picked from.
    y : array [rows] or [rows x targets]
        Targets; texts are fine, and so are one-hot rows.
    fraction : float
        Share of the rows for the second part, between 0 and 1; both parts get at least one row.
    kind : {"stratified", "random", "group", "time"}
        Each class in its proportion; rows at random; rows of equal key stay together; the rows with the largest keys
        (without key: the last rows) go to the second part.
    key : array [rows], optional
        For "group" and "time": numbers, texts or dates.
    seed : int
        Same seed, same split; 0 ... 2^64 - 1.

    Returns
    -------
    X_rest, X_part, y_rest, y_part
        Rows in their original order.

    Raises
    ------
    nnswift.Error
        As `split_indices`; ShapeError if X and y have different numbers of rows.
    """
    rows = X.shape[0] if getattr(X, "shape", None) else len(X)
    rest, part = split_indices(y, fraction, kind, key, seed)
    if rows != len(rest) + len(part):
        raise ShapeError(f"X and y must have equally many rows, got {rows} and {len(rest) + len(part)}")
    return _tables.rows_of(X, rest), _tables.rows_of(X, part), _tables.rows_of(y, rest), _tables.rows_of(y, part)


def split_indices(
    y: Any, fraction: float = 0.25, kind: str = "stratified", key: Any = None, seed: int = 0
) -> Tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Returns the row numbers [int64] of the two parts of `split`.

    Raises
    ------
    ArgumentError
        An unknown kind, a fraction out of range.
    DtypeError
        A stratified split of targets that are not classes.
    ShapeError
        Fewer than two rows, or a key of another length.
    """
    if kind not in KINDS:
        raise ArgumentError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    rows = y.shape[0] if getattr(y, "shape", None) else len(y)
    y = _classes_of(y) if kind == "stratified" else np.zeros(rows, np.uint8)
    keys = None if key is None else _arrays.borrow(sortable(key), "key")
    rest, part = Data(), Data()
    with DataSet(_nothing(rows), _arrays.borrow(y, "y")) as data:
        lib.nns_data_split(data.handle, KINDS[kind], float(fraction), keys, _arrays.seed(seed), rest, part)
    try:
        return _rows(rest), _rows(part)
    finally:
        lib.nns_data_free(rest)
        lib.nns_data_free(part)


def _classes_of(y: Any) -> Any:
    """Returns targets as class indices, if they are texts or one-hot."""
    (y,), _ = _labels.encode_together(y, names=("y",))
    array = _arrays.supported(y, "y")
    indices = _labels.indices_of_one_hot(array)
    return array if indices is None else indices


def _nothing(rows: int) -> nns_array:
    """Features for a split, which never looks at them."""
    return _arrays.borrow_array(np.zeros(rows, np.uint8), "X")


def sortable(key: Any) -> Any:
    """Returns keys as numbers in the same order."""
    array = np.asarray(key)
    if array.dtype.kind in "mM":
        if np.isnat(array).any():
            raise ArgumentError("key must not have missing times (NaT); drop such rows")
        return array.astype(np.int64)
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise ArgumentError(f"key must not be NaN, row {int(np.isnan(array).argmax())} is; fill or drop such rows")
    return _labels.encode_together(array, names=("key",))[0][0]


def _rows(data: Any) -> np.ndarray:
    count = c_int64()
    lib.nns_data_size(data, count, None, None)
    indices = np.empty(count.value, np.int64)
    lib.nns_data_rows(data, _arrays.pointer(indices, Int64s), count)
    return indices
