"""PyTorch: a torch.nn.Sequential from a model, and a model from one."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from ..model import Model
from ._kinds import BRANCHES, require_known
from ._preprocess import kinds

# Ours -> torch.nn: the class, and our options -> its arguments.
_TORCH: Dict[str, Any] = {
    "identity": ("Identity", {}),
    "relu": ("ReLU", {}),
    "leaky_relu": ("LeakyReLU", {"slope": "negative_slope"}),
    "elu": ("ELU", {"alpha": "alpha"}),
    "selu": ("SELU", {}),
    "gelu": ("GELU", {"approximate": "approximate"}),
    "silu": ("SiLU", {}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "softplus": ("Softplus", {"beta": "beta", "threshold": "threshold"}),
    "hard_sigmoid": ("Hardsigmoid", {}),
    "softmax": ("Softmax", {}),
    "log_softmax": ("LogSoftmax", {}),
    "dropout": ("Dropout", {"rate": "p"}),
}
_KNOWN = {"dense", "batch_norm", "layer_norm", "rms_norm", "residual", *_TORCH}


def to_torch(model: Model) -> Any:
    """Makes a torch.nn.Sequential with the layers and weights of a model, in inference mode.

    It computes what `predict(kind="raw")` does, on features that are already scaled: a preprocess is refused. A
    residual is an `nnswift.convert.torch_layers.Residual`, which has its branches as ``layers`` and ``shortcut``.

    Parameters
    ----------
    model : Model

    Returns
    -------
    torch.nn.Sequential

    Raises
    ------
    ValueError
        If the model has a preprocess, or a layer that PyTorch lacks (a straight-through relu).
    """
    import torch

    require_known(model, _KNOWN, "PyTorch")
    spec = model.spec
    if kinds(model):
        raise ValueError("the model's preprocess has no place in a torch.nn.Sequential; scale the features before it")
    weights = {name: torch.tensor(value) for name, value in model.weights.items()}
    modules, _ = _torch_chain(torch, spec["layers"], "layers", spec["input"], weights)
    return torch.nn.Sequential(*modules).eval()


def _torch_chain(
    torch: Any, layers: Sequence[Mapping[str, Any]], path: str, size: int, weights: Mapping[str, Any]
) -> Tuple[List[Any], int]:
    """The modules of layers in order, their tensors copied in, and how many columns they give."""
    modules: List[Any] = []
    for index, layer in enumerate(layers):
        name = f"{path}.{index}"
        if layer["type"] == "residual":
            from .torch_layers import Residual

            chains = [_torch_chain(torch, layer[key], f"{name}.{key}", size, weights) for key in BRANCHES]
            modules.append(Residual(*(chain for chain, _ in chains)))
            size = chains[0][1]
        else:
            own = {key[len(name) + 1 :]: value for key, value in weights.items() if key.startswith(f"{name}.")}
            modules.extend(_torch_modules(torch, layer, size, own))
            size = layer.get("units", size)
    return modules, size


def _torch_modules(torch: Any, layer: Mapping[str, Any], size: int, own: Dict[str, Any]) -> List[Any]:
    """The modules of one layer that is no residual, its tensors copied in."""
    nn = torch.nn
    if layer["type"] == "dense":
        module = nn.Linear(size, layer["units"], bias=layer["bias"])
    elif layer["type"] == "batch_norm":
        module = nn.BatchNorm1d(size, layer["eps"], layer["momentum"], layer["affine"])
    elif layer["type"] == "layer_norm":
        module = nn.LayerNorm(size, layer["eps"], layer["affine"])
    elif layer["type"] == "rms_norm":
        if not hasattr(nn, "RMSNorm"):
            raise ValueError(f"rms_norm has no counterpart in PyTorch {torch.__version__}; install 2.4 or newer")
        module = nn.RMSNorm(size, layer["eps"], layer["affine"])
    else:
        return [_torch_activation(nn, layer)]
    state = module.state_dict()
    module.load_state_dict({**state, **own})
    activation = layer.get("activation", {"type": "identity"})
    return [module] if activation["type"] == "identity" else [module, _torch_activation(nn, activation)]


def _torch_activation(nn: Any, options: Mapping[str, Any]) -> Any:
    if options.get("straight_through"):
        raise ValueError("relu with straight_through has no counterpart in PyTorch; leave the option out")
    name, arguments = _TORCH[options["type"]]
    given = {theirs: options[ours] for ours, theirs in arguments.items()}
    if name.endswith("oftmax"):
        given["dim"] = 1
    return getattr(nn, name)(**given)


def from_torch(network: Any, loss: Any, **spec: Any) -> Model:
    """Makes a model with the layers and weights of a torch.nn.Sequential.

    Parameters
    ----------
    network : torch.nn.Sequential
        Of Linear, BatchNorm1d, LayerNorm, RMSNorm, Dropout, the activations of the reference page, and residuals: a
        `nnswift.convert.torch_layers.Residual`, or your own module that is called Residual and computes
        ``layers(x) + shortcut(x)`` with two torch.nn.Sequential of these names. May hold a torch.nn.Sequential, too.
    loss : str or dict
        What the model is trained and used for, as in a spec.
    **spec
        Further keys of the spec: classes, threshold, seed.

    Raises
    ------
    ValueError
        Naming the first module that has no counterpart.
    """
    tensors: Dict[str, np.ndarray] = {}
    layers = _layers_of(_chain(network), "layers", tensors)
    size = _input_size(_chain(network))
    if size is None:
        raise ValueError("the network needs a Linear or BatchNorm1d, which says how many features it takes")
    model = Model({"input": size, "layers": layers, "loss": loss, **spec})
    model.set_weights(tensors)
    return model


def _chain(network: Any) -> Iterator[Any]:
    """The modules of a torch.nn.Sequential in order, those of one inside it too."""
    import torch

    if not isinstance(network, torch.nn.Sequential):
        raise ValueError(f"the network must be a torch.nn.Sequential, got {type(network).__name__}; put it into one")
    for module in network:
        if type(module) is torch.nn.Sequential:
            yield from _chain(module)
        else:
            yield module


def _branches(module: Any) -> Optional[List[Any]]:
    """The two branches of a residual, None for other modules."""
    if type(module).__name__ != "Residual":
        return None
    branches = [getattr(module, key, None) for key in BRANCHES]
    if any(type(branch).__name__ != "Sequential" for branch in branches) or len(list(module.children())) != 2:
        raise ValueError("Residual must have two modules, torch.nn.Sequential of the names layers and shortcut")
    return branches


def _input_size(modules: Iterator[Any]) -> Optional[int]:
    """The features that the first module with weights takes: those before it keep them as they are."""
    for module in modules:
        inside = [_input_size(_chain(branch)) for branch in _branches(module) or ()]
        sizes = [*inside, getattr(module, "in_features", None), getattr(module, "num_features", None)]
        found = [size for size in sizes if size is not None]
        if found:
            return found[0]
    return None


def _layers_of(modules: Iterator[Any], path: str, tensors: Dict[str, np.ndarray]) -> List[Dict[str, Any]]:
    """The layers of a spec for modules; their tensors join the others by the names they have here."""
    layers: List[Dict[str, Any]] = []
    for index, module in enumerate(modules):
        prefix = f"{path}.{index}."
        branches = _branches(module)
        if branches is not None:
            made = [_layers_of(_chain(own), prefix + key, tensors) for key, own in zip(BRANCHES, branches)]
            layers.append({"type": "residual", "layers": made[0] or [{"type": "identity"}], "shortcut": made[1]})
            continue
        layers.append(_layer_of(module))
        for name, value in module.state_dict().items():
            if name != "num_batches_tracked":
                tensors[prefix + name] = value.detach().cpu().numpy().astype(np.float32)
    return layers


def _layer_of(module: Any) -> Dict[str, Any]:
    """The layer of a spec for one module."""
    kind = type(module).__name__
    if kind == "Linear":
        return {"type": "dense", "units": module.out_features, "bias": module.bias is not None}
    if kind == "BatchNorm1d":
        return {"type": "batch_norm", "eps": module.eps, "momentum": module.momentum, "affine": module.affine}
    if kind == "LayerNorm" and len(module.normalized_shape) == 1:
        return {"type": "layer_norm", "eps": module.eps, "affine": module.elementwise_affine}
    if kind == "RMSNorm" and len(module.normalized_shape) == 1:
        eps = float(np.finfo(np.float32).eps) if module.eps is None else module.eps
        return {"type": "rms_norm", "eps": eps, "affine": module.elementwise_affine}
    for ours, (theirs, arguments) in _TORCH.items():
        if kind == theirs:
            return {"type": ours, **{key: getattr(module, name) for key, name in arguments.items()}}
    raise ValueError(f"{kind} has no counterpart in this library; see the layers of the reference page")
