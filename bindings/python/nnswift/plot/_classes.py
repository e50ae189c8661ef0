"""The confusion matrix."""

from __future__ import annotations

from typing import Any, Optional, Sequence, Tuple

import numpy as np

from .. import _labels, metrics
from ..errors import ArgumentError, ShapeError
from . import _axes

_SMALLEST_TEXT = 4.5
_SMALLEST_NAME = 6.0
_NORMALS = {None: "rows", "true": "true class", "pred": "predicted class", "all": "all rows"}


def confusion_matrix(
    y_true: Any,
    y_pred: Any,
    *,
    labels: Optional[Sequence[Any]] = None,
    normalize: Optional[str] = None,
    sample_weight: Any = None,
    ax: Any = None,
) -> Any:
    """Draws how often each true class (row) was predicted as each class (column).

    Parameters
    ----------
    y_true : array [rows]
        Class indices or texts.
    y_pred : array [rows], [rows x 1] or [rows x classes]
        Predicted labels of the same kind, or scores of all classes.
    labels : sequence, optional
        Texts: the names of the classes in their order. Integers: the classes to draw, in this order. None: all that
        occur.
    normalize : {"true", "pred", "all"}, optional
        None: counts (below them the share of the true class, where there is room); else the share of the true class,
        of the predicted class, or of all rows. The colour is the share; with counts, of the true class.
    sample_weight : array [rows], optional
        Reported counts are drawn as ``confusion_matrix([0, 0, 1, 1], [0, 1, 0, 1], sample_weight=[tn, fp, fn, tp])``.
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ShapeError
        The arrays do not have equally many rows, or there are more classes than labels.
    ArgumentError
        An unknown `normalize`, or a label that is no class.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> plot.confusion_matrix(y_test, model.predict(X_test, kind="label"), labels=["stays away", "comes"])
    """
    if normalize not in _NORMALS:
        raise ArgumentError(f'normalize must be None, "true", "pred" or "all", got {normalize!r}')
    _refuse_probabilities(y_pred)
    counts, names = _counts(y_true, y_pred, labels, sample_weight)
    shares = _shares(counts, normalize or "true")
    longest = max(map(len, names))
    side = min(12.0, 2.4 + max(0.42, 0.9 - 0.1 * len(names)) * len(names))
    ax = _axes.axes(ax, (side + 0.5 + 0.05 * longest, side + 0.03 * longest))
    picture = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    step = _name_classes(ax, names, longest)
    # The palest cells are nearly white.
    ax.spines[:].set(visible=True, color=_axes.ink(ax), alpha=0.3)
    ax.tick_params(length=0)
    ax.set_xlabel("predicted" if normalize is None else f"predicted (share of {_NORMALS[normalize]})")
    ax.set_ylabel("true" if step == 1 else f"true ({len(names)} classes, each {_ordinal(step)} with its name)")
    if not _write(ax, counts, shares, normalize):
        ax.figure.colorbar(picture, ax=ax, label=f"share of {_NORMALS[normalize or 'true']}")
    return ax


def _refuse_probabilities(y_pred: Any) -> None:
    """Raises ArgumentError for scores of one class, which are no labels before somebody cuts them."""
    column = np.asarray(y_pred)
    if column.dtype.kind != "f" or column.ndim > 1 and column.shape[1] != 1:
        return
    broken = np.flatnonzero(column != np.floor(column))
    if broken.size:
        raise ArgumentError(
            f"y_pred must have labels, got {column.flat[broken[0]]:g} in row {broken[0]}, which seems to be a "
            'probability; predict with kind="label", or write y_pred >= 0.5'
        )


def _name_classes(ax: Any, names: list, longest: int) -> int:
    """Writes the names at both axes, turned where they are long; returns n where only each n-th has room."""
    cell = min(_axes.size_in_points(ax)) / len(names)
    turned = longest > 3 and len(names) > 2
    size = cell / 1.3 if turned else cell / (0.64 * (longest + 0.6))
    step = max(1, int(np.ceil(_SMALLEST_NAME / size)))
    size = float(np.clip(size * step, _SMALLEST_NAME, 10.0))
    options = {"rotation": 45, "ha": "right"} if turned else {}
    places = np.arange(0, len(names), step)
    ax.set_xticks(places, names[::step], rotation_mode="anchor", fontsize=size, **options)
    ax.set_yticks(places, names[::step], fontsize=10.0 if len(names) <= 3 else size)
    _axes.plain(*ax.get_xticklabels(), *ax.get_yticklabels())
    return step


def _ordinal(number: int) -> str:
    return str(number) + {2: "nd", 3: "rd"}.get(number, "th")


def _counts(y_true: Any, y_pred: Any, labels: Optional[Sequence[Any]], weight: Any) -> Tuple[np.ndarray, list]:
    """Returns the matrix and the names of its classes."""
    if labels is None:
        (true, predicted), found = _labels.encode_together(np.asarray(y_true), np.asarray(y_pred))
        counts = metrics.confusion_matrix(true, predicted, weight, None if found is None else len(found))
        return counts, [str(name) for name in (found or range(len(counts)))]
    names = list(labels)
    if not names:
        raise ArgumentError("labels must name at least one class, got none")
    if all(isinstance(name, (int, np.integer)) and not isinstance(name, bool) for name in names):
        counts = metrics.confusion_matrix(y_true, y_pred, weight)
        room = max([len(counts), *(int(name) + 1 for name in names)])
        whole = np.zeros((room, room))
        whole[: len(counts), : len(counts)] = counts
        if min(names) < 0:
            raise ArgumentError(f"labels must be class indices from 0 on, got {min(names)}")
        return whole[np.ix_(names, names)], [str(name) for name in names]
    names = [str(name) for name in names]
    if _labels.is_text(np.asarray(y_true)) or _labels.is_text(np.asarray(y_pred)):
        return metrics.confusion_matrix(y_true, y_pred, weight, names), names
    counts = metrics.confusion_matrix(y_true, y_pred, weight)
    if len(counts) > len(names):
        raise ShapeError(f"labels must name every class, got {len(names)} names for {len(counts)} classes")
    whole = np.zeros((len(names), len(names)))
    whole[: len(counts), : len(counts)] = counts
    return whole, names


def _shares(counts: np.ndarray, of: str) -> np.ndarray:
    """Returns counts as shares; of nothing, they are 0."""
    axis = {"true": 1, "pred": 0, "all": None}[of]
    totals = np.broadcast_to(counts.sum(axis=axis, keepdims=True), counts.shape)
    return np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)


def _write(ax: Any, counts: np.ndarray, shares: np.ndarray, normalize: Optional[str]) -> bool:
    """Writes into the cells what can be read there; zeros are left out where there are many. Returns whether it did."""
    cell = min(_axes.size_in_points(ax)) / len(counts)
    both = normalize is None and len(counts) <= 6
    texts = [[_text(c, s, normalize, both) for c, s in zip(*rows)] for rows in zip(counts, shares)]
    widest = max(len(line) for row in texts for text in row for line in text.split("\n"))
    # A digit is about 0.64 of the font's size wide, a point half of that.
    size = min(11.0, cell / (0.64 * (widest + 0.4)), cell / (3.2 if both else 1.6))
    if size < _SMALLEST_TEXT:
        return False
    for row, column in np.ndindex(counts.shape):
        if counts[row, column] or len(counts) <= 3:
            color = "white" if shares[row, column] > 0.6 else "black"
            ax.text(column, row, texts[row][column], ha="center", va="center", color=color, fontsize=size)
    return True


def _text(count: float, share: float, normalize: Optional[str], both: bool) -> str:
    if normalize is not None:
        return f"{share:.2f}"
    whole = f"{count:,.0f}" if float(count).is_integer() else f"{count:.4g}"
    return f"{whole}\n{share:.1%}" if both else whole
