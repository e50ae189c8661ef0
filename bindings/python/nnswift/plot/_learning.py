"""Learning curves of one training or of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Dict, List, Tuple

import numpy as np

from ..errors import ArgumentError
from ..history import Progress
from . import _axes, _legend

# Marks the first curve of each training, so that the next one gets the next colour.
_TRAINING = "nnswift training"
# Marks the other curves, and the dot of early stopping.
_OTHER, _BEST = "nnswift curve", "nnswift best"
# Beyond the colours, curves have marks.
_MARKS = ("o", "s", "^", "v", "D", "P", "X")
# What a history holds besides losses and metrics: it is neither of the training data nor of others.
_PLAIN = ("learning_rate", "seconds", "samples_per_second")
_BY = {"epoch": "epoch", "batch": "batch", "seconds": "seconds since the training began"}


def learning_curves(histories: Any, metric: str = "loss", *, by: str = "epoch", window: int = 1, ax: Any = None) -> Any:
    """Draws a metric while networks learn: training solid, validation dashed, a dot at early stopping's best epoch.

    Several trainings have a colour each, from the eighth on also marks.

    Parameters
    ----------
    histories : History or dict, or a dict of names to them, or a list of them
        One value an epoch for each name, ``val_`` before those of the validation; Keras' ``History.history`` will do.
        Also a list of the `Progress` that a callback was given (``callback=record.append``).
    metric : str
        "loss" or the name of a metric; it is drawn with and without ``val_``, as far as they are there.
    by : {"epoch", "batch", "seconds"}
        What runs to the right: the history's values of that name, seconds (of each epoch) added up; where there are
        none, epochs and batches are counted from 1. By batch, a curve with fewer values than there are batches is
        spread evenly: it was taken at the ends of epochs. The loss in a `Progress` of a batch is the mean of its epoch
        so far.
    window : int
        Above 1: the mean of so many values is drawn strong, the values themselves faint (of the training only).
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ArgumentError
        No history has the metric, or `by` is none of the three, or a history has no such values.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> record = []
    >>> model.train(X, y, {"epochs": 5, "progress": "batch"}, callback=record.append)
    >>> plot.learning_curves(record, by="batch").set_yscale("log")
    """
    if by not in _BY:
        raise ArgumentError(f'by must be "epoch", "batch" or "seconds", got {by!r}')
    _axes.at_least(window, "window")
    named = [(name, _record(history, by)) for name, history in _named(histories)]
    if not any(metric in history or f"val_{metric}" in history for _, history in named):
        there = sorted({key for _, history in named for key in history if not key.startswith("val_")} - set(_BY))
        raise ArgumentError(f'metric must be in a history, got "{metric}"; there are: {", ".join(there) or "none"}')
    curves = [_curves(history, metric, by) for _, history in named]
    ax = _axes.axes(ax)
    _legend.take_back(ax)
    for (name, history), drawn in zip(named, curves):
        if drawn:
            _draw(ax, name, drawn, metric, window, 0 if by == "batch" else history.get("best_epoch", 0))
    _axes.decorate(ax, _BY[by], metric.replace("_", " "))
    if by != "seconds":
        from matplotlib.ticker import MaxNLocator

        ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        if ax.dataLim.width == 0 and np.isfinite(ax.dataLim.x0):
            ax.set_xlim(ax.dataLim.x0 - 1, ax.dataLim.x0 + 1)
    _explain(ax)
    return ax


def _curves(history: Mapping, metric: str, by: str) -> List[Tuple[str, np.ndarray, np.ndarray]]:
    """Returns (name, places, values) of the metric in training and in validation, as far as they are there."""
    keys = [key for key in (metric, f"val_{metric}") if key in history]
    values = [np.asarray(history[key], dtype=float) for key in keys]
    places = _places(history, max(map(len, values), default=0), by)
    return [(key, _spread(places, len(value), key), value) for key, value in zip(keys, values)]


def _draw(ax: Any, name: str, curves: list, metric: str, window: int, best: Any) -> None:
    """Draws the curves of one training, all in its colour; with a name, only the first one has a label."""
    number = sum(line.get_gid() == _TRAINING for line in ax.lines)
    place = int(best or 0)
    place = place if 1 < len(curves[-1][1]) >= place and metric not in _PLAIN else 0
    named = f"{name} (best {place})" if name and place else name
    for position, (key, x, y) in enumerate(curves):
        text, dashes = ("training", "-") if key == metric else ("validation", "--")
        options = {"color": _axes.color(ax, number), "linestyle": dashes, "linewidth": 1.6, **_marks(number, len(y), dashes)}
        if window > 1 and key == metric:
            ax.plot(x, y, **{**options, "linewidth": 0.6, "alpha": 0.35, "marker": None})
            y = _running_mean(y, window)
            text += f", mean of {window}"
        label = "" if metric in _PLAIN else text
        if name:
            label = "" if position else named
        ax.plot(x, y, label=label or "_", gid=_OTHER if position else _TRAINING, **options)
    if place:
        _, x, y = curves[-1]
        label = "_" if name else f"best for early stopping: epoch {place}"
        ax.plot([x[place - 1]], [y[place - 1]], "o", color=_axes.color(ax, number), label=label, gid=_BEST)


def _marks(number: int, values: int, dashes: str) -> dict:
    """Returns the marks of a curve: of a single value, which would be no line at all, and beyond the colours."""
    if values == 1:
        return {"marker": "o"} if dashes == "-" else {"marker": "s", "markerfacecolor": "none", "markersize": 9}
    lap = _axes.lap(number)
    if not lap:
        return {}
    step = max(1, values // 8)
    return {"marker": _MARKS[(lap - 1) % len(_MARKS)], "markevery": (number % step, step), "markersize": 4.5}


def _explain(ax: Any) -> None:
    """Puts the legend: of trainings with names, what is solid and what dashed stands there once."""
    from matplotlib.lines import Line2D

    others = [line for line in ax.lines if line.get_gid() == _OTHER]
    extra = []
    if any(line.get_label().startswith("_") for line in others):
        look = {"color": _axes.ink(ax), "alpha": 0.7}
        extra = [Line2D([], [], linestyle=dashes, label=text, **look) for dashes, text in
                 (("-", "training"), ("--", "validation"))]  # fmt: skip
        if any(line.get_gid() == _BEST and line.get_label() == "_" for line in ax.lines):
            extra.append(Line2D([], [], linestyle="", marker="o", label="best for early stopping", **look))
    _legend.place(ax, extra=extra, rescaled=True)


def _named(histories: Any) -> List[Tuple[str, Any]]:
    """Returns (name, history) of each; a single one has no name."""
    if _is_history(histories):
        return [("", histories)]
    if isinstance(histories, Mapping):
        named = [(str(name), history) for name, history in histories.items()]
    else:
        named = [(f"run {number}", history) for number, history in enumerate(histories, 1)]
    for name, history in named:
        if not _is_history(history):
            raise ArgumentError(f"histories must hold histories or dicts, got {type(history).__name__} for {name}")
    return named


def _is_history(value: Any) -> bool:
    """Whether value is one history: names to lists of numbers, or a record of Progress."""
    if isinstance(value, Mapping):
        return not any(_is_history(entry) for entry in value.values())
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(isinstance(now, Progress) for now in value)


def _record(history: Any, by: str) -> Mapping:
    """Returns a record of Progress as a dict of lists, a history as it is."""
    if isinstance(history, Mapping):
        return history
    ends = [now for now in history if now.epoch_end]
    told = [now for now in history if not now.epoch_end] if by == "batch" else ends
    record: Dict[str, Any] = {
        "batch": [(now.epoch - 1) * now.batches + now.batch for now in told],
        "epoch": [now.epoch for now in told],
        # As in a History: of each epoch, not since the beginning.
        "seconds": np.diff([0.0, *(now.seconds for now in told)]).tolist(),
        "loss": [now.loss for now in told],
    }
    for name in ends[0].metrics if ends else ():
        if name not in record and name not in ("learning_rate", "samples_per_second"):
            record[name] = [now.metrics[name] for now in ends]
    return record


def _places(history: Mapping, longest: int, by: str) -> np.ndarray:
    """Returns where the values of the longest curve stand."""
    if by in history:
        places = np.asarray(history[by], dtype=float)
        return np.cumsum(places) if by == "seconds" else places
    if by == "seconds":
        raise ArgumentError('histories must hold "seconds" where curves are drawn by them')
    if by == "batch" and longest and longest == len(history.get("epoch", ())):
        # Counted on, epochs would be taken for batches.
        raise ArgumentError(
            'histories must hold a value for each batch, got one an epoch; train with {"progress": "batch"} and '
            "callback=record.append, and draw the record"
        )
    return np.arange(1, longest + 1, dtype=float)


def _spread(places: np.ndarray, count: int, name: str) -> np.ndarray:
    """Returns a place for each of count values: all places, or every k-th that ends a stretch."""
    if count == len(places):
        return places
    if not count or len(places) % count:
        raise ArgumentError(f"{name} must have a value for each of {len(places)} places, got {count}")
    step = len(places) // count
    return places[step - 1 :: step]


def _running_mean(values: np.ndarray, window: int) -> np.ndarray:
    """Returns the mean of the last `window` values, of fewer at the beginning."""
    sums = np.cumsum(values)
    counts = np.minimum(np.arange(1, len(values) + 1), window)
    before = np.concatenate([np.zeros(min(window, len(values))), sums[:-window]])
    return (sums - before) / counts
