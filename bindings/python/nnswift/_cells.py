"""Columns of a table as the library takes them: NumPy arrays where they are, Python objects converted."""

from __future__ import annotations

import ctypes
import datetime
import decimal
import fractions
import functools
from typing import Any, List, Optional, Sequence, Set, Tuple

import numpy as np

from . import _elements
from ._library import (
    NNS_BOOL, NNS_F32, NNS_F64, NNS_I8, NNS_I16, NNS_I32, NNS_I64, NNS_MICROS, NNS_TEXT_64, NNS_TEXT_FIXED, NNS_U8,
    NNS_U16, NNS_U32, NNS_U64, nns_column,
)  # fmt: skip
from .errors import ArgumentError, DtypeError, ShapeError

_TYPES = {
    ("f", 4): NNS_F32, ("f", 8): NNS_F64, ("b", 1): NNS_BOOL,
    ("i", 1): NNS_I8, ("i", 2): NNS_I16, ("i", 4): NNS_I32, ("i", 8): NNS_I64,
    ("u", 1): NNS_U8, ("u", 2): NNS_U16, ("u", 4): NNS_U32, ("u", 8): NNS_U64,
}  # fmt: skip
_EPOCH = datetime.datetime(1970, 1, 1)
_EPOCH_UTC = _EPOCH.replace(tzinfo=datetime.timezone.utc)
_MICROSECOND = datetime.timedelta(microseconds=1)


def of_array(array: np.ndarray, title: str, valid: Optional[np.ndarray] = None) -> Optional[nns_column]:
    """Returns a view of an array [rows]; None for a type that no column has, such as durations.

    Parameters
    ----------
    title
        The column's name in sentences.
    valid
        Which rows have a value [rows], booleans; None: all but NaN, NaT and None.

    Raises
    ------
    ShapeError
        More dimensions than one.
    DtypeError, ArgumentError
        As `of_objects`.
    """
    if array.ndim != 1:
        raise ShapeError(f"column {title} must have one dimension, got shape {array.shape}")
    kind = array.dtype.kind
    if isinstance(array, np.ma.MaskedArray):
        mask = ~np.ma.getmaskarray(array)
        return of_array(array.data, title, mask if valid is None else mask & valid)
    if kind == "M":
        return _of_dates(array, valid)
    if kind == "S":
        return _borrowed(array, NNS_TEXT_FIXED, valid, size=array.dtype.itemsize) if array.dtype.itemsize else None
    if kind in "OUT":
        values = array.tolist()
        return of_objects(values if valid is None else [v if ok else None for v, ok in zip(values, valid)], title)
    if kind == "f" and array.dtype.itemsize not in (4, 8):
        array = array.astype(np.float32 if array.dtype.itemsize == 2 else np.float64)
    code = _TYPES.get((kind, array.dtype.itemsize))
    if code is None:
        return None
    return _borrowed(array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("=")), code, valid)


def _of_dates(array: np.ndarray, valid: Optional[np.ndarray]) -> Optional[nns_column]:
    if np.datetime_data(array.dtype)[0] == "generic":
        return None
    is_there = ~np.isnat(array)
    micros = array.astype("datetime64[us]").astype(np.int64)
    return _borrowed(micros, NNS_MICROS, is_there if valid is None else is_there & valid)


def _borrowed(array: np.ndarray, code: int, valid: Optional[np.ndarray], **fields: Any) -> nns_column:
    if array.size > 1 and array.strides[0] == 0:
        # A stride of 0 would mean dense: a broadcast value is written out.
        array = array.copy()
    column = nns_column(code, None, array.ctypes.data, array.strides[0] if array.size > 1 else 0)
    column.size = fields.get("size", -1)
    bits = None
    if valid is not None and not valid.all():
        bits = np.packbits(valid, bitorder="little")
        column.valid = bits.ctypes.data
    column.source = (array, bits)
    return column


def of_levels(codes: np.ndarray, levels: nns_column, count: int) -> nns_column:
    """Returns a column of a category: the place of each row's value in levels, below 0 where it is missing."""
    is_there = codes >= 0
    places = codes if is_there.all() else np.where(is_there, codes, 0).astype(codes.dtype)
    column = _borrowed(places, _TYPES["i", codes.dtype.itemsize], is_there)
    column.levels, column.level_count = ctypes.pointer(levels), count
    column.source = (column.source, levels)
    return column


@functools.lru_cache(maxsize=256)
def _kind(value_type: type) -> str:
    """Returns what values of a type are to a table; "other": nothing."""
    if value_type is type(None) or value_type.__name__ in ("NAType", "NaTType"):
        return "missing"
    for kind, types in (
        ("text", (str, bytes)), ("boolean", (bool, np.bool_)), ("integer", (int, np.integer)),
        ("number", (float, np.floating, decimal.Decimal, fractions.Fraction)),
        ("date", (datetime.date, np.datetime64)),
    ):  # fmt: skip
        if issubclass(value_type, types) and not issubclass(value_type, np.timedelta64):
            return kind
    return "other"


def of_objects(values: Sequence[Any], title: str) -> Optional[nns_column]:
    """Returns a column of a list of texts, booleans, numbers or dates; None, NaN, pandas.NA and NaT are missing.

    Returns
    -------
    column
        None for values of a type that no column has, such as lists and durations.

    Raises
    ------
    DtypeError
        Values of several kinds, such as texts beside numbers.
    ArgumentError
        A text that is not UTF-8.
    """
    kinds = {_kind(found) for found in set(map(type, values))} - {"missing"}
    if "number" in kinds and len(kinds) > 1 and kinds & {"text", "date", "boolean"}:
        # NaN stands for a missing text in many tables.
        if all(_elements.is_missing(value) for value in values if _kind(type(value)) == "number"):
            kinds.discard("number")
    if "other" in kinds:
        return None
    if kinds <= {"boolean"} and kinds:
        return _of_numbers(values, np.bool_)
    if kinds <= {"boolean", "integer", "number"}:
        return _of_numbers(values, np.float64 if "number" in kinds or not kinds else np.int64)
    if kinds == {"text"}:
        return _of_texts(values, title)
    if kinds == {"date"}:
        return _of_moments(values)
    raise DtypeError(_mixed(values, title, kinds))


def _mixed(values: Sequence[Any], title: str, kinds: Set[str]) -> str:
    rows: List[Tuple[int, Any]] = []
    seen: Set[str] = {"missing"}
    for row, value in enumerate(values):
        kind = _kind(type(value))
        if kind not in seen and not _elements.is_missing(value):
            seen.add(kind)
            rows.append((row, value))
    shown = " and ".join(f"row {row} is {_elements.shown(value)}" for row, value in rows[:2])
    cure = "make texts of all of them, or numbers" if "text" in kinds else "give one kind"
    return f"column {title} must have values of one kind, {shown}; {cure}"


def _there(values: Sequence[Any]) -> np.ndarray:
    """Returns which values are not missing."""
    if not any(_kind(found) in ("missing", "number") for found in set(map(type, values))):
        return np.ones(len(values), np.bool_)
    return np.fromiter((not _elements.is_missing(value) for value in values), np.bool_, len(values))


def _of_numbers(values: Sequence[Any], dtype: Any) -> nns_column:
    is_there = _there(values)
    whole = list(values) if is_there.all() else [value if ok else 0 for value, ok in zip(values, is_there.tolist())]
    try:
        array = np.array(whole, dtype)
    except (OverflowError, TypeError):
        # An integer beyond 64 bits, a fraction.
        array = np.array([float(value) for value in whole], np.float64)
    return _borrowed(array, _TYPES[array.dtype.kind, array.dtype.itemsize], is_there)


def _of_texts(values: Sequence[Any], title: str) -> nns_column:
    """Returns a column of texts end to end: a text may hold any character, the one with number 0, too."""
    is_there = _there(values)
    whole = values if is_there.all() else [value if ok else "" for value, ok in zip(values, is_there.tolist())]
    parts: Sequence[Any] = whole
    try:
        # Letters of ASCII are as many bytes: all texts are encoded at once.
        joined = "".join(whole)
        is_plain = joined.isascii()
    except TypeError:  # bytes among them
        is_plain = False
    if not is_plain:
        parts = [_encoded(value, row, title) for row, value in enumerate(whole)]
    text = joined.encode() if is_plain else b"".join(parts)
    offsets = np.zeros(len(parts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)), out=offsets[1:])
    column = _borrowed(offsets, NNS_TEXT_64, None, size=len(text))
    # Offsets are one more than rows, so that the mask has its own length.
    characters = np.frombuffer(text or b"\0", np.uint8)
    bits = None if is_there.all() else np.packbits(is_there, bitorder="little")
    column.stride, column.bytes = 0, characters.ctypes.data
    column.valid = None if bits is None else bits.ctypes.data
    column.source = (offsets, characters, bits)
    return column


def _encoded(value: Any, row: int, title: str) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        raise ArgumentError(
            f"column {title} must have texts that UTF-8 can write, row {row} is {value!r:.60}; "
            "read them with the right encoding"
        ) from None


def _of_moments(values: Sequence[Any]) -> nns_column:
    is_there = _there(values)
    moments = np.array([micros(value) if ok else 0 for value, ok in zip(values, is_there.tolist())], np.int64)
    return _borrowed(moments, NNS_MICROS, is_there)


def micros(value: Any) -> int:
    """Returns a date, or a moment, as microseconds since 1970; a moment without a time zone is taken as UTC."""
    if isinstance(value, np.datetime64):
        return int(value.astype("datetime64[us]").astype(np.int64))
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    return (value - (_EPOCH if value.tzinfo is None else _EPOCH_UTC)) // _MICROSECOND
