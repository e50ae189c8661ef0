"""Networks and weights of other frameworks, both ways. A framework is imported only when it is asked for.

Values move unchanged: float32 stays float32, float64 is rounded to it.
"""

from ._onnx_export import to_onnx
from ._sklearn import from_sklearn, to_sklearn
from ._torch import from_torch, to_torch

__all__ = ["from_sklearn", "from_torch", "to_onnx", "to_sklearn", "to_torch"]
