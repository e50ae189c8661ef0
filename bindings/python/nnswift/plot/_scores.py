"""Curves of the scores of a binary classifier; the areas are those of `nnswift.metrics`."""

from __future__ import annotations

from typing import Any, Optional, Tuple

import numpy as np

from .. import _labels, metrics
from ..errors import ArgumentError, ShapeError
from . import _axes


def roc_curve(
    y_true: Any, y_score: Any, *, label: Optional[str] = None, sample_weight: Any = None, ax: Any = None
) -> Any:
    """Draws true against false positive rate over all thresholds, the area in the legend. Call again to add a curve.

    Parameters
    ----------
    y_true : array [rows]
        Zeros and ones, or two texts: the later one in sorted order is the positive class.
    y_score : array [rows], [rows x 1] or [rows x 2]
        Scores of the positive class, larger for more likely; of two columns, the second one is drawn.
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
        Only one class occurs, or more than two do.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> ax = plot.roc_curve(y, first.predict(X), label="first")
    >>> plot.roc_curve(y, second.predict(X), label="second", ax=ax)

    One class against all others:

    >>> plot.roc_curve(y == 8, model.predict(X)[:, 8])
    """
    y_true, y_score = _binary(y_true, y_score)
    found = metrics.roc_curve(y_true, y_score, sample_weight)
    area = metrics.roc_auc(y_true, y_score, sample_weight)
    ax = _axes.axes(ax, (5.2, 4.6))
    _axes.curve(ax, found.false_positive_rate, found.true_positive_rate, label=_named(label, f"AUC {area:.3f}"))
    _axes.reference(ax, [0, 1], [0, 1], "chance")
    _axes.decorate(ax, "false positive rate", "true positive rate")
    return _unit_square(ax, "lower right")


def precision_recall_curve(
    y_true: Any, y_score: Any, *, label: Optional[str] = None, sample_weight: Any = None, ax: Any = None
) -> Any:
    """Draws precision against recall over all thresholds, the average precision in the legend, and chance below.

    Chance is the share of the positive class: what scores without any meaning earn. Parameters, result and errors are
    those of `roc_curve`.

    Examples
    --------
    >>> plot.precision_recall_curve(y, model.predict(X)).set_title("no-shows")
    """
    y_true, y_score = _binary(y_true, y_score)
    found = metrics.precision_recall_curve(y_true, y_score, sample_weight)
    area = metrics.pr_auc(y_true, y_score, sample_weight)
    ax = _axes.axes(ax, (5.2, 4.6))
    _axes.curve(ax, found.recall, found.precision, label=_named(label, f"AP {area:.3f}"), drawstyle="steps-post")
    # All rows are taken for positive at the lowest threshold.
    share = float(found.precision[0])
    _axes.reference(ax, [0, 1], [share, share], f"chance {share:.3f}")
    _axes.decorate(ax, "recall", "precision")
    return _unit_square(ax, "best")


def threshold(
    y_true: Any, y_score: Any, *, at: Optional[float] = None, sample_weight: Any = None, ax: Any = None
) -> Any:
    """Draws precision, recall and F1 against the threshold from which on a row counts as positive.

    Parameters
    ----------
    y_true, y_score, sample_weight, ax
        As `roc_curve`.
    at : float, optional
        A threshold that was chosen elsewhere, as on validation data, to be marked with its F1. None: that of the
        largest F1 here, which flatters the model on data that it is also judged by.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    As `roc_curve`.

    Examples
    --------
    >>> chosen = nnswift.metrics.best_threshold("f1", y_validation, scores_validation).threshold
    >>> plot.threshold(y_test, scores_test, at=chosen)
    """
    y_true, y_score = _binary(y_true, y_score)
    found = metrics.precision_recall_curve(y_true, y_score, sample_weight)
    if at is None:
        at, best = metrics.best_threshold("f1", y_true, y_score, sample_weight)
    else:
        place = np.searchsorted(found.threshold[:-1], at)
        best = _f1(found.precision, found.recall)[place]
    ax = _axes.axes(ax)
    # The last point has no threshold.
    places = found.threshold[:-1]
    values = {"precision": found.precision, "recall": found.recall, "F1": _f1(found.precision, found.recall)}
    for dashes, (name, value) in zip(("-.", "--", "-"), values.items()):
        _axes.curve(ax, places, value[:-1], label=name, linestyle=dashes)
    ax.axvline(at, color=_axes.GREY, linewidth=1.2, linestyle=":", label=f"F1 {best:.3f} at {at:.3g}")
    _axes.decorate(ax, "threshold", "precision, recall, F1")
    ax.set_ylim(-0.02, 1.02)
    _axes.legend(ax)
    return ax


def _binary(y_true: Any, y_score: Any) -> Tuple[np.ndarray, np.ndarray]:
    """Returns truth as zeros and ones, and the scores of class 1."""
    scores = np.asarray(y_score)
    if scores.ndim == 2 and scores.shape[1] == 2:
        scores = scores[:, 1]
    elif scores.ndim == 2 and scores.shape[1] > 2:
        raise ShapeError(
            f"y_score must be of one class, got {scores.shape[1]} columns; of class k: y_true == k, y_score[:, k]"
        )
    truth, scores = _axes.pair(y_true, scores, "y_score")
    (truth,), _ = _labels.encode_together(truth)
    if not (np.any(truth == 0) and np.any(truth != 0)):
        raise ArgumentError("y_true must hold both classes, got only one")
    return truth, scores


def _f1(precision: np.ndarray, recall: np.ndarray) -> np.ndarray:
    total = precision + recall
    return np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)


def _named(label: Optional[str], text: str) -> str:
    return text if label is None else f"{label}: {text}"


def _unit_square(ax: Any, legend: str) -> Any:
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.set_aspect("equal")
    _axes.legend(ax, legend)
    return ax
