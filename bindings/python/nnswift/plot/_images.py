"""Images with their true and predicted classes."""

from __future__ import annotations

import math
from typing import Any, Optional, Tuple

import numpy as np

from ..errors import ShapeError
from . import _axes

# The frame of what was not recognised.
_WRONG = "#D55E00"
_GAP = 0.12
# Maps whose middle colour means 0.
_DIVERGING = (
    "PiYG", "PRGn", "BrBG", "PuOr", "RdGy", "RdBu", "RdYlBu", "RdYlGn", "Spectral", "coolwarm", "bwr", "seismic",
    "berlin", "managua", "vanimo",
)  # fmt: skip


def images(
    images: Any,
    *,
    labels: Any = None,
    predictions: Any = None,
    columns: int = 8,
    shape: Optional[Tuple[int, int]] = None,
    cmap: str = "gray_r",
    ax: Any = None,
) -> Any:
    """Draws images in a grid, below each its label: "true → predicted" and a frame where the two differ.

    Parameters
    ----------
    images : array [images x height x width], [images x height x width x 3 or 4], or [images x pixels]
        Grey values of any range; colours as matplotlib takes them (0 ... 1, or bytes).
    labels : sequence [images], optional
        What they are.
    predictions : sequence [images] or [images x 1], or scores [images x classes], optional
        What they were taken for, as `Model.predict` gives it.
    columns : int
        How many stand side by side, at most.
    shape : (height, width), optional
        Of images that are rows of pixels; None: they are square.
    cmap : str
        Colours of grey values; "gray" draws large ones bright, "gray_r" like ink. In the middle of a diverging map,
        such as "RdBu", stands 0.
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ShapeError
        Pixels do not fit the shape, or there are not as many labels or predictions as images.
    ArgumentError
        columns is less than 1.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> plot.images(X[:16], labels=y[:16], predictions=model.predict(X[:16], kind="label"))
    """
    pictures = _pictures(images, shape)
    true = _texts(labels, len(pictures), "labels")
    guessed = _texts(_labels_of(predictions)[0], len(pictures), "predictions")
    columns = min(_axes.at_least(columns, "columns"), max(1, len(pictures)))
    rows = max(1, math.ceil(len(pictures) / columns))
    tall = pictures.shape[1] / pictures.shape[2] if len(pictures) else 1.0
    captions = [_caption(true, guessed, number) for number in range(len(pictures))]
    lines = max((text.count("\n") + 1 for text, _ in captions if text), default=0)
    step = tall + _GAP + 0.22 * lines
    ax = _axes.axes(ax, (max(3.0, 0.95 * columns + 0.2), max(1.4, 0.9 * step * rows + 0.35)))
    if len(pictures):
        _draw(ax, pictures, captions, columns, tall, step, cmap)
    else:
        ax.text(0.5, 0.5, "no images", ha="center", va="center", transform=ax.transAxes)
    # imshow sets the limits to its own image.
    ax.set_xlim(-_GAP, columns * (1 + _GAP))
    ax.set_ylim(rows * step, -_GAP)
    ax.set_aspect("equal")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    if true or guessed:
        ax.set_xlabel("true → predicted" if true and guessed else "true" if true else "predicted")
    return ax


def misclassified(
    images: Any,
    y_true: Any,
    y_pred: Any,
    *,
    limit: int = 24,
    columns: int = 8,
    shape: Optional[Tuple[int, int]] = None,
    cmap: str = "gray_r",
    ax: Any = None,
) -> Any:
    """Draws the images whose prediction is wrong, and says how many there are.

    Parameters
    ----------
    images, columns, shape, cmap, ax
        As `images`.
    y_true : sequence [images]
        Class indices or texts.
    y_pred : array [images], [images x 1] or [images x classes]
        Predicted labels of the same kind: the first wrong images are drawn. Scores: the largest one is the prediction,
        and those images are drawn first whose wrong score is the largest.
    limit : int
        At most so many are drawn.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    As `images`.

    Examples
    --------
    >>> plot.misclassified(X_test, y_test, model.predict(X_test), limit=32)
    """
    pictures = _pictures(images, shape)
    guessed, scores = _labels_of(y_pred)
    true, guessed = _axes.pair(y_true, guessed, "y_pred")
    if len(true) != len(pictures):
        raise ShapeError(f"images and y_true must be equally many, got {len(pictures)} and {len(true)}")
    wrong = np.flatnonzero(true != guessed)
    count = len(wrong)
    if scores is not None:
        wrong = wrong[np.argsort(-scores[wrong], kind="stable")]
    wrong = wrong[: _axes.at_least(limit, "limit")]
    ax = _grid(pictures[wrong], labels=true[wrong], predictions=guessed[wrong], columns=columns, cmap=cmap, ax=ax)
    shown = f", {len(wrong)} of them shown" if len(wrong) < count else ""
    ax.set_xlabel(f"true → predicted; {count:,} of {len(true):,} wrong{shown}")
    return ax


# The parameter of `misclassified` hides the function.
_grid = images


def _pictures(images: Any, shape: Optional[Tuple[int, int]]) -> np.ndarray:
    """Returns images [n x height x width] or with colours."""
    array = np.asarray(images)
    if array.ndim == 3 or (array.ndim == 4 and array.shape[3] in (3, 4)):
        return array
    if array.ndim == 4 and array.shape[3] == 1:
        return array[..., 0]
    if array.ndim != 2:
        raise ShapeError(f"images must be [images x pixels] or [images x height x width], got shape {array.shape}")
    if shape is None:
        side = math.isqrt(array.shape[1])
        shape = (side, side)
    if shape[0] * shape[1] != array.shape[1] or not array.shape[1]:
        raise ShapeError(
            f"rows of {array.shape[1]} pixels must fit the shape, got {tuple(shape)}; give shape=(height, width)"
        )
    return array.reshape(-1, *shape)


def _labels_of(predictions: Any) -> Tuple[Any, Optional[np.ndarray]]:
    """Returns predicted labels, and the scores of these where predictions are scores [rows x classes]."""
    if predictions is None:
        return None, None
    array = np.asarray(predictions)
    if array.ndim == 2 and array.shape[1] > 1:
        return array.argmax(axis=1), array.max(axis=1)
    return array, None


def _texts(labels: Any, count: int, name: str) -> list:
    """Returns labels as texts, one an image; none for None."""
    if labels is None:
        return []
    column = _axes.label_column(labels, name)
    if len(column) != count:
        raise ShapeError(f"{name} must be as many as images, {count}, got {len(column)}")
    # Class indices may come as floats.
    return [f"{label:g}" if isinstance(label, (float, np.floating)) else str(label) for label in column]


def _caption(true: list, guessed: list, number: int) -> Tuple[str, bool]:
    """Returns the text below an image, and whether it was recognised."""
    if true and guessed and true[number] != guessed[number]:
        between = " → " if len(true[number]) + len(guessed[number]) <= 6 else "\n→ "
        return f"{true[number]}{between}{guessed[number]}", False
    return (true or guessed or [""] * (number + 1))[number], True


def _draw(ax: Any, pictures: np.ndarray, captions: list, columns: int, tall: float, step: float, cmap: str) -> None:
    """Draws images of width 1 and their captions, as large as the place allows."""
    from matplotlib.patches import Rectangle

    width = _axes.size_in_points(ax)[0] / (columns * (1 + _GAP))
    widest = max(len(line) for text, _ in captions for line in text.split("\n")) or 1
    size = float(np.clip(min(width / (0.62 * widest), 0.2 * width), 4.0, 9.0))
    grey = {} if pictures.ndim == 4 else {"cmap": cmap, **_range(pictures, cmap)}
    for number, (picture, (text, right)) in enumerate(zip(pictures, captions)):
        left, top = number % columns * (1 + _GAP), number // columns * step
        ax.imshow(picture, extent=(left, left + 1, top + tall, top), interpolation="nearest", **grey)
        if not right:
            ax.add_patch(Rectangle((left, top), 1, tall, fill=False, edgecolor=_WRONG, linewidth=1.5))
        if text:
            ax.text(
                left + 0.5, top + tall + 0.05, text, ha="center", va="top", fontsize=size,
                color=_axes.ink(ax) if right else _WRONG, linespacing=0.95,
            )  # fmt: skip


def _range(pictures: np.ndarray, cmap: Any) -> dict:
    """Returns the grey values of the first and the last colour."""
    low, high = float(pictures.min()), float(pictures.max())
    if getattr(cmap, "name", str(cmap)).removesuffix("_r") in _DIVERGING:
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    return {"vmin": low, "vmax": high}
