"""Tables of pandas, polars and pyarrow, and SciPy's sparse matrices, as NumPy arrays.

None of them is imported: a table is known by its methods.
"""

from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy as np

from . import _elements, _foreign
from .errors import ArgumentError, DtypeError

# Bytes of a dense array that is made of a sparse matrix without being asked for.
_DENSE_LIMIT = 4 << 30


def array_of(values: Any, name: str) -> Any:
    """Returns a table, a column or a sparse matrix as a NumPy array; missing values are NaN. Anything else as it is.

    Raises
    ------
    DtypeError
        A column that holds no numbers.
    ArgumentError
        A sparse matrix that is too large when dense.
    """
    if hasattr(values, "tocsr"):
        return _dense(values, name)
    if hasattr(values, "iloc"):
        return _of_pandas(values, name)
    if hasattr(values, "collect_schema") and hasattr(values, "collect"):  # a LazyFrame of polars
        raise DtypeError(f"{name} must have its values, got a {type(values).__name__}; give {name}.collect()")
    if hasattr(values, "get_columns"):  # polars
        return _joined(values.get_columns(), values.columns, name)
    if hasattr(values, "column_names") and hasattr(values, "columns"):  # pyarrow
        return _joined(values.columns, values.column_names, name)
    if hasattr(values, "null_count"):  # a column of polars or pyarrow
        return _column(values, name, None)
    table = _foreign.opened(values, name)
    return values if table is None else array_of(table, name)


def _dense(matrix: Any, name: str) -> np.ndarray:
    rows, columns = matrix.shape if matrix.ndim == 2 else (1, matrix.shape[0])
    size = rows * columns * matrix.dtype.itemsize
    if size > _DENSE_LIMIT:
        raise ArgumentError(
            f"{name} must have at most {_DENSE_LIMIT:,} bytes when dense, {rows} x {columns} of {matrix.dtype} have "
            f"{size:,}; give parts of the rows, or {name}.astype(numpy.float32).toarray() if memory allows"
        )
    return matrix.toarray()


def _of_pandas(table: Any, name: str) -> np.ndarray:
    if table.ndim == 1:
        array = _column(table, name, None)
        # A row out of a table of several types has objects.
        is_row = array.dtype.kind == "O" and array.size and _elements.first_odd(array) is None
        return array.astype(np.float64) if is_row else array
    # The usual frame of numbers is one array already. Booleans beside numbers would become objects.
    kinds = {dtype.kind if isinstance(dtype, np.dtype) else "O" for dtype in table.dtypes}
    if kinds == {"b"} or kinds and kinds <= set("iuf"):
        array = table.values
        if array.dtype.kind != "O":
            return array
    return _joined([column for _, column in table.items()], table.columns, name)


def _joined(columns: Sequence[Any], labels: Sequence[Any], name: str) -> np.ndarray:
    arrays = [
        _column(column, f'column {place} ("{label}") of {name}', str(label))
        for place, (column, label) in enumerate(zip(columns, labels))
    ]
    if not arrays:
        return np.empty((0, 0), np.float32)
    # A column at a time is written where it lies together.
    out = np.empty((len(arrays[0]), len(arrays)), np.result_type(*arrays), order="F")
    for place, array in enumerate(arrays):
        out[:, place] = array
    return out


def _column(column: Any, place: str, label: Optional[str]) -> np.ndarray:
    """Returns a column of numbers or booleans; what has missing values is float64, with NaN there."""
    dtype = getattr(column, "dtype", None) if hasattr(column, "dtype") else column.type
    is_pandas = hasattr(column, "iloc")
    if is_pandas and isinstance(dtype, np.dtype):
        array = column.to_numpy()
    elif _is_category(dtype):
        array = None
    elif is_pandas:
        array = _extension(column, dtype)
    else:
        array = np.asarray(column)
        if array.dtype.kind == "O" and hasattr(column, "null_count"):
            array = _flags(array)
    if array is not None and array.dtype.kind in "biuf":
        return array
    if label is None:
        # A column alone may hold labels; whoever needs numbers says so.
        return np.asarray(column)
    raise DtypeError(f"{place} must hold numbers, {_came(column, dtype)}; {_cure(column, dtype, label)}")


def _is_category(dtype: Any) -> bool:
    text = str(dtype)
    return text == "category" or text.startswith(("dictionary", "Categorical", "Enum"))


def _extension(column: Any, dtype: Any) -> Optional[np.ndarray]:
    """Returns a column of pandas' own types; None if these are no numbers."""
    if dtype.kind not in "biuf":
        return None
    if column.isna().any():
        return column.to_numpy(np.float64, na_value=np.nan)
    return column.to_numpy(getattr(dtype, "numpy_dtype", None) or dtype.subtype)


def _flags(array: np.ndarray) -> np.ndarray:
    """Returns booleans with None among them as 0, 1 and NaN; other objects as they are."""
    values = array.tolist()
    if not all(value is None or isinstance(value, bool) for value in values):
        return array
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _came(column: Any, dtype: Any) -> str:
    """Returns what a column holds in place of numbers: its type, of objects the first that is no number."""
    odd = _elements.first_odd(np.asarray(column)) if dtype == np.dtype(object) else None
    return f"row {odd[0][0]} is {_elements.shown(odd[1])}" if odd else f"got {dtype}"


def _cure(column: Any, dtype: Any, label: str) -> str:
    """Returns what to do about a column that holds no numbers."""
    kind = getattr(dtype, "kind", "O")
    text = str(dtype).lower()
    if kind in "mM" or text.startswith(("date", "time", "duration", "period")):
        return "make numbers of it, for example days since a date, or drop it"
    if kind == "c":
        return "take its real part, or its absolute value"
    if text.startswith("decimal"):
        return "cast it to float64"
    if dtype == np.dtype(object):
        return _elements.cure(np.asarray(column))
    encoder = {"iloc": "pandas.get_dummies(x, columns=[{!r}])", "to_dummies": "x.to_dummies([{!r}])"}
    examples = [text.format(label) for method, text in encoder.items() if hasattr(column, method)]
    encoded = (examples + ["one column a value"])[0]
    return f"encode it as numbers ({encoded}), drop it, or learn from the table as it is: nnswift.fit_table"


def rows_of(values: Any, rows: np.ndarray) -> Any:
    """Returns some rows of a table, a matrix, an array or a list."""
    if isinstance(values, np.ndarray):
        return values[rows]
    if hasattr(values, "iloc"):
        return values.iloc[rows]
    if hasattr(values, "tocsr"):
        return values.tocsr()[rows]
    if hasattr(values, "null_count") or hasattr(values, "get_columns") or hasattr(values, "column_names"):
        return values.take(rows) if hasattr(values, "take") else values[rows]
    table = _foreign.opened(values, "X")
    return np.asarray(values)[rows] if table is None else rows_of(table, rows)
