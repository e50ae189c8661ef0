"""ONNX: the onnx.ModelProto in a file or in bytes, and the tensors in it."""

from __future__ import annotations

import os
from typing import Any

import numpy as np


def text(value: Any) -> str:
    """A name of a file; Protocol Buffers give bytes for one that is not UTF-8."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def tensor_values(onnx: Any, tensor: Any) -> np.ndarray:
    """Returns the values of a tensor of a file.

    Raises
    ------
    ValueError
        If they are not in the file, or do not fit its shape.
    """
    name = f'initialiser "{text(tensor.name)}"' if tensor.name else "a constant"
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        raise ValueError(f"{name} lies in a file beside the model (external data); give the path of the model instead")
    try:
        return onnx.numpy_helper.to_array(tensor)
    except Exception as problem:  # whatever a damaged tensor brings about, differing from version to version
        raise ValueError(f"{name} cannot be read: {problem}") from None


def model_proto(onnx: Any, source: Any) -> Any:
    """Returns the onnx.ModelProto in a file, in bytes, or the one that is given.

    Raises
    ------
    ValueError
        If it is none, or its external data cannot be read.
    OSError
        If the file cannot.
    """
    if isinstance(source, (str, os.PathLike)):
        return _from_file(onnx, os.fspath(source))
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _parsed(onnx, bytes(source))
    proto = getattr(source, "model_proto", source)  # torch.onnx.export gives an object that has one
    if not isinstance(proto, onnx.ModelProto):
        raise ValueError(f"the model must be a path, bytes or an onnx.ModelProto, got {type(source).__name__}")
    return proto


def _parsed(onnx: Any, data: bytes) -> Any:
    try:
        return onnx.load_model_from_string(data)
    except Exception as problem:  # google.protobuf's DecodeError, which is not ours to import
        raise ValueError(f"not an ONNX model: {problem}") from None


def _from_file(onnx: Any, path: str) -> Any:
    with open(path, "rb") as file:
        proto = _parsed(onnx, file.read())
    outside = [tensor for tensor in proto.graph.initializer if tensor.data_location == onnx.TensorProto.EXTERNAL]
    for tensor in outside:
        place = {entry.key: entry.value for entry in tensor.external_data}.get("location", "")
        # The file says which other file is read: only one of its own folder.
        if not place or os.path.basename(place) != place:
            raise ValueError(f'initialiser "{tensor.name}": external data must lie beside the model, got "{place}"')
        try:
            onnx.external_data_helper.load_external_data_for_tensor(tensor, os.path.dirname(path))
        except Exception as problem:  # onnx raises errors of its checker, of the system and of NumPy
            raise ValueError(f'initialiser "{tensor.name}": its external data cannot be read: {problem}') from None
        tensor.ClearField("data_location")
        del tensor.external_data[:]
    return proto
