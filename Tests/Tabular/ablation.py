"""Takes the parts of the preset "tabular" away, one at a time.

    python Tests/Tabular/ablation.py [--tables german,telco]

Each part on the same splits: the training part of each outer split is split again, 80 to 20, so that
no test part of compare.py is looked at. Prints a row a part: the mean difference to the whole preset
with its standard error, for each table, and CPU seconds.
"""
import argparse
import warnings

import numpy as np
from compare import score, time
from peers import preset
from tables import load

TABLES = ("noshow", "telco", "german", "horse", "cars", "abalone")
REPEATS = {"noshow": 1, "telco": 3}


def layers(hidden=64, activation="silu", dropout=0.15, depth=2, **table):
    """The preset's layers with something else, for so many rows."""

    def spec(rows):
        members = 4 if rows <= 20_000 else 1
        groups = {"groups": members} if members > 1 else {}
        drop = [{"type": "dropout", "rate": dropout}] if dropout else []
        size = {"units": hidden * members, "activation": activation}
        middle = [{"type": "dense", **size, **groups}, *drop] * (depth - 1)
        last = {"type": "dense", "units": members, "bias_init": "zeros", **groups}
        return {"members": members, "layers": [{"type": "table", **size, **table}, *drop, *middle, last]}

    return spec


def preprocess(**options):
    return {"preprocess": {"type": "table", **options}}


def optimizer(**options):
    rule = {"type": "adam", "learning_rate": 0.005, **options}
    return {"optimizer": rule}


PARTS = {
    "the preset": {},
    "one member": {"spec": {"members": 1}},
    "eight members": {"spec": {"members": 8}},
    "no group means": {"spec": preprocess(group_means=False)},
    "no bins (numbers alone)": {"spec": preprocess(embedding="none")},
    "bins by quantiles": {"spec": preprocess(embedding={"type": "piecewise", "edges": "quantiles"})},
    "16 bins": {"spec": preprocess(embedding={"type": "piecewise", "bins": 16})},
    "quantile numbers only": {"spec": preprocess(numbers="quantile")},
    "standardised numbers only": {"spec": preprocess(numbers="standardize")},
    "robust numbers": {"spec": preprocess(numbers="robust")},
    "ReLU": {"spec": layers(activation="relu")},
    "no dropout": {"spec": layers(dropout=0)},
    "one hidden layer": {"spec": layers(depth=1)},
    "width 32": {"spec": layers(32)},
    "width 128": {"spec": layers(128)},
    "embeddings from 3 levels": {"spec": layers(one_hot_up_to=3)},
    "constant rate": {"config": {"schedule": {"type": "constant"}}},
    "AdamW, decay .02": {"config": optimizer(type="adamw", weight_decay=0.02)},
    "rate .002": {"config": optimizer(learning_rate=0.002)},
}


def fitted(table, train, test, seed, spec=None, **options):
    """The predictions of the preset with a part of it changed."""
    if spec is not None:
        options["spec"] = spec(len(train)) if callable(spec) else spec
    return preset(table, train, test, seed, **options)


def inner_splits(table, repeats):
    from sklearn.model_selection import train_test_split

    labels = None if table.task == "regression" else np.array(table.target)
    for outer in range(3):
        train, _ = train_test_split(np.arange(table.rows), test_size=0.2, random_state=outer, stratify=labels)
        for repeat in range(repeats):
            yield train_test_split(
                train, test_size=0.2, random_state=100 + repeat, stratify=None if labels is None else labels[train])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", default=",".join(TABLES))
    parser.add_argument("--parts", default="", help="names of some parts, between commas; the preset comes first")
    options = parser.parse_args()
    names = options.tables.split(",")
    chosen = options.parts.split(",") if options.parts else PARTS
    warnings.filterwarnings("ignore")
    tables = {name: load(name) for name in names}
    splits = {name: list(inner_splits(tables[name], REPEATS.get(name, 5))) for name in names}
    print("| part | " + " | ".join(names) + " | CPU s |")
    print("|" + "---|" * (len(names) + 2))
    whole = {}
    for part, options in PARTS.items():
        if part != "the preset" and part not in chosen:
            continue
        cells, seconds = [], []
        for name in names:
            start = time.process_time()
            found = np.array([
                score(tables[name], test, fitted(tables[name], train, test, seed, **options))[0]
                for seed, (train, test) in enumerate(splits[name])])
            seconds.append((time.process_time() - start) / len(found))
            difference = found - whole.setdefault(name, found)
            error = difference.std(ddof=1) / len(difference) ** 0.5
            cells.append(f"{difference.mean():+.4f} ({error:.4f})" if options else f"{found.mean():.4f}")
        print(f"| {part} | " + " | ".join(cells) + " | " + ", ".join(f"{each:.2f}" for each in seconds) + " |", flush=True)


if __name__ == "__main__":
    main()
