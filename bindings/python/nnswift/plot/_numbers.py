"""Predicted numbers against true ones."""

from __future__ import annotations

from typing import Any, Tuple

import numpy as np

from .. import metrics
from ..errors import ArgumentError
from . import _axes, _legend


def predictions(y_true: Any, y_pred: Any, *, ax: Any = None) -> Any:
    """Draws predicted against true values of a regression, the line where they agree, and R² in the legend.

    Parameters
    ----------
    y_true : array [rows] or [rows x 1]
    y_pred : array [rows] or [rows x 1]
        One output; of several, draw each column by itself.
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ShapeError
        More than one column, no rows, or not equally many.
    ArgumentError
        A value that is not finite.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> plot.predictions(y_test, model.predict(X_test)).set_title("miles per gallon")
    """
    y_true, y_pred = _finite(y_true, y_pred)
    score = metrics.r2(y_true, y_pred)
    ax = _axes.axes(ax, (5.2, 4.6))
    low, high = float(min(y_true.min(), y_pred.min())), float(max(y_true.max(), y_pred.max()))
    margin = 0.04 * (high - low) or 1.0
    ends = [low - margin, high + margin]
    _axes.reference(ax, ends, ends, "predicted = true")
    _scatter(ax, y_true, y_pred, f"R² {score:.3f}")
    _axes.decorate(ax, "true", "predicted")
    ax.set_xlim(ends)
    ax.set_ylim(ends)
    ax.set_aspect("equal")
    _legend.place(ax, "upper left")
    return ax


def residuals(y_true: Any, y_pred: Any, *, ax: Any = None) -> Any:
    """Draws the residuals, true - predicted, against the prediction, and their root mean square in the legend.

    Parameters, result and errors are those of `predictions`.

    Examples
    --------
    >>> figure, (left, right) = plt.subplots(1, 2, layout="constrained")
    >>> plot.predictions(y_test, y_pred, ax=left)
    >>> plot.residuals(y_test, y_pred, ax=right)
    """
    y_true, y_pred = _finite(y_true, y_pred)
    error = metrics.rmse(y_true, y_pred)
    ax = _axes.axes(ax)
    ax.axhline(0, gid=_axes.REFERENCE, **_axes.faint(ax))
    _scatter(ax, y_pred, y_true - y_pred, f"RMSE {error:.3g}")
    _axes.decorate(ax, "predicted", "true - predicted")
    _legend.place(ax)
    return ax


def _finite(y_true: Any, y_pred: Any) -> Tuple[np.ndarray, np.ndarray]:
    y_true, y_pred = _axes.pair(y_true, y_pred, "y_pred")
    y_true, y_pred = y_true.astype(np.float64), y_pred.astype(np.float64)
    for values, name in ((y_true, "y_true"), (y_pred, "y_pred")):
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            raise ArgumentError(f"{name} must be finite, got {values[bad[0]]} in row {bad[0]}")
    return y_true, y_pred


def _scatter(ax: Any, x: np.ndarray, y: np.ndarray, label: str) -> None:
    """Draws points, paler the more there are."""
    alpha = float(np.clip(20 / np.sqrt(len(x)), 0.1, 0.8))
    drawn = sum(points.get_gid() == "nnswift" for points in ax.collections)
    color = _axes.color(ax, drawn)
    ax.scatter(x, y, s=18, color=color, alpha=alpha, linewidths=0, label=label, gid="nnswift", rasterized=len(x) > 5000)
