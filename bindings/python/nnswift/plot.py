"""Pictures of trainings and predictions. matplotlib is imported when one is drawn, and needs no display."""

from __future__ import annotations

import math
from typing import Any, Optional, Sequence, Tuple

import numpy as np

from .errors import ArgumentError, ShapeError


def learning_curves(history: Any, ax: Any = None) -> Any:
    """Draws loss and metrics over the epochs: training solid, validation dashed, metrics on the right axis.

    Parameters
    ----------
    history : History, or a dict like it
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes
        That of the loss.
    """
    from matplotlib.ticker import MaxNLocator

    ax = _axes(ax, (6.4, 4.2))
    other = ("epoch", "learning_rate", "seconds", "samples_per_second")
    names = [n for n, v in history.items() if isinstance(v, (list, np.ndarray)) and n not in other]
    losses = [name for name in names if name in ("loss", "val_loss")]
    metrics = [name for name in names if name not in losses]
    lines = _curves(ax, history, losses, 0)
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(alpha=0.25)
    if metrics:
        right = ax.twinx()
        lines += _curves(right, history, metrics, 1)
        plain = list(dict.fromkeys(name[4:] if name.startswith("val_") else name for name in metrics))
        right.set_ylabel(plain[0] if len(plain) == 1 else "metrics")
        # The losses lie above, where their axis belongs to the caller.
        ax.set_zorder(right.get_zorder() + 1)
        ax.patch.set_visible(False)
    best = history.get("best_epoch", 0)
    if best:
        lines.append(ax.axvline(best, color="0.5", linewidth=1, linestyle=":", label=f"best epoch {best}"))
    # Below the axes no curve can run through it.
    columns = 2 if len(lines) == 4 else min(3, len(lines))
    ax.legend(handles=lines, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncol=max(1, columns), frameon=False)
    return ax


def _curves(ax: Any, history: Any, names: Sequence[str], first_color: int) -> list:
    """Draws curves; a name and its validation share a colour."""
    plain = list(dict.fromkeys(name[4:] if name.startswith("val_") else name for name in names))
    lines = []
    for name in names:
        validates = name.startswith("val_")
        color = f"C{first_color + plain.index(name[4:] if validates else name)}"
        label = f"{name[4:]}, validation" if validates else name
        values = np.asarray(history[name], dtype=float)
        # A single epoch would be no line at all.
        marker = "o" if values.size == 1 else None
        lines += ax.plot(history["epoch"], values, "--" if validates else "-", color=color, marker=marker, label=label)
    return lines


def confusion_matrix(matrix: Any, classes: Optional[Sequence[Any]] = None, ax: Any = None) -> Any:
    """Draws a confusion matrix with its counts; the colour is the share of the true class.

    Parameters
    ----------
    matrix : array [classes x classes]
        Rows are true classes, columns predictions, as `nnswift.metrics.confusion_matrix` returns it.
    classes : sequence of names, optional
        None: the indices.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ShapeError
        The matrix is not square, or has another size than classes.
    """
    counts = np.asarray(matrix, dtype=float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise ShapeError(f"matrix must be square with at least one class, got shape {counts.shape}")
    names = [str(name) for name in (range(len(counts)) if classes is None else classes)]
    if len(names) != len(counts):
        raise ShapeError(f"classes must have one name for each of {len(counts)} rows, got {len(names)}")
    side = min(12.0, 2.6 + 0.42 * len(names))
    ax = _axes(ax, (side + 0.6, side))
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    ticks = np.arange(len(names))
    long = max(map(len, names)) > 3
    ax.set_xticks(ticks, names, rotation=45 if long else 0, ha="right" if long else "center", rotation_mode="anchor")
    ax.set_yticks(ticks, names)
    ax.set_xlabel("predicted")
    ax.set_ylabel("true")
    _write_counts(ax, counts, shares)
    return ax


def _write_counts(ax: Any, counts: np.ndarray, shares: np.ndarray) -> None:
    """Writes counts into the cells, as far as they can be read; zeros are left out."""
    if len(counts) > 30:
        return
    size = max(5.0, 10.0 - 0.2 * len(counts))
    for row, column in zip(*np.nonzero(counts)):
        color = "white" if shares[row, column] > 0.5 else "black"
        ax.text(column, row, f"{counts[row, column]:g}", ha="center", va="center", color=color, fontsize=size)


def digits(
    images: Any, truth: Any, predicted: Any = None, shape: Tuple[int, int] = (8, 8), figure: Any = None, limit: int = 48
) -> Any:
    """Draws images in a grid, each with its true and its predicted label: green where they agree, red where not.

    Parameters
    ----------
    images : array [images x pixels] or [images x height x width]
    truth : labels [images]
    predicted : labels [images], optional
        As `Model.predict` gives them; None: only the truth is written.
    shape : (height, width)
        Of images that are rows of pixels.
    figure : matplotlib Figure or SubFigure, optional
        Where to draw; None: a new one.
    limit : int
        At most so many images are drawn, the first ones.

    Returns
    -------
    matplotlib Figure or SubFigure

    Raises
    ------
    ShapeError
        Pixels do not fit the shape, or there are not as many labels as images.
    """
    images = _images(images, shape)
    truth = np.ravel(np.asarray(truth))
    predicted = truth if predicted is None else np.ravel(np.asarray(predicted))
    if not len(images) == len(truth) == len(predicted):
        raise ShapeError(
            f"images, truth and predicted must be equally many, got {len(images)}, {len(truth)} and {len(predicted)}"
        )
    if limit < 1:
        raise ArgumentError(f"limit must be at least 1, got {limit}")
    shown = min(len(images), limit)
    rows = max(1, math.ceil(shown / 12))
    columns = max(1, math.ceil(shown / rows))
    if figure is None:
        figure = _new_figure((1.0 * columns + 0.4, 1.25 * rows + 0.2))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes:
        ax.axis("off")
    if not shown:
        axes[0].text(0.5, 0.5, "no images", ha="center", va="center")
    for ax, image, true, guess in zip(axes, images, truth, predicted):
        ax.imshow(image, cmap="gray_r")
        right = bool(true == guess)
        between = " read as " if len(f"{true}{guess}") <= 4 else "\nread as\n"
        text, color = (f"{true}", "#1a7f37") if right else (f"{true}{between}{guess}", "#b42318")
        ax.set_title(text, fontsize=8, color=color)
    return figure


def _images(images: Any, shape: Tuple[int, int]) -> np.ndarray:
    array = np.asarray(images)
    if array.ndim == 3:
        return array
    if array.ndim == 2 and (array.shape[1] == shape[0] * shape[1] or not len(array)):
        return array.reshape(-1, *shape) if array.size else np.empty((0, *shape))
    raise ShapeError(f"images must be [images x {shape[0] * shape[1]}] or [images x height x width], got {array.shape}")


def _axes(ax: Any, size: Tuple[float, float]) -> Any:
    return _new_figure(size).subplots() if ax is None else ax


def _new_figure(size: Tuple[float, float]) -> Any:
    """Returns a figure of pyplot, so that notebooks and plt.show() know it; without a display it is drawn by Agg."""
    import matplotlib.pyplot as plt

    return plt.figure(figsize=size, layout="constrained")
