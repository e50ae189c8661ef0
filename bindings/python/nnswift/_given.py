"""What a caller gave as rows, column by column: for pictures and reports, which look at the values themselves."""

from __future__ import annotations

import datetime
import math
from typing import Any, Dict, List, Tuple, Union

import numpy as np

from . import _frames, _tables
from .errors import ArgumentError, DtypeError
from .table import Table


def column(X: Any, name: Union[str, int], model: Any) -> np.ndarray:
    """Returns the values of a column of the model [rows]: float64 for numbers, with NaN for gaps, else objects.

    Raises
    ------
    ArgumentError
        X has no such column.
    """
    names = model._form.columns or model._form.feature_names
    if model._form.columns:
        if not isinstance(name, str):
            name = names[name] if 0 <= name < len(names) else str(name)
        kinds = {known["name"]: known["kind"] for known in model.spec["columns"]}
        return _as_kind(table_column(X, name), kinds.get(name, "ignore"))
    place = names.index(name) if name in names else name
    if not isinstance(place, (int, np.integer)) or not 0 <= place < model.input_size:
        raise ArgumentError(f'column must be one of the model, which has no "{name}"')
    return features(X)[:, place].astype(np.float64)


def _as_kind(values: np.ndarray, kind: str) -> np.ndarray:
    """Returns a column as the model takes it: integers can be levels, and texts numbers."""
    if kind == "category" and is_number(values):
        return np.array([None if value != value else int(value) for value in values.tolist()], object)
    if kind == "number" and not is_number(values):
        return np.array([_number(value) for value in values.tolist()], np.float64)
    if kind == "date":
        return np.array([_date(value) for value in values.tolist()], object)
    return values


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _date(value: Any) -> Any:
    """Returns an ISO 8601 text as a date, in UTC without saying so; others as they are."""
    if not isinstance(value, str):
        return value
    try:
        found = datetime.datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return found.astimezone(datetime.timezone.utc).replace(tzinfo=None) if found.tzinfo else found


def features(X: Any) -> np.ndarray:
    """Returns the rows of arrays, sparse matrices and tables of numbers as a dense array [rows x features]."""
    return np.asarray(_tables.array_of(X, "x"))


def table_column(frame: Any, name: str) -> np.ndarray:
    """Returns one column of a table, as `column` does."""
    rows = frame.rows() if isinstance(frame, Table) else slice(None)
    source = frame._frame if isinstance(frame, Table) else frame
    return _plain(_raw(source, name))[rows]


def table_columns(frame: Any) -> Dict[str, np.ndarray]:
    """Returns all columns of a table by name, as `column` does."""
    return {name: table_column(frame, name) for name in names(frame)}


def names(frame: Any) -> List[str]:
    """Returns the names of a table's columns."""
    source = frame._frame if isinstance(frame, Table) else frame
    if isinstance(source, np.ndarray):
        return list(source.dtype.names or ())
    if isinstance(source, (list, tuple)):
        return list(dict.fromkeys(str(name) for record in source for name in record))
    found = getattr(source, "column_names", None) or getattr(source, "columns", None)
    return [str(name) for name in (source if found is None else found)]


def _raw(source: Any, name: str) -> Any:
    if isinstance(source, (list, tuple)):
        return [record.get(name) for record in source]
    if hasattr(source, "fetchnumpy"):  # DuckDB
        return source.fetchnumpy()[name]
    try:
        return source[name]
    except (KeyError, TypeError, ValueError, IndexError):
        raise ArgumentError(f'the table has no column "{name}"') from None


def _plain(values: Any) -> np.ndarray:
    """Returns a column of any library as float64 where it holds numbers, else as objects with None for gaps."""
    if isinstance(values, np.ma.MaskedArray):
        values = values.astype(object).filled(None)
    for method in ("to_pylist", "to_list"):
        if hasattr(values, method) and not hasattr(values, "iloc"):
            values = getattr(values, method)()
            break
    if hasattr(values, "iloc"):
        values = values.to_numpy()
    array = np.asarray(values)
    if array.dtype.kind in "iuf":
        return array.astype(np.float64)
    if array.dtype.kind == "b":
        return array.astype(object)
    if array.dtype.kind == "M":
        array = array.astype("datetime64[us]")
    objects = np.array([None if _missing(value) else value for value in array.tolist()], object)
    there = [value for value in objects if value is not None]
    if there and all(isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in there):
        return np.array([np.nan if value is None else value for value in objects], np.float64)
    return objects


def _missing(value: Any) -> bool:
    """Whether a value is None, NaN, NaT or pandas.NA: what is not itself."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return True


def is_number(values: np.ndarray) -> bool:
    return values.dtype.kind == "f"


def is_date(values: np.ndarray) -> bool:
    """Whether the values that are there are dates."""
    there = next((value for value in values.tolist() if value is not None), None)
    return isinstance(there, datetime.date)


def levels(values: np.ndarray) -> Tuple[List[Any], np.ndarray]:
    """Returns the different values that are there, and how often each one is."""
    counts: Dict[Any, int] = {}
    for value in values.tolist():
        if value is not None:
            counts[value] = counts.get(value, 0) + 1
    return list(counts), np.array(list(counts.values()), np.int64)


def has_gaps(X: Any) -> bool:
    """Whether an array has values that are not finite; the gaps of tables are no obstacle."""
    if isinstance(X, Table) or _frames.is_frame(X) or hasattr(X, "tocsr"):
        return False
    array = np.asarray(X)
    return array.dtype.kind == "f" and not np.isfinite(array).all()


def rows_of(X: Any, places: np.ndarray) -> Any:
    """Returns some rows of whatever was given."""
    if isinstance(X, Table):
        return X.subset(places)
    if isinstance(X, (list, tuple)) or isinstance(X, dict):
        return _rows_of_plain(X, places)
    return _tables.rows_of(X, places)


def _rows_of_plain(X: Any, places: np.ndarray) -> Any:
    if isinstance(X, dict):
        return {name: _plain(values)[places] for name, values in X.items()}
    if X and isinstance(X[0], dict):
        return [X[place] for place in places]
    array = np.asarray(X)
    if array.dtype.kind not in "biuf":
        raise DtypeError(f"rows must be numbers or a table, got {array.dtype}")
    return array[places]
