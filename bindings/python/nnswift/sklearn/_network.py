"""From the parameters of an estimator to the spec of its network."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Union

import numpy as np

from ..errors import ArgumentError

Kind = Union[str, Mapping[str, Any]]

# scikit-learn's names of what the library names otherwise.
_ACTIVATIONS = {"logistic": "sigmoid"}
_LOSSES = {
    "squared_error": "mse", "absolute_error": "mae", "log_loss": "auto",
}  # fmt: skip
# Losses whose targets are standardised inside.
_SCALED = ("mse", "mae", "huber", "quantile")
# Features of which at most so many are not 0 keep their zeros: images, counts, one-hot columns.
_FEW_NONZERO = 0.4
# Rows that are looked at for that.
_SAMPLE = 10_000


class Shape:
    """The layers that an estimator's parameters describe; "auto" is what the kind of data asks for."""

    def __init__(self, estimator: Any, for_table: bool):
        self._for_table = for_table
        self.is_given = any(
            value not in ("auto", None)
            for value in (estimator.activation, estimator.dropout, estimator.normalization)
        ) or not _is_auto(estimator.hidden_layer_sizes)
        sizes: Any = estimator.hidden_layer_sizes
        if _is_auto(sizes):
            sizes = (64, 64) if for_table else (100,)
        self._sizes = [sizes] if np.ndim(sizes) == 0 else list(sizes)
        activation = estimator.activation
        if _is_auto(activation):
            activation = "silu" if for_table else "relu"
        self._activation = _ACTIVATIONS.get(activation, activation) if isinstance(activation, str) else activation
        self._normalization = estimator.normalization
        dropout = estimator.dropout
        if _is_auto(dropout):
            dropout = 0.15 if for_table else 0.0
        self._rates = _rates(dropout, len(self._sizes))

    def layers(self, outputs: int) -> List[Dict[str, Any]]:
        """Returns the layers up to so many outputs."""
        found: List[Dict[str, Any]] = []
        for units, rate in zip(self._sizes, self._rates):
            layer: Dict[str, Any] = {"type": "dense", "units": units, **self._init()}
            if self._normalization is None:
                found.append({**layer, "activation": self._activation})
            else:
                found += [layer, _kind(self._normalization), _kind(self._activation)]
            if rate:
                found.append({"type": "dropout", "rate": rate})
        found.append({"type": "dense", "units": outputs, **self._init()})
        if self._for_table:
            found[0]["type"] = "table"
        return found


    def _init(self) -> Dict[str, Any]:
        """Returns the first weights: of arrays MLPClassifier's, which learn faster in large batches."""
        if self._for_table:
            return {}
        if self._activation == "sigmoid":
            return {"init": "glorot_uniform"}
        return {"init": "glorot_uniform", "bias_init": "glorot_uniform"}


def _is_auto(value: Any) -> bool:
    return isinstance(value, str) and value == "auto"


def _kind(value: Kind) -> Dict[str, Any]:
    return {"type": value} if isinstance(value, str) else dict(value)


def _rates(dropout: Any, layers: int) -> List[float]:
    """Returns the rate behind each hidden layer."""
    rates = [dropout] * layers if np.ndim(dropout) == 0 else list(dropout)
    if len(rates) != layers:
        raise ArgumentError(
            f"dropout must be one rate, or one for each of {layers} hidden layers, got {len(rates)} rates"
        )
    return rates


def loss_of(given: Kind, automatic: str, label_smoothing: float = 0.0) -> Dict[str, Any]:
    """Returns a loss by the library's name or scikit-learn's; "auto" is the one that fits the targets."""
    loss = _kind(_LOSSES.get(given, given) if isinstance(given, str) else given)
    if loss["type"] == "auto":
        loss["type"] = automatic
    if label_smoothing:
        loss["label_smoothing"] = label_smoothing
    return loss


def is_scaled(loss: Mapping[str, Any]) -> bool:
    """Whether the targets of a loss are standardised inside."""
    return loss["type"] in _SCALED


def preprocess_of(given: Any, X: Any) -> Any:
    """Returns how features are scaled.

    "auto": standardised; a sparse matrix stays as it is; dense features that are mostly 0 and of one range, such as
    images, are divided by their largest value, since a pixel that is nearly always 0 has hardly any deviation.
    """
    if not _is_auto(given):
        return "none" if given is None else given
    if hasattr(X, "tocsr"):
        return "none"
    sample = X[:: max(1, len(X) // _SAMPLE)]
    if sample.size == 0 or np.count_nonzero(sample) > _FEW_NONZERO * sample.size:
        return "standardize"
    largest = np.maximum(sample.max(axis=0), -sample.min(axis=0).astype(np.float64))
    used = largest[largest > 0]
    if used.size == 0 or np.mean(used >= used.max() / 2) < 0.5:
        return "standardize"
    return {"type": "scale", "factor": 1 / max(float(X.max()), -float(X.min()))}


def typed_labels(classes: np.ndarray) -> List[Any]:
    """Returns labels as the library keeps them in a model: texts, integers or booleans; empty if they are none of these.

    Whole numbers in floats, as a CSV file gives them, are integers.
    """
    values = classes.tolist()
    if all(isinstance(value, str) for value in values) or all(isinstance(value, bool) for value in values):
        return values
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
    if numbers and all(float(value).is_integer() and abs(value) < 2**53 for value in values):
        return [int(value) for value in values]
    return []
