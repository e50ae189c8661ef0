"""Metrics of a model on rows that have the target."""

from __future__ import annotations

import difflib
from typing import Any, Dict, List, Optional, Sequence

from ..model import Model
from ..settings import registry
from ..table import Table
from . import _printed
from ._complaint import Complaint
from ._threshold import is_second

_TWO = ("roc_auc", "pr_auc", "log_loss", "accuracy", "f1", "precision", "recall")
_MANY = ("accuracy", "balanced_accuracy", "f1", "log_loss")
_NUMBER = ("r2", "rmse", "mae", "median_ae")


def require(wanted: Optional[Sequence[str]]) -> None:
    """Refuses names that no metric has, before anything long begins."""
    known = [kind["name"] for kind in registry()["metric"]]
    for name in wanted or ():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            cure = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
            raise Complaint(f'--metric must be the name of a metric, got "{name}"; {cure}')


def defaults(model: Model) -> Sequence[str]:
    """Returns the metrics that fit a model's target."""
    if "cross_entropy" not in model.spec["loss"]["type"]:
        return _NUMBER
    return _TWO if max(len(model.classes), model.output_size) <= 2 else _MANY


def of_model(
    model: Model, rows: Any, target: Any = None, wanted: Optional[Sequence[str]] = None, chosen_by: Any = None
) -> Dict[str, Any]:
    """Returns metrics by name; of a table with two classes also which were taken for which.

    Parameters
    ----------
    rows, target
        A table with its target, or arrays.
    chosen_by
        The metric of the threshold, if any, which comes with the others.
    """
    metrics: List[Any] = list(wanted or defaults(model))
    if chosen_by is not None and chosen_by not in metrics:
        metrics.append(chosen_by)
    figures: Dict[str, Any] = dict(model.evaluate(rows, target, metrics))
    if not wanted and isinstance(rows, Table) and len(model.classes) == 2:
        figures["confusion"] = _confusion(model, rows)
    return figures


def _confusion(model: Model, rows: Table) -> List[Dict[str, Any]]:
    """Returns the numbers of rows by class and prediction."""
    truth, said = is_second(model, rows) == 1, model.predict(rows) >= model.threshold
    return [
        {"class": model.classes[place], "prediction": model.classes[guess], "rows": int(((truth == place) & (said == guess)).sum())}
        for place in (0, 1)
        for guess in (0, 1)
    ]  # fmt: skip


def shown(figures: Dict[str, Any]) -> str:
    """Returns metrics as lines."""
    lines: List[str] = [_printed.pairs({name: value for name, value in figures.items() if name != "confusion"}, "  ")]
    cells = figures.get("confusion")
    if cells:
        names = [str(cell["prediction"]) for cell in cells[:2]]
        rows: List[Sequence[Any]] = [("", *(f"predicted {name}" for name in names))]
        rows += [(f"{pair[0]['class']}", *(cell["rows"] for cell in pair)) for pair in (cells[:2], cells[2:])]
        lines.append("\n" + _printed.columns(rows, right=[1, 2], indent="  "))
    return "\n".join(lines)
