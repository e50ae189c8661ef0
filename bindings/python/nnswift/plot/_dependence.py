"""What predictions depend on: importances and partial dependence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, List, Optional, Sequence, Tuple, Union

import numpy as np

from .. import _given
from ..errors import ArgumentError
from . import _axes, _legend

# Categories are drawn as bars up to so many levels: the most frequent ones.
_LEVELS = 20


def importance(importances: Mapping[Any, Any], *, limit: int = 20, xlabel: Optional[str] = None, ax: Any = None) -> Any:
    """Draws importances of columns as bars, the largest on top, with their standard deviations as lines.

    Parameters
    ----------
    importances : dict
        What `Model.importance` returns: names to pairs of mean and deviation; or names to numbers.
    limit : int
        At most so many are drawn, the largest.
    xlabel : str, optional
        What the numbers are.
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ArgumentError
        No importances, or something that is no number.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> plot.importance(model.importance(X_test, y_test, "roc_auc"), xlabel="loss of ROC-AUC")
    """
    if not isinstance(importances, Mapping) or not importances:
        raise ArgumentError(f"importances must be a dict of names to importances, got {importances!r}")
    limit = _axes.at_least(limit, "limit")
    try:
        pairs = [(str(name), *_pair(value)) for name, value in importances.items()]
    except (TypeError, ValueError):
        raise ArgumentError("importances must have numbers, or pairs of mean and deviation, as values") from None
    pairs.sort(key=lambda pair: -pair[1])
    shown = pairs[:limit][::-1]
    names = [name if len(name) <= 32 else f"{name[:31]}…" for name, _, _ in shown]
    means, spreads = np.array([pair[1:] for pair in shown]).T
    ax = _axes.axes(ax, (6.4, float(np.clip(1.2 + 0.27 * len(shown), 2.0, 12.0))))
    errors = None if np.isnan(spreads).all() else spreads
    places = np.arange(len(shown))
    ax.barh(places, means, 0.7, xerr=errors, color=_axes.color(ax, 0), ecolor=_axes.ink(ax), capsize=2)
    ax.set_yticks(places, names)
    _axes.plain(*ax.get_yticklabels())
    ax.tick_params(axis="y", length=0)
    ax.axvline(0, color=_axes.ink(ax), linewidth=0.8)
    ax.grid(axis="x", alpha=0.25, linewidth=0.8)
    ax.set_axisbelow(True)
    ax.set_xlabel(xlabel or "how much worse without the column")
    if len(pairs) > limit:
        ax.set_ylabel(f"the largest {limit} of {len(pairs)}")
    return ax


def _pair(value: Any) -> Tuple[float, float]:
    if isinstance(value, (tuple, list)):
        mean, deviation = value
        return float(mean), float(deviation)
    return float(value), float("nan")


def dependence(
    model: Any,
    X: Any,
    column: Union[str, int],
    *,
    values: Optional[Sequence[Any]] = None,
    output: Union[int, str, None] = None,
    label: Optional[str] = None,
    ax: Any = None,
) -> Any:
    """Draws the mean prediction over rows with one column set to each of several values: partial dependence.

    The marks below the curve show where the rows lie: each is a twentieth of them. A curve says what the model does, not
    what causes what.

    Parameters
    ----------
    model : Model
    X : array [rows x features], or a table
        As in `Model.predict`; a few hundred rows suffice.
    column : str or int
        By name or position.
    values : sequence, optional
        None: of numbers up to 41 quantiles of those in X, of other columns the 20 most frequent values.
    output : int or str, optional
        Of the prediction, by position or name of the class. None: the positive class of two, else the first output.
    label : str, optional
        Name of the curve, where several are drawn.
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure. Called again, the next curve of numbers or dates has the next colour.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ArgumentError
        The model has no such column or output.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> plot.dependence(model, X_test, "age")
    """
    found = _given.column(X, column, model)
    values = values_of(found) if values is None else list(values)
    if not values:
        raise ArgumentError(f"values must have at least one value, got none for column {column}")
    if output is None:
        output = 1 if model.output_size == 2 else 0
    means = model.dependence(X, column, values, output, allow_nan=_given.has_gaps(X))
    ax = _axes.axes(ax, (6.0, 3.6))
    if _given.is_number(found):
        _axes.curve(ax, np.asarray(values, float), means, label=label or "_")
        numbers = found[np.isfinite(found)]
        ticks = np.quantile(numbers, np.linspace(0.025, 0.975, 20)) if numbers.size else numbers
        ax.plot(ticks, np.zeros(ticks.size), "|", color=_axes.ink(ax), alpha=0.5, transform=ax.get_xaxis_transform(),
                markersize=9, clip_on=False)  # fmt: skip
    elif _given.is_date(found):
        _axes.curve(ax, values, means, label=label or "_")
        ax.tick_params(axis="x", labelrotation=30)
    else:
        _draw_levels(ax, values, means)
    _axes.decorate(ax, str(column), _prediction_name(model, output) if label is None else "mean prediction")
    if label is not None:
        _legend.place(ax)
    return ax


def values_of(found: np.ndarray) -> List[Any]:
    """Returns the values at which a column is looked at."""
    if _given.is_number(found):
        numbers = found[np.isfinite(found)]
        if not numbers.size:
            return []
        different = np.unique(numbers)
        if different.size > 41:
            # Between the second and the last but second hundredth: at the ends a network only guesses.
            different = np.unique(np.quantile(numbers, np.linspace(0.02, 0.98, 41)))
        return different.tolist()
    if _given.is_date(found):
        different = sorted({value for value in found.tolist() if value is not None})
        return [different[place] for place in np.unique(np.linspace(0, len(different) - 1, 41).astype(int))]
    levels, counts = _given.levels(found)
    return [levels[place] for place in np.argsort(-counts, kind="stable")[:_LEVELS]]


def _draw_levels(ax: Any, values: Sequence[Any], means: np.ndarray) -> None:
    """Draws a bar a level, the frequent ones first."""
    names = ["missing" if value is None else str(value) for value in values]
    names = [name if len(name) <= 18 else f"{name[:17]}…" for name in names]
    places = np.arange(len(names))
    ax.bar(places, means, 0.7, color=_axes.color(ax, 0))
    turned = max(map(len, names)) * len(names) > 50
    options = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if turned else {}
    ax.set_xticks(places, names, **options)
    _axes.plain(*ax.get_xticklabels())


def _prediction_name(model: Any, output: Union[int, str]) -> str:
    classes = model.classes
    if isinstance(output, str):
        return f"mean probability of {output}"
    if model.output_size == 1:
        return f"mean probability of {classes[1]}" if len(classes) == 2 else "mean prediction"
    return f"mean probability of {classes[output]}" if output < len(classes) else f"mean of output {output}"
