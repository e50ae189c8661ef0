"""Metrics with intervals, and tables of numbers."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from .. import metrics
from ..errors import Error
from ._subject import Subject

# (name in the report, metric, of what, what it says)
_Row = Tuple[str, Any, str, str]
_BINARY: List[_Row] = [
    ("ROC-AUC", "roc_auc", "scores", "a random positive row scores above a random negative one; 0.5 is chance"),
    ("average precision", "pr_auc", "scores", "area below precision and recall; chance is the share of positives"),
    ("log loss", "log_loss", "scores", "smaller is better"),
    ("Brier score", "brier", "scores", "mean squared distance of probability and truth"),
    ("calibration error", "expected_calibration_error", "scores", "mean distance of probability and frequency"),
    ("accuracy", "accuracy", "labels", "share of rows that are right"),
    ("balanced accuracy", "balanced_accuracy", "labels", "mean recall of both classes"),
    ("precision", "precision", "labels", "share of right ones among those called positive"),
    ("recall", "recall", "labels", "share of the positive ones that are found"),
    ("F1", "f1", "labels", "harmonic mean of precision and recall"),
    ("Matthews correlation", "matthews", "labels", "correlation of truth and prediction, -1 to 1"),
]
_CLASSES: List[_Row] = [
    ("accuracy", "accuracy", "labels", "share of rows that are right"),
    ("balanced accuracy", "balanced_accuracy", "labels", "mean recall of the classes"),
    ("F1, mean of classes", {"type": "f1", "average": "macro"}, "labels", "each class counts the same"),
    ("ROC-AUC, mean of classes", "roc_auc", "scores", "each class against the rest"),
    ("log loss", "log_loss", "scores", "smaller is better"),
    ("Cohen's kappa", "kappa", "labels", "agreement beyond chance"),
]
_LABELS: List[_Row] = [
    ("ROC-AUC, mean of answers", "roc_auc", "scores", "0.5 is chance"),
    ("average precision, mean", "pr_auc", "scores", "chance is the share of positives"),
    ("F1, mean of answers", {"type": "f1", "average": "macro"}, "labels", "each answer counts the same"),
    ("all answers right", "accuracy", "labels", "share of rows"),
]
_NUMBERS: List[_Row] = [
    ("R²", "r2", "scores", "1 is perfect, 0 is as good as the mean"),
    ("RMSE", "rmse", "scores", "root of the mean squared error"),
    ("mean absolute error", "mae", "scores", ""),
    ("median absolute error", "median_ae", "scores", "half of the rows are closer"),
]
_KINDS = {"binary": _BINARY, "classes": _CLASSES, "labels": _LABELS, "numbers": _NUMBERS}
# Rows times repeats times metrics: a few seconds of work.
_WORK = 60_000_000


class Figure(NamedTuple):
    name: str
    value: float
    low: float
    """The 2.5th and the 97.5th hundredth over resamplings of the rows."""
    high: float
    note: str


def figures(subject: Subject, repeats: int, seed: int) -> List[Figure]:
    """Returns the metrics of the subject's kind with bootstrap intervals; those that are not defined are left out."""
    wanted = list(_KINDS[subject.kind])
    if subject.kind == "classes" and len(subject.classes) > 5:
        wanted.insert(1, ("right among the first 3", {"type": "top_k", "k": 3}, "scores", ""))
    if subject.kind == "numbers" and subject.spec["loss"]["type"] == "quantile" and subject.scores.shape[1] > 1:
        wanted = [("coverage", "coverage", "scores", "share of rows between the lowest and the highest quantile")]
    repeats = int(min(repeats, max(20, _WORK // (subject.rows * len(wanted)))))
    rng = np.random.default_rng(seed)
    draws = np.full((repeats, len(wanted)), np.nan)
    whole = [_value(subject, row, subject.weight) for row in wanted]
    for number in range(repeats):
        # How often each row is drawn is its weight: nothing is copied.
        weight = np.bincount(rng.integers(0, subject.rows, subject.rows), minlength=subject.rows).astype(np.float64)
        weight = weight if subject.weight is None else weight * subject.weight
        draws[number] = [_value(subject, row, weight) for row in wanted]
    found = []
    for place, (row, value) in enumerate(zip(wanted, whole)):
        mine = draws[:, place][np.isfinite(draws[:, place])]
        if np.isfinite(value) and mine.size:
            low, high = np.quantile(mine, (0.025, 0.975))
            found.append(Figure(row[0], value, float(low), float(high), row[3]))
    return found


def _value(subject: Subject, row: _Row, weight: Optional[np.ndarray]) -> float:
    _, metric, of, _ = row
    given = subject.scores if of == "scores" else subject.labels
    truth = subject.truth
    if subject.kind == "numbers":
        if metric == "coverage":
            return metrics.coverage(truth, given, weight)
        if truth.shape[1] != given.shape[1]:
            truth = np.repeat(truth[:, :1], given.shape[1], axis=1)
    try:
        return metrics.compute(metric, truth, given, weight)
    except Error:
        # Of a resampling that holds one class only.
        return float("nan")


def thresholds(subject: Subject) -> List[Dict[str, Any]]:
    """Returns what each of several thresholds does to a binary classifier."""
    try:
        best = metrics.best_threshold("f1", subject.truth, subject.scores, subject.weight).threshold
    except Error:
        best = None
    marks = {subject.threshold: "of the model", **({} if best is None else {best: "largest F1 on these rows"})}
    if best == subject.threshold:
        marks = {best: "of the model; largest F1 on these rows"}
    # Rare classes have small scores: half of the rows show what happens there.
    grid = {round(value, 2) for value in np.linspace(0.1, 0.9, 9)} | {0.05}
    rows = []
    for value in sorted(grid | set(marks)):
        mine = subject.scores >= value
        rows.append({"threshold": value, "mark": marks.get(value, ""), **_counts(subject, mine)})
    return rows


def _counts(subject: Subject, positive: np.ndarray) -> Dict[str, float]:
    weight = np.ones(subject.rows) if subject.weight is None else subject.weight
    truth = subject.truth == 1
    right, false = weight[positive & truth].sum(), weight[positive & ~truth].sum()
    missed = weight[~positive & truth].sum()
    found = {"flagged": (right + false) / weight.sum()}
    found.update({name: _whole(value) for name, value in (("right", right), ("false", false), ("missed", missed))})
    found["precision"] = right / (right + false) if right + false else float("nan")
    found["recall"] = right / (right + missed) if right + missed else float("nan")
    found["f1"] = 2 * right / (2 * right + false + missed) if right + false + missed else float("nan")
    return found


def _whole(value: float) -> float:
    """Returns a count as an integer; sums of weights may be none."""
    return int(value) if float(value).is_integer() else float(value)


def per_class(subject: Subject) -> List[Dict[str, Any]]:
    """Returns recall, precision and area of each class, the worst F1 first."""
    found = []
    for number, name in enumerate(subject.classes):
        if subject.kind == "labels":
            truth, positive = subject.truth[:, number] == 1, subject.labels[:, number] == 1
        else:
            truth, positive = subject.truth == number, subject.labels == number
        right = np.count_nonzero(truth & positive)
        rows, called = np.count_nonzero(truth), np.count_nonzero(positive)
        try:
            area = metrics.roc_auc(truth.astype(np.uint8), subject.scores[:, number], subject.weight)
        except Error:
            area = float("nan")
        found.append({
            "name": name, "rows": rows, "precision": right / called if called else float("nan"),
            "recall": right / rows if rows else float("nan"),
            "f1": 2 * right / (rows + called) if rows + called else float("nan"), "auc": area,
        })  # fmt: skip
    return sorted(found, key=lambda row: (np.isnan(row["f1"]), row["f1"]))


def confusions(subject: Subject, limit: int = 12) -> List[Dict[str, Any]]:
    """Returns the most frequent mistakes of a classifier of several classes."""
    counts = metrics.confusion_matrix(subject.truth, subject.labels, None, len(subject.classes))
    totals = counts.sum(axis=1)
    np.fill_diagonal(counts, 0)
    places = np.argsort(-counts.ravel(), kind="stable")[:limit]
    pairs = [divmod(int(place), len(counts)) for place in places]
    return [
        {"true": subject.classes[true], "predicted": subject.classes[guess], "rows": int(counts[true, guess]),
         "share": counts[true, guess] / totals[true]}
        for true, guess in pairs if counts[true, guess] > 0
    ]  # fmt: skip
