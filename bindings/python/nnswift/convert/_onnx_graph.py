"""ONNX: a file as sorted nodes, everything that they refer to checked."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

import numpy as np

from ._onnx_file import tensor_values, text

# Operators of ai.onnx.ml that are known by their name alone; others have their domain before it.
_ML_OPERATORS = {
    "ArrayFeatureExtractor", "Binarizer", "FeatureVectorizer", "Imputer", "LabelEncoder", "LinearClassifier",
    "LinearRegressor", "Normalizer", "OneHotEncoder", "Scaler", "ZipMap",
}  # fmt: skip


class Node(NamedTuple):
    """One operator of a graph, and the onnx.NodeProto that it is read from."""

    operator: str
    name: str
    inputs: Tuple[str, ...]
    outputs: Tuple[str, ...]
    attributes: Dict[str, Any]
    proto: Any = None

    def __str__(self) -> str:
        place = f'node "{self.name}"' if self.name else f'which gives "{self.output}"'
        return f"operator {self.operator} ({place})"

    @property
    def output(self) -> str:
        return self.outputs[0] if self.outputs else ""

    def input(self, index: int) -> str:
        """The name of an input, "" for one that is left out."""
        return self.inputs[index] if index < len(self.inputs) else ""

    def number(self, name: str, default: float) -> float:
        """An attribute that is a number."""
        value = self.attributes.get(name, default)
        if not isinstance(value, (int, float)):
            raise ValueError(f"{self}: {name} must be a number, got {value!r}")
        return value

    def numbers(self, name: str) -> np.ndarray:
        """An attribute that is a list of numbers, empty if it is left out."""
        value = self.attributes.get(name, [])
        if not isinstance(value, list) or not all(isinstance(number, (int, float)) for number in value):
            raise ValueError(f"{self}: {name} must be a list of numbers")
        return np.asarray(value, np.float64)

    def text(self, name: str, default: str) -> str:
        """An attribute that is a text."""
        return text(self.attributes.get(name, default))


class Input(NamedTuple):
    """An input of a graph; sizes are None where the file leaves them open, shape is None if it has none."""

    name: str
    shape: Optional[List[Optional[int]]]
    dtype: np.dtype


class Graph:
    """The nodes of a file, each after those that it uses, with its initialisers and inputs.

    Parameters
    ----------
    onnx : module
    proto : onnx.ModelProto

    Raises
    ------
    ValueError
        If something is used that nothing gives, or given twice, or an input is no tensor of numbers.
    """

    def __init__(self, onnx: Any, proto: Any):
        self._onnx = onnx
        proto = _inlined(onnx, proto)
        graph = proto.graph
        self.opsets = {text(entry.domain): entry.version for entry in proto.opset_import}
        self.initializers: Dict[str, np.ndarray] = {}
        for tensor in graph.initializer:
            self.initializers[text(tensor.name)] = tensor_values(onnx, tensor)
        values = [value for value in graph.input if text(value.name) not in self.initializers]
        self.inputs = [self._input(value) for value in values]
        if not self.inputs:
            raise ValueError("the graph must have an input, it has none")
        self.output_names = [text(value.name) for value in graph.output]
        self.producers: Dict[str, Node] = {}
        self.nodes = self._sorted([self._node(node) for node in graph.node])

    def ancestors(self, names: List[str]) -> List[Node]:
        """The nodes that values depend on, sorted."""
        needed: Set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            node = self.producers.get(name)
            if node is not None and name not in needed:
                needed.update(node.outputs)
                waiting.extend(node.inputs)
        return [node for node in self.nodes if not needed.isdisjoint(node.outputs)]

    def _input(self, value: Any) -> Input:
        name, type_ = text(value.name), value.type.tensor_type
        try:
            dtype = self._onnx.helper.tensor_dtype_to_np_dtype(type_.elem_type)
        except KeyError:
            dtype = np.dtype(object)
        if not value.type.HasField("tensor_type") or dtype.kind not in "fiu":
            raise ValueError(f'the input "{name}" must be a tensor of numbers')
        if not type_.HasField("shape"):
            return Input(name, None, dtype)
        return Input(name, [size.dim_value if size.dim_value > 0 else None for size in type_.shape.dim], dtype)

    def _node(self, proto: Any) -> Node:
        domain, kind = text(proto.domain), text(proto.op_type)
        if domain not in ("", "ai.onnx") and not (domain == "ai.onnx.ml" and kind in _ML_OPERATORS):
            kind = f"{domain}.{kind}"
        elif domain != "ai.onnx.ml" and kind in _ML_OPERATORS:
            kind = f"ai.onnx.{kind}"
        inputs, outputs = (tuple(text(name) for name in names) for names in (proto.input, proto.output))
        node = Node(kind, text(proto.name), inputs, outputs, {}, proto)
        for attribute in proto.attribute:
            try:
                node.attributes[text(attribute.name)] = self._onnx.helper.get_attribute_value(attribute)
            except ValueError as problem:
                raise ValueError(f"{node} has a bad attribute: {problem}") from None
        return node

    def _sorted(self, nodes: List[Node]) -> List[Node]:
        """The nodes, each after those whose outputs it uses, else in the order of the file."""
        known = {"", *self.initializers, *(value.name for value in self.inputs)}
        for node in nodes:
            for name in filter(None, node.outputs):
                if name in known or name in self.producers:
                    raise ValueError(f'{node} gives "{name}", which stands there already; the file is damaged')
                self.producers[name] = node
        users: Dict[str, List[int]] = {}
        missing: List[int] = []
        for place, node in enumerate(nodes):
            used = set(node.inputs) - known
            self._require_given(node, used)
            missing.append(len(used))
            for name in used:
                users.setdefault(name, []).append(place)
        ready = [place for place, count in enumerate(missing) if count == 0][::-1]
        ordered: List[Node] = []
        while ready:
            node = nodes[ready.pop()]
            ordered.append(node)
            for name in filter(None, node.outputs):
                for place in users.get(name, ()):
                    missing[place] -= 1
                    if missing[place] == 0:
                        ready.append(place)
        if len(ordered) < len(nodes):
            stuck = next(node for place, node in enumerate(nodes) if missing[place] > 0)
            raise ValueError(f"{stuck} uses what it gives itself, by way of other nodes; the file is damaged")
        return ordered

    def _require_given(self, node: Node, names: Set[str]) -> None:
        for name in sorted(names - set(self.producers)):
            raise ValueError(
                f'{node} uses "{name}", which is neither the input, nor an initialiser, nor given by a node; '
                "the file is damaged or its weights were left out"
            )


def _inlined(onnx: Any, proto: Any) -> Any:
    """The model with the bodies of its own functions in the place of their calls."""
    if not proto.functions:
        return proto
    try:
        import onnx.inliner

        return onnx.inliner.inline_local_functions(proto)
    except Exception as problem:  # whatever a damaged function brings about, differing from version to version
        raise ValueError(f"the functions of the file cannot be inlined: {problem}") from None
