"""Metrics and curves without a model; definitions are scikit-learn's.

Everywhere: y_true holds class indices or texts [rows], zeros and ones [rows x labels], or numbers of a regression
[rows] or [rows x outputs]. y_pred holds predicted labels of the same kind, or scores. y_score holds probabilities of
class 1 [rows], or one column a class [rows x classes]. sample_weight [rows] is >= 0. Texts are classes in sorted order.
A metric that is not defined for the data is NaN.

All raise `nnswift.Error`: ShapeError for arrays that do not fit together, ArgumentError for values out of range.
"""

from __future__ import annotations

import ctypes
from typing import Any, Mapping, Optional, Union

import numpy as np

from . import _arrays, _json, _labels
from ._curves import (
    BestThreshold, CalibrationCurve, PrecisionRecallCurve, RocCurve, best_threshold, calibration_curve,
    confusion_matrix, precision_recall_curve, roc_curve,
)  # fmt: skip
from ._library import lib


def compute(metric: Union[str, Mapping[str, Any]], y_true: Any, y_score: Any, sample_weight: Any = None) -> float:
    """Returns any metric by its name, or by a dict with its options: ``{"type": "top_k", "k": 3}``."""
    (y_true, y_score), _ = _labels.encode_together(y_true, y_score, names=("y_true", "y_score"))
    y_true, y_score = _labels.whole(y_true, y_score)
    value = ctypes.c_double()
    lib.nns_metric(
        _json.kind(metric, "metric"), _arrays.borrow(y_true, "y_true"), _arrays.borrow(y_score, "y_score"),
        _arrays.borrow_optional(sample_weight, "sample_weight"), value,
    )  # fmt: skip
    return value.value


def _compute(name: str, y_true: Any, y_score: Any, sample_weight: Any, **options: Any) -> float:
    """Options that are None are left to the library's defaults."""
    given = {key: value for key, value in options.items() if value is not None}
    return compute({"type": name, **given}, y_true, y_score, sample_weight)


def accuracy(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Share of right rows; of several labels a row, all must be right."""
    return _compute("accuracy", y_true, y_pred, sample_weight)


def balanced_accuracy(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Mean recall of the classes that occur."""
    return _compute("balanced_accuracy", y_true, y_pred, sample_weight)


def top_k(y_true: Any, y_score: Any, sample_weight: Any = None, *, k: int = 5) -> float:
    """Share of rows whose class is among the k highest scores."""
    return _compute("top_k", y_true, y_score, sample_weight, k=k)


def precision(y_true: Any, y_pred: Any, sample_weight: Any = None, *, average: Optional[str] = None) -> float:
    """TP / (TP + FP).

    average: "binary", "micro", "macro" or "weighted"; None: "binary" for two classes, else "macro".
    """
    return _compute("precision", y_true, y_pred, sample_weight, average=average)


def recall(y_true: Any, y_pred: Any, sample_weight: Any = None, *, average: Optional[str] = None) -> float:
    """TP / (TP + FN). average: as `precision`."""
    return _compute("recall", y_true, y_pred, sample_weight, average=average)


def f1(y_true: Any, y_pred: Any, sample_weight: Any = None, *, average: Optional[str] = None) -> float:
    """2 P R / (P + R). average: as `precision`."""
    return _compute("f1", y_true, y_pred, sample_weight, average=average)


def f_beta(
    y_true: Any, y_pred: Any, sample_weight: Any = None, *, beta: float = 1.0, average: Optional[str] = None
) -> float:
    """(1 + beta²) P R / (beta² P + R). average: as `precision`."""
    return _compute("f_beta", y_true, y_pred, sample_weight, beta=beta, average=average)


def roc_auc(y_true: Any, y_score: Any, sample_weight: Any = None, *, average: Optional[str] = None) -> float:
    """Area under the ROC curve; several classes: each against the rest.

    average: "micro", "macro" or "weighted", over classes or labels; None: "macro".
    """
    return _compute("roc_auc", y_true, y_score, sample_weight, average=average)


def pr_auc(y_true: Any, y_score: Any, sample_weight: Any = None, *, average: Optional[str] = None) -> float:
    """Average precision. average: as `roc_auc`."""
    return _compute("pr_auc", y_true, y_score, sample_weight, average=average)


def log_loss(y_true: Any, y_score: Any, sample_weight: Any = None) -> float:
    """-mean log of the true class's probability."""
    return _compute("log_loss", y_true, y_score, sample_weight)


def brier(y_true: Any, y_score: Any, sample_weight: Any = None) -> float:
    """Mean (p - t)²; several classes: summed over them."""
    return _compute("brier", y_true, y_score, sample_weight)


def expected_calibration_error(y_true: Any, y_score: Any, sample_weight: Any = None, *, bins: int = 10) -> float:
    """Mean distance of probabilities from how often they come true, over equal bins."""
    return _compute("expected_calibration_error", y_true, y_score, sample_weight, bins=bins)


def matthews(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Correlation of truth and prediction, -1 ... 1."""
    return _compute("matthews", y_true, y_pred, sample_weight)


def kappa(y_true: Any, y_pred: Any, sample_weight: Any = None, *, weights: Optional[str] = None) -> float:
    """Cohen's kappa, (agreement - chance) / (1 - chance). weights: None, "linear" or "quadratic"."""
    return _compute("kappa", y_true, y_pred, sample_weight, weights=weights)


def cost(
    y_true: Any, y_pred: Any, sample_weight: Any = None, *, false_positive: float = 1.0, false_negative: float = 1.0
) -> float:
    """Mean cost of a row: of class 0 taken for 1, and of class 1 taken for 0."""
    return _compute(
        "cost", y_true, y_pred, sample_weight, false_positive=false_positive, false_negative=false_negative
    )


def mse(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Mean (y - t)²."""
    return _compute("mse", y_true, y_pred, sample_weight)


def rmse(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Root of the mean (y - t)², of each output, then the mean."""
    return _compute("rmse", y_true, y_pred, sample_weight)


def mae(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Mean |y - t|."""
    return _compute("mae", y_true, y_pred, sample_weight)


def median_ae(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Median |y - t|."""
    return _compute("median_ae", y_true, y_pred, sample_weight)


def r2(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """1 - Σ (y - t)² / Σ (t - mean)², mean over outputs."""
    return _compute("r2", y_true, y_pred, sample_weight)


def mape(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Mean |y - t| / max(|t|, 2.2e-16)."""
    return _compute("mape", y_true, y_pred, sample_weight)


def pinball(y_true: Any, y_pred: Any, sample_weight: Any = None, *, q: float = 0.5) -> float:
    """Mean pinball loss of quantile q."""
    return _compute("pinball", y_true, y_pred, sample_weight, q=q)


def coverage(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Share of rows whose target lies between the lowest and the highest of several outputs, such as quantiles.

    y_true may have one column for all outputs.
    """
    truth, outputs = np.asarray(y_true), np.asarray(y_pred)
    if outputs.ndim == 2 and truth.shape in ((len(outputs),), (len(outputs), 1)):
        y_true = np.repeat(truth.reshape(-1, 1), outputs.shape[1], axis=1)
    return _compute("coverage", y_true, y_pred, sample_weight)


__all__ = [
    "BestThreshold", "CalibrationCurve", "PrecisionRecallCurve", "RocCurve", "accuracy", "balanced_accuracy",
    "best_threshold", "brier", "calibration_curve", "compute", "confusion_matrix", "cost", "coverage",
    "expected_calibration_error", "f1", "f_beta", "kappa", "log_loss",
    "mae", "mape", "matthews", "median_ae", "mse", "pinball", "pr_auc", "precision", "precision_recall_curve", "r2",
    "recall", "rmse", "roc_auc", "roc_curve", "top_k",
]  # fmt: skip
