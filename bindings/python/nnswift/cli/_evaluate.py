"""`nnswift evaluate`: metrics of a model on rows that have the target."""

from __future__ import annotations

import argparse

from . import _figures, _printed
from ._complaint import Complaint
from ._model import loaded
from ._reading import Reading
from ._tables import for_model


def run(options: argparse.Namespace) -> None:
    _figures.require(options.metric)
    model = loaded(options.model)
    reading = Reading(options, model)
    if options.threshold is not None:
        model.threshold = options.threshold
    known = model.spec["target"]["name"] if model.columns else None
    if known is None and options.target is None:
        raise Complaint(f"{options.model} was trained on arrays; name the column to compare with: --target COLUMN")
    if None not in (known, options.target) and known != options.target:
        raise Complaint(f'--target must be "{known}", which the model predicts, got "{options.target}"; leave it out')
    (rows,) = for_model(options.data, reading, model, known or options.target, None)
    figures = _figures.of_model(model, rows.data, rows.target, options.metric)
    if options.json:
        print(_printed.as_json({"rows": rows.size, **figures}))
    else:
        print(f"on {_printed.counted(rows.size, 'row')}:\n{_figures.shown(figures)}")
