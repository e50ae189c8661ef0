"""PyTorch: a torch.nn.Sequential from a model, and a model from a network."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from ..model import Model
from ._assembly import assembled, checked_width, input_width, without_output
from ._kinds import BRANCHES, require_known
from ._preprocess import kinds
from ._torch_layers import ACTIVATIONS, OVER_ROWS

_KNOWN = {"dense", "batch_norm", "layer_norm", "rms_norm", "residual", "prelu", *ACTIVATIONS}


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
    elif layer["type"] == "prelu":
        module = nn.PReLU(1 if layer["shared"] else size)
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
    name, arguments = ACTIVATIONS[options["type"]]
    given = {theirs: options[ours] for ours, theirs in arguments.items()}
    if name in OVER_ROWS:
        given["dim"] = 1
    return getattr(nn, name)(**given)


def from_torch(network: Any, loss: Any, **spec: Any) -> Model:
    """Makes a model with the layers and weights of a PyTorch network.

    It computes what the network does in inference mode, on rows of features: give ``x.reshape(len(x), -1)`` where the
    network has Flatten. A last Softmax or LogSoftmax (softmax_cross_entropy), Sigmoid (binary_cross_entropy) or exp
    (poisson) is left out, the loss has it: so `Model.predict` gives what the network gives.

    Parameters
    ----------
    network : torch.nn.Module
        Linear, BatchNorm1d, LayerNorm, RMSNorm, PReLU, Dropout and the activations of the reference page, or their functions,
        one after the other: in a torch.nn.Sequential, or in a ``forward`` of your own, which torch.fx follows. A sum of
        two values that come from one is a residual. Flatten, ``view`` and the like keep rows, and are left out, as are
        AlphaDropout and Dropout1d to 3d. Weights of any float type are rounded to float32; those of a parametrisation
        (weight_norm, spectral_norm) are taken as they are at present. ``momentum=None`` becomes the default.
    loss : str or dict
        What the model is trained and used for, as in a spec.
    **spec
        Further keys of the spec: classes, threshold, seed.

    Raises
    ------
    ValueError
        Naming the first module or call that has no counterpart. A network with a forward of your own is also refused if
        the model does not give what it gives for random rows.
    """
    import torch

    from ._torch_graph import graph_layers, inference

    if not isinstance(network, torch.nn.Module):
        raise ValueError(f"the network must be a torch.nn.Module, got {type(network).__name__}")
    network = getattr(network, "_orig_mod", network)  # of torch.compile
    with inference(network):
        read, is_own = graph_layers(network)
        size = input_width(read)
        if size is None:
            raise ValueError("the network needs a Linear or BatchNorm1d, which says how many features it takes")
        checked_width(read, size)
        read, output = without_output(read, loss)
        layers, tensors = assembled(read)
        model = Model({"input": size, "layers": layers, "loss": loss, **spec})
        model.set_weights(tensors)
        if is_own:
            _require_same(torch, network, model, output)
    return model


def _require_same(torch: Any, network: Any, model: Model, output: Optional[str]) -> None:
    """Compares with the network itself: torch.fx does not see everything that a forward may do."""
    rows = np.random.default_rng(0).normal(size=(5, model.input_size))
    first = next(value for value in (*network.parameters(), *network.buffers()) if value.is_floating_point())
    try:
        with torch.no_grad():
            wanted = network(torch.tensor(rows, dtype=first.dtype, device=first.device)).double().cpu().numpy()
    except (RuntimeError, ValueError, IndexError):
        return  # it takes rows of another shape only
    found = model.predict(rows, kind="raw" if output is None else "proba")
    found = np.log(found) if output == "log_softmax" else found
    # Far above the rounding of the types, far below another formula; a half has 3 digits.
    tolerance = (1e-3 if first.dtype in (torch.float32, torch.float64) else 0.1) * max(1, abs(wanted).max())
    if found.size != wanted.size or not abs(found.ravel() - wanted.ravel()).max() < tolerance:
        raise ValueError(
            f"{type(network).__name__}: its forward must be a chain of layers, but for random rows it gives other values "
            "than the layers that torch.fx finds in it; make a torch.nn.Sequential of its layers")
