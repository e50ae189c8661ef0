"""ONNX: what each operator is in this library, its attributes and constants checked."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Union

import numpy as np

from ._onnx_columns import moved
from ._onnx_flow import Flow
from ._onnx_graph import Node
from ._onnx_ml import ML_READERS
from ._onnx_steps import Step, activation, affine, dense, expect, floats, short

SUPPORTED = (
    "Gemm, MatMul + Add, BatchNormalization, LayerNormalization, RMSNormalization, Relu, LeakyRelu, PRelu, Clip, Elu, "
    "Selu, Celu, Gelu, Sigmoid, Tanh, Softplus, Softsign, HardSigmoid, Swish, Mish, HardSwish, Softmax, LogSoftmax, "
    "Sub, Mul, Div and Add with a constant, Scaler, LinearClassifier, LinearRegressor, Normalizer, Binarizer, "
    "OneHotEncoder, LabelEncoder, Concat and Add of branches, what moves columns (Gather, Slice, Split, "
    "ArrayFeatureExtractor), and passed over: Identity, Dropout, Cast, Flatten, Reshape, Squeeze, Unsqueeze"
)

#: Reads a node whose outputs are those that are followed. None: the operator is used in another way.
Reader = Callable[[Flow, Node], Union[None, Step, List[Step]]]


def _dense(flow: Flow, node: Node) -> Optional[Step]:
    weight = flow.constant(node.input(1))
    if weight is None:
        return None
    expect(node, weight.ndim == 2, f"must have weights of two dimensions, they have shape {weight.shape}")
    flow.require_rows(node, node.input(0))
    if node.operator == "MatMul":
        return dense(node, node.input(0), weight.T)
    expect(node, node.number("transA", 0) == 0, "transposes its input (transA), which no layer does")
    if not node.number("transB", 0):
        weight = weight.T
    expect(node, weight.dtype.kind == "f", "must have weights of float32 or float64")
    weight = _times(weight, node.number("alpha", 1.0))
    if not node.input(2):
        return dense(node, node.input(0), weight)
    bias = flow.constant(node.input(2))
    if bias is None:
        return None
    fits = bias.size in (1, weight.shape[0]) and (bias.ndim < 2 or bias.shape[-1] == bias.size)
    fits = fits and bias.dtype.kind == "f"
    expect(node, fits, f"must have one bias an output, {weight.shape[0]}, its shape is {bias.shape}")
    every = np.broadcast_to(bias.reshape(-1), weight.shape[:1])
    return dense(node, node.input(0), weight, _times(every, node.number("beta", 1.0)))


def _times(values: np.ndarray, factor: float) -> np.ndarray:
    return values if factor == 1 else values.astype(np.float64) * factor


def _batch_norm(flow: Flow, node: Node) -> Step:
    training = node.number("training_mode", 0) or len([name for name in node.proto.output if name]) > 1
    expect(node, not training, "is in training mode; export the network in inference mode, model.eval()")
    flow.require_rows(node, node.input(0))
    names = ("weight", "bias", "running_mean", "running_var")
    tensors = {name: floats(flow.constant(node.input(1 + place)), node) for place, name in enumerate(names)}
    expect(node, bool((tensors["running_var"] >= 0).all()), "must have a variance of at least 0")
    options = {
        "type": "batch_norm",
        "eps": short(node.number("epsilon", 1e-5)),
        # The share of the old statistics there, of the new ones here.
        "momentum": round(1 - short(node.number("momentum", 0.9)), 7),
    }
    return Step("batch_norm", node, node.input(0), options, tensors)


def _norm(kind: str) -> Reader:
    def read(flow: Flow, node: Node) -> Step:
        expect(node, node.number("axis", -1) in (-1, 1), "must be over the last axis")
        flow.require_rows(node, node.input(0))
        tensors = {"weight": floats(flow.constant(node.input(1)), node)}
        if kind == "layer_norm":
            weight, bias = tensors["weight"], node.input(2)
            tensors["bias"] = floats(flow.constant(bias), node) if bias else np.zeros_like(weight)
        return Step(kind, node, node.input(0), {"type": kind, "eps": short(node.number("epsilon", 1e-5))}, tensors)

    return read


def _activation(options: Callable[[Node], Dict[str, Any]]) -> Reader:
    def read(flow: Flow, node: Node) -> Step:
        flow.require_rows(node, node.input(0))
        return activation(node, node.input(0), **options(node))

    return read


def _selu(node: Node) -> Dict[str, Any]:
    alpha, gamma = node.number("alpha", 1.67326319), node.number("gamma", 1.05070102)
    usual = abs(alpha - 1.67326324) < 1e-5 and abs(gamma - 1.05070099) < 1e-5
    expect(node, usual, f"must have alpha 1.67326 and gamma 1.05070, it has {alpha:g} and {gamma:g}")
    return {"type": "selu"}


def _hard_sigmoid(node: Node) -> Dict[str, Any]:
    alpha, beta = node.number("alpha", 0.2), node.number("beta", 0.5)
    usual = abs(alpha - 1 / 6) < 1e-6 and beta == 0.5
    expect(node, usual, f"must have alpha 1/6 and beta 0.5, this library has no other; it has {alpha:g} and {beta:g}")
    return {"type": "hard_sigmoid"}


def _swish(node: Node) -> Dict[str, Any]:
    alpha = node.number("alpha", 1.0)
    expect(node, alpha == 1, f"must have alpha 1, this library has no other; it has {alpha:g}")
    return {"type": "silu"}


def _prelu(flow: Flow, node: Node) -> Step:
    flow.require_rows(node, node.input(0))
    weight = floats(flow.constant(node.input(1)), node)
    is_row = weight.ndim < 2 or weight.shape[-1] == weight.size
    expect(node, is_row, f"must have one slope, or one a feature, their shape is {weight.shape}")
    options = {"type": "prelu", "shared": weight.size == 1}
    return Step("prelu", node, node.input(0), options, {"weight": weight.reshape(-1)})


def _over_rows(name: str) -> Reader:
    def read(flow: Flow, node: Node) -> Step:
        flow.require_rows(node, node.input(0))
        shape = flow.shape(node.input(0))
        last = node.number("axis", -1) in (-1, 1) and (shape is None or len(shape) == 1)
        expect(node, last, "must be over the last axis")
        return activation(node, node.input(0), type=name)

    return read


def _clip(flow: Flow, node: Node) -> Step:
    flow.require_rows(node, node.input(0))
    bounds = []
    for place, (name, none) in enumerate((("min", -np.inf), ("max", np.inf))):
        bound = flow.scalar(node.input(1 + place)) if node.input(1 + place) else node.number(name, none)
        # Exporters write the largest float for no bound.
        expect(node, bound is not None and bound == bound, f"must have a constant of one number as {name}")
        bounds.append(none if abs(bound) > 3.4e38 and bound * none > 0 else bound)
    (low, high), given = bounds, node.input(0)
    expect(node, low < high, f"must have a min below its max, they are {low:g} and {high:g}")
    if low == 0 and high in (6, np.inf):
        return activation(node, given, type="relu6" if high == 6 else "relu")
    both = not np.isinf(low) and not np.isinf(high)
    expect(node, both, "must have both bounds, or the lower one of 0 alone; this library has no other")
    return activation(node, given, type="hard_tanh", min=short(low), max=short(high))


def _affine(flow: Flow, node: Node) -> Optional[Step]:
    """Sub, Mul, Div or Add with a constant on one side, as operations with a constant on the right."""
    is_constant = [flow.constant(node.input(side)) is not None for side in (0, 1)]
    if is_constant[0] == is_constant[1]:
        return None
    given, constant = node.input(is_constant[0]), node.input(is_constant[1])
    if is_constant[0] and node.operator == "Div":
        return None
    flow.require_floats(node, given)
    value = flow.constant(constant)
    expect(node, value.dtype.kind in "fiu", "must have a constant of numbers")
    # One number stays one: the value that it is applied to may have no known columns yet.
    value = value.reshape(()) if value.size == 1 else flow.row(node, constant, given)
    if is_constant[0] and node.operator == "Sub":  # c - x = -1 · x + c
        return affine(node, given, ("Mul", -1.0), ("Add", value))
    return affine(node, given, (node.operator, value))


def _negative(flow: Flow, node: Node) -> Step:
    flow.require_floats(node, node.input(0))
    return affine(node, node.input(0), ("Mul", -1.0))


def _skip(flow: Flow, node: Node) -> Step:
    if node.operator == "Dropout" and (flow.scalar(node.input(2)) or 0) != 0:
        raise ValueError(f"{node} is in training mode; export the network in inference mode, model.eval()")
    return Step("skip", node, node.input(0))


def _cast(flow: Flow, node: Node) -> Step:
    wanted = node.number("to", 0)
    given = flow.values.computed.get(node.input(0))
    of_integers = given is not None and given[0].dtype.kind in "iu"
    # FLOAT and DOUBLE; INT32 and INT64 of what is one, or for encoders, which look behind the cast.
    allowed = wanted in (1, 11) or (wanted in (6, 7) and (of_integers or flow.is_cut(node.output)))
    expect(node, allowed, "must give float32 or float64; this library computes in float32")
    return Step("skip", node, node.input(0))


def _exp(flow: Flow, node: Node) -> Step:
    flow.require_rows(node, node.input(0))
    return Step("exp", node, node.input(0))


#: The reader of every operator that is a step of its own.
READERS: Dict[str, Reader] = {
    **ML_READERS,
    **dict.fromkeys(("Gemm", "MatMul"), _dense),
    **dict.fromkeys(("Sub", "Mul", "Div", "Add"), _affine),
    **dict.fromkeys(("Identity", "Dropout", "ZipMap"), _skip),
    **dict.fromkeys(("Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose"), moved),
    **dict.fromkeys(("ArrayFeatureExtractor", "Gather", "Slice", "Split"), moved),
    "BatchNormalization": _batch_norm,
    "Cast": _cast,
    "Exp": _exp,
    "LayerNormalization": _norm("layer_norm"),
    "RMSNormalization": _norm("rms_norm"),
    "Neg": _negative,
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
    "Softmax": _over_rows("softmax"),
    "LogSoftmax": _over_rows("log_softmax"),
}
