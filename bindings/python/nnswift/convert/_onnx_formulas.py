"""ONNX: several operators that together are one layer, as exporters write what their operator set lacks."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Tuple, Union

import numpy as np

from ._onnx_flow import Flow
from ._onnx_graph import Node

# "x": what the layer is given. A number: a constant of that value. A text in capitals: a constant that is kept by that
# name, an array for WEIGHT and BIAS, else one number. A tuple: an operator and what it is given.
Pattern = Union[str, float, Tuple[Any, ...]]

# Constants such as √2 come in float32, some exporters cut them.
_TOLERANCE = 1e-6

# From the mean of a row.
_DISTANCE: Pattern = ("Sub", "x", ("ReduceMean", "x"))


def matches(flow: Flow, pattern: Pattern, name: str, found: Dict[str, Any]) -> Iterator[Dict[str, Any]]:
    """Yields what was found for x and the constants, for every way in which a value is what the pattern says."""
    if pattern == "x":
        if flow.constant(name) is None and found.get("x", name) == name:
            yield {**found, "x": name}
    elif pattern == "SHAPE":
        if not flow.is_of_features(name):
            yield found
    elif isinstance(pattern, str):
        value = flow.constant(name) if pattern in ("WEIGHT", "BIAS") else flow.scalar(name)
        key = pattern.lower()
        if value is not None and (key not in found or np.array_equal(found[key], value)):
            yield {**found, key: value}
    elif not isinstance(pattern, tuple):
        number = flow.scalar(name)
        if number is not None and abs(number - pattern) <= _TOLERANCE * abs(pattern):
            yield found
    else:
        yield from _matches_operator(flow, pattern, name, found)


def _matches_operator(
    flow: Flow, pattern: Tuple[Any, ...], name: str, found: Dict[str, Any]
) -> Iterator[Dict[str, Any]]:
    node = flow.producers.get(name)
    operator, parts = pattern[0], pattern[1:]
    if node is None or node.operator != operator or name != node.output or not _is_usual(flow, node, len(parts)):
        return
    inputs = node.inputs[: len(parts)]
    for order in [inputs, inputs[::-1]] if operator in ("Add", "Mul") else [inputs]:
        ways = [found]
        for part, given in zip(parts, order):
            ways = [after for way in ways for after in matches(flow, part, given, way)]
        yield from ways


def _is_usual(flow: Flow, node: Node, parts: int) -> bool:
    """Whether an operator has the inputs and the axis that a formula means."""
    shape = flow.shape(node.input(0))
    if node.operator in ("ReduceMean", "ReduceL2"):
        given = flow.constant(node.input(1))
        axes = node.attributes.get("axes") if given is None else given.tolist()
        return axes in ([-1], [1]) and node.number("keepdims", 1) == 1 and (shape is None or len(shape) == 1)
    if node.operator == "HardSigmoid":
        return abs(node.number("alpha", 0.2) - 1 / 6) < _TOLERANCE and node.number("beta", 0.5) == 0.5
    if node.operator == "Concat" and node.number("axis", 0) not in (-1, 1):
        return False
    return len([name for name in node.inputs if name]) == parts


def _halves(share: Pattern) -> List[Pattern]:
    """x / 2 · (1 + share) in the orders in which exporters write it."""
    both = ("Add", 1.0, share)
    return [("Mul", 0.5, ("Mul", "x", both)), ("Mul", "x", ("Mul", 0.5, both)), ("Mul", ("Mul", 0.5, "x"), both)]


def _gelus() -> Iterator[Tuple[Pattern, Dict[str, Any]]]:
    for inner in (("Mul", "x", 0.5**0.5), ("Div", "x", 2**0.5)):
        for form in _halves(("Erf", inner)):
            yield form, {"type": "gelu"}
    for cube in (("Mul", "x", ("Mul", "x", "x")), ("Pow", "x", 3.0)):
        inner = ("Mul", (2 / np.pi) ** 0.5, ("Add", "x", ("Mul", 0.044715, cube)))
        for form in _halves(("Tanh", inner)):
            yield form, {"type": "gelu", "approximate": "tanh"}


def _softplus_forms() -> List[Pattern]:
    scaled = ("Mul", "x", "BETA")
    curve = ("Div", ("Softplus", scaled), "BETA")
    return [
        ("Where", ("Greater", scaled, "THRESHOLD"), "x", curve),
        ("Where", ("Greater", "x", "THRESHOLD"), "x", ("Softplus", "x")),
        curve,
    ]


def _other_activations() -> Iterator[Tuple[Pattern, str]]:
    yield ("Mul", "x", ("Tanh", ("Softplus", "x"))), "mish"
    yield ("Mul", "x", ("HardSigmoid", "x")), "hard_swish"
    for clipped in (("Clip", ("Add", "x", 3.0), 0.0, 6.0), ("Min", ("Relu", ("Add", "x", 3.0)), 6.0)):
        yield ("Div", ("Mul", "x", clipped), 6.0), "hard_swish"
        yield ("Mul", "x", ("Div", clipped, 6.0)), "hard_swish"
    yield ("Neg", ("Softplus", ("Neg", "x"))), "log_sigmoid"
    yield ("Log", ("Sigmoid", "x")), "log_sigmoid"
    yield ("Sub", "x", ("Tanh", "x")), "tanh_shrink"
    yield ("Div", "x", ("Add", 1.0, ("Abs", "x"))), "softsign"


def _layer_norm_forms() -> Iterator[Pattern]:
    for square in (("Pow", _DISTANCE, 2.0), ("Mul", _DISTANCE, _DISTANCE)):
        normal = ("Div", _DISTANCE, ("Sqrt", ("Add", ("ReduceMean", square), "EPS")))
        yield from (("Add", ("Mul", normal, "WEIGHT"), "BIAS"), ("Mul", normal, "WEIGHT"), normal)


def _rms_norm_forms() -> Iterator[Pattern]:
    for square in (("Pow", "x", 2.0), ("Mul", "x", "x")):
        root = ("Sqrt", ("Add", ("ReduceMean", square), "EPS"))
        for normal in (("Div", "x", root), ("Mul", "x", ("Div", 1.0, root)), ("Mul", "x", ("Reciprocal", root))):
            yield from (("Mul", normal, "WEIGHT"), normal)


def _length_forms() -> Iterator[Pattern]:
    length = ("ReduceL2", "x")
    # Frameworks bound it from below, so that rows of zeros stay zeros.
    for form in (length, ("Clip", length, "FLOOR")):
        yield form
        yield ("Expand", form, "SHAPE")


def _formulas() -> Dict[str, List[Tuple[Pattern, str, Dict[str, Any]]]]:
    rows: List[Tuple[Pattern, str, Dict[str, Any]]] = [(form, "activation", kind) for form, kind in _gelus()]
    for form in (("Mul", "x", ("Sigmoid", "x")), ("Div", "x", ("Add", 1.0, ("Exp", ("Neg", "x"))))):
        rows.append((form, "activation", {"type": "silu"}))
    rows += [(form, "activation", {"type": kind}) for form, kind in _other_activations()]
    rows += [(form, "activation", {"type": "softplus"}) for form in _softplus_forms()]
    rows += [(form, "layer_norm", {"type": "layer_norm"}) for form in _layer_norm_forms()]
    rows += [(form, "rms_norm", {"type": "rms_norm"}) for form in _rms_norm_forms()]
    rows.append((("Concat", ("Sub", 1.0, "x"), "x"), "two_columns", {}))
    rows.append((_DISTANCE, "centred", {}))
    rows += [(("Div", "x", form), "unit_length", {}) for form in _length_forms()]
    by_operator: Dict[str, List[Tuple[Pattern, str, Dict[str, Any]]]] = {}
    for row in rows:
        by_operator.setdefault(row[0][0], []).append(row)
    return by_operator


#: By the operator that ends the formula: the formula, the kind of step, its options.
FORMULAS = _formulas()

#: Operators that have a meaning only inside a formula, or where they join branches.
PARTS = (
    "Abs", "Add", "Concat", "Erf", "Expand", "FeatureVectorizer", "Greater", "Log", "Min", "Pow", "ReduceL2",
    "ReduceMean", "Reciprocal", "Sqrt", "Where",
)  # fmt: skip
