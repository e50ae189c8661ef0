"""Tables of any origin for the library: columns in C's form, or a stream of Arrow.

pandas, polars, pyarrow and DuckDB are not imported: a table is known by its methods.
"""

from __future__ import annotations

import ctypes
from typing import Any, Collection, Dict, Iterator, List, Mapping, Optional, Tuple

import numpy as np

from . import _cells, _columns, _elements, _foreign
from ._library import ArrowArrayStream, nns_column
from .errors import ArgumentError, DtypeError, ShapeError

_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype, _pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


def is_frame(values: Any) -> bool:
    """Whether values have named columns: a table of any library, a dict of columns, records, one row of these."""
    if isinstance(values, np.ndarray):
        return values.dtype.names is not None
    has_names = isinstance(values, Mapping) or hasattr(values, "iloc") or hasattr(values, "__dataframe__")
    return has_names or is_stream(values) or _are_records(values)


def is_row(values: Any) -> bool:
    """Whether values are one row with names: a dict of single values, or a row out of a table of pandas."""
    if isinstance(values, Mapping):
        return bool(values) and not any(_is_column(value) for value in values.values())
    return hasattr(values, "iloc") and values.ndim == 1


def is_stream(values: Any) -> bool:
    """Whether values are read as an Arrow stream; pandas' own columns need no Arrow, and its index is none."""
    return hasattr(values, "__arrow_c_stream__") and not hasattr(values, "iloc")


def opened(values: Any) -> Any:
    """Returns a table that is read as columns or as a stream: one that only has `__dataframe__` by way of another."""
    if hasattr(values, "iloc") or not hasattr(values, "__dataframe__") or is_stream(values):
        return values
    return _foreign.opened(values, "the table")


def refuse_lazy(values: Any) -> None:
    """Raises DtypeError for a LazyFrame of polars, which has no values."""
    if hasattr(values, "collect_schema") and hasattr(values, "collect"):
        raise DtypeError(f"the table must have its values, got a {type(values).__name__}; give table.collect()")


def stream_of(frame: Any) -> Tuple[Any, Any]:
    """Returns an Arrow stream as the library moves it, and what keeps it alive until then."""
    capsule = frame.__arrow_c_stream__()
    address = _pointer_of(capsule, b"arrow_array_stream")
    return ctypes.cast(address, ctypes.POINTER(ArrowArrayStream)), capsule


class Columns:
    """A table's columns in C's form; it keeps the memory that they point to alive.

    Parameters
    ----------
    frame
        A table of pandas, a dict of columns, a structured array, a list of dicts, or one row of these.
    wanted
        Names of the columns to read, if the table has all of them; None: all.

    Raises
    ------
    ShapeError
        Columns of different lengths, no columns.
    DtypeError, ArgumentError
        A column with values of several kinds, or texts that are not UTF-8; names it.
    """

    def __init__(self, frame: Any, wanted: Optional[Collection[str]] = None):
        pairs = [(name, column) for name, column in _pairs(frame)]
        known = None if wanted is None else set(wanted)
        if known is not None and known <= {name for name, _ in pairs}:
            pairs = [(name, column) for name, column in pairs if name in known]
        found = []
        self.rows = _rows_of(pairs)
        for place, (name, values) in enumerate(pairs):
            column = _column(values, f"#{place}" if name is None else f'"{name}"')
            # A type that no column has is left out, as in an Arrow stream.
            if column is not None:
                column.name = _name(name)
                found.append(column)
        if not found:
            raise ShapeError("the table must have at least one column of numbers, booleans, texts or dates, got none")
        self.sources = [(column.source, column.name) for column in found]
        self.array = (nns_column * len(found))(*found)
        self.count = len(found)


def _name(name: Optional[str]) -> Optional[bytes]:
    if name is None:
        return None
    if "\0" in name:
        raise ArgumentError(f"the name of a column must not hold the character 0, got {name!r}; rename it")
    return name.encode("utf-8", "replace")


def _rows_of(pairs: List[Tuple[Optional[str], Any]]) -> int:
    """Returns how many rows all columns have."""
    rows = [len(values) for _, values in pairs]
    for (name, _), count in zip(pairs, rows):
        if count != rows[0]:
            raise ShapeError(
                f'columns must have equally many rows, "{pairs[0][0]}" has {rows[0]} and "{name}" {count}'
            )
    return rows[0] if rows else 0


def _pairs(frame: Any) -> Iterator[Tuple[Optional[str], Any]]:
    """Yields names and columns; no names where a table numbers its columns by itself."""
    if hasattr(frame, "iloc"):
        if frame.ndim == 1:
            yield from _pairs(frame.to_dict())
            return
        names = _columns.names(frame)
        for place in range(frame.shape[1]):
            yield names[place] if names else None, frame.iloc[:, place]
    elif isinstance(frame, np.ndarray):
        for name in frame.dtype.names or ():
            yield name, frame[name]
    else:
        whole = frame if isinstance(frame, Mapping) else _turned(frame)
        single = is_row(whole)
        for name, values in whole.items():
            yield str(name), [values[()] if isinstance(values, np.ndarray) else values] if single else values


def _turned(records: Any) -> Dict[str, list]:
    """Returns rows as columns; what a row does not name is missing in it."""
    names: Dict[Any, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
    return {name: [record.get(name) for record in records] for name in names}


def _are_records(values: Any) -> bool:
    return isinstance(values, (list, tuple)) and bool(values) and all(isinstance(row, Mapping) for row in values)


def _is_column(value: Any) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, (str, bytes)) and getattr(value, "ndim", 1) > 0


def _column(values: Any, title: str) -> Optional[nns_column]:
    if hasattr(values, "iloc"):
        return _of_pandas(values, title)
    if hasattr(values, "codes") and hasattr(values, "categories"):  # pandas.Categorical
        return _of_category(values.codes, values.categories, title)
    for method in ("to_pylist", "to_list"):  # columns of pyarrow and polars
        if hasattr(values, method):
            return _cells.of_objects(getattr(values, method)(), title)
    if isinstance(values, (list, tuple)):
        return _cells.of_objects(values, title)
    return _cells.of_array(np.asanyarray(values), title)


def _of_pandas(column: Any, title: str) -> Optional[nns_column]:
    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        return _cells.of_array(column.to_numpy(), title)
    if hasattr(column, "cat") and hasattr(dtype, "categories"):
        return _of_category(column.cat.codes.to_numpy(), column.cat.categories, title)
    if hasattr(dtype, "tz") and dtype.kind == "M":
        return _cells.of_array(column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), title)
    if dtype.kind in "biuf":
        return _of_nullable(column, dtype, title)
    return _cells.of_objects(column.to_numpy(object).tolist(), title)


def _of_nullable(column: Any, dtype: Any, title: str) -> Optional[nns_column]:
    """A column with a mask, of Arrow, or sparse."""
    plain = getattr(dtype, "numpy_dtype", None) or dtype.subtype
    missing = column.isna().to_numpy(np.bool_)
    if not missing.any():
        return _cells.of_array(column.to_numpy(plain), title)
    if not hasattr(dtype, "na_value") or hasattr(dtype, "fill_value"):
        return _cells.of_array(np.asarray(column), title)
    return _cells.of_array(column.to_numpy(plain, na_value=plain.type(0)), title, ~missing)


def _of_category(codes: Any, categories: Any, title: str) -> Optional[nns_column]:
    """A category of pandas: its levels are a column of their own, in its order."""
    plain = categories.to_numpy()
    levels = _cells.of_array(plain, title)
    if levels is None:
        # Intervals and periods are levels by their texts.
        levels = _cells.of_objects([str(value) for value in categories], title)
    return None if levels is None else _cells.of_levels(np.asarray(codes), levels, len(plain))


def shown(frame: Any) -> str:
    """Returns what came in place of a table, in words."""
    return _elements.shown(frame) if frame is None or np.isscalar(frame) else f"a {type(frame).__name__}"
