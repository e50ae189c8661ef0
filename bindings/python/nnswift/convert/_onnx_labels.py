"""ONNX: the names of classes that a classifier gives with its probabilities."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from ._onnx_file import text
from ._onnx_flow import Flow
from ._onnx_graph import Node

# Operator -> the attributes that name the classes in order.
_NAMED = {
    "ZipMap": ("classlabels_int64s", "classlabels_strings"),
    "LinearClassifier": ("classlabels_ints", "classlabels_strings"),
}


def class_names(flow: Flow, loss: Any, outputs: int) -> Dict[str, List[Any]]:
    """The key "classes" of a spec as the file has them; nothing if it has none, or they are 0, 1, 2 ..."""
    kind = loss.get("type") if isinstance(loss, Mapping) else loss
    count = {"softmax_cross_entropy": outputs, "binary_cross_entropy": 2 if outputs == 1 else None}.get(kind)
    nodes = flow.nodes + flow.graph.ancestors(flow.others)
    for node in nodes if count else ():
        names = _names(flow, node)
        if names is not None and len(set(names)) == len(names) == count:
            return {} if names == list(range(count)) else {"classes": names}
    return {}


def _names(flow: Flow, node: Node) -> Optional[List[Any]]:
    for attribute in _NAMED.get(node.operator, ()):
        value = node.attributes.get(attribute)
        if isinstance(value, list) and value:
            return [text(name) if isinstance(name, bytes) else name for name in value]
    if node.operator in ("ArrayFeatureExtractor", "Gather"):  # of the names by the place of the largest
        value = flow.constant(node.input(0))
        if value is not None and flow.is_of_features(node.input(1)) and value.dtype.kind in "iuOUS":
            return [text(name) if isinstance(name, (bytes, str)) else int(name) for name in value.reshape(-1).tolist()]
    if node.operator == "LabelEncoder":
        keys = node.attributes.get("keys_int64s")
        values = node.attributes.get("values_strings") or node.attributes.get("values_int64s")
        if isinstance(keys, list) and isinstance(values, list) and sorted(keys) == list(range(len(values))):
            ordered = [values[keys.index(place)] for place in range(len(keys))]
            return [text(name) if isinstance(name, bytes) else name for name in ordered]
    return None
