"""Rows as an estimator gets them: arrays of numbers, or tables of mixed columns."""

from __future__ import annotations

from typing import Any, List, Optional, Tuple

import numpy as np
from sklearn.utils.validation import _check_sample_weight, check_array, validate_data

from .. import _columns, _frames, _tables
from ..errors import DtypeError
from ..table import Table

# Rows of an eval_set: features, targets, weights.
Held = Tuple[Any, Any, Optional[np.ndarray]]


def is_mixed(X: Any, tabular: Any) -> bool:
    """Whether X is learnt from as a table: it has texts, categories, dates or gaps, or the caller says so."""
    if isinstance(X, np.ndarray) or hasattr(X, "tocsr") or not _has_columns(X):
        return False
    if not isinstance(tabular, str):
        return bool(tabular)
    try:
        array = _tables.array_of(X, "X")
    except DtypeError:
        return True
    # Infinite numbers are refused as of arrays: only gaps make a table.
    return bool(array.dtype.kind == "f" and np.isnan(array).any())


def _has_columns(X: Any) -> bool:
    """Whether X is a table of pandas, polars or pyarrow."""
    return getattr(X, "ndim", 2) == 2 and (hasattr(X, "iloc") or hasattr(X, "__arrow_c_stream__"))


def checked(estimator: Any, X: Any, reset: bool, **with_y: Any) -> Any:
    """Returns features as scikit-learn checks them, [rows x features], with y if that is given."""
    if hasattr(X, "__arrow_c_stream__") and not hasattr(X, "iloc"):
        # Names from the table; booleans and gaps of polars and pyarrow as this package reads them.
        validate_data(estimator, X, skip_check_array=True, reset=reset, **with_y)
        array = check_array(_tables.array_of(X, "X"), dtype="numeric")
        return (array, with_y["y"]) if with_y else array
    if with_y:
        with_y["multi_output"] = True
    return validate_data(estimator, X, accept_sparse="csr", dtype="numeric", reset=reset, **with_y)


def weights(sample_weight: Any, X: Any) -> Optional[np.ndarray]:
    """Returns weights [rows] in float64; None for None."""
    if sample_weight is None:
        return None
    return _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)


def compact(X: Any) -> Any:
    """Returns a sparse matrix in single precision, of which the library makes a dense array; others as they are."""
    return X.astype(np.float32) if hasattr(X, "tocsr") and X.dtype != np.float32 else X


def with_names(X: Any) -> Any:
    """Returns a table whose columns have texts as names; pandas numbers them where nobody named them."""
    if hasattr(X, "iloc") and not all(isinstance(label, str) for label in X.columns):
        return X.set_axis([str(label) for label in X.columns], axis=1)
    return X


def table_of(X: Any, y: Any, target: str, weight: Optional[np.ndarray]) -> Table:
    """Returns a table with target and weights as columns."""
    names = set(_columns.names(with_names(X)) or ())
    frame = _with_column(with_names(X), target, y)
    if weight is None:
        return Table(frame, target)
    name = free_name("sample_weight", names | {target})
    return Table(_with_column(frame, name, weight), target, weight=name)


def free_name(wanted: str, taken: Any) -> str:
    """Returns a name that no column has."""
    while wanted in taken:
        wanted += "_"
    return wanted


def column_names(X: Any) -> List[str]:
    """Returns the names of a table's columns."""
    return _columns.names(with_names(X)) or []


def _with_column(frame: Any, name: str, values: Any) -> Any:
    """Returns a table with one column more, without changing the caller's."""
    if hasattr(frame, "iloc"):
        return frame.assign(**{name: values})
    if hasattr(frame, "hstack"):  # polars
        return frame.hstack(type(frame)({name: values}))
    if hasattr(frame, "append_column"):  # pyarrow
        return frame.append_column(name, [values.tolist()])
    _frames.refuse_lazy(frame)
    raise DtypeError(f"X must be an array or a table of pandas, polars or pyarrow, got {_frames.shown(frame)}")
