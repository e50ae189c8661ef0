"""Curves of the scores of a classifier; the areas are those of `nnswift.metrics`."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Sequence, Tuple

import numpy as np

from .. import _labels, metrics
from ..errors import ArgumentError, ShapeError
from . import _axes, _legend

# More classes than these have no curve of their own but those that are told the worst.
_MOST = 10


def roc_curve(
    y_true: Any,
    y_score: Any,
    *,
    label: Optional[str] = None,
    labels: Optional[Sequence[Any]] = None,
    sample_weight: Any = None,
    ax: Any = None,
) -> Any:
    """Draws true against false positive rate over all thresholds, the area in the legend. Call again to add a curve.

    Parameters
    ----------
    y_true : array [rows]
        Two different labels: the later one in sorted order is the positive class. Of several classes: indices, or
        labels out of `labels`.
    y_score : array [rows], [rows x 1], [rows x 2] or [rows x classes]
        Scores of the positive class, larger for more likely; of two columns, the second one is drawn. Of several
        classes: a curve for each against all others; of more than ten classes, for the ten with the least area.
    label : str, optional
        Name of the curve.
    labels : sequence, optional
        The names of several classes, as `Model.classes` has them.
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
        Only one class occurs, or more than there are columns.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> ax = plot.roc_curve(y, first.predict(X), label="first")
    >>> plot.roc_curve(y, second.predict(X), label="second", ax=ax)
    >>> plot.roc_curve(digits, network.predict(images))
    """
    curves = _curves(y_true, y_score, label, labels, sample_weight, metrics.roc_auc)
    ax = _axes.axes(ax, (5.2, 4.6))
    for name, area, truth, scores in curves:
        found = metrics.roc_curve(truth, scores, sample_weight)
        text = _named(name, f"AUC {area:.3f}")
        _axes.curve(ax, found.false_positive_rate, found.true_positive_rate, label=text)
    _axes.reference(ax, [0, 1], [0, 1], "chance")
    _axes.decorate(ax, "false positive rate", "true positive rate")
    return unit_square(ax, "lower right")


def precision_recall_curve(
    y_true: Any,
    y_score: Any,
    *,
    label: Optional[str] = None,
    labels: Optional[Sequence[Any]] = None,
    sample_weight: Any = None,
    ax: Any = None,
) -> Any:
    """Draws precision against recall over all thresholds, the average precision in the legend, and chance below.

    Chance is the share of the positive class: what scores without any meaning earn; of several classes it is left out.
    Parameters, result and errors are those of `roc_curve`.

    Examples
    --------
    >>> plot.precision_recall_curve(y, model.predict(X)).set_title("no-shows")
    """
    curves = _curves(y_true, y_score, label, labels, sample_weight, metrics.pr_auc)
    ax = _axes.axes(ax, (5.2, 4.6))
    for name, area, truth, scores in curves:
        found = metrics.precision_recall_curve(truth, scores, sample_weight)
        text = _named(name, f"AP {area:.3f}")
        _axes.curve(ax, found.recall, found.precision, label=text, drawstyle="steps-post")
        if len(curves) == 1:
            # All rows are taken for positive at the lowest threshold.
            share = float(found.precision[0])
            _axes.reference(ax, [0, 1], [share, share], f"chance {share:.3f}")
    _axes.decorate(ax, "recall", "precision")
    return unit_square(ax, "upper right")


def threshold(
    y_true: Any, y_score: Any, *, at: Optional[float] = None, sample_weight: Any = None, ax: Any = None
) -> Any:
    """Draws precision, recall and F1 against the threshold from which on a row counts as positive.

    Parameters
    ----------
    y_true, y_score, sample_weight, ax
        As `roc_curve`, of two classes.
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
    y_true, y_score = binary(y_true, y_score)
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
    ax.axvline(at, label=f"F1 {best:.3f} at {at:.3g}", **_axes.faint(ax))
    _axes.decorate(ax, "threshold", "precision, recall, F1")
    # A legend above the curves needs no ticks.
    ax.set_yticks(np.linspace(0, 1, 6))
    ax.set_ylim(-0.02, 1.02)
    _legend.place(ax)
    return ax


def unit_square(ax: Any, legend: str) -> Any:
    """Gives both axes the range 0 ... 1, and puts the legend."""
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.set_xticks(np.linspace(0, 1, 6))
    ax.set_yticks(np.linspace(0, 1, 6))
    ax.set_aspect("equal")
    _legend.place(ax, legend)
    return ax


def binary(y_true: Any, y_score: Any) -> Tuple[np.ndarray, np.ndarray]:
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
    there = np.unique(truth)
    if len(there) < 2:
        raise ArgumentError("y_true must hold both classes, got only one")
    # Labels such as 1 and 2, or -1 and +1, are two classes as well.
    return ((truth == there[1]).astype(np.uint8) if len(there) == 2 else truth), scores


def _curves(
    y_true: Any, y_score: Any, label: Optional[str], labels: Optional[Sequence[Any]], weight: Any, area: Callable
) -> List[Tuple[Optional[str], float, np.ndarray, np.ndarray]]:
    """Returns (name, area, zeros and ones, scores) of each curve."""
    scores = np.asarray(y_score)
    if scores.ndim != 2 or scores.shape[1] < 3:
        truth, scores = binary(y_true, scores)
        return [(label, area(truth, scores, weight), truth, scores)]
    truth = indices(y_true, scores.shape[1], labels)
    if len(truth) != len(scores):
        raise ShapeError(f"y_true and y_score must have equally many rows, got {len(truth)} and {len(scores)}")
    there = [number for number in range(scores.shape[1]) if 0 < np.count_nonzero(truth == number) < len(truth)]
    if not there:
        raise ArgumentError("y_true must hold several classes, got only one")
    found = []
    for number in there:
        mine = (truth == number).astype(np.uint8)
        name = str(labels[number]) if labels is not None else str(number)
        text = name if label is None else f"{label}, {name}"
        found.append((text, area(mine, scores[:, number], weight), mine, scores[:, number]))
    return found if len(found) <= _MOST else sorted(found, key=lambda curve: curve[1])[:_MOST]


def indices(y_true: Any, classes: int, labels: Optional[Sequence[Any]]) -> np.ndarray:
    """Returns the class of each row as an index [rows].

    Raises
    ------
    ArgumentError
        A label that is no class.
    ShapeError
        Not as many names as classes.
    """
    truth = _axes.label_column(y_true, "y_true")
    if labels is not None:
        if len(labels) != classes:
            raise ShapeError(f"labels must name the {classes} classes of y_score, got {len(labels)} names")
        places = {str(name): number for number, name in enumerate(labels)}
        if _labels.is_text(truth) or any(str(name) in places for name in np.unique(truth)):
            unknown = [name for name in np.unique(truth) if str(name) not in places]
            if unknown:
                raise ArgumentError(f'y_true has the label "{unknown[0]}", which is not in labels')
            return np.array([places[str(name)] for name in truth], np.int64)
    (truth,), found = _labels.encode_together(truth, names=("y_true",))
    if found is not None and len(found) != classes:
        raise ShapeError(f"y_true has {len(found)} classes, y_score {classes} columns; give the names of all: labels=[...]")
    bad = truth[(truth < 0) | (truth >= classes)]
    if bad.size:
        raise ArgumentError(f"y_true must be class indices below {classes}, the columns of y_score, got {bad[0]:g}")
    return truth.astype(np.int64)


def _f1(precision: np.ndarray, recall: np.ndarray) -> np.ndarray:
    total = precision + recall
    return np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)


def _named(label: Optional[str], text: str) -> str:
    return text if label is None else f"{label}: {text}"
