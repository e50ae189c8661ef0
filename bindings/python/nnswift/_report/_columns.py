"""The columns: what is in them, how they differ from those of the training, and whether one tells the target."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from .. import _given, metrics
from ..errors import Error
from ._subject import Name, Subject

# A distance between two distributions, 0 ... 1, from which a column is called drifted.
_DRIFT = 0.1
# A column that alone tells the classes so well (ROC-AUC), or so much of a number (R²), is a suspect.
_TELLS = 0.99
_SAMPLE = 5000


def described(subject: Subject) -> List[Dict[str, Any]]:
    """Returns kind, missing values and contents of each column."""
    found = []
    for name, values in subject.columns.items():
        missing = _missing(values)
        row = {"name": name, "kind": _kind(subject, name, values), "missing": missing.mean()}
        if _given.is_number(values):
            numbers = values[np.isfinite(values)]
            row["text"] = _numbers_text(numbers)
        elif _given.is_date(values):
            dates = sorted(value for value in values.tolist() if value is not None)
            row["text"] = f"{dates[0]} to {dates[-1]}"
        else:
            row["text"] = _levels_text(values)
        found.append(row)
    return found


def _kind(subject: Subject, name: Name, values: np.ndarray) -> str:
    if subject.is_table:
        return next(column["kind"] for column in subject.spec["columns"] if column["name"] == name)
    return "number"


def _missing(values: np.ndarray) -> np.ndarray:
    if _given.is_number(values):
        return np.isnan(values)
    return np.array([value is None for value in values.tolist()], bool)


def _numbers_text(numbers: np.ndarray) -> str:
    if not numbers.size:
        return "no values"
    low, middle, high = np.quantile(numbers, (0, 0.5, 1))
    return f"{low:.4g} to {high:.4g}, median {middle:.4g}, mean {numbers.mean():.4g}, deviation {numbers.std():.4g}"


def _levels_text(values: np.ndarray) -> str:
    levels, counts = _given.levels(values)
    if not levels:
        return "no values"
    total = counts.sum()
    first = [f"{levels[place]} {counts[place] / total:.0%}" for place in np.argsort(-counts, kind="stable")[:4]]
    return f"{len(levels):,} level{'s' if len(levels) > 1 else ''}: {', '.join(first)}{', …' if len(levels) > 4 else ''}"


class Drift(NamedTuple):
    name: Name
    distance: float
    """Between the two distributions: the largest gap of their distribution functions, or half the sum of the
    differences of shares; 0: the same, 1: nothing in common."""
    new: int
    """Rows with levels, or numbers beyond those, that the training did not have."""


def drifts(subject: Subject, before: Dict[Name, np.ndarray]) -> List[Drift]:
    """Returns the columns whose values are distributed otherwise than in the training, beyond chance."""
    found = []
    for name, values in subject.columns.items():
        old, new = (there[~_missing(there)] for there in (before[name], values))
        if not len(old) or not len(new):
            continue
        numbers = _given.is_number(values) and _given.is_number(before[name])
        distance = _gap(old, new) if numbers else _difference(old, new)
        count = _beyond(old, new, numbers)
        # Of equal distributions, one gap in a thousand columns is larger (Kolmogorov and Smirnov).
        chance = 1.95 * np.sqrt((len(old) + len(new)) / (len(old) * len(new)))
        levels = 1 if numbers else np.sqrt(len(set(old.tolist())))
        if distance > max(_DRIFT, chance * levels):
            found.append(Drift(name, distance, count))
    return sorted(found, key=lambda drift: -drift.distance)


def _gap(old: np.ndarray, new: np.ndarray) -> float:
    old, new = np.sort(old), np.sort(new)
    places = np.union1d(old, new)
    shares = [np.searchsorted(values, places, side="right") / len(values) for values in (old, new)]
    return float(np.abs(shares[0] - shares[1]).max())


def _difference(old: np.ndarray, new: np.ndarray) -> float:
    shares = []
    for values in (old, new):
        levels, counts = _given.levels(values)
        shares.append(dict(zip(levels, counts / counts.sum())))
    every = set(shares[0]) | set(shares[1])
    return 0.5 * float(sum(abs(shares[0].get(level, 0.0) - shares[1].get(level, 0.0)) for level in every))


def _beyond(old: np.ndarray, new: np.ndarray, numbers: bool) -> int:
    if numbers:
        return int(np.count_nonzero((new < old.min()) | (new > old.max())))
    known = set(old.tolist())
    return sum(value not in known for value in new.tolist())


def strangers(subject: Subject) -> List[Dict[str, Any]]:
    """Returns, of a model of a table, the columns with values that its training never met, in a sample of the rows."""
    if not subject.is_table:
        return []
    places = _some(subject.rows)
    session = subject.model.session()
    names = subject.model._form.columns
    lists = {name: subject.columns[name][places].tolist() if name in subject.columns else [None] * len(places) for name in names}
    for row in range(len(places)):
        try:
            session.predict_values({name: values[row] for name, values in lists.items()}, allow_nan=True)
        except Error:
            continue
    found = []
    for name, counts in session.counts().items():
        for kind, text in (("unknown", "levels"), ("clipped", "numbers or dates")):
            if counts[kind] > 0.01 * len(places):
                found.append({"name": name, "share": counts[kind] / len(places), "what": text})
    return found


def _some(rows: int) -> np.ndarray:
    """Returns the places of all rows, or of a sample: who looks at rows one by one has no time for more."""
    if rows <= _SAMPLE:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, _SAMPLE, replace=False))


def suspects(subject: Subject) -> List[Tuple[Name, float, str]]:
    """Returns columns that alone tell the target so well that they may have been written down after it."""
    if subject.kind == "labels" or subject.rows < 30:
        return []
    places = _some(subject.rows)
    truth = (subject.truth if subject.truth.ndim == 1 else subject.truth[:, 0])[places]
    found = []
    for name, values in subject.columns.items():
        guess = _alone(values[places], truth)
        if guess is None:
            continue
        score, word = _score(truth, guess, subject.kind)
        if score >= _TELLS:
            found.append((name, score, word))
    return sorted(found, key=lambda suspect: -suspect[1])


def _alone(values: np.ndarray, truth: np.ndarray) -> Optional[np.ndarray]:
    """Returns what a column says of the target: a number itself, of a level the target's mean in the other half."""
    if _given.is_number(values):
        known = np.isfinite(values)
        return np.where(known, values, np.median(values[known])) if known.any() else None
    if _given.is_date(values):
        return None
    means = np.full((2, len(truth)), np.nan)
    half = np.arange(len(truth)) % 2
    for side in (0, 1):
        sums: Dict[Any, List[float]] = {}
        for value, target in zip(values[half != side].tolist(), truth[half != side].tolist()):
            entry = sums.setdefault(value, [0.0, 0.0])
            entry[0], entry[1] = entry[0] + target, entry[1] + 1
        overall = float(truth[half != side].mean())
        means[side] = [_mean(sums.get(value), overall) for value in values.tolist()]
    return np.where(half == 0, means[0], means[1])


def _mean(entry: Optional[List[float]], overall: float) -> float:
    return entry[0] / entry[1] if entry else overall


def _score(truth: np.ndarray, guess: np.ndarray, kind: str) -> Tuple[float, str]:
    """Returns how well a column alone tells the target, and the name of the measure."""
    try:
        if kind == "binary":
            area = metrics.roc_auc(truth, guess)
            return max(area, 1 - area), "ROC-AUC"
        if kind == "classes":
            areas = [metrics.roc_auc((truth == number).astype(np.uint8), guess) for number in np.unique(truth)]
            return (float(min(max(area, 1 - area) for area in areas)) if len(areas) > 1 else 0.0), "ROC-AUC"
    except Error:
        return 0.0, "ROC-AUC"
    if not np.std(guess) or not np.std(truth):
        return 0.0, "R²"
    return float(np.corrcoef(truth, guess)[0, 1] ** 2), "R²"


def shared_rows(subject: Subject, before: Dict[Name, np.ndarray]) -> int:
    """Returns how many rows occur in the training, too, with the same values in all columns."""
    known = set(_keys(before))
    return sum(key in known for key in _keys(subject.columns))


def _keys(columns: Dict[Name, np.ndarray]) -> List[Any]:
    """Returns what is equal for equal rows."""
    lists = list(columns.values())
    if all(_given.is_number(values) for values in lists):
        return [row.tobytes() for row in np.column_stack(lists)]
    return list(map(hash, zip(*(map(str, values.tolist()) for values in lists))))
