"""What sample weights mean besides the loss: rows that do not count, and scalings of rows that count twice."""

from __future__ import annotations

from typing import Any, Optional, Tuple

import numpy as np
from sklearn.preprocessing import StandardScaler

from ..errors import ArgumentError
from ..model import Model


def counted(X: Any, y: np.ndarray, weight: Optional[np.ndarray]) -> Tuple[Any, np.ndarray, Optional[np.ndarray]]:
    """Returns the rows whose weight is not 0; no weights if all are 1.

    Raises
    ------
    ArgumentError
        No row has a weight.
    """
    if weight is None:
        return X, y, None
    kept = weight > 0
    if not kept.any():
        raise ArgumentError("sample_weight must not be zero in all rows; the weight of a row says how much it counts")
    if not kept.all():
        X, y, weight = X[kept], y[kept], weight[kept]
    return X, y, None if (weight == 1).all() else weight


def merged(X: Any, y: np.ndarray, weight: Optional[np.ndarray]) -> Tuple[Any, np.ndarray, Optional[np.ndarray]]:
    """Returns rows in ascending order, equal ones as one row with the sum of their weights.

    A training that takes all rows at once then gives the same bytes for a row of weight 2 and for two such rows, and for
    rows in any order.
    """
    dense = X.toarray() if hasattr(X, "tocsr") else X
    rows = np.column_stack([dense, y]).astype(np.float64)
    _, first, place = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    sums = np.bincount(place.ravel(), np.ones(len(rows)) if weight is None else weight)
    return dense[first], y[first], None if (sums == 1).all() else sums


def fit_scalings(model: Model, X: Any, y: np.ndarray, weight: np.ndarray) -> None:
    """Fits the scalings of a model so that a row of weight 2 counts as two rows.

    The library fits them without weights. Rows with the weighted mean and deviation stand for those that were given:
    two, one deviation below the mean and one above.
    """
    spec = model.spec
    scales_targets = spec.get("target", {}).get("scale") == "standardize"
    is_standardized = spec["preprocess"] == {"type": "standardize"}
    if not (scales_targets or is_standardized):
        return
    rows = 2 if is_standardized else X.shape[0]
    features = _rows_alike(X, weight, rows) if is_standardized else X
    targets = _rows_alike(y.reshape(len(y), -1), weight, rows) if scales_targets else None
    model.fit_preprocess(features, targets)


def _rows_alike(values: Any, weight: np.ndarray, rows: int) -> np.ndarray:
    """Returns rows whose plain mean and deviation are the weighted ones of others, float64."""
    scaler = StandardScaler().fit(values.toarray() if hasattr(values, "tocsr") else values, sample_weight=weight)
    signs = np.resize([-1.0, 1.0], rows)
    if rows % 2:
        # The last row is the mean; the others lie further out.
        signs[-1] = 0
        signs *= np.sqrt(rows / max(1, rows - 1))
    return np.asarray(scaler.mean_) + signs[:, np.newaxis] * np.asarray(scaler.scale_)
