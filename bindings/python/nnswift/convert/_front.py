"""What stands before the first layer of another framework's network: scalings, then a matrix."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from ..model import Model
from ._assembly import Layer
from ._scaling import with_scaling


class Front:
    """``y = matrix · ((x - center) · factor - shift)``, in float64; without a matrix shift is 0.

    Parameters
    ----------
    size : int
        Features of a row.
    """

    def __init__(self, size: int):
        self.center = np.zeros(size)
        self.factor = np.ones(size)
        self.matrix: Optional[np.ndarray] = None
        self.bias = np.zeros(0)

    @property
    def width(self) -> int:
        """How many values come out."""
        return len(self.center) if self.matrix is None else len(self.matrix)

    def scale(self, center: Any, factor: Any) -> None:
        """Puts (y - center) · factor behind; numbers, or one for each value."""
        if self.matrix is None:
            # 0 / 1 and 1 · factor keep every bit.
            self.center = self.center + np.asarray(center, float) / self.factor
            self.factor = self.factor * np.asarray(factor, float)
        else:
            self.bias = (self.bias - np.asarray(center, float)) * factor
            self.matrix = self.matrix * np.broadcast_to(factor, self.width)[:, None]

    def multiply(self, matrix: np.ndarray, bias: Any = 0.0) -> None:
        """Puts matrix · y + bias behind, the matrix [new values x values]."""
        if self.matrix is None:
            # The scaling's factors go into the matrix, its center stays a subtraction: digits are kept.
            self.matrix, self.bias = matrix * self.factor, np.broadcast_to(np.asarray(bias, float), len(matrix))
            self.factor = np.ones(len(self.center))
        else:
            self.matrix, self.bias = matrix @ self.matrix, matrix @ self.bias + bias

    def layers(self) -> List[Layer]:
        """Returns the dense layer of the matrix, nothing without one."""
        if self.matrix is None:
            return []
        tensors = {"weight": self.matrix, "bias": self.bias}
        return [Layer({"type": "dense", "units": self.width, "bias": True}, tensors, "the scaling", len(self.center))]

    def spec(self) -> Dict[str, Any]:
        """Returns the key "preprocess" of a spec, nothing if none is needed."""
        if self.center.any() or len(set(self.factor)) > 1:
            return {"preprocess": "standardize"}
        return {} if self.factor[0] == 1 else {"preprocess": {"type": "scale", "factor": float(self.factor[0])}}

    def put_into(self, model: Model) -> Model:
        """Sets the scaling of a model whose spec has that key."""
        if self.spec().get("preprocess") != "standardize":
            return model
        return with_scaling(model, *self.rounded())

    def rounded(self) -> Tuple[np.ndarray, np.ndarray]:
        """Returns center and factor [float32]."""
        return self.center.astype(np.float32), self.factor.astype(np.float32)
