"""Grouped bars for comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from ..errors import ArgumentError
from . import _axes

# Beyond the colours the bars are hatched.
_HATCHES = ("", "//", "..")


def bars(
    values: Mapping[Any, Any], *, ylabel: Optional[str] = None, digits: int = 3, reference: Optional[float] = None, ax: Any = None
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
    ax = _axes.axes(ax, (float(np.clip(1.6 + 0.62 * len(groups) * len(series), 5.0, 12.0)), 4.2))
    width = 0.8 / len(series)
    drawn = []
    for number, name in enumerate(series):
        means, spreads = np.array([cells.get((group, name), (np.nan, np.nan)) for group in groups]).T
        x = np.arange(len(groups)) + (number - (len(series) - 1) / 2) * width
        hatch = _HATCHES[_axes.lap(number) % len(_HATCHES)]
        paper, ink = ax.get_facecolor(), _axes.ink(ax)
        look = {"color": _axes.color(ax, number), "hatch": hatch, "edgecolor": paper, "linewidth": 0.5}
        look.update(capsize=3, ecolor=ink)
        errors = None if np.isnan(spreads).all() else spreads
        drawn.append(ax.bar(x, means, 0.92 * width, yerr=errors, label=name, **look))
    handles = drawn if series != [""] else []
    if reference is not None:
        label = f"reported {reference:g}"
        handles = [*handles, ax.axhline(reference, label=label, **{**_axes.faint(ax), "zorder": 3})]
    ax.grid(axis="y", alpha=0.25, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.set_ylabel(ylabel or "")
    room = _axes.size_in_points(ax)[0] / len(groups)
    _name_groups(ax, groups, room)
    if digits:
        ax.margins(y=0.08)
        _name_bars(ax, drawn, digits, room)
    if handles:
        _name_series(ax, handles)
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
        return np.nan, np.nan
    return float(numbers.mean()), float(numbers.std(ddof=1)) if numbers.size > 1 else np.nan


def _number(value: float, digits: int) -> str:
    """Returns a number as people write it: no exponent where the digits suffice to the left of the point."""
    if np.isnan(value):
        return ""
    return f"{value:,.0f}" if 10**digits <= abs(value) < 1e9 else f"{value:.{digits}g}"


def _name_groups(ax: Any, groups: List[str], room: float) -> None:
    """Writes the groups' names below the bars, turned where they are too long for their room [points]."""
    turned = max(map(len, groups)) * 6 > room
    options = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if turned else {}
    ax.set_xticks(np.arange(len(groups)), groups, **options)
    _axes.plain(*ax.get_xticklabels())


def _name_bars(ax: Any, drawn: list, digits: int, room: float) -> None:
    """Writes the values above the bars, as large as the room [points] of a group allows."""
    for bar in drawn:
        texts = [_number(value, digits) for value in bar.datavalues]
        widest = max(map(len, texts)) or 1
        size = float(np.clip(room * 0.8 / len(drawn) / (0.64 * widest), 4.5, 9))
        ax.bar_label(bar, texts, padding=2, fontsize=size)


def _name_series(ax: Any, handles: list) -> None:
    """Puts the legend into room of its own above the bars."""
    width, height = _axes.size_in_points(ax)
    longest = max(len(handle.get_label()) for handle in handles)
    columns = int(np.clip(width // (5.5 * longest + 42), 1, len(handles)))
    rows = -(-len(handles) // columns)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + (high - low) * min(0.8, (14 * rows + 6) / height))
    ax.legend(handles=handles, loc="upper center", ncol=columns, frameon=False, fontsize="small", borderaxespad=0.2)
    _axes.plain(*ax.get_legend().get_texts())
