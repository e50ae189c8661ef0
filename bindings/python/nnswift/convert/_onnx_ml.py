"""ONNX: the operators of ai.onnx.ml, as converters of scikit-learn write them."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from . import _onnx_tables
from ._onnx_flow import Flow
from ._onnx_graph import Node
from ._onnx_steps import Step, activation, affine, dense, expect, short
from ._onnx_tables import Jump, Table

# Small beside the mean square of any row but one of zeros.
_SMALLEST_EPS = 2.0**-120


def _scaler(flow: Flow, node: Node) -> Step:
    given = node.input(0)
    flow.require_floats(node, given)
    columns = flow.columns(node, given)
    parts = [node.numbers(name) for name in ("offset", "scale")]
    for part in parts:
        expect(node, part.size in (1, columns), f"must have one offset and one scale a feature, {columns}")
    offset, scale = (part.reshape(()) if part.size == 1 else part for part in parts)
    return affine(node, given, ("Sub", offset), ("Mul", scale))


def _linear(flow: Flow, node: Node, outputs: int) -> Step:
    flow.require_rows(node, node.input(0))
    columns = flow.columns(node, node.input(0))
    weights, bias = node.numbers("coefficients"), node.numbers("intercepts")
    wanted = f"{outputs} x {columns}"
    expect(node, weights.size == outputs * columns, f"must have {wanted} coefficients, it has {weights.size}")
    expect(node, bias.size in (0, outputs), f"must have {outputs} intercepts, it has {bias.size}")
    return dense(node, node.input(0), weights.reshape(outputs, columns), bias if bias.size else None)


def _regressor(flow: Flow, node: Node) -> Step:
    expect(node, node.text("post_transform", "NONE") == "NONE", "must have post_transform NONE")
    return _linear(flow, node, int(node.number("targets", 1)))


def _classifier(flow: Flow, node: Node) -> Optional[List[Step]]:
    if node.output == node.proto.output[0]:  # the labels
        return None
    labels = node.attributes.get("classlabels_ints") or node.attributes.get("classlabels_strings") or []
    expect(node, len(labels) > 1, "must name at least two classes")
    layer, given = _linear(flow, node, len(labels)), node.input(0)
    function = node.text("post_transform", "NONE")
    if function == "NONE":
        return [layer]
    if function == "SOFTMAX":
        return [layer, activation(node, given, type="softmax")]
    expect(node, function == "LOGISTIC", f"must have post_transform NONE, LOGISTIC or SOFTMAX, it has {function}")
    pair = layer.tensors
    opposite = len(labels) == 2 and all(np.array_equal(value[0], -value[1]) for value in pair.values())
    if not opposite:
        return [layer, activation(node, given, type="sigmoid")]
    one = layer._replace(tensors={name: value[1:] for name, value in pair.items()})
    return [one, activation(node, given, type="sigmoid"), Step("two_columns", node, given)]


def _normalizer(flow: Flow, node: Node) -> Step:
    given, norm = node.input(0), node.text("norm", "MAX")
    if norm == "L1":
        before = flow.producers.get(given)
        expect(node, before is not None and _sums_to_one(before), "of kind L1 has no counterpart in this library")
        return Step("skip", node, given)
    expect(node, norm == "L2", f"of kind {norm} has no counterpart in this library")
    return unit_length(flow, node, given)


def _sums_to_one(node: Node) -> bool:
    labels = node.attributes.get("classlabels_ints") or node.attributes.get("classlabels_strings") or []
    function = node.text("post_transform", "")
    # Two columns of a logistic function are p and 1 - p, if they are opposites: else they are no two_columns.
    return node.operator == "Softmax" or function == "SOFTMAX" or (function == "LOGISTIC" and len(labels) == 2)


def unit_length(flow: Flow, node: Node, given: str) -> Step:
    """The step that divides each row by its length: rms_norm with the weight 1 / √columns."""
    flow.require_rows(node, given)
    columns = flow.columns(node, given)
    weight = np.full(columns, 1 / math.sqrt(columns), np.float32)
    return Step("rms_norm", node, given, {"type": "rms_norm", "eps": short(_SMALLEST_EPS)}, {"weight": weight})


def _table(node: Node, given: str, table: Table) -> Step:
    return Step("table", node, given, {"table": table})


def _binarizer(flow: Flow, node: Node) -> Step:
    given = node.input(0)
    flow.require_rows(node, given)
    edge = np.nextafter(np.float32(node.number("threshold", 0.0)), np.float32(np.inf))
    return _table(node, given, _onnx_tables.table(flow.columns(node, given), [(0.0, [(edge, 1.0)])]))


def _one_hot(flow: Flow, node: Node) -> Step:
    given, whole = _uncut(flow, node)
    expect(node, not node.attributes.get("cats_strings"), "must have categories that are integers, they are texts")
    categories = node.numbers("cats_int64s")
    expect(node, categories.size > 0, "must have cats_int64s")
    _require_exact(node, categories)
    # A number that is no integer is cut, whether a Cast says it or not.
    outputs = [(0.0, _onnx_tables.only_at(value, True)) for value in categories]
    return _table(node, given, _onnx_tables.table(flow.columns(node, given), outputs))


def _label_encoder(flow: Flow, node: Node) -> Step:
    given, whole = _uncut(flow, node)
    keys = node.numbers("keys_int64s" if whole else "keys_floats")
    kind = "floats" if "values_floats" in node.attributes else "int64s"
    values = node.numbers(f"values_{kind}")
    expect(node, 0 < keys.size == values.size, "must map numbers to numbers, by attributes")
    _require_exact(node, keys)
    _require_exact(node, values)
    default = node.number(f"default_{kind[:-1]}", -1 if kind == "int64s" else -0.0)
    expect(node, len(set(keys.tolist())) == keys.size, "must have each key once")
    jumps: List[Jump] = []
    for key, value in zip(keys, values):
        jumps += _onnx_tables.only_at(key, whole, value - default)
    return _table(node, given, _onnx_tables.table(flow.columns(node, given), [(default, jumps)]))


def _uncut(flow: Flow, node: Node) -> Tuple[str, bool]:
    """The features behind a cast to integers, and whether there are integers."""
    given = node.input(0)
    before = flow.producers.get(given)
    whole = False
    if before is not None and before.operator == "Cast" and before.number("to", 0) in (6, 7):
        given, whole = before.input(0), True
    values = flow.values.computed.get(given)
    expect(node, values is not None and values[0].dtype in (np.float32, np.int32, np.int64), "must be given float32")
    return given, whole or values[0].dtype.kind == "i"


def _require_exact(node: Node, numbers: Sequence[Any]) -> None:
    exact = all(float(np.float32(number)) == number for number in numbers)
    expect(node, exact, "must have keys and values that float32 holds exactly, this library computes in float32")


def _imputer(flow: Flow, node: Node) -> Step:
    raise ValueError(f"{node} fills in missing values, this library takes none; fill them in before and leave it out")


#: The reader of every operator of ai.onnx.ml, as READERS of the others.
ML_READERS: Dict[str, Any] = {
    "Binarizer": _binarizer,
    "Imputer": _imputer,
    "LabelEncoder": _label_encoder,
    "LinearClassifier": _classifier,
    "LinearRegressor": _regressor,
    "Normalizer": _normalizer,
    "OneHotEncoder": _one_hot,
    "Scaler": _scaler,
}
