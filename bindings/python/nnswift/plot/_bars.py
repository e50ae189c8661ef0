"""Grouped bars for comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from ..errors import ArgumentError
from . import _axes


def bars(
    values: Mapping, *, ylabel: Optional[str] = None, digits: int = 3, reference: Optional[float] = None, ax: Any = None
) -> Any:
    """Draws bars side by side, their values above them.

    Parameters
    ----------
    values : dict
        Names to numbers; or names of groups to dicts, names of series to numbers: one colour a series. In the place of
        a number, a list of them (as one a seed) gives their mean, with their standard deviation as a line. NaN and None
        leave a gap.
    ylabel : str, optional
        What the numbers are, with their unit.
    digits : int
        Significant digits above the bars; 0: no numbers.
    reference : float, optional
        A number to compare with, as a dotted line: what a report says.
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes
        Bars begin at 0; `set_ylim` shows less where all are alike.

    Raises
    ------
    ArgumentError
        Nothing to draw, or something that is no number.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> plot.bars({"SGD": {"ReLU": 0.97, "tanh": 0.95}, "Adam": {"ReLU": [0.99, 1.0], "tanh": 0.98}}, ylabel="accuracy")
    """
    groups, series, cells = _table(values)
    count = len(groups) * max(1, len(series))
    ax = _axes.axes(ax, (float(np.clip(1.6 + 0.62 * count, 5.0, 12.0)), 4.2))
    width = 0.8 / len(series)
    places = np.arange(len(groups))
    drawn = []
    for number, name in enumerate(series):
        column = [cells.get((group, name), (np.nan, 0.0)) for group in groups]
        means, spreads = np.array([c[0] for c in column]), np.array([c[1] for c in column])
        x = places + (number - (len(series) - 1) / 2) * width
        color = _axes.COLORS[number % len(_axes.COLORS)]
        hatch = ("", "//", "..")[number // len(_axes.COLORS) % 3]
        errors = np.where(spreads > 0, spreads, np.nan) if (spreads > 0).any() else None
        options = {"color": color, "hatch": hatch, "edgecolor": "white", "linewidth": 0.5, "capsize": 3}
        drawn.append(ax.bar(x, means, 0.92 * width, yerr=errors, label=name, **options))
    if reference is not None:
        ax.axhline(reference, color=_axes.GREY, linewidth=1.2, linestyle=":", label=f"reported {reference:g}")
    ax.set_xticks(places, groups)
    _finish(ax, drawn, series, groups, ylabel, digits, reference is not None)
    return ax


def _table(values: Any) -> Tuple[List[str], List[str], Dict[Tuple[str, str], Tuple[float, float]]]:
    """Returns groups, series and the mean and spread of each pair."""
    if not isinstance(values, Mapping) or not values:
        raise ArgumentError(f"values must be a dict of names to numbers or to dicts, got {values!r}")
    nested = {str(group): entry if isinstance(entry, Mapping) else {"": entry} for group, entry in values.items()}
    series = list(dict.fromkeys(str(name) for entry in nested.values() for name in entry))
    if not series:
        raise ArgumentError("values must have at least one number, got only empty dicts")
    cells = {}
    for group, entry in nested.items():
        for name, value in entry.items():
            cells[group, str(name)] = _mean(value, f"{group} {name}".strip())
    return list(nested), series, cells


def _mean(value: Any, name: str) -> Tuple[float, float]:
    try:
        numbers = np.atleast_1d(np.asarray(np.nan if value is None else value, dtype=np.float64)).ravel()
    except (TypeError, ValueError):
        raise ArgumentError(f"values must be numbers or lists of them, got {value!r} for {name}") from None
    numbers = numbers[~np.isnan(numbers)]
    if not numbers.size:
        return np.nan, 0.0
    return float(numbers.mean()), float(numbers.std(ddof=1)) if numbers.size > 1 else 0.0


def _finish(
    ax: Any, drawn: list, series: List[str], groups: List[str], ylabel: Optional[str], digits: int, reference: bool
) -> None:
    ax.grid(axis="y", alpha=0.25, linewidth=0.8)
    ax.set_axisbelow(True)
    if ylabel:
        ax.set_ylabel(ylabel)
    room = _axes.size_in_points(ax)[0] / len(groups)
    if max(map(len, groups)) * 6 > room:
        ax.set_xticks(ax.get_xticks(), groups, rotation=30, ha="right", rotation_mode="anchor")
    if digits:
        for bar in drawn:
            texts = ["" if np.isnan(v) else f"{v:.{digits}g}" for v in bar.datavalues]
            widest = max(map(len, texts)) or 1
            size = float(np.clip(room * 0.78 / len(series) / (0.62 * widest), 4.5, 9))
            ax.bar_label(bar, texts, padding=2, fontsize=size)
        ax.margins(y=0.1)
    if series != [""] or reference:
        named = [handle for handle in [*drawn, *ax.lines] if not str(handle.get_label()).startswith("_")]
        ax.legend(
            handles=[h for h in named if h.get_label()], frameon=False, loc="upper center",
            bbox_to_anchor=(0.5, 1.0), ncol=4,
        )  # fmt: skip
