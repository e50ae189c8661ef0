"""Whether probabilities come true, and how the scores of the classes lie apart."""

from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy as np

from .. import metrics
from ..errors import ArgumentError
from . import _axes, _legend
from ._scores import binary, unit_square

# Of the height, for the histogram below the curve.
_SHARE = 0.18


def calibration_curve(
    y_true: Any, y_score: Any, *, label: Optional[str] = None, sample_weight: Any = None, ax: Any = None
) -> Any:
    """Draws how often probabilities come true, in ten equal bins; the calibration error stands in the legend.

    A point below the diagonal: the model is too sure. The bars at the bottom show how many rows each bin has; points of
    few rows are pale. Call again to add a curve.

    Parameters
    ----------
    y_true : array [rows]
        Two different labels: the later one in sorted order is the positive class.
    y_score : array [rows], [rows x 1] or [rows x 2]
        Probabilities of the positive class, 0 ... 1; of two columns, those of the second one.
    label : str, optional
        Name of the curve.
    sample_weight : array [rows], optional
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ShapeError
        Another number of rows or columns.
    ArgumentError
        Only one class occurs, or a score is no probability.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> ax = plot.calibration_curve(y_test, model.predict(X_test), label="network")
    >>> plot.calibration_curve(y_test, forest.predict_proba(X_test), label="forest", ax=ax)
    """
    y_true, y_score = binary(y_true, y_score)
    found = metrics.calibration_curve(y_true, y_score, sample_weight)
    error = metrics.expected_calibration_error(y_true, y_score, sample_weight)
    ax = _axes.axes(ax, (5.2, 4.6))
    text = f"calibration error {error:.3f}"
    line = _axes.curve(ax, found.mean_score, found.positive_share, label=text if label is None else f"{label}: {text}")
    # The standard error of a share is at most 0.05 from a hundred rows on.
    pale = np.clip(found.weight / 100, 0.25, 1.0)
    ax.scatter(found.mean_score, found.positive_share, s=26, color=line.get_color(), alpha=pale, zorder=3)
    bins = np.minimum((found.mean_score * 10).astype(int), 9) / 10
    heights = _SHARE * found.weight / found.weight.max()
    ax.bar(bins, heights, 0.096, align="edge", color=line.get_color(), alpha=0.2, zorder=0)
    _axes.reference(ax, [0, 1], [0, 1], "perfect")
    _axes.decorate(ax, "predicted probability", "share that came true")
    return unit_square(ax, "upper left")


def score_histogram(
    y_true: Any,
    y_score: Any,
    *,
    bins: int = 40,
    threshold: Optional[float] = None,
    labels: Optional[Sequence[Any]] = None,
    sample_weight: Any = None,
    ax: Any = None,
) -> Any:
    """Draws how the scores of both classes are distributed, each class to the same area.

    Parameters
    ----------
    y_true, y_score, sample_weight, ax
        As `calibration_curve`; scores may be any finite numbers.
    bins : int
        How many equal bins there are.
    threshold : float, optional
        Where classes are told apart, as a line.
    labels : sequence of two, optional
        The names of the negative and of the positive class.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    As `calibration_curve`.

    Examples
    --------
    >>> plot.score_histogram(y_test, model.predict(X_test), threshold=model.threshold, labels=model.classes)
    """
    if labels is not None and len(labels) != 2:
        raise ArgumentError(f"labels must name two classes, got {len(labels)} names")
    names = [str(name) for name in labels] if labels is not None else _names(y_true)
    y_true, y_score = binary(y_true, y_score)
    if not np.isfinite(y_score).all():
        raise ArgumentError(f"y_score must be finite, got {y_score[~np.isfinite(y_score)][0]}")
    weight = None if sample_weight is None else _axes.label_column(sample_weight, "sample_weight")
    ax = _axes.axes(ax)
    edges = np.histogram_bin_edges(y_score, _axes.at_least(bins, "bins"))
    for number, name in enumerate(names):
        mine = (y_true != 0) == bool(number)
        style = {"density": True, "color": _axes.color(ax, number)}
        weights = None if weight is None else weight[mine]
        ax.hist(y_score[mine], edges, weights=weights, histtype="stepfilled", alpha=0.25, **style)
        label = f"{name}: {np.count_nonzero(mine):,} rows"
        ax.hist(
            y_score[mine], edges, weights=weights, histtype="step", linewidth=1.8, label=label,
            linestyle=_axes.DASHES[number], **style,
        )  # fmt: skip
    if threshold is not None:
        ax.axvline(threshold, label=f"threshold {threshold:.3g}", gid=_axes.REFERENCE, **_axes.faint(ax))
    _axes.decorate(ax, "score", "density in the class")
    _legend.place(ax)
    return ax


def _names(y_true: Any) -> list:
    """Returns the names of the two classes, sorted."""
    there = np.unique(_axes.label_column(y_true, "y_true"))
    return [str(name) for name in there] if len(there) == 2 else ["class 0", "class 1"]
