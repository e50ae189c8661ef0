"""The loss while the learning rate rises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

import numpy as np

from . import _axes, _legend

if TYPE_CHECKING:
    from .._rates import LearningRates

# Losses at the end grow without bound: above the range of the means before it there is so large a part of it.
_ROOM = 0.4


def learning_rates(found: "LearningRates", *, label: Optional[str] = None, ax: Any = None) -> Any:
    """Draws the loss against a rising learning rate: of each batch faint, their mean strong, the suggestion as a dot.

    Where the mean falls the model learns; where it turns upwards the rate is too large.

    Parameters
    ----------
    found : LearningRates
        Of `nnswift.find_learning_rate`.
    label : str, optional
        Of this curve, where several are drawn.
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> found = nnswift.find_learning_rate(model, X, y)
    >>> plot.learning_rates(found).figure.savefig("rates.png")
    """
    is_first = ax is None or not ax.lines
    ax = _axes.axes(ax)
    prefix = f"{label}, " if label else ""
    mean = _axes.curve(ax, found.rates, found.smoothed, label=f"{prefix}mean of the batches")
    color = mean.get_color()
    ax.plot(found.rates, found.losses, color=color, linewidth=0.6, alpha=0.35, zorder=1)
    height = np.interp(np.log(found.suggestion), np.log(found.rates), found.smoothed)
    ax.plot([found.suggestion], [height], "o", color=color, label=f"{prefix}suggestion {found.suggestion:.2g}")
    ax.set_xscale("log")
    bottom, top = _range(found)
    if not is_first:
        bottom, top = min(bottom, ax.get_ylim()[0]), max(top, ax.get_ylim()[1])
    ax.set_ylim(bottom, top)
    _axes.decorate(ax, "learning rate", "loss")
    _legend.place(ax, "lower left")
    return ax


def _range(found: "LearningRates") -> "tuple[float, float]":
    """Returns the limits between which everything before the loss grows has room."""
    least = int(np.argmin(found.smoothed))
    top = float(found.smoothed[: least + 1].max())
    bottom = float(min(found.smoothed.min(), found.losses[: least + 1].min()))
    room = (top - bottom) or 1.0
    return bottom - 0.05 * room, top + _ROOM * room
