"""ONNX: what each operator is in this library, its attributes and constants checked."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

import numpy as np

from ._onnx_graph import Graph, Node

SUPPORTED = (
    "Gemm, MatMul + Add, BatchNormalization, LayerNormalization, RMSNormalization, Relu, LeakyRelu, PRelu, Clip, "
    "Elu, Selu, Celu, Gelu, Sigmoid, Tanh, Softplus, Softsign, HardSigmoid, Swish, Mish, HardSwish, Softmax, LogSoftmax, Sub, Mul, Div and Add with a constant, Scaler, "
    "Add of two branches, "
    "and passed over: Identity, Dropout, Cast, Flatten, Reshape"
)


class Step(NamedTuple):
    """One thing that is done to a value.

    kind is "dense", "prelu", "batch_norm", "layer_norm", "rms_norm", "activation", "residual", "affine", "reshape", "skip", or
    what needs a certain neighbour: "centred" a layer_norm behind it, "two_columns" a sigmoid before it, "exp" the end
    of the graph. options are those of a layer in a spec, tensors those of the layer, branches the steps of a residual's two.
    """

    kind: str
    node: Node
    input: str
    options: Dict[str, Any] = {}
    tensors: Dict[str, np.ndarray] = {}
    branches: Sequence[List[Any]] = ()


def short(value: float) -> float:
    """The shortest number that is the same float32: 0.2, not 0.20000000298."""
    return float(str(np.float32(value)))


def floats(value: Optional[np.ndarray], node: Node) -> np.ndarray:
    """The float32 values of a constant that is a weight."""
    if value is None or value.dtype.kind != "f":
        raise ValueError(f"{node}: its weights must be constants of the graph, of float32 or float64")
    with np.errstate(over="ignore"):  # the model refuses what is not finite
        return np.ascontiguousarray(value, np.float32)


def _expect(node: Node, holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"{node} {what}")


def _dense(graph: Graph, node: Node) -> Optional[Step]:
    weight = graph.constant(node.input(1))
    if weight is None:
        return None
    _expect(node, weight.ndim == 2, f"must have weights of two dimensions, they have shape {weight.shape}")
    if node.operator == "MatMul":
        return Step("dense", node, node.input(0), {}, {"weight": floats(weight.T, node)})
    _expect(node, node.number("transA", 0) == 0, "transposes its input (transA), which no layer does")
    if not node.number("transB", 0):
        weight = weight.T
    tensors = {"weight": floats(_times(weight, node.number("alpha", 1.0)), node)}
    if node.input(2):
        bias = graph.constant(node.input(2))
        if bias is None:
            return None
        fits = bias.size in (1, weight.shape[0]) and (bias.ndim < 2 or bias.shape[-1] == bias.size)
        _expect(node, fits, f"must have one bias an output, {weight.shape[0]}, its shape is {bias.shape}")
        every = np.broadcast_to(bias.reshape(-1), weight.shape[:1])
        tensors["bias"] = floats(_times(every, node.number("beta", 1.0)), node)
    return Step("dense", node, node.input(0), {}, tensors)


def _times(values: np.ndarray, factor: float) -> np.ndarray:
    return values if factor == 1 else values.astype(np.float64) * factor


def _batch_norm(graph: Graph, node: Node) -> Step:
    training = node.number("training_mode", 0) or len([name for name in node.outputs if name]) > 1
    _expect(node, not training, "is in training mode; export the network in inference mode, model.eval()")
    names = ("weight", "bias", "running_mean", "running_var")
    tensors = {name: floats(graph.constant(node.input(1 + place)), node) for place, name in enumerate(names)}
    _expect(node, bool((tensors["running_var"] >= 0).all()), "must have a variance of at least 0")
    options = {
        "type": "batch_norm",
        "eps": short(node.number("epsilon", 1e-5)),
        # The share of the old statistics there, of the new ones here.
        "momentum": round(1 - short(node.number("momentum", 0.9)), 7),
    }
    return Step("batch_norm", node, node.input(0), options, tensors)


def _layer_norm(graph: Graph, node: Node) -> Step:
    _expect(node, node.number("axis", -1) in (-1, 1), "must be over the last axis")
    weight = floats(graph.constant(node.input(1)), node)
    bias = floats(graph.constant(node.input(2)), node) if node.input(2) else np.zeros_like(weight)
    options = {"type": "layer_norm", "eps": short(node.number("epsilon", 1e-5))}
    return Step("layer_norm", node, node.input(0), options, {"weight": weight, "bias": bias})


def _rms_norm(graph: Graph, node: Node) -> Step:
    _expect(node, node.number("axis", -1) in (-1, 1), "must be over the last axis")
    options = {"type": "rms_norm", "eps": short(node.number("epsilon", 1e-5))}
    return Step("rms_norm", node, node.input(0), options, {"weight": floats(graph.constant(node.input(1)), node)})


def _activation(options: Callable[[Node], Dict[str, Any]]) -> Callable[[Graph, Node], Step]:
    return lambda graph, node: Step("activation", node, node.input(0), options(node))


def _selu(node: Node) -> Dict[str, Any]:
    alpha, gamma = node.number("alpha", 1.67326319), node.number("gamma", 1.05070102)
    usual = abs(alpha - 1.67326324) < 1e-5 and abs(gamma - 1.05070099) < 1e-5
    _expect(node, usual, f"must have alpha 1.67326 and gamma 1.05070, it has {alpha:g} and {gamma:g}")
    return {"type": "selu"}


def _hard_sigmoid(node: Node) -> Dict[str, Any]:
    alpha, beta = node.number("alpha", 0.2), node.number("beta", 0.5)
    usual = abs(alpha - 1 / 6) < 1e-6 and beta == 0.5
    _expect(node, usual, f"must have alpha 1/6 and beta 0.5, this library has no other; it has {alpha:g} and {beta:g}")
    return {"type": "hard_sigmoid"}


def _swish(node: Node) -> Dict[str, Any]:
    alpha = node.number("alpha", 1.0)
    _expect(node, alpha == 1, f"must have alpha 1, this library has no other; it has {alpha:g}")
    return {"type": "silu"}


def _clip(graph: Graph, node: Node) -> Step:
    bounds: List[Optional[float]] = []
    for place, key in ((1, "min"), (2, "max")):  # attributes before version 11 of the operators
        value = graph.scalar(node.input(place)) if node.input(place) else node.attributes.get(key)
        _expect(node, value is not None or not node.input(place), "must have bounds that are constants of the graph")
        bounds.append(None if value is None else short(value))
    low, high = bounds
    if low == 0 and high in (None, 6):
        return Step("activation", node, node.input(0), {"type": "relu" if high is None else "relu6"})
    _expect(node, None not in bounds, "must have both bounds, or the lower one of 0 alone; this library has no other")
    return Step("activation", node, node.input(0), {"type": "hard_tanh", "min": low, "max": high})


def _prelu(graph: Graph, node: Node) -> Step:
    weight = floats(graph.constant(node.input(1)), node)
    is_row = weight.ndim < 2 or weight.shape[-1] == weight.size
    _expect(node, is_row, f"must have one slope, or one a feature, their shape is {weight.shape}")
    options = {"type": "prelu", "shared": weight.size == 1}
    return Step("prelu", node, node.input(0), options, {"weight": weight.reshape(-1)})


def _over_rows(name: str) -> Callable[[Node], Dict[str, Any]]:
    def options(node: Node) -> Dict[str, Any]:
        _expect(node, node.number("axis", -1) in (-1, 1), "must be over the last axis")
        return {"type": name}

    return options


def _affine(graph: Graph, node: Node) -> Optional[Step]:
    """Sub, Mul, Div or Add with a constant on one side, as operations with a constant on the right."""
    values = [graph.constant(node.input(side)) for side in (0, 1)]
    if (values[0] is None) == (values[1] is None):
        return None
    if values[1] is not None:
        return _affine_step(node, node.input(0), [(node.operator, values[1])])
    if node.operator == "Div":
        return None
    operations = [(node.operator, values[0])]
    if node.operator == "Sub":  # c - x = -1 · x + c
        operations = [("Mul", np.float32(-1)), ("Add", values[0])]
    return _affine_step(node, node.input(1), operations)


def _scaler(graph: Graph, node: Node) -> Step:
    operations = [("Sub", node.attributes.get("offset", [0.0])), ("Mul", node.attributes.get("scale", [1.0]))]
    return _affine_step(node, node.input(0), operations)


def _affine_step(node: Node, given: str, operations: Sequence[Any]) -> Step:
    checked = []
    for operator, value in operations:
        array = np.asarray(value)
        _expect(node, array.dtype.kind in "fiu", "must have a constant of numbers")
        is_row = array.size == 1 or (array.ndim <= 2 and array.shape[-1] == array.size)
        _expect(node, is_row, f"must have a constant of one value a feature, its shape is {array.shape}")
        checked.append((operator, array.reshape(()) if array.size == 1 else array.reshape(-1)))
    return Step("affine", node, given, {"operations": checked})


def _skip(graph: Graph, node: Node) -> Step:
    if node.operator == "Dropout" and (graph.scalar(node.input(2)) or 0) != 0:
        raise ValueError(f"{node} is in training mode; export the network in inference mode, model.eval()")
    if node.operator == "Cast" and node.number("to", 0) not in (1, 11):  # FLOAT and DOUBLE
        raise ValueError(f"{node} must give float32 or float64; this library computes in float32")
    return Step("skip", node, node.input(0))


def _reshape(graph: Graph, node: Node) -> Step:
    if node.operator == "Flatten":
        _expect(node, node.number("axis", 1) == 1, "must keep the rows (axis 1)")
        return Step("reshape", node, node.input(0), {"shape": [0, -1]})
    shape = graph.constant(node.input(1))
    holds = shape is not None and shape.shape == (2,) and shape.dtype.kind == "i"
    holds = holds and not (0 in shape and node.number("allowzero", 0))
    _expect(node, holds, "must give [rows x features], by a constant shape of two numbers")
    return Step("reshape", node, node.input(0), {"shape": [int(size) for size in shape]})


def _exp(graph: Graph, node: Node) -> Step:
    return Step("exp", node, node.input(0))


#: The reader of every operator that is a step of its own. It returns None where the operator is used in another way.
READERS: Dict[str, Callable[[Graph, Node], Optional[Step]]] = {
    **dict.fromkeys(("Gemm", "MatMul"), _dense),
    **dict.fromkeys(("Sub", "Mul", "Div", "Add"), _affine),
    **dict.fromkeys(("Identity", "Dropout", "Cast", "ZipMap"), _skip),
    **dict.fromkeys(("Flatten", "Reshape"), _reshape),
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "RMSNormalization": _rms_norm,
    "Scaler": _scaler,
    "Exp": _exp,
    "Relu": _activation(lambda _: {"type": "relu"}),
    "LeakyRelu": _activation(lambda node: {"type": "leaky_relu", "slope": short(node.number("alpha", 0.01))}),
    "PRelu": _prelu,
    "Clip": _clip,
    "Celu": _activation(lambda node: {"type": "celu", "alpha": short(node.number("alpha", 1.0))}),
    "Mish": _activation(lambda _: {"type": "mish"}),
    "HardSwish": _activation(lambda _: {"type": "hard_swish"}),
    "Softsign": _activation(lambda _: {"type": "softsign"}),
    "Elu": _activation(lambda node: {"type": "elu", "alpha": short(node.number("alpha", 1.0))}),
    "Selu": _activation(_selu),
    "Gelu": _activation(lambda node: {"type": "gelu", "approximate": node.text("approximate", "none")}),
    "Swish": _activation(_swish),
    "Sigmoid": _activation(lambda _: {"type": "sigmoid"}),
    "Tanh": _activation(lambda _: {"type": "tanh"}),
    "Softplus": _activation(lambda _: {"type": "softplus"}),
    "HardSigmoid": _activation(_hard_sigmoid),
    "Softmax": _activation(_over_rows("softmax")),
    "LogSoftmax": _activation(_over_rows("log_softmax")),
}
