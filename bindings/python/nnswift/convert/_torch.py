"""PyTorch: a torch.nn.Sequential from a model, and a model from one."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping

import numpy as np

from ..model import Model

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


def to_torch(model: Model) -> Any:
    """Makes a torch.nn.Sequential with the layers and weights of a model, in inference mode.

    It computes what `predict(kind="raw")` does, on features that are already scaled: a preprocess is refused.

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

    spec = model.spec
    if spec["preprocess"]["type"] != "none":
        raise ValueError("the model's preprocess has no place in a torch.nn.Sequential; scale the features before it")
    modules: List[Any] = []
    size = spec["input"]
    weights = model.weights
    for index, layer in enumerate(spec["layers"]):
        own = {
            name.rsplit(".", 1)[1]: torch.tensor(value)
            for name, value in weights.items()
            if name.startswith(f"layers.{index}.")
        }
        modules.extend(_torch_modules(torch, layer, size, own))
        size = layer.get("units", size)
    return torch.nn.Sequential(*modules).eval()


def _torch_modules(torch: Any, layer: Mapping[str, Any], size: int, own: Dict[str, Any]) -> List[Any]:
    """The modules of one layer, its tensors copied in."""
    nn = torch.nn
    if layer["type"] == "dense":
        module = nn.Linear(size, layer["units"], bias=layer["bias"])
    elif layer["type"] == "batch_norm":
        module = nn.BatchNorm1d(size, layer["eps"], layer["momentum"], layer["affine"])
    elif layer["type"] == "layer_norm":
        module = nn.LayerNorm(size, layer["eps"], layer["affine"])
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
        Of Linear, BatchNorm1d, LayerNorm, Dropout and the activations of the reference page.
    loss : str or dict
        What the model is trained and used for, as in a spec.
    **spec
        Further keys of the spec: classes, threshold, seed.

    Raises
    ------
    ValueError
        Naming the first module that has no counterpart.
    """
    layers, tensors, size = [], {}, None
    for module in network:
        options = _layer_of(module)
        prefix = f"layers.{len(layers)}."
        layers.append(options)
        size = size or getattr(module, "in_features", None) or getattr(module, "num_features", None)
        for name, value in module.state_dict().items():
            if name != "num_batches_tracked":
                tensors[prefix + name] = value.detach().cpu().numpy().astype(np.float32)
    if size is None:
        raise ValueError("the network needs a Linear or BatchNorm1d, which says how many features it takes")
    model = Model({"input": size, "layers": layers, "loss": loss, **spec})
    model.set_weights(tensors)
    return model


def _layer_of(module: Any) -> Dict[str, Any]:
    """The layer of a spec for one module."""
    kind = type(module).__name__
    if kind == "Linear":
        return {"type": "dense", "units": module.out_features, "bias": module.bias is not None}
    if kind == "BatchNorm1d":
        return {"type": "batch_norm", "eps": module.eps, "momentum": module.momentum, "affine": module.affine}
    if kind == "LayerNorm" and len(module.normalized_shape) == 1:
        return {"type": "layer_norm", "eps": module.eps, "affine": module.elementwise_affine}
    for ours, (theirs, arguments) in _TORCH.items():
        if kind == theirs:
            return {"type": ours, **{key: getattr(module, name) for key, name in arguments.items()}}
    raise ValueError(f"{kind} has no counterpart in this library; see the layers of the reference page")
