"""Networks and weights of other frameworks, both ways. A framework is imported only when it is asked for.

Values move unchanged: float32 stays float32, float64 is rounded to it.
"""

from ._keras import from_keras, to_keras
from ._onnx_export import to_onnx
from ._onnx_import import from_onnx
from ._sklearn import from_sklearn, to_sklearn
from ._torch import from_torch, to_torch

__all__ = [
    "from_keras", "from_onnx", "from_sklearn", "from_torch", "to_keras", "to_onnx", "to_sklearn", "to_torch",
]  # fmt: skip
