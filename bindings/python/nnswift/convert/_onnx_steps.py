"""ONNX: one thing that is done to a value."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence

import numpy as np

from ._onnx_graph import Node


class Step(NamedTuple):
    """One thing that is done to a value; some operators are several of them, one after the other.

    kind is "dense", "prelu", "batch_norm", "layer_norm", "rms_norm", "activation", "residual", "affine", "select",
    "concat", "table", "skip", or what needs a certain neighbour: "centred" a layer_norm behind it, "two_columns" a
    sigmoid before it, "exp" the end of the graph. options are those of a layer in a spec, tensors those of the layer,
    branches the steps of the values that a residual or a concat joins.
    """

    kind: str
    node: Node
    input: str
    options: Dict[str, Any] = {}
    tensors: Dict[str, np.ndarray] = {}
    branches: Sequence[List[Any]] = ()


def activation(node: Node, given: str, **options: Any) -> Step:
    """A step that is an activation of this library."""
    return Step("activation", node, given, options)


def affine(node: Node, given: str, *operations: Any) -> Step:
    """A step of operations "Sub", "Mul", "Div" or "Add", each with a number or with one for every column."""
    return Step("affine", node, given, {"operations": [(name, np.asarray(value)) for name, value in operations]})


def select(node: Node, given: str, columns: np.ndarray) -> Step:
    """A step that gives some columns of a value in some order."""
    return Step("select", node, given, {"columns": np.asarray(columns, np.int64)})


def dense(node: Node, given: str, weight: np.ndarray, bias: Optional[np.ndarray] = None) -> Step:
    """A step that is a dense layer, weight [units x columns]."""
    tensors = {"weight": floats(weight, node)}
    if bias is not None:
        tensors["bias"] = floats(bias, node)
    return Step("dense", node, given, {}, tensors)


def short(value: float) -> float:
    """The shortest number that is the same float32: 0.2, not 0.20000000298."""
    return float(str(np.float32(value)))


def floats(value: Optional[np.ndarray], node: Node) -> np.ndarray:
    """The float32 values of a constant that is a weight."""
    if value is None or value.dtype.kind != "f":
        raise ValueError(f"{node}: its weights must be constants of the graph, of float32 or float64")
    with np.errstate(over="ignore"):  # the model refuses what is not finite
        return np.ascontiguousarray(value, np.float32)


def expect(node: Node, holds: bool, what: str) -> None:
    """Refuses a node, saying what it must."""
    if not holds:
        raise ValueError(f"{node} {what}")
