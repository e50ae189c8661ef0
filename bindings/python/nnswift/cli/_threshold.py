"""The probability from which the second class is predicted: given, or best by a metric or a cost."""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, Optional, Sequence, Union

import numpy as np
import numpy.typing as npt

from .. import metrics
from ..table import Table
from ._complaint import Complaint

METRICS = ("f1", "accuracy", "balanced_accuracy", "matthews", "kappa", "cost")


class Wanted(NamedTuple):
    """What --threshold and --costs say."""

    value: Optional[float] = None
    metric: Union[str, Dict[str, Any], None] = None

    @property
    def name(self) -> str:
        return self.metric if isinstance(self.metric, str) else self.metric["type"] if self.metric else ""


def wanted(threshold: Optional[str], costs: Optional[Sequence[float]]) -> Optional[Wanted]:
    """Returns what was typed; None if nothing was.

    Raises
    ------
    Complaint
        Neither a number of 0 to 1 nor a metric.
    """
    if threshold is None and costs is None:
        return None
    if threshold in (None, "cost"):
        if costs is None or min(costs) < 0:
            raise Complaint(
                "--threshold cost needs the costs, each at least 0: --costs FALSE_ALARM MISS, such as --costs 1 5"
            )
        return Wanted(metric={"type": "cost", "false_positive": costs[0], "false_negative": costs[1]})
    if costs is not None:
        raise Complaint(f"--costs belong to --threshold cost, got --threshold {threshold}; leave one of them out")
    if threshold in METRICS:
        return Wanted(metric=threshold)
    try:
        value = float(threshold or "")
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise Complaint(f'--threshold must be a number of 0 to 1, or one of {", ".join(METRICS)}, got "{threshold}"')
    return Wanted(value=value)


def require_two(model: Any) -> None:
    """Refuses a threshold for a model that has not two classes."""
    if len(model.classes) != 2:
        kind = f"has {len(model.classes)} classes" if model.classes else "is a number"
        raise Complaint(f"--threshold needs a target of two classes, this one {kind}; leave it out")


def choose(model: Any, what: Wanted, rows: Table) -> Optional[float]:
    """Sets the threshold of a model of two classes; returns the metric's value there.

    Parameters
    ----------
    rows
        Rows that it was not trained on.
    """
    if what.value is not None:
        model.threshold = what.value
        return None
    best = metrics.best_threshold(what.metric or "", is_second(model, rows), model.predict(rows))
    model.threshold = best.threshold
    return best.value


def is_second(model: Any, rows: Table) -> npt.NDArray[np.uint8]:
    """Returns for each row whether its target is the model's second class, as 0 and 1 [rows]."""
    second = model.classes[1]
    if isinstance(second, str):
        # Texts come as their places among the sorted ones.
        second = sorted(model.classes, key=str.encode).index(second)
    return np.asarray(rows.targets()[:, 0] == int(second), np.uint8)
