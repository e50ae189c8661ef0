"""Regression: one number a row, or several."""

from __future__ import annotations

from typing import Any, Dict, Tuple

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_array, column_or_1d

from ..errors import ArgumentError
from . import _network
from ._bases import RegressorMixin
from ._base import Network


class NNRegressor(RegressorMixin, Network):
    """A network for numbers, in the place of MLPRegressor.

    Parameters, `model_`, `history_` and the other attributes are those of `NNClassifier`, but for class_weight,
    label_smoothing and `classes_`. loss is "squared_error" (or "mse"), "absolute_error" ("mae"), "huber", "quantile" or
    "poisson", as a name or a dict with options; "auto" is the first. Targets are standardised inside and predictions
    turned back.

    Attributes
    ----------
    n_outputs_ : int
        Numbers of a row.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from nnswift.sklearn import NNRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> NNRegressor(random_state=0).fit(X, y).score(X, y) > 0.4
    True
    """

    n_outputs_: int

    def fit(self, X: Any, y: Any, sample_weight: Any = None, eval_set: Any = None) -> "NNRegressor":
        """Trains; see `NNClassifier.fit`. y is [rows] or [rows x outputs]."""
        self._fit(X, y, sample_weight, eval_set)
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> "NNRegressor":
        """Trains one epoch on these rows, after those before; the first call fixes how features and targets are scaled."""
        self._fit_once(X, y, sample_weight, None)
        return self

    def predict(self, X: Any) -> npt.NDArray[np.float64]:
        """Returns numbers, float64 [rows], or [rows x outputs] for several."""
        return self._predicted(X, "proba").astype(np.float64)

    def _learn_targets(self, y: Any, known: bool, classes: Any = None) -> npt.NDArray[Any]:
        y = self._encoded(y)
        outputs = 1 if y.ndim == 1 else y.shape[1]
        if known and outputs != self.n_outputs_:
            raise ArgumentError(f"y must have {self.n_outputs_} numbers a row as before, got {outputs}")
        self.n_outputs_ = outputs
        return y

    def _encoded(self, y: Any) -> npt.NDArray[Any]:
        self._target_name = str(getattr(y, "name", None) or "target")
        y = check_array(y, ensure_2d=False, dtype="float64", input_name="y", estimator=self)
        return column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y

    def _outputs_of(self, y: npt.NDArray[Any]) -> Tuple[int, Dict[str, Any], Dict[str, Any], float]:
        loss = _network.loss_of(self.loss, "mse")
        # Half the squared error there, the whole here; summed over the outputs there, a mean here.
        share = (2 if loss["type"] == "mse" else 1) / self.n_outputs_
        scaling = {"target": {"scale": "standardize"}} if _network.is_scaled(loss) else {}
        return self.n_outputs_, loss, scaling, share

    def _table_target(self, y: npt.NDArray[Any]) -> Tuple[Any, Dict[str, Any]]:
        if y.ndim > 1:
            raise ArgumentError(
                f"y must have one number a row where X is a table of mixed columns, got {y.shape[1]}; wrap the estimator "
                "in sklearn.multioutput.MultiOutputRegressor"
            )
        return y, {"target": {"kind": "number"}}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
