"""Small models of tables that together have every kind of column, and the columns they learnt from."""

import functools

import numpy as np

import nnswift

ROWS = 40
TARGETS = ("sum", "answer", "three")


def columns():
    """Numbers, texts, booleans, integers that are names, dates, missing values; the targets last."""
    random = np.random.default_rng(2)
    towns = np.array([f"t{number}" for number in range(11)] + ["\u00e9"], object)[random.integers(0, 12, ROWS)]
    towns[3] = None
    years = random.normal(40, 10, ROWS)
    ages = np.where(np.arange(ROWS) == 5, np.nan, years)
    day = np.datetime64("2024-03-01") + random.integers(0, 3, ROWS)
    return {
        "age": ages, "town": towns, "smokes": random.random(ROWS) > 0.5, "code": random.integers(0, 3, ROWS),
        "from": day, "to": day + random.integers(0, 9, ROWS), "of no use": np.zeros(ROWS),
        "answer": np.where(years > 40, "yes", "no"), "three": random.integers(0, 3, ROWS), "sum": years * 2 + 1,
    }  # fmt: skip


LAYERS = [{"type": "table", "units": 2, "activation": "silu", "one_hot_up_to": 3, "category_size": 2}]
SCALED = {"type": "table", "numbers": [{"type": "quantile", "n_quantiles": 4}], "embedding": {"type": "piecewise", "bins": 3, "edges": "quantiles"}}
FROM = {"name": "from", "kind": "date", "parts": ["day"]}
CODE = {"name": "code", "kind": "category", "values": "integer", "unknown": "error"}

# The columns, the target, and what else the spec has.
MODELS = [
    (["age", "town"], "sum", {"preprocess": SCALED}),
    (["age", "smokes", "code"], "answer", {"preprocess": SCALED, "columns": [CODE]}),
    (["from", "to"], "three", {"preprocess": {"type": "table", "numbers": ["robust", "standardize"], "embedding": "none"}}),
    (["town", "from"], "sum", {"preprocess": {**SCALED, "numbers": ["standardize"]}, "columns": [{**FROM, "since": []}]}),
    (["from", "to"], "sum", {"preprocess": SCALED, "columns": [FROM, {"name": "to", "kind": "date", "parts": ["hour"], "since": ["from"]}]}),
    (["age", "of no use"], "answer", {"calibration": "temperature", "preprocess": {**SCALED, "numbers": ["quantile"]}}),
]  # fmt: skip


@functools.cache
def table(target, *names):
    """A data set of some columns and a target; of all columns where none is named."""
    every = columns()
    names = names or [name for name in every if name not in TARGETS]
    return nnswift.Table({name: every[name] for name in [*names, target]}, target)


def learnt():
    """(number, model): trained for an epoch."""
    for number, (names, target, spec) in enumerate(MODELS):
        outputs = 3 if target == "three" else 1
        spec = {**spec, "layers": LAYERS + [{"type": "dense", "units": outputs}], "seed": number}
        config = {"epochs": 1, "batch_size": 0, "optimizer": "sgd"}
        yield number, nnswift.fit_table(table(target, *names), spec=spec, config=config)


def specs():
    """What a caller may say of a table, as `nns_create_for` takes it."""
    for names, target, spec in MODELS:
        yield {**spec, "layers": LAYERS + [{"type": "dense", "units": 3 if target == "three" else 1}]}
    for kind in ("classes", "number"):
        yield {"preset": "tabular", "target": {"kind": kind}, "columns": [{"name": "of no use", "kind": "ignore"}]}
    yield {
        "preset": "tabular", "loss": "mae", "target": {"scale": "standardize", "clamp": True}, "columns": [
            {"name": "town", "kind": "category", "min_count": 2, "max_levels": 3, "missing": "level", "unknown": "missing"},
            {"name": "age", "kind": "number", "missing": "median"}, {"name": "smokes", "kind": "boolean"},
        ],
    }  # fmt: skip
