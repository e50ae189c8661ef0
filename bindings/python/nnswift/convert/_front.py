"""What stands before the first layer of another framework's network: a scaling, then a matrix."""

from __future__ import annotations

from typing import Any, Dict, Optional

import numpy as np

from ..model import Model
from ._assembly import Layer
from ._scaling import with_scaling


class Front:
    """``y = matrix · ((x - center) · factor) + bias``, in float64, without a matrix only the scaling.

    Parameters
    ----------
    size : int
        Features of a row.
    """

    def __init__(self, size: int):
        self.center = np.zeros(size)
        self.factor = np.ones(size)
        self.matrix: Optional[np.ndarray] = None
        self.bias: Any = 0.0

    @property
    def size(self) -> int:
        """How many values come in."""
        return len(self.center)

    @property
    def width(self) -> int:
        """How many values come out."""
        return self.size if self.matrix is None else len(self.matrix)

    def scale(self, center: Any, factor: Any) -> None:
        """Puts (y - center) · factor behind; numbers, or one for each value."""
        center, factor = (np.broadcast_to(np.asarray(each, float), self.width) for each in (center, factor))
        if self.matrix is None:
            # A first scaling keeps every bit: center / 1, 1 · factor.
            self.center = self.center + center / self.factor
            self.factor = self.factor * factor
        else:
            self.matrix = self.matrix * factor[:, None]
            self.bias = (self.bias - center) * factor

    def multiply(self, matrix: np.ndarray, bias: Any = 0.0) -> None:
        """Puts matrix · y + bias behind, the matrix [new values x values]."""
        self.bias = bias if self.matrix is None else matrix @ (self.bias + np.zeros(self.width)) + bias
        self.matrix = matrix if self.matrix is None else matrix @ self.matrix

    def spec(self) -> Dict[str, Any]:
        """Returns the key "preprocess" of a spec, nothing if none is needed."""
        if self.center.any() or len(set(self.factor)) > 1:
            return {"preprocess": "standardize"}
        return {} if self.factor[0] == 1 else {"preprocess": {"type": "scale", "factor": float(self.factor[0])}}

    def put_into(self, model: Model) -> Model:
        """Sets the scaling of a model that was made with `spec`."""
        if self.spec().get("preprocess") != "standardize":
            return model
        return with_scaling(model, self.center.astype(np.float32), self.factor.astype(np.float32))

    def folded_into(self, dense: Layer) -> Layer:
        """Returns a dense layer [float64] that takes what the scaling gives, in place of what the whole gives.

        It also takes back what the scaling's center loses when it is rounded to float32.
        """
        weight, bias = dense.tensors["weight"], dense.tensors["bias"]
        if self.matrix is not None:
            weight, bias = weight @ self.matrix, bias + weight @ (self.bias + np.zeros(self.width))
        lost = (self.center.astype(np.float32) - self.center) * self.factor
        return dense._replace(tensors={"weight": weight, "bias": bias + weight @ lost}, takes=self.size)

    def as_dense(self, place: str) -> Layer:
        """Returns all of it as one dense layer."""
        matrix = np.eye(self.width) if self.matrix is None else self.matrix
        tensors = {"weight": matrix * self.factor, "bias": self.bias - matrix @ (self.center * self.factor)}
        return Layer({"type": "dense", "units": self.width, "bias": True}, tensors, place, self.size)
