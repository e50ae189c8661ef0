"""The named tensors in a model's one block of values."""

from __future__ import annotations

import ctypes
import difflib
import math
from typing import Any, Dict, List, Mapping, NamedTuple, Tuple

import numpy as np

from ._arrays import supported
from ._library import c_int64, lib
from .errors import ArgumentError, ShapeError


class Tensor(NamedTuple):
    name: str
    shape: Tuple[int, ...]
    offset: int

    @property
    def end(self) -> int:
        return self.offset + math.prod(self.shape)


class TensorLayout:
    """Where each tensor stands: the trainable ones first, then running statistics."""

    def __init__(self, model: Any, trainable: int):
        tensors, values = c_int64(), c_int64()
        lib.nns_tensor_count(model, tensors, values)
        self.size = values.value
        self.trainable_size = trainable
        self._tensors = [_tensor(model, index) for index in range(tensors.value)]

    def _all(self, size: int) -> List[Tensor]:
        return [tensor for tensor in self._tensors if tensor.end <= size]

    def unpack(self, values: np.ndarray) -> Dict[str, np.ndarray]:
        """Returns a block of all, or of the trainable values, as named arrays of their own."""
        return {t.name: values[t.offset : t.end].reshape(t.shape).copy() for t in self._all(values.size)}

    def pack(self, arrays: Mapping[str, Any], values: np.ndarray, what: str) -> None:
        """Writes named arrays into a block of all, or of the trainable values; others stay.

        Raises
        ------
        ArgumentError
            An unknown name.
        DtypeError
            Text, complex numbers and whatever else is no real number.
        ShapeError
            Another shape than the tensor's.
        """
        known = {tensor.name: tensor for tensor in self._all(values.size)}
        for name, array in arrays.items():
            if name not in known:
                names = ", ".join(known)
                raise ArgumentError(f'{what}: unknown tensor "{name}"{_nearest(name, known)}; known: {names}')
            tensor = known[name]
            array = supported(array, f'{what}: "{name}"')
            if array.shape != tensor.shape:
                raise ShapeError(f'{what}: "{name}" must have shape {tensor.shape}, got {array.shape}')
            # The library refuses values that become infinite here.
            with np.errstate(over="ignore"):
                values[tensor.offset : tensor.end] = array.ravel()

    def missing(self, arrays: Mapping[str, Any], size: int) -> List[str]:
        """Returns the tensors of a block that are not named."""
        return [tensor.name for tensor in self._all(size) if tensor.name not in arrays]


def _tensor(model: Any, index: int) -> Tensor:
    dims, offset = (c_int64 * _MOST_DIMENSIONS)(), c_int64()
    need, rank = ctypes.c_size_t(), ctypes.c_size_t()
    lib.nns_tensor(model, index, None, 0, need, dims, len(dims), rank, offset)
    name = ctypes.create_string_buffer(need.value)
    lib.nns_tensor(model, index, name, need.value, need, None, 0, None, None)
    return Tensor(name.value.decode(), tuple(dims[: rank.value]), offset.value)


# Of a tensor of the library.
_MOST_DIMENSIONS = 4


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(str(name), known, n=1)
    return f', did you mean "{near[0]}"?' if near else ""
