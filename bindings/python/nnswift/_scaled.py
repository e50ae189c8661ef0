"""What a model has learnt of its features' scales: fitted to data, read, set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Tuple

import numpy as np

from . import _arrays, _learning
from ._library import Doubles, lib
from ._tabular import TabularModel
from .data import DataSet
from .errors import ArgumentError, ShapeError

if TYPE_CHECKING:
    import numpy.typing as npt


class ScaledModel(TabularModel):
    """What a `Model` tells of its preprocessing, and lets be set."""

    def fit_preprocess(self, X: Any, y: Any = None, *, allow_nan: bool = False) -> None:
        """Fits the spec's "preprocess" to features, and its "target" to targets; `train` does it the first time."""
        x = self._form.view(X)
        if y is None:
            if "target" in self.spec:
                raise ArgumentError('the spec\'s "target" is fitted to targets; give y, too')
            # A data set needs targets; none are looked at here.
            y = np.zeros(x.rows, np.uint8)
        with DataSet(x, _arrays.borrow(y, "y"), allow_nan=allow_nan) as data:
            lib.nns_fit_preprocess(self._handle, data.handle)
        _learning.keep_feature_names(self, X)

    @property
    def scaling(self) -> Tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """What the fitted preprocess subtracts from each feature, and what it multiplies by: (x - center) * scale.

        Raises
        ------
        ArgumentError
            The spec's preprocess is not one that is fitted to data.
        StateError
            It has not seen any data yet.
        """
        center, scale = np.empty(self.input_size, np.float64), np.empty(self.input_size, np.float64)
        pointers = (_arrays.pointer(values, Doubles) for values in (center, scale))
        lib.nns_get_scaling(self._handle, *pointers, center.size)
        return center, scale

    def set_scaling(self, center: Any, scale: Any) -> None:
        """Sets `scaling` instead of fitting it: finite values [features], scales above 0."""
        arrays = [np.ascontiguousarray(values, np.float64) for values in (center, scale)]
        if any(array.shape != (self.input_size,) for array in arrays):
            shapes = " and ".join(str(array.shape) for array in arrays)
            raise ShapeError(f"center and scale must have shape ({self.input_size},), got {shapes}")
        pointers = (_arrays.pointer(array, Doubles) for array in arrays)
        lib.nns_set_scaling(self._handle, *pointers, self.input_size)
