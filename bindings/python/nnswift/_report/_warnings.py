"""What a reader should know before he believes the numbers."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import numpy as np

from .. import metrics
from . import _columns, _pictures
from ._figures import Figure
from ._subject import Name, Subject

_FEW_ROWS, _FEW_OF_A_CLASS = 200, 30
_POOR_CALIBRATION = 0.1
# A first metric above this, and one column with nearly all of the importance, belong together.
_TOO_GOOD = 0.97


def warnings(
    subject: Subject, found: List[Figure], importances: Optional[dict], before: Optional[Dict[Name, np.ndarray]]
) -> List[str]:
    """Returns sentences, the gravest first."""
    return [
        *_leaks(subject, found, importances, before), *_drifts(subject, before), *_few(subject), *_useless(subject, found),
        *_calibration(subject), *_gaps(subject), *_training(subject.model.history),
    ]  # fmt: skip


def _leaks(
    subject: Subject, found: List[Figure], importances: Optional[dict], before: Optional[Dict[Name, np.ndarray]]
) -> List[str]:
    texts = [
        f"{_name(name)} alone tells {subject.target} ({word} {score:.3f}): was it known when the prediction is needed?"
        for name, score, word in _columns.suspects(subject)[:5]
    ]
    gains = {name: max(0.0, value.mean) for name, value in (importances or {}).items()}
    total = sum(gains.values())
    top = max(gains, key=lambda name: gains[name], default=None)
    perfect = bool(found) and found[0].value > _TOO_GOOD
    if top is not None and len(gains) > 2 and gains[top] > 0.9 * total > 0 and perfect and not texts:
        texts.append(f"{_name(top)} has {gains[top] / total:.0%} of the importance: is it a trace of the answer?")
    if before is not None:
        shared = _columns.shared_rows(subject, before)
        if shared > 0.01 * subject.rows:
            texts.append(
                f"{shared:,} of {subject.rows:,} rows also occur in the training: what is learnt by heart looks good here"
            )
    return texts


def _drifts(subject: Subject, before: Optional[Dict[Name, np.ndarray]]) -> List[str]:
    texts = []
    if before is not None:
        for drift in _columns.drifts(subject, before)[:8]:
            new = f"; {drift.new:,} rows have values beyond those of the training" if drift.new else ""
            texts.append(f"{_name(drift.name)} is distributed otherwise than in the training (distance {drift.distance:.2f}){new}")
        return texts
    for stranger in _columns.strangers(subject)[:8]:
        texts.append(
            f"{_name(stranger['name'])} has {stranger['what']} that the training never met, in {stranger['share']:.1%} of the rows"
        )
    return texts


def _few(subject: Subject) -> List[str]:
    texts = []
    if subject.rows < _FEW_ROWS:
        texts.append(f"{subject.rows:,} rows are few: the intervals are wide, and thresholds chosen on them are chance")
    if subject.kind in ("binary", "classes"):
        counts = np.bincount(subject.truth, minlength=len(subject.classes))
        few = [f"{name} ({count:,})" for name, count in zip(subject.classes, counts) if count < _FEW_OF_A_CLASS]
        if few:
            more = f" and {len(few) - 5} more" if len(few) > 5 else ""
            texts.append(f"classes with fewer than {_FEW_OF_A_CLASS} rows: {', '.join(few[:5])}{more}")
    return texts


def _useless(subject: Subject, found: List[Figure]) -> List[str]:
    """What is not better than a guess, by its interval."""
    chance = {"ROC-AUC": 0.5, "ROC-AUC, mean of classes": 0.5, "ROC-AUC, mean of answers": 0.5, "R²": 0.0}
    return [
        f"{figure.name} may be no better than chance ({chance[figure.name]:g}): its interval is {figure.low:.3f} to {figure.high:.3f}"
        for figure in found if figure.name in chance and figure.low <= chance[figure.name]
    ]  # fmt: skip


def _calibration(subject: Subject) -> List[str]:
    if subject.kind not in ("binary", "classes"):
        return []
    truth, scores = _pictures.called(subject)
    error = metrics.expected_calibration_error(truth, scores, subject.weight)
    if not error > _POOR_CALIBRATION:
        return []
    return [f"probabilities are off by {error:.2f} on average: rank by them, but do not take them at their word"]


def _gaps(subject: Subject) -> List[str]:
    columns = _columns.described(subject)
    return [f"{_name(c['name'])} is missing in {c['missing']:.0%} of the rows" for c in columns if c["missing"] > 0.5][:5]


def _training(history: Any) -> List[str]:
    if history.stopped == "diverged":
        return ["the last training diverged"]
    return [f"the training said: {text}" for text in history.warnings]


def _name(name: Name) -> str:
    return f'"{name}"' if isinstance(name, str) else f"column {name}"
