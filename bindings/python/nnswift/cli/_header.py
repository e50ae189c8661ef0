"""The header of a model file, without the weights behind it."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, NamedTuple

from ._complaint import Complaint

# As the library's own limit.
_MOST_HEADER_BYTES = 16 << 20
_NOTE = "x-"


class Tensor(NamedTuple):
    name: str
    dtype: str
    shape: List[int]

    @property
    def size(self) -> int:
        count = 1
        for length in self.shape:
            count *= length
        return count


class Header(NamedTuple):
    """What stands before the weights; nothing of it is checked against them."""

    file_bytes: int
    metadata: Dict[str, str]
    tensors: List[Tensor]

    @property
    def notes(self) -> Dict[str, str]:
        return {name[len(_NOTE) :]: text for name, text in self.metadata.items() if name.startswith(_NOTE)}

    def document(self, name: str) -> Dict[str, Any]:
        """Returns JSON of the metadata; empty without."""
        try:
            value = json.loads(self.metadata.get(name, "{}"))
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


def read(path: str) -> Header:
    """Reads a header.

    Raises
    ------
    Complaint
        No safetensors file, or a damaged header.
    """
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if size < 10 or not 2 <= length <= min(size - 8, _MOST_HEADER_BYTES):
            raise Complaint(f"{path} must be a model file (safetensors), and its first 8 bytes are none of such a file")
        text = file.read(length)
    try:
        document = json.loads(text)
        metadata = document.pop("__metadata__", {})
        tensors = [
            Tensor(name, entry["dtype"], [int(length) for length in entry["shape"]]) for name, entry in document.items()
        ]
        if not all(isinstance(value, str) for value in metadata.values()):
            raise TypeError
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Complaint(f"{path} must be a model file (safetensors), and its header is damaged") from None
    return Header(size, metadata, tensors)
