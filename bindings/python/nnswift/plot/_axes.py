"""Shared by all pictures: the Axes, the colours, and checks of the values drawn."""

from __future__ import annotations

from typing import Any, Tuple

import numpy as np

from ..errors import ArgumentError, ShapeError

# Okabe and Ito 2008, without the yellow that white paper swallows, and on dark paper without the
# blue that it swallows; their black is `ink`.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DARK_COLORS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#F0E442")
DASHES = ("-", "--", "-.", ":")
# One colour more: that of the text.
_COUNT = len(COLORS) + 1
_STYLE = {"axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True}
# Inches around everything.
_MARGIN = 0.1
# Marks the curves of this package, so that one more on the same Axes gets the next colour.
_CURVE = "nnswift"
REFERENCE = "nnswift reference"


def axes(ax: Any, size: Tuple[float, float] = (6.4, 4.2)) -> Any:
    """Returns ax, or the Axes of a new figure [inches] that pyplot and notebooks know."""
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot as plt
    except ImportError as missing:
        raise ImportError(
            'nnswift.plot needs matplotlib; install it with: pip install "nnswift[plot]" (or: pip install matplotlib)'
        ) from missing
    # Outside of rc_context: the first figure loads the backend, which in Jupyter switches interactive mode on, and the
    # end of a context would switch it off again (matplotlib#24351).
    figure = plt.figure(figsize=size, layout="constrained")
    figure.get_layout_engine().set(w_pad=_MARGIN, h_pad=_MARGIN)
    with plt.rc_context(_STYLE):
        return figure.subplots()


def ink(ax: Any) -> Any:
    """Returns the colour of the text: black, and white where the style is a dark one."""
    return ax.xaxis.label.get_color()


def color(ax: Any, number: int) -> Any:
    """Returns the number-th colour, from 0; after the last one follows the first again."""
    from matplotlib.colors import to_rgb

    paint = ink(ax)
    # A light text stands on dark paper.
    return (*(DARK_COLORS if sum(to_rgb(paint)) > 1.5 else COLORS), paint)[number % _COUNT]


def style(ax: Any, number: int) -> dict:
    """Returns colour and dashes of the number-th curve; beyond the colours the dashes change."""
    return {"color": color(ax, number), "linestyle": DASHES[number // _COUNT % len(DASHES)]}


def lap(number: int) -> int:
    """Returns how often the colours were used up before the number-th curve."""
    return number // _COUNT


def curve(ax: Any, x: Any, y: Any, **options: Any) -> Any:
    """Draws a curve in the next colour of ax."""
    drawn = sum(line.get_gid() == _CURVE for line in ax.lines)
    return ax.plot(x, y, gid=_CURVE, **{**style(ax, drawn), "linewidth": 1.8, **options})[0]


def faint(ax: Any) -> dict:
    """Returns how a line to compare with looks."""
    return {"color": ink(ax), "alpha": 0.55, "linewidth": 1.2, "linestyle": ":", "zorder": 1}


def reference(ax: Any, x: Any, y: Any, label: str) -> None:
    """Draws a line to compare with, once."""
    if label not in [line.get_label() for line in ax.lines]:
        ax.plot(x, y, label=label, gid=REFERENCE, **faint(ax))


def decorate(ax: Any, xlabel: str, ylabel: str) -> None:
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    plain(ax.xaxis.label, ax.yaxis.label)
    ax.grid(alpha=0.25, linewidth=0.8)


def plain(*texts: Any) -> None:
    """Draws names as they are: "$a$" of a caller's column is no formula."""
    for text in texts:
        text.set_parse_math(False)


def label_column(values: Any, name: str) -> np.ndarray:
    """Returns labels [rows] or [rows x 1] as one dimension."""
    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise ShapeError(f"{name} must be [rows] or [rows x 1], got shape {array.shape}")
    return array


def pair(y_true: Any, other: Any, name: str) -> Tuple[np.ndarray, np.ndarray]:
    """Returns two columns of equally many rows, at least one."""
    first, second = label_column(y_true, "y_true"), label_column(other, name)
    if len(first) != len(second):
        raise ShapeError(f"y_true and {name} must have equally many rows, got {len(first)} and {len(second)}")
    if not len(first):
        raise ShapeError(f"y_true and {name} must have at least one row, got none")
    return first, second


def at_least(value: int, name: str, low: int = 1) -> int:
    if value < low:
        raise ArgumentError(f"{name} must be at least {low}, got {value}")
    return int(value)


def size_in_points(ax: Any) -> Tuple[float, float]:
    """Returns width and height of ax as it is laid out now."""
    box = ax.get_window_extent()
    return box.width * 72 / ax.figure.dpi, box.height * 72 / ax.figure.dpi
