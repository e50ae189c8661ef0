"""Whether more rows would help: a learning curve by rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

import numpy as np

from ..errors import ArgumentError
from . import _axes, _legend


def learning_by_rows(results: Mapping[Any, Any], *, ylabel: Optional[str] = None, ax: Any = None) -> Any:
    """Draws a metric against the number of rows that models were trained on, with the spread over several trainings.

    A curve that still rises at its right end: more rows would help. Curves of training and validation that lie far apart
    there say the same; close together and poor, a larger network may help.

    Parameters
    ----------
    results : dict
        Rows to numbers, or rows to lists of numbers, one a training: their mean is drawn, and their standard deviation
        as a band. Or names of curves to such dicts.
    ylabel : str, optional
        What the numbers are.
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ArgumentError
        No results, or something that is no number.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> results = {}
    >>> for rows in (100, 200, 400):
    ...     found = nnswift.cross_validate(X[:rows], y[:rows], spec, config, metrics="accuracy")
    ...     results[rows] = found.metrics["accuracy"]
    >>> plot.learning_by_rows(results, ylabel="accuracy")
    """
    if not isinstance(results, Mapping) or not results:
        raise ArgumentError(f"results must be a dict of rows to numbers, got {results!r}")
    nested = isinstance(next(iter(results.values())), Mapping)
    curves = [_curve(name, values) for name, values in (results if nested else {"": results}).items()]
    ax = _axes.axes(ax)
    for name, rows, means, spreads in curves:
        line = _axes.curve(ax, rows, means, marker="o", markersize=5, label=name or "_")
        if np.any(spreads > 0):
            ax.fill_between(rows, means - spreads, means + spreads, color=line.get_color(), alpha=0.15, linewidth=0)
    ax.set_xscale("log")
    _name_rows(ax, sorted({int(value) for _, rows, _, _ in curves for value in rows}))
    _axes.decorate(ax, "rows to learn from", ylabel or "")
    _legend.place(ax, "lower right")
    return ax


def _curve(name: Any, values: Any) -> tuple:
    """Returns name, rows in ascending order, means and standard deviations."""
    if not isinstance(values, Mapping) or not values:
        raise ArgumentError(f"results must have rows and numbers for {name}, got {values!r}")
    try:
        pairs = sorted((float(rows), np.atleast_1d(np.asarray(found, np.float64))) for rows, found in values.items())
    except (TypeError, ValueError):
        raise ArgumentError("results must have numbers of rows as keys, and numbers or lists of them as values") from None
    rows = np.array([pair[0] for pair in pairs])
    if rows[0] <= 0:
        raise ArgumentError(f"results must have numbers of rows above 0 as keys, got {rows[0]:g}")
    means = np.array([found.mean() for _, found in pairs])
    spreads = np.array([found.std(ddof=1) if found.size > 1 else 0.0 for _, found in pairs])
    return str(name), rows, means, spreads


def _name_rows(ax: Any, rows: list) -> None:
    """Writes the numbers of rows below the axis, as many as there is room for."""
    from matplotlib.ticker import NullFormatter, NullLocator

    logs = np.log(rows)
    room = _axes.size_in_points(ax)[0]
    span = float(logs[-1] - logs[0]) or 1.0
    kept: list = []
    for place, value in zip(logs, rows):
        if not kept or (place - np.log(kept[-1])) / span * room > 6.5 * len(f"{value:,}"):
            kept.append(value)
    ax.set_xticks(kept, [f"{value:,}" for value in kept])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
