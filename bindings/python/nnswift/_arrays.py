"""NumPy arrays as the library sees them: borrowed with their strides, not copied."""

from __future__ import annotations

import ctypes
import operator
import sys
from typing import Any, Optional

import numpy as np

from . import _elements, _tables
from ._library import NNS_BOOL, NNS_F32, NNS_F64, NNS_I32, NNS_I64, NNS_U8, nns_array
from .errors import ArgumentError, DtypeError, Error, ShapeError

# Element types by kind and size, so that C's int, long and long long are what they are.
_TYPES = {
    ("f", 4): NNS_F32, ("f", 8): NNS_F64, ("u", 1): NNS_U8, ("i", 4): NNS_I32, ("i", 8): NNS_I64,
    ("b", 1): NNS_BOOL,
}  # fmt: skip
# The smallest type of the library that holds every value of another.
_WIDER = {
    ("f", 2): np.float32, ("i", 1): np.int32, ("i", 2): np.int32, ("u", 2): np.int32, ("u", 4): np.int64,
}  # fmt: skip


def supported(values: Any, name: str) -> np.ndarray:
    """Returns values as an array of an element type that the library reads, copied only if it must be.

    Raises
    ------
    DtypeError
        Text, objects, dates, complex numbers, integers beyond 64 bits, masked values.
    """
    # Without numpy.ma, which is slow to import, there are none.
    if type(values) is not np.ndarray and "numpy.ma" in sys.modules and np.ma.is_masked(values):
        raise DtypeError(f"{name} must not have masked values; fill or drop them, for example with .filled()")
    array = values if type(values) is np.ndarray else _as_array(values, name)
    dtype = array.dtype
    key = (dtype.kind, dtype.itemsize)
    if key in _TYPES:
        return array if dtype.isnative else array.astype(dtype.newbyteorder("="))
    if key in _WIDER:
        return array.astype(_WIDER[key])
    if dtype.kind == "u" and (array.size == 0 or int(array.max()) <= np.iinfo(np.int64).max):
        return array.astype(np.int64)
    if dtype.kind in "OUST":
        raise DtypeError(_elements.refusal(array, name))
    cure = "its values must be within 64-bit signed integers" if dtype.kind == "u" else "convert with .astype(...)"
    if dtype.kind in "mM":
        cure = "make numbers of it, for example days since a date"
    raise DtypeError(f"{name} must be float32, float64, bool or integers, got dtype {dtype}; {cure}")


def _as_array(values: Any, name: str) -> np.ndarray:
    try:
        return np.asarray(_tables.array_of(values, name))
    except ValueError as problem:
        lengths = _elements.ragged(values) if isinstance(values, (list, tuple)) else None
        if isinstance(problem, Error) or not lengths:
            raise
        raise ShapeError(f"{name} must have rows of one length, {lengths}") from None


def borrow(values: Any, name: str) -> nns_array:
    """Returns a view of values [rows x columns] for the library; one dimension is a column.

    The view keeps the array alive. Its memory must not be reshaped while the library uses it.
    """
    return borrow_array(supported(values, name), name)


def borrow_array(array: np.ndarray, name: str) -> nns_array:
    """`borrow` for an array whose element type is supported."""
    if any(stride == 0 and size > 1 for stride, size in zip(array.strides, array.shape)):
        # The C contract takes a stride of 0 for a mistake: broadcast values are written out.
        array = array.copy(order="C")
    if array.ndim == 1:
        rows, columns, (row_stride,), column_stride = array.size, 1, array.strides, array.itemsize
    elif array.ndim == 2:
        (rows, columns), (row_stride, column_stride) = array.shape, array.strides
    else:
        raise ShapeError(
            f"{name} must have 1 or 2 dimensions, got shape {array.shape}; flatten rows with .reshape(len(x), -1)"
        )
    view = nns_array(
        _TYPES[array.dtype.kind, array.itemsize], array.ctypes.data, rows, columns, row_stride, column_stride
    )
    view.source = array
    return view


def borrow_optional(values: Any, name: str) -> Optional[nns_array]:
    """`borrow`, or None for None: the library's NULL."""
    return None if values is None else borrow(values, name)


def pointer(array: np.ndarray, kind: Any):
    """Returns a typed pointer, such as POINTER(c_float), to a dense array's first element."""
    return array.ctypes.data_as(kind)


def integer(value: Any, name: str, low: int, high: int) -> int:
    """Returns value as an int within bounds: ctypes would cut it to size without a word.

    Raises
    ------
    ArgumentError
        Not an integer, or out of range.
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise ArgumentError(f"{name} must be an integer in {low}...{high}, got {value!r}") from None
    if not low <= number <= high:
        raise ArgumentError(f"{name} must be an integer in {low}...{high}, got {number}")
    return number


def seed(value: Any) -> int:
    """Returns a seed, 0 ... 2^64 - 1."""
    return integer(value, "seed", 0, 2**64 - 1)


def size(value: Any, name: str) -> int:
    """Returns a number that fits the library's 64-bit sizes; the library checks its range."""
    return integer(value, name, -(2**63), 2**63 - 1)


def int64s(values: Any) -> Any:
    """Returns a C array of 64-bit integers."""
    return (ctypes.c_int64 * len(values))(*values)
