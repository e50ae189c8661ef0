"""PyTorch: the kinds that both sides have, and one module -> a layer of a spec with its tensors."""

from __future__ import annotations

from typing import Any, Dict, Optional

import numpy as np

from ._assembly import Layer

# Ours -> torch.nn: the class, and our options -> its arguments, in the order of torch.nn.functional. A function or a
# method of the class's name in small letters is the same kind; FUNCTIONS has the other names.
ACTIVATIONS: Dict[str, Any] = {
    "identity": ("Identity", {}),
    "relu": ("ReLU", {}),
    "leaky_relu": ("LeakyReLU", {"slope": "negative_slope"}),
    "relu6": ("ReLU6", {}),
    "hard_tanh": ("Hardtanh", {"min": "min_val", "max": "max_val"}),
    "elu": ("ELU", {"alpha": "alpha"}),
    "selu": ("SELU", {}),
    "celu": ("CELU", {"alpha": "alpha"}),
    "gelu": ("GELU", {"approximate": "approximate"}),
    "silu": ("SiLU", {}),
    "mish": ("Mish", {}),
    "hard_swish": ("Hardswish", {}),
    "sigmoid": ("Sigmoid", {}),
    "log_sigmoid": ("LogSigmoid", {}),
    "hard_sigmoid": ("Hardsigmoid", {}),
    "tanh": ("Tanh", {}),
    "tanh_shrink": ("Tanhshrink", {}),
    "softsign": ("Softsign", {}),
    "softplus": ("Softplus", {"beta": "beta", "threshold": "threshold"}),
    "softmax": ("Softmax", {}),
    "log_softmax": ("LogSoftmax", {}),
    "dropout": ("Dropout", {"rate": "p"}),
}
FUNCTIONS = {"leaky_relu": "LeakyReLU", "log_softmax": "LogSoftmax", "log_sigmoid": "LogSigmoid"}
# Over the features of a row.
OVER_ROWS = ("Softmax", "LogSoftmax")

# They do nothing in a prediction, and there is no layer that does in a training what they do.
_LEFT_OUT = ("AlphaDropout", "FeatureAlphaDropout", "Dropout1d", "Dropout2d", "Dropout3d")


def refusal(place: str, reason: str = "") -> ValueError:
    told = f": {reason}" if reason else ""
    return ValueError(f"{place} has no counterpart in this library{told}; see the layers of the reference page")


def place_of(module: Any, path: str) -> str:
    """What a message calls a module."""
    return f"module {path}: {type(module).__name__}" if path else type(module).__name__


def read_module(torch: Any, module: Any, place: str) -> Layer:
    """Reads a module of torch.nn, which a message calls place.

    Flatten comes as the type "flatten", what is left out as "left_out".

    Raises
    ------
    ValueError
        If it has no counterpart, or belongs to a class of somebody's own.
    """
    kind = _own_class(torch, module, place)
    if "forward" in vars(module):
        raise refusal(place, "its forward was replaced")
    if kind == "Linear":
        options = {"type": "dense", "units": module.out_features, "bias": module.bias is not None}
        tensors = {"weight": module.weight, **({} if module.bias is None else {"bias": module.bias})}
        return _layer(place, options, tensors, module.in_features)
    if kind == "PReLU":
        size = module.num_parameters
        options = {"type": "prelu", "shared": size == 1}
        return _layer(place, options, {"weight": module.weight}, None if size == 1 else size)
    if kind in ("BatchNorm1d", "LayerNorm", "RMSNorm"):
        return _norm(torch, module, kind, place)
    if kind == "Flatten":
        if (module.start_dim, module.end_dim) != (1, -1):
            raise refusal(place, "it must have start_dim 1 and end_dim -1, a row must stay a row")
        return Layer({"type": "flatten"}, place=place)
    if kind in _LEFT_OUT or (kind == "Dropout" and module.p == 1):  # of ours a rate is below 1
        return Layer({"type": "left_out"}, place=place)
    return Layer(_activation(module, kind, place), place=place)


def _own_class(torch: Any, module: Any, place: str) -> str:
    """The name of a module's class in torch.nn, that of a parametrised one as it was before."""
    kind = type(module)
    if torch.nn.utils.parametrize.is_parametrized(module):
        kind = torch.nn.utils.parametrize.type_before_parametrizations(module)
    if getattr(torch.nn, kind.__name__, None) is kind:
        return kind.__name__
    bases = [base.__name__ for base in kind.__mro__ if getattr(torch.nn, base.__name__, None) is base]
    is_derived = bases and bases[0] != "Module"
    raise refusal(place, f"it is a class derived from torch.nn.{bases[0]}, put that one in" if is_derived else "")


def _norm(torch: Any, module: Any, kind: str, place: str) -> Layer:
    weight, bias = module.weight, getattr(module, "bias", None)
    affine = weight is not None or bias is not None
    if kind == "BatchNorm1d":
        size = module.num_features
    elif len(module.normalized_shape) == 1:
        size = module.normalized_shape[0]
    else:
        raise refusal(place, f"it must normalise over one dimension, got {tuple(module.normalized_shape)}")
    options = {"eps": module.eps, "affine": affine}
    tensors = {}
    if affine:
        tensors["weight"] = torch.ones(size) if weight is None else weight
        if kind != "RMSNorm":
            tensors["bias"] = torch.zeros(size) if bias is None else bias
    if kind == "LayerNorm":
        return _layer(place, {"type": "layer_norm", **options}, tensors, size)
    if kind == "RMSNorm":
        if module.eps is None:
            # PyTorch computes with halves in float32 here.
            is_double = affine and weight.dtype == torch.float64
            options["eps"] = float(np.finfo(np.float64 if is_double else np.float32).eps)
        return _layer(place, {"type": "rms_norm", **options}, tensors, size)
    if module.running_mean is None or module.running_var is None:
        raise refusal(place, "it must have running statistics (track_running_stats), a row is predicted by itself")
    if module.momentum is not None:  # None: the mean over all batches, which no option gives; our default trains on
        options["momentum"] = module.momentum
    tensors.update(running_mean=module.running_mean, running_var=module.running_var)
    return _layer(place, {"type": "batch_norm", **options}, tensors, size)


def _activation(module: Any, kind: str, place: str) -> Dict[str, Any]:
    for ours, (theirs, arguments) in ACTIVATIONS.items():
        if kind == theirs:
            if kind in OVER_ROWS and module.dim not in (None, 1, -1):
                raise refusal(place, f"its dim must be 1 or -1, the features of a row, got {module.dim}")
            return {"type": ours, **{key: getattr(module, name) for key, name in arguments.items()}}
    raise refusal(place)


def _layer(place: str, options: Dict[str, Any], tensors: Dict[str, Any], takes: Optional[int]) -> Layer:
    return Layer(options, {name: as_array(value, place) for name, value in tensors.items()}, place, takes)


def as_array(value: Any, place: str) -> np.ndarray:
    """A tensor of any float type and device, rounded to float32."""
    if value.is_complex() or value.is_meta or value.is_quantized:
        reason = "are on the meta device" if value.is_meta else f"have the type {value.dtype}"
        raise refusal(place, f"its weights must be real numbers, they {reason}")
    return value.detach().cpu().float().numpy()


def function_module(torch: Any, name: str) -> Optional[str]:
    """The class of torch.nn that is a function or a method of this name, None if there is none."""
    plain = name[:-1] if name.endswith("_") else name
    if plain in FUNCTIONS:
        return FUNCTIONS[plain]
    return next((theirs for theirs, _ in ACTIVATIONS.values() if theirs.lower() == plain), None)
