"""ONNX: a file as nodes in order and constants, everything that they refer to checked."""

from __future__ import annotations

import os
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

# Operators on constants that are computed here; exporters leave them in graphs.
_ON_CONSTANTS = ("Identity", "Cast", "Transpose")


class Node(NamedTuple):
    """One operator of a graph; only its first output is used here."""

    operator: str
    name: str
    inputs: Tuple[str, ...]
    outputs: Tuple[str, ...]
    attributes: Dict[str, Any]

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

    def text(self, name: str, default: str) -> str:
        """An attribute that is a text."""
        return text(self.attributes.get(name, default))


class Graph:
    """The nodes that one output depends on, in order, and all constants.

    Parameters
    ----------
    onnx : module
    proto : onnx.ModelProto

    Raises
    ------
    ValueError
        If there is not one input, one output to follow, or something is used that nothing gives.
    """

    def __init__(self, onnx: Any, proto: Any):
        self._onnx = onnx
        graph = proto.graph
        self._constants: Dict[str, np.ndarray] = {}
        for tensor in graph.initializer:
            self._constants[text(tensor.name)] = tensor_values(onnx, tensor)
        self.producers: Dict[str, Node] = {}
        self._read_input([value for value in graph.input if text(value.name) not in self._constants])
        self._read_nodes(graph.node)
        self.output = self._chosen_output([text(value.name) for value in graph.output])
        self.nodes = self._ancestors()

    def constant(self, name: str) -> Optional[np.ndarray]:
        """The value of a constant, None for what depends on the input."""
        return self._constants.get(name)

    def scalar(self, name: str) -> Optional[float]:
        """The value of a constant with one element."""
        value = self._constants.get(name)
        if value is None or value.size != 1 or value.dtype.kind not in "fiub":
            return None
        return float(value.reshape(()))

    def _read_input(self, inputs: List[Any]) -> None:
        if len(inputs) != 1:
            names = ", ".join(f'"{text(value.name)}"' for value in inputs) or "none"
            raise ValueError(
                f"the graph must have one input, it has {names}; weights must be initialisers, export them, too"
            )
        self.input = text(inputs[0].name)
        type_ = inputs[0].type.tensor_type
        if not inputs[0].type.HasField("tensor_type") or type_.elem_type == self._onnx.TensorProto.STRING:
            raise ValueError(f'the input "{self.input}" must be a tensor of numbers')
        #: Sizes of the input, None for those that the file leaves open; None if it says nothing at all.
        self.shape: Optional[List[Optional[int]]] = None
        if type_.HasField("shape"):
            self.shape = [size.dim_value if size.dim_value > 0 else None for size in type_.shape.dim]

    def _read_nodes(self, protos: Any) -> None:
        for proto in protos:
            node = self._node(proto)
            for name in node.inputs:
                if name and name != self.input and name not in self._constants and name not in self.producers:
                    raise ValueError(
                        f'{node} uses "{name}", which is neither the input, nor an initialiser, nor given by a node '
                        "before it; the file is damaged or its weights were left out"
                    )
            for name in filter(None, node.outputs):
                if name == self.input or name in self._constants or name in self.producers:
                    raise ValueError(f'{node} gives "{name}", which stands there already; the file is damaged')
                self.producers[name] = node
            self._compute(node)

    def _node(self, proto: Any) -> Node:
        domain = "" if proto.domain in ("", "ai.onnx", "ai.onnx.ml") else f"{text(proto.domain)}."
        inputs, outputs = (tuple(text(name) for name in names) for names in (proto.input, proto.output))
        node = Node(domain + text(proto.op_type), text(proto.name), inputs, outputs, {})
        for attribute in proto.attribute:
            try:
                node.attributes[text(attribute.name)] = self._onnx.helper.get_attribute_value(attribute)
            except ValueError as problem:
                raise ValueError(f"{node} has a bad attribute: {problem}") from None
        return node

    def _compute(self, node: Node) -> None:
        """Keeps the output of a node if it is a constant."""
        value: Any = None
        if node.operator == "Constant":
            value = self._stated(node)
        elif node.operator in _ON_CONSTANTS and node.inputs and node.inputs[0] in self._constants:
            value = self._constants[node.inputs[0]]
            if node.operator == "Transpose":
                axes = node.attributes.get("perm", list(range(value.ndim))[::-1])
                if not isinstance(axes, list) or sorted(axes) != list(range(value.ndim)):
                    raise ValueError(f"{node}: perm must name the {value.ndim} axes, got {axes}")
                value = value.transpose(axes)
            elif node.operator == "Cast":
                value = self._cast(value, node)
        if value is not None and node.output:
            self._constants[node.output] = value
            del self.producers[node.output]

    def _stated(self, node: Node) -> Optional[np.ndarray]:
        for name, value in node.attributes.items():
            if name == "value" and isinstance(value, self._onnx.TensorProto):
                return tensor_values(self._onnx, value)
            if name in ("value_float", "value_floats", "value_int", "value_ints"):
                numbers = value if isinstance(value, list) else [value]
                if all(isinstance(number, (int, float)) for number in numbers):
                    array = np.asarray(numbers, np.float32 if "float" in name else np.int64)
                    return array if name.endswith("s") else array.reshape(())
        return None

    def _cast(self, value: np.ndarray, node: Node) -> Optional[np.ndarray]:
        types = self._onnx.TensorProto
        kinds = {types.FLOAT: np.float32, types.DOUBLE: np.float64, types.INT32: np.int32, types.INT64: np.int64}
        kind = kinds.get(node.number("to", 0))
        with np.errstate(all="ignore"):
            return None if kind is None or value.dtype.kind not in "fiub" else value.astype(kind)

    def _chosen_output(self, names: List[str]) -> str:
        # Classifiers of scikit-learn give labels and probabilities.
        found = names if len(names) == 1 else [name for name in names if "prob" in name]
        if len(found) != 1:
            listed = ", ".join(f'"{name}"' for name in names) or "none"
            raise ValueError(f'the graph must have one output, or one with "prob" in its name; it has {listed}')
        if found[0] != self.input and found[0] not in self.producers:
            raise ValueError(f'the output "{found[0]}" does not depend on the input; the file is damaged')
        return found[0]

    def _ancestors(self) -> List[Node]:
        needed, waiting = set(), [self.output]
        while waiting:
            name = waiting.pop()
            node = self.producers.get(name)
            if node is not None and name not in needed:
                needed.add(name)
                waiting.extend(node.inputs)
        ordered = {id(node): node for name, node in self.producers.items() if name in needed}
        return list(ordered.values())


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
