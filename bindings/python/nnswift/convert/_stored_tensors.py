"""What a model keeps beside its weights: the tensors of its file."""

from __future__ import annotations

import json
from typing import Dict

import numpy as np

from ..model import Model

_DTYPES = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "U64": "<u8", "U32": "<u4", "U8": "u1"}


def stored(model: Model) -> Dict[str, np.ndarray]:
    """Returns all tensors by their names in a model file, in types of NumPy; no byte is shared."""
    data = model.to_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(bytes(data[8:start])).items():
        if name != "__metadata__":
            first, last = (start + offset for offset in entry["data_offsets"])
            dtype = np.dtype(_DTYPES[entry["dtype"]])
            values = np.frombuffer(data[first:last], dtype).astype(dtype.newbyteorder("="))
            tensors[name] = values.reshape(entry["shape"])
    return tensors
