"""ONNX: our activations as operators, each in the oldest form that computes it."""

from __future__ import annotations

from typing import Any, Callable, Dict, Mapping


def put_activation(chain: Any, options: Mapping[str, Any]) -> None:
    """Adds the operators of an activation to a chain of nodes."""
    kind = options["type"]
    if kind in _OPERATORS:
        operator, attributes = _OPERATORS[kind]
        chain.add(operator, chain.value, **attributes(options))
    elif kind != "identity":
        _FORMULAS[kind](chain, chain.value, options)


def _gelu(chain: Any, z: str, options: Mapping[str, Any]) -> None:
    if options["approximate"] == "tanh":
        cube = chain.add("Mul", chain.add("Mul", z, z), z)
        inner = chain.add("Add", z, chain.add("Mul", cube, 0.044715))
        share = chain.add("Tanh", chain.add("Mul", inner, chain.constant("sqrt(2/pi)", 0.7978845608028654)))
    else:
        share = chain.add("Erf", chain.add("Mul", z, chain.constant("sqrt(1/2)", 0.7071067811865476)))
    chain.add("Mul", chain.add("Mul", z, 0.5), chain.add("Add", share, 1.0))


def _silu(chain: Any, z: str, options: Mapping[str, Any]) -> None:
    # Not z · Sigmoid(z): the Sigmoid of runtimes has an absolute error only, which a large z would multiply.
    chain.add("Div", z, chain.add("Add", chain.add("Exp", chain.add("Neg", z)), 1.0))


def _softplus(chain: Any, z: str, options: Mapping[str, Any]) -> None:
    beta, threshold = options["beta"], options["threshold"]
    # From 17 on, float32 does not tell log(1 + e^z) from z.
    if beta == 1 and threshold >= 17:
        chain.add("Softplus", z)
        return
    factor, bound = chain.constant("beta", beta), chain.constant("threshold", threshold)
    scaled = chain.add("Mul", z, factor)
    curve = chain.add("Div", chain.add("Softplus", scaled), factor)
    chain.add("Where", chain.add("Greater", scaled, bound), z, curve)


def _clipped(chain: Any, z: str, options: Mapping[str, Any]) -> None:
    low, high = options.get("min", 0), options.get("max", 6)
    chain.add("Clip", z, chain.constant("min", low), chain.constant("max", high))


# Mish came with version 18 of the operators, HardSwish with 14; their parts are in every version.
def _mish(chain: Any, z: str, options: Mapping[str, Any]) -> None:
    chain.add("Mul", z, chain.add("Tanh", chain.add("Softplus", z)))


def _hard_swish(chain: Any, z: str, options: Mapping[str, Any]) -> None:
    chain.add("Mul", z, chain.add("HardSigmoid", z, alpha=1 / 6, beta=0.5))


def _log_sigmoid(chain: Any, z: str, options: Mapping[str, Any]) -> None:
    chain.add("Neg", chain.add("Softplus", chain.add("Neg", z)))


def _tanh_shrink(chain: Any, z: str, options: Mapping[str, Any]) -> None:
    chain.add("Sub", z, chain.add("Tanh", z))


# Ours -> the operator, and its attributes from our options.
_OPERATORS: Dict[str, Any] = {
    "relu": ("Relu", lambda _: {}),
    "leaky_relu": ("LeakyRelu", lambda options: {"alpha": float(options["slope"])}),
    "elu": ("Elu", lambda options: {"alpha": float(options["alpha"])}),
    "selu": ("Selu", lambda _: {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805}),
    "celu": ("Celu", lambda options: {"alpha": float(options["alpha"])}),
    "softsign": ("Softsign", lambda _: {}),
    "sigmoid": ("Sigmoid", lambda _: {}),
    "tanh": ("Tanh", lambda _: {}),
    "hard_sigmoid": ("HardSigmoid", lambda _: {"alpha": 1 / 6, "beta": 0.5}),
    "softmax": ("Softmax", lambda _: {"axis": -1}),
    "log_softmax": ("LogSoftmax", lambda _: {"axis": -1}),
}
_FORMULAS: Dict[str, Callable[[Any, str, Mapping[str, Any]], Any]] = {
    "gelu": _gelu,
    "silu": _silu,
    "softplus": _softplus,
    "relu6": _clipped,
    "hard_tanh": _clipped,
    "mish": _mish,
    "hard_swish": _hard_swish,
    "log_sigmoid": _log_sigmoid,
    "tanh_shrink": _tanh_shrink,
}

#: The names that `put_activation` takes.
ACTIVATIONS = {"identity", *_OPERATORS, *_FORMULAS}
