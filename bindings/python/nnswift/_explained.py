"""What the predictions of a model depend on, and what its layers make of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, Sequence, Union

import numpy as np

from . import _explanations, _hidden
from ._scaled import ScaledModel

if TYPE_CHECKING:
    import numpy.typing as npt

MetricSpec = Union[str, Mapping[str, Any]]


class ExplainedModel(ScaledModel):
    """What a `Model` tells of the columns that its predictions depend on, and of its layers."""

    def importance(
        self,
        X: Any,
        y: Any = None,
        metric: Optional[MetricSpec] = None,
        sample_weight: Any = None,
        *,
        repeats: int = 5,
        seed: int = 0,
        allow_nan: bool = False,
    ) -> Dict[Union[str, int], _explanations.Importance]:
        """Computes permutation importances: how much a metric worsens when the values of a column change places.

        Parameters
        ----------
        X, y, sample_weight
            As in `evaluate`, best rows that the model was not trained on; of a table write ``importance(table)``.
        metric : name, or dict with options, optional
            None: the model's loss.
        repeats : int
            Permutations, the same for each column.

        Returns
        -------
        dict
            ``result["age"].mean`` and ``result["age"].deviation``, by name of the column, of features without names by
            position. ``sorted(result, key=result.get, reverse=True)`` has the most important first.
        """
        return _explanations.importance(self, X, y, metric, sample_weight, repeats, seed, allow_nan)

    def dependence(
        self,
        X: Any,
        column: Union[str, int],
        values: Sequence[Any],
        output: Union[int, str] = 0,
        sample_weight: Any = None,
        *,
        allow_nan: bool = False,
    ) -> npt.NDArray[np.float64]:
        """Computes a partial dependence: the mean prediction over rows with one column set to each of several values.

        Parameters
        ----------
        X : array, or a table
            As in `predict`.
        column : str or int
            By name or position.
        values : list
            Of the column: numbers, of tables also texts, booleans, dates and None.
        output : int or str
            Of the prediction, by position or name of the class.

        Returns
        -------
        array [values]
            float64: probabilities, or values of a regression.
        """
        return _explanations.dependence(self, X, column, values, output, sample_weight, allow_nan)

    def activations(self, X: Any, layer: int, allow_nan: bool = False) -> npt.NDArray[np.float32]:
        """Computes what comes out of a layer, as in a prediction.

        Dropout does nothing, and batch_norm has its running statistics. Each call copies the weights up to that layer: give it all rows at once.

        Parameters
        ----------
        X, allow_nan
            As in `predict`.
        layer : int
            Position in ``spec["layers"]``, as `summary` numbers them: 0 is the first, -1 the last. An activation of a
            dense layer belongs to it. What -1 gives are the network's own outputs, before any calibration.

        Returns
        -------
        array [rows x outputs of the layer]
            float32; for a layer of one output [rows].

        Raises
        ------
        nnswift.Error
            As `predict`; ArgumentError for a layer that there is not.

        Examples
        --------
        >>> import nnswift, numpy
        >>> model = nnswift.Model.mlp([4, 16, 3], seed=7)
        >>> model.activations(numpy.ones((10, 4), numpy.float32), 0).shape
        (10, 16)
        """
        return _hidden.ending_at(self, layer).predict(X, "raw", allow_nan)
