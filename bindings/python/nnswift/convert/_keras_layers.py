"""Keras 3: one layer of a network -> a layer of a spec, and its tensors."""

from __future__ import annotations

from typing import Any, Dict, Tuple

# Ours -> the function of keras.activations that is the same, with these options.
FUNCTIONS: Dict[str, str] = {
    "identity": "linear", "relu": "relu", "relu6": "relu6", "hard_tanh": "hard_tanh", "selu": "selu", "celu": "celu",
    "gelu": "gelu", "silu": "silu", "mish": "mish", "hard_swish": "hard_silu", "sigmoid": "sigmoid",
    "log_sigmoid": "log_sigmoid", "hard_sigmoid": "hard_sigmoid", "tanh": "tanh", "tanh_shrink": "tanh_shrink",
    "softsign": "softsign", "softplus": "softplus", "softmax": "softmax", "log_softmax": "log_softmax",
}  # fmt: skip
OPTIONS: Dict[str, Any] = {
    "straight_through": False, "approximate": "none", "beta": 1, "threshold": 20, "alpha": 1, "min": -1, "max": 1,
}  # fmt: skip

# And back. The function leaky_relu has another slope than the layer LeakyReLU; a spec has no exponential, but poisson
# may take it off the end of a network.
_LAYERS: Dict[str, Dict[str, Any]] = {
    **{theirs: {"type": ours} for ours, theirs in FUNCTIONS.items()},
    "leaky_relu": {"type": "leaky_relu", "slope": 0.2},
    "elu": {"type": "elu", "alpha": 1.0},
    "exponential": {"type": "exponential"},
}

# Options of a layer, and its tensors.
Read = Tuple[Dict[str, Any], Dict[str, Any]]


def read_layer(keras: Any, layer: Any) -> Read:
    """Reads a layer.

    Raises
    ------
    ValueError
        If it has no counterpart.
    """
    kind = type(layer).__name__
    # A class of somebody's own may have the name of one of Keras.
    if getattr(keras.layers, kind, None) is not type(layer):
        raise refusal(layer)
    if kind == "Dense":
        return _dense(keras, layer)
    if kind in ("BatchNormalization", "LayerNormalization"):
        return _norm(keras, layer)
    if kind == "RMSNormalization":
        return _rms_norm(keras, layer)
    if kind == "PReLU":
        weight = keras.ops.convert_to_numpy(layer.alpha)
        return {"type": "prelu", "shared": weight.size == 1}, {"weight": weight}
    if kind == "Dropout" and layer.noise_shape is None:
        return {"type": "dropout", "rate": layer.rate}, {}
    return _activation(keras, layer), {}


def other_momentum(momentum: float) -> float:
    """1 - momentum, without the digits that the subtraction makes up: 0.01, not 0.010000000000000009."""
    return round(1 - momentum, 15)


def place_of(layer: Any) -> str:
    """What a message calls a layer."""
    return f'layer "{layer.name}", {type(layer).__name__},'


def refusal(layer: Any, condition: str = "") -> ValueError:
    told = f": {condition}" if condition else ""
    return ValueError(
        f'{place_of(layer)} has no counterpart in this library{told}; '
        "see the layers of the reference page")


def _dense(keras: Any, layer: Any) -> Read:
    if layer.quantization_mode is not None:
        raise refusal(layer, "its weights must not be quantised")
    inner = layer.activation
    activation = _activation(keras, inner) if isinstance(inner, keras.layers.Layer) else _function(keras, layer)
    tensors = {"weight": keras.ops.convert_to_numpy(layer.kernel).T}
    if layer.use_bias:
        tensors["bias"] = keras.ops.convert_to_numpy(layer.bias)
    return {"type": "dense", "units": layer.units, "bias": layer.use_bias, "activation": activation}, tensors


def _norm(keras: Any, layer: Any) -> Read:
    axes = list(layer.axis) if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    if axes not in ([-1], [1]):
        raise refusal(layer, f"its axis must be -1, the features of a row, got {layer.axis}")
    if getattr(layer, "renorm", False) or getattr(layer, "rms_scaling", False):
        raise refusal(layer, "it must have neither renorm nor rms_scaling")
    affine = layer.center or layer.scale
    options = {"eps": layer.epsilon, "affine": affine}
    tensors: Dict[str, Any] = {}
    if affine:
        # One of them may be absent: that is ones, or zeros.
        known = layer.gamma if layer.scale else layer.beta
        ones, zeros = keras.ops.ones_like(known), keras.ops.zeros_like(known)
        tensors = {"weight": layer.gamma if layer.scale else ones, "bias": layer.beta if layer.center else zeros}
    if type(layer) is keras.layers.BatchNormalization:
        options = {"type": "batch_norm", "momentum": other_momentum(layer.momentum), **options}
        tensors.update(running_mean=layer.moving_mean, running_var=layer.moving_variance)
    else:
        options = {"type": "layer_norm", **options}
    return options, {name: keras.ops.convert_to_numpy(value) for name, value in tensors.items()}


def _rms_norm(keras: Any, layer: Any) -> Read:
    axes = list(layer.axis) if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    if axes not in ([-1], [1]):
        raise refusal(layer, f"its axis must be -1, the features of a row, got {layer.axis}")
    options = {"type": "rms_norm", "eps": layer.epsilon, "affine": True}
    return options, {"weight": keras.ops.convert_to_numpy(layer.scale)}


def _activation(keras: Any, layer: Any) -> Dict[str, Any]:
    """An activation that is a layer of its own, or given to a Dense as one."""
    kind = type(layer).__name__
    if kind == "Activation":
        return _function(keras, layer)
    if kind == "ReLU" and layer.threshold == 0 and (layer.max_value is None or not layer.negative_slope):
        slope, most = layer.negative_slope, layer.max_value
        if most is not None:
            return {"type": "relu6"} if most == 6 else {"type": "hard_tanh", "min": 0, "max": most}
        return {"type": "leaky_relu", "slope": slope} if slope else {"type": "relu"}
    if kind == "LeakyReLU":
        return {"type": "leaky_relu", "slope": layer.negative_slope}
    if kind == "ELU":
        return {"type": "elu", "alpha": layer.alpha}
    if kind == "Softmax" and layer.axis in (-1, 1):
        return {"type": "softmax"}
    raise refusal(layer)


def _function(keras: Any, layer: Any) -> Dict[str, Any]:
    """The activation that a layer has as a function."""
    name = getattr(layer.activation, "__name__", type(layer.activation).__name__)
    if name not in _LAYERS or getattr(keras.activations, name) is not layer.activation:
        raise refusal(layer, f"its activation {name} is not in the list")
    return dict(_LAYERS[name])
