"""`nnswift train`: from a file of rows to a model file, with figures from rows that it was not trained on."""

from __future__ import annotations

import argparse
import json
import os
import warnings
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from .._words import in_python
from ..callbacks import ProgressBar
from ..model import Model
from ..table import Table
from . import _figures, _printed, _report, _threshold
from ._complaint import Complaint, tell
from ._reading import Reading
from ._tables import for_training

# Fewer rows leave nothing to learn from beside those that choose and test; below the second number figures are vague.
_LEAST_ROWS, _FEW_ROWS = 10, 200
# Different labels up to which each of them goes into every part in its share.
_MOST_STRATIFIED = 10
_VALIDATION = 0.2
HISTORY_NOTE, TEST_NOTE = "nnswift.history", "nnswift.test"
# Notes have room for 131,072 bytes together.
_HISTORY_BYTES = 65_536


def run(options: argparse.Namespace) -> None:
    threshold = _threshold.wanted(options.threshold, options.costs)
    _require_writable(options.out, "--out")
    _require_writable(options.report, "--report")
    _report.require(options.report)
    _figures.require(options.metric)
    reading = Reading(options)
    table, names = for_training(options.data, reading, options.target, options.ignore, options.category)
    if len(table) < _LEAST_ROWS:
        raise Complaint(f"{options.data} must have at least {_LEAST_ROWS} rows with a target, got {len(table)}")
    if len(table) < _FEW_ROWS:
        tell(f"{len(table)} rows are few: with another --seed the figures may be quite different")
    rest, test = _split(table, options.test, options) if options.test else (table, None)
    train, held = _split(rest, _VALIDATION, options)
    model = _made(train, options)
    if threshold is not None:
        _threshold.require_two(model)
    _train(model, train, held, options)
    best = None if threshold is None else _threshold.choose(model, threshold, held)
    chosen_by = None if threshold is None else threshold.metric
    figures = {} if test is None else _figures.of_model(model, test, wanted=options.metric, chosen_by=chosen_by)
    result = _result(model, options, threshold, best, figures, {"train": train, "validation": held, "test": test})
    reading.keep(model, names)
    _keep(model, result)
    model.save(options.out)
    if options.report:
        _report.write(model, held if test is None else test, train, options.report)
    print(_printed.as_json(result) if options.json else _shown(result))


def _require_writable(path: Optional[str], option: str) -> None:
    """Refuses a path before the training instead of after it."""
    folder = os.path.dirname(path or "") or "."
    if not os.path.isdir(folder):
        raise Complaint(f'{option} must be in a folder that exists, there is no "{folder}"')
    if path and os.path.isdir(path):
        raise Complaint(f'{option} must name a file, "{path}" is a folder')


def _split(table: Table, fraction: float, options: argparse.Namespace) -> Tuple[Table, Table]:
    kind = options.split
    if kind in ("group", "time"):
        if kind == "group" and not options.key:
            raise Complaint("--split group needs --key COLUMN, whose equal values stay together")
    elif options.key:
        raise Complaint(f"--key belongs to --split group or --split time, got --split {kind or 'random'}")
    if kind is None:
        targets = table.targets()
        few = targets.dtype == np.int64 and len(np.unique(targets)) <= _MOST_STRATIFIED
        kind = "stratified" if few else "random"
    return table.split(fraction, kind=kind, key=options.key, seed=options.seed)


def _made(train: Table, options: argparse.Namespace) -> Model:
    columns = {**dict.fromkeys(options.category, "category"), **dict.fromkeys(options.ignore, "ignore")}
    spec: Dict[str, Any] = {"seed": options.seed, **_given(options.spec, "--spec")}
    if columns:
        spec["columns"] = columns
    if options.task:
        spec.setdefault("target", {})["kind"] = {"classification": "classes", "regression": "number"}[options.task]
    model = _with_positive(train, spec, options.positive)
    ignored = [column["name"] for column in model.columns if column["kind"] == "ignore"]
    others = [name for name in ignored if name not in options.ignore]
    if others:
        tell(f"left out: {', '.join(others)} (one value in all rows, or texts that nearly all differ)")
    return model


def _train(model: Model, train: Table, held: Any, options: argparse.Namespace) -> None:
    config = {"preset": "tabular", "seed": options.seed, **_given(options.config, "--config")}
    config.update({} if options.epochs is None else {"epochs": options.epochs})
    shown = None if options.quiet else ProgressBar(leave=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = model.train(train, config=config, validation=held, callback=shown)
    for text in history.warnings:
        tell(in_python(text))


def _with_positive(train: Table, spec: Dict[str, Any], positive: Optional[str]) -> Model:
    """Makes the model; the class that metrics and threshold are about comes last."""
    model = Model.for_table(train, spec)
    if positive is None:
        return model
    classes: List[Any] = model.classes
    names = [str(name) for name in classes]
    if len(classes) != 2 or positive not in names:
        has = f"the classes are {', '.join(names)}" if classes else "the target is a number"
        raise Complaint(f'--positive must name one of two classes, got "{positive}"; {has}')
    if names[1] == positive:
        return model
    return Model.for_table(train, {**spec, "classes": classes[::-1]})


def _given(text: Optional[str], option: str) -> Dict[str, Any]:
    """Returns the dict that an option names: JSON, or a file of it."""
    if text is None:
        return {}
    try:
        if not text.lstrip().startswith("{"):
            with open(text, encoding="utf-8") as file:
                text = file.read()
        value = json.loads(text)
    except ValueError as problem:
        raise Complaint(f"{option} must be a JSON object, or a file of one: {problem}") from None
    if not isinstance(value, dict):
        raise Complaint(f'{option} must be a JSON object such as {{"seed": 1}}, got {text[:40]}')
    return value


def _result(
    model: Model,
    options: argparse.Namespace,
    threshold: Any,
    best: Optional[float],
    figures: Dict[str, Any],
    parts: Any,
) -> Dict[str, Any]:
    history = model.history
    epochs = len(history["epoch"])
    result: Dict[str, Any] = {
        "model": options.out, "data": options.data, "target": options.target, "classes": model.classes,
        "rows": {name: 0 if part is None else len(part) for name, part in parts.items()},
        "columns": sum(column["kind"] != "ignore" for column in model.columns),
        "epochs": epochs, "best_epoch": history.best_epoch or epochs, "stopped": history.stopped,
        "seconds": round(sum(history["seconds"]), 3),
    }  # fmt: skip
    if len(model.classes) == 2:
        result["threshold"] = model.threshold
    if best is not None:
        result["threshold_metric"], result["threshold_value"] = threshold.name, best
    return {**result, "test": figures}


def _keep(model: Model, result: Dict[str, Any]) -> None:
    """Puts figures and curves into the model's notes, for `nnswift inspect`."""
    model.notes[TEST_NOTE] = _printed.as_json({key: value for key, value in result.items() if key != "model"})
    curves = {name: [float(f"{value:.5g}") for value in model.history[name]] for name in model.history.curves()}
    text = _printed.as_json({"stopped": model.history.stopped, "best_epoch": model.history.best_epoch, **curves})
    if len(text) <= _HISTORY_BYTES:
        model.notes[HISTORY_NOTE] = text


def _shown(result: Dict[str, Any]) -> str:
    rows = result["rows"]
    lines = [
        f'{result["model"]}: {_printed.counted(result["columns"], "column")} to "{result["target"]}"',
        f"trained on {rows['train']:,} rows, epoch {result['best_epoch']} of {result['epochs']} chosen on other "
        f"{rows['validation']:,}, {result['seconds']:.2f} s",
    ]
    if "threshold_metric" in result:
        lines.append(
            f"threshold {result['threshold']:.4g}: best {result['threshold_metric']} on the same "
            f"{rows['validation']:,} rows, {result['threshold_value']:.4g}"
        )
    if result["test"]:
        lines.append(f"on {rows['test']:,} test rows, which it has not seen:")
        lines.append(_figures.shown(result["test"]))
    return "\n".join(lines)
