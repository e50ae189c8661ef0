"""The page itself."""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any, Dict, List, Optional, Tuple

from . import _columns, _figures, _pictures, _warnings
from ._figures import Figure
from ._subject import Subject, other_rows
from .._arrays import integer
from ..errors import ArgumentError
from ..settings import version

_TEMPLATE = pathlib.Path(__file__).with_name("page.html")
# More columns than these are not listed.
_COLUMNS = 100
_CLASSES = 50


def write(
    model: Any, X: Any, y: Any, path: Any, *, train: Any, sample_weight: Any, title: Optional[str],
    image_shape: Optional[Tuple[int, int]], repeats: int, seed: int,
) -> str:  # fmt: skip
    """Makes the page and writes it."""
    _need("jinja2", "Jinja2")
    _need("matplotlib", "matplotlib")
    repeats = integer(repeats, "repeats", 20, 100_000)
    if not hasattr(model, "_form"):
        raise ArgumentError(f"model must be a nnswift.Model, got {type(model).__name__}")
    subject = Subject(model, X, y, sample_weight)
    text = _rendered(_content(subject, train, title, image_shape, repeats, seed))
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return os.fspath(path)


def _need(module: str, name: str) -> None:
    try:
        __import__(module)
    except ImportError as missing:
        raise ImportError(
            f'nnswift.report needs {name}; install it with: pip install "nnswift[report]" (or: pip install jinja2 matplotlib)'
        ) from missing


def _rendered(content: Dict[str, Any]) -> str:
    from jinja2 import Environment, StrictUndefined

    # Names of columns and classes come from anywhere: all that is no picture of ours is escaped.
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(number=_number, share=_share)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(content)


def _content(
    subject: Subject, train: Any, title: Optional[str], image_shape: Optional[Tuple[int, int]], repeats: int, seed: int
) -> Dict[str, Any]:
    model, gallery = subject.model, _pictures.Gallery()
    figures = _figures.figures(subject, repeats, seed)
    found, what = _pictures.importances(subject, 5, seed)
    before = other_rows(subject, train)
    classifies = subject.kind in ("binary", "classes")
    pages: Dict[str, Any] = {
        "title": title or f"Predicting {subject.target}",
        "summary": _summary(subject),
        "warnings": _warnings.warnings(subject, figures, found, before),
        "compared": before is not None,
        "figures": figures,
        "cards": figures[:4],
        "scores": _pictures.of_scores(gallery, subject),
        "classes": _classes(subject),
        "mistakes": _figures.confusions(subject) if subject.kind == "classes" and len(subject.classes) > 10 else [],
        "thresholds": _figures.thresholds(subject) if subject.kind == "binary" else [],
        "threshold_pictures": _pictures.of_thresholds(gallery, subject) if subject.kind == "binary" else [],
        "calibration": _pictures.of_calibration(gallery, subject) if classifies else [],
        "importance": _pictures.of_importances(gallery, subject, found, what, seed) if found else [],
        "images": _pictures.of_images(gallery, subject, image_shape) if image_shape else [],
        "columns": _columns.described(subject)[:_COLUMNS],
        "column_count": len(subject.columns),
        "history": _history(model),
        "history_pictures": _pictures.of_history(gallery, model.history),
        "network": _pictures.of_network(gallery, model),
        "layers": model.summary(),
        "spec": json.dumps(model.spec, indent=1, ensure_ascii=False),
        "notes": dict(model.notes),
        "version": version(),
        "rows": subject.rows,
    }
    return pages


def _summary(subject: Subject) -> str:
    model = subject.model
    columns = len(subject.columns)
    rows = f"{subject.rows:,} rows and {columns:,} column{'s' if columns > 1 else ''}"
    if subject.kind == "binary":
        share = float((subject.truth == 1).mean())
        what = f'tells "{subject.classes[1]}" ({share:.1%} of these rows) from "{subject.classes[0]}"'
    elif subject.kind == "classes":
        what = f"tells {len(subject.classes)} classes apart"
    elif subject.kind == "labels":
        what = f"gives {len(subject.classes)} answers a row"
    else:
        what = f"predicts {subject.scores.shape[1]} numbers a row" if subject.scores.shape[1] > 1 else "predicts a number"
    return f"A network of {model.param_count:,} parameters {what}. This page is about {rows}."


def _classes(subject: Subject) -> List[Dict[str, Any]]:
    if subject.kind not in ("classes", "labels"):
        return []
    return _figures.per_class(subject)[:_CLASSES]


def _history(model: Any) -> Dict[str, Any]:
    """Returns the last numbers of the training, and of its best epoch; empty without a training."""
    history = model.history
    epochs = history.get("epoch", [])
    if not epochs:
        return {}
    last = {name: history[name][-1] for name in history.curves()}
    best = {}
    if 0 < history.best_epoch <= len(epochs):
        best = {name: history[name][history.best_epoch - 1] for name in history.curves()}
    return {
        "stopped": history.stopped.replace("_", " "), "epochs": len(epochs), "best_epoch": history.best_epoch,
        "seconds": sum(history["seconds"]), "last": last, "best": best,
    }  # fmt: skip


def _number(value: Any) -> str:
    """Returns a number for people: four digits, thousands apart."""
    if isinstance(value, Figure):
        value = value.value
    if value != value:
        return "–"
    if isinstance(value, int) or float(value).is_integer() and abs(value) >= 10:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.3f}" if 0.001 <= abs(value) < 10 else f"{value:.4g}"


def _share(value: float) -> str:
    return "–" if value != value else f"{value:.1%}"
