"""Confusion matrix, curves and thresholds: results of more than one number."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Mapping, NamedTuple, Sequence, Tuple, Union

import numpy as np

from . import _arrays, _json, _labels
from ._library import NNS_CURVE_CALIBRATION, NNS_CURVE_PR, NNS_CURVE_ROC, Doubles, c_int64, lib

if TYPE_CHECKING:
    import numpy.typing as npt


class RocCurve(NamedTuple):
    """Points from (0, 0) to (1, 1), one a distinct score; arrays [points]."""

    false_positive_rate: npt.NDArray[np.float64]
    true_positive_rate: npt.NDArray[np.float64]
    threshold: npt.NDArray[np.float64]


class PrecisionRecallCurve(NamedTuple):
    """Points as arrays; the last one, precision 1 and recall 0, has no threshold (NaN)."""

    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]
    threshold: npt.NDArray[np.float64]


class CalibrationCurve(NamedTuple):
    """A point for each of ten equal bins that has rows; arrays [points]."""

    mean_score: npt.NDArray[np.float64]
    positive_share: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]


class BestThreshold(NamedTuple):
    """A threshold (score >= threshold is class 1) and the metric's value there."""

    threshold: float
    value: float


def confusion_matrix(
    y_true: Any, y_pred: Any, sample_weight: Any = None, classes: Union[int, Sequence[str], None] = None
) -> npt.NDArray[np.float64]:
    """Counts, or sums the weights of, each true class (row) predicted as each class (column).

    Parameters
    ----------
    y_true : class indices or texts [rows]
    y_pred : the same, or scores [rows x classes]
    classes : int or list of names, optional
        How many classes, or their names in order. None: as many as occur; texts then stand in sorted order.

    Returns
    -------
    array [classes x classes], float64
    """
    if isinstance(classes, (list, tuple, np.ndarray)):
        names = [str(name) for name in classes]
        y_true, y_pred = _labels.encode(y_true, names, "y_true"), _labels.encode(y_pred, names, "y_pred")
        count = len(names)
    elif classes is not None:
        count = _arrays.size(classes, "classes")
    else:
        (y_true, y_pred), found = _labels.encode_together(y_true, y_pred)
        count = len(found) if found is not None else _class_count(y_true, y_pred)
    views = _views(y_true, y_pred, sample_weight, "y_pred")
    # The library refuses a count out of range before it writes; room for it must not be asked for here.
    room = count if 0 < count <= 46340 else 0
    matrix = np.zeros((room, room), np.float64)
    lib.nns_confusion(*views, count, _arrays.pointer(matrix, Doubles), matrix.size)
    return matrix


def _class_count(y_true: Any, y_pred: Any) -> int:
    """Returns how many classes there are: the columns of scores, else one more than the largest index."""
    arrays = [np.asarray(y_true), np.asarray(y_pred)]
    if arrays[1].ndim == 2 and arrays[1].shape[1] > 1:
        return arrays[1].shape[1]
    # The library says what is wrong with numbers that are no indices.
    largest = [array.max() for array in arrays if array.size and array.dtype.kind in "biuf"]
    return max([int(value) + 1 for value in largest if np.isfinite(value)] or [1])


def roc_curve(y_true: Any, y_score: Any, sample_weight: Any = None) -> RocCurve:
    """Returns false against true positive rate for binary truth (0/1, or two texts) and scores [rows]."""
    return RocCurve(*_curve(NNS_CURVE_ROC, y_true, y_score, sample_weight))


def precision_recall_curve(y_true: Any, y_score: Any, sample_weight: Any = None) -> PrecisionRecallCurve:
    """Returns precision against recall for binary truth (0/1, or two texts) and scores [rows]."""
    recall, precision, threshold = _curve(NNS_CURVE_PR, y_true, y_score, sample_weight)
    return PrecisionRecallCurve(precision, recall, threshold)


def calibration_curve(y_true: Any, y_score: Any, sample_weight: Any = None) -> CalibrationCurve:
    """Returns mean score against share of class 1, for binary truth and probabilities [rows]."""
    return CalibrationCurve(*_curve(NNS_CURVE_CALIBRATION, y_true, y_score, sample_weight))


def best_threshold(
    metric: Union[str, Mapping[str, Any]], y_true: Any, y_score: Any, sample_weight: Any = None
) -> BestThreshold:
    """Finds the threshold on scores of class 1 at which a metric of labels is largest.

    metric: accuracy, balanced_accuracy, precision, recall, f1, f_beta, matthews or kappa, by name or as a dict with
    options. Among equals the largest threshold is returned.
    """
    (y_true,), _ = _labels.encode_together(y_true)
    threshold, value = ctypes.c_double(), ctypes.c_double()
    views = _views(y_true, y_score, sample_weight)
    lib.nns_best_threshold(_json.kind(metric, "metric"), *views, threshold, value)
    return BestThreshold(threshold.value, value.value)


def _views(y_true: Any, y_score: Any, sample_weight: Any, score_name: str = "y_score") -> tuple:
    return (
        _arrays.borrow(y_true, "y_true"),
        _arrays.borrow(y_score, score_name),
        _arrays.borrow_optional(sample_weight, "sample_weight"),
    )


def _curve(curve: int, y_true: Any, y_score: Any, sample_weight: Any) -> Tuple[np.ndarray, ...]:
    (y_true,), _ = _labels.encode_together(y_true)
    views = _views(y_true, y_score, sample_weight)
    # As many as always suffice: asking first would compute the curve twice.
    points = np.empty((3, views[0].rows + 2), np.float64)
    need = c_int64()
    targets = [_arrays.pointer(row, Doubles) for row in points]
    lib.nns_curve(curve, *views, *targets, points.shape[1], need)
    return tuple(row[: need.value].copy() for row in points)
