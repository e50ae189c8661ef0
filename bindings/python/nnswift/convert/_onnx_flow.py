"""ONNX: the part of a graph that leads from the features to the predictions, with all that is known of its values."""

from __future__ import annotations

import math
from typing import Any, Collection, List, Optional, Sequence, Tuple

import numpy as np

from ._onnx_graph import Graph, Input, Node
from ._onnx_values import ROWS, Values

#: Operators on constants and on shapes, which exporters leave in graphs; they are computed while the file is read.
_FOLDED = {
    "Abs", "ArgMax", "Cast", "CastLike", "Ceil", "Constant", "ConstantOfShape", "Equal", "Expand", "Floor", "Greater",
    "GreaterOrEqual", "Less", "LessOrEqual", "Log", "Max", "Min", "Mod", "Not", "Range", "ReduceMax", "ReduceMin",
    "ReduceProd", "ReduceSum", "Shape", "Sign", "Size", "Tile",
}  # fmt: skip


class Flow:
    """The nodes from the inputs to one output, their constants, and the shapes of their values.

    Parameters
    ----------
    onnx : module
    proto : onnx.ModelProto
    known : collection of str
        The operators that are read.

    Raises
    ------
    ValueError
        If there is not one output to follow, or the input does not say how many features it has.
    """

    def __init__(self, onnx: Any, proto: Any, known: Collection[str]):
        self.graph = Graph(onnx, proto)
        self.producers = self.graph.producers
        self.inputs = self.graph.inputs
        nodes = self.graph.ancestors(self.graph.output_names)
        #: The sizes of a row of every input.
        self.sizes = [_sizes(self.graph, nodes, value) for value in self.inputs]
        self.values = Values(onnx, self.graph, nodes, self.sizes, _FOLDED.union(known))
        #: The output that is followed; several where each is one column.
        self.outputs = self._chosen()
        #: Those that are not followed, of a classifier its labels.
        self.others = [name for name in self.graph.output_names if name not in self.outputs]
        for name in self.outputs:
            if not self.values.depends_on_features(name):
                raise ValueError(f'the output "{name}" does not depend on the input; the file is damaged')
        followed = self.graph.ancestors(self.outputs)
        self.nodes = [node for node in followed if any(map(self.values.depends_on_features, node.inputs))]
        self.nodes = [node for node in self.nodes if any(map(self.values.depends_on_features, node.outputs))]
        self._used = {*self.outputs, *(name for node in self.nodes for name in node.inputs)}

    def constant(self, name: str) -> Optional[np.ndarray]:
        """The value of a constant, None for what depends on the input."""
        return self.values.constants.get(name)

    def scalar(self, name: str) -> Optional[float]:
        """The value of a constant with one element."""
        value = self.constant(name)
        if value is None or value.size != 1 or value.dtype.kind not in "fiub":
            return None
        return float(value.reshape(()))

    def is_used(self, name: str) -> bool:
        """Whether a value is an output, or read by a node that is followed."""
        return name in self._used

    def is_of_features(self, name: str) -> bool:
        """Whether a value depends on the numbers of the input."""
        return self.values.depends_on_features(name)

    def shape(self, name: str) -> Optional[Tuple[int, ...]]:
        """The sizes of a row of a value; None if it could not be computed or its first axis is not the rows."""
        values = self.values.computed.get(name)
        if values is None or any(value.shape[:1] != (rows,) for value, rows in zip(values, ROWS)):
            return None
        shapes = {value.shape[1:] for value in values}
        return shapes.pop() if len(shapes) == 1 else None

    def columns(self, node: Node, name: str) -> int:
        """How many numbers a row of a value has.

        Raises
        ------
        ValueError
            If its first axis is not the rows of the input.
        """
        shape = self.shape(name)
        if shape is None:
            problem = self.values.problems.get(name)
            raise ValueError(problem or f"{node} must keep the rows of the input as the first axis")
        return math.prod(shape)

    def require_rows(self, node: Node, name: str) -> None:
        """Refuses a layer whose input is not [rows x features] of float32 or float64."""
        shape = self.shape(name)
        if shape is not None and len(shape) > 1:
            raise ValueError(f"{node} is given {len(shape) + 1} dimensions; flatten the input before the first layer")
        self.require_floats(node, name)

    def require_floats(self, node: Node, name: str) -> None:
        """Refuses an operator that computes in integers or in float16."""
        values = self.values.computed.get(name)
        if values is not None and values[0].dtype not in (np.float32, np.float64):
            raise ValueError(
                f"{node} computes in {values[0].dtype}, this library computes in float32; export the network in float32"
            )

    def row(self, node: Node, name: str, other: str) -> np.ndarray:
        """The numbers that a constant has for the columns of a value."""
        shape, value = self.shape(other), self.constant(name)
        if value is None or value.dtype.kind not in "fiu":
            raise ValueError(f"{node} must have a constant of numbers")
        try:
            if shape is None or np.broadcast_shapes(value.shape, (1, *shape)) != (1, *shape):
                raise ValueError
            return np.broadcast_to(value, (1, *shape)).reshape(-1)
        except ValueError:
            if other in self.values.problems:
                raise ValueError(self.values.problems[other]) from None
            sizes = "?" if shape is None else math.prod(shape)
            raise ValueError(
                f"{node} must have a constant of one value a feature, {sizes} in all, its shape is {value.shape}"
            ) from None

    def is_cut(self, name: str) -> bool:
        """Whether a value is read by encoders of categories alone, so that it may be integers of floats."""
        users = [node.operator for node in self.nodes if name in node.inputs]
        return bool(users) and set(users) <= {"OneHotEncoder", "LabelEncoder"}

    def _chosen(self) -> List[str]:
        names = self.graph.output_names
        given = [name for name in names if name in self.producers or name in {value.name for value in self.inputs}]
        # Classifiers of scikit-learn give labels and probabilities.
        found = names if len(names) == 1 else [name for name in names if "prob" in name]
        if len(found) != 1 and len(given) == len(names):
            found = [name for name in names if self._is_floats(name)]
            if len(found) > 1 and all(self.shape(name) in ((), (1,)) for name in found):
                return found
        if len(found) != 1:
            listed = ", ".join(f'"{name}"' for name in names) or "none"
            raise ValueError(f'the graph must have one output, or one with "prob" in its name; it has {listed}')
        if found[0] not in given:
            raise ValueError(f'the output "{found[0]}" does not depend on the input; the file is damaged')
        return found

    def _is_floats(self, name: str) -> bool:
        # One that could not be computed is followed: the sentence then names its operator.
        values = self.values.computed.get(name)
        return self.is_of_features(name) and (values is None or values[0].dtype.kind == "f")


def _sizes(graph: Graph, nodes: Sequence[Node], value: Input) -> List[int]:
    if value.shape is None:
        return [_guessed(graph, nodes)]
    columns = value.shape[1:]
    if not columns or (len(columns) > 1 and None in columns):
        sizes = " x ".join("?" if size is None else str(size) for size in value.shape)
        raise ValueError(f'the input "{value.name}" must be [rows x features], its shape is [{sizes}]')
    return [_guessed(graph, nodes) if size is None else size for size in columns]


def _guessed(graph: Graph, nodes: Sequence[Node]) -> int:
    """How many features the first weights take, where the input does not say it."""
    for node in nodes:
        arrays = [graph.initializers[name] for name in node.inputs if name in graph.initializers]
        if node.operator in ("MatMul", "Gemm") and arrays and arrays[0].ndim == 2:
            return arrays[0].shape[1 if node.attributes.get("transB") else 0]
        sizes = [value.shape[-1] for value in arrays if value.ndim and value.shape[-1] > 1]
        if sizes and arrays[0].dtype.kind == "f":
            return sizes[0]
        if node.operator == "Scaler" and len(node.numbers("scale")) > 1:
            return len(node.numbers("scale"))
    raise ValueError("the graph must say how many features its input has; export it with the input's shape")
