"""What comes out of a layer before the last: a model that ends there, made of the bytes of the whole one."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Tuple

from . import _arrays, _json
from ._stored import handle_from_bytes
from .errors import ArgumentError

# What only the outputs of the whole network have.
_OF_OUTPUTS = ("members", "classes", "threshold", "calibration", "temperature", "target")


def ending_at(model: Any, layer: Any) -> Any:
    """Returns a copy of a model whose outputs are what a layer gives, as they are.

    Raises
    ------
    ArgumentError
        No such layer.
    """
    spec = model.spec
    last = len(spec["layers"]) - 1
    place = _arrays.integer(layer, "layer", -last - 1, last) % (last + 1)
    header, content = _parts(model.to_bytes())
    metadata = {key: text for key, text in header.pop("__metadata__").items() if key != "nnswift.checksum"}
    metadata["nnswift.spec"] = _json.encode(_cut(spec, place + 1), "spec").decode()
    kept = {name: entry for name, entry in header.items() if _is_before(name, place + 1)}
    return type(model)._owning(handle_from_bytes(_file(metadata, kept, content), verify=False))


def _cut(spec: Mapping[str, Any], layers: int) -> Dict[str, Any]:
    """Returns a spec that ends after so many layers; a loss of numbers leaves the outputs alone."""
    rest = {key: value for key, value in spec.items() if key not in _OF_OUTPUTS}
    cut = {**rest, "layers": spec["layers"][:layers], "loss": "mse"}
    if "columns" in spec:
        cut["target"] = {"name": spec["target"]["name"], "scale": "none", "clamp": False}
    return cut


def _is_before(name: str, layers: int) -> bool:
    part, place, *_ = (*name.split("."), "")
    return int(place) < layers if part == "layers" else part not in _OF_OUTPUTS


def _parts(file: bytes) -> Tuple[Dict[str, Any], bytes]:
    start = 8 + int.from_bytes(file[:8], "little")
    return json.loads(file[8:start]), file[start:]


def _file(metadata: Mapping[str, str], entries: Mapping[str, Any], content: bytes) -> bytes:
    """Returns a safetensors file of some tensors of another, end to end."""
    header: Dict[str, Any] = {"__metadata__": metadata}
    parts: List[bytes] = []
    size = 0
    for name, entry in entries.items():
        first, last = entry["data_offsets"]
        header[name] = {**entry, "data_offsets": [size, size + last - first]}
        parts.append(content[first:last])
        size += last - first
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)
