"""Layers that were read of another framework's network -> the layers of a spec and its tensors."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

# The output function of a loss. A network of another framework ends in it; here the loss has it.
OUTPUTS = {"softmax_cross_entropy": "softmax", "binary_cross_entropy": "sigmoid", "poisson": "exponential"}
# These make what OUTPUTS makes of the loss's raw outputs, too: softmax(log_softmax(z)) = softmax(z).
_SAME_OUTPUTS = {"softmax_cross_entropy": ("log_softmax",)}
# At the end of a network these give probabilities or rates: no logits, and no logarithm of a rate.
_PROBABILITIES = ("softmax", "log_softmax", "sigmoid", "log_sigmoid", "hard_sigmoid", "exponential")
_RATES = (*_PROBABILITIES, "softplus", "relu", "relu6")


class Layer(NamedTuple):
    """One layer of a network of another framework.

    Attributes
    ----------
    options : dict
        As in a spec; of a residual without its layers. The type "exponential" is an output function only.
    tensors : dict of arrays
        By their own names: "weight".
    place : str
        What a message calls it: ``module fc.1, Linear,``.
    takes : int, optional
        The number of features that it takes; None for any.
    branches : two lists of Layer
        Of a residual: its layers and its shortcut.
    """

    options: Dict[str, Any]
    tensors: Mapping[str, np.ndarray] = {}
    place: str = ""
    takes: Optional[int] = None
    branches: Tuple[Sequence["Layer"], Sequence["Layer"]] = ((), ())


def assembled(layers: Sequence[Layer], path: str = "layers") -> Tuple[List[Dict[str, Any]], Dict[str, np.ndarray]]:
    """Returns the layers of a spec, and their tensors [float32] by the names they have in a model."""
    made: List[Dict[str, Any]] = []
    tensors: Dict[str, np.ndarray] = {}
    for index, layer in enumerate(layers):
        name = f"{path}.{index}"
        options = dict(layer.options)
        if "exponential" in (options["type"], options.get("activation", {}).get("type")):
            raise ValueError(
                f"{layer.place} has no counterpart in this library: exponential is only the output function of poisson")
        if options["type"] == "residual":
            inner, own = assembled(layer.branches[0], f"{name}.layers")
            options["layers"] = inner or [{"type": "identity"}]
            options["shortcut"], more = assembled(layer.branches[1], f"{name}.shortcut")
            tensors.update(own, **more)
        tensors.update({f"{name}.{key}": np.asarray(value, np.float32) for key, value in layer.tensors.items()})
        made.append(options)
    return made or [{"type": "identity"}], tensors


def checked_width(layers: Sequence[Layer], width: Optional[int] = None) -> Optional[int]:
    """Returns the number of features behind layers, None where no layer says it.

    Raises
    ------
    ValueError
        Naming a layer that takes another number of features than come to it.
    """
    for layer in layers:
        if layer.options["type"] == "residual":
            first = input_width([layer]) if width is None else width
            ends = [checked_width(branch, first) for branch in layer.branches]
            if len(set(ends)) != 1:
                raise ValueError(f"{layer.place} must add rows of one shape, got {ends[0]} and {ends[1]} features")
            width = ends[0]
            continue
        if None not in (layer.takes, width) and layer.takes != width:
            raise ValueError(
                f"{layer.place} takes {layer.takes} features, {width} come to it; "
                "a network of this library keeps rows of features from layer to layer")
        width = layer.options.get("units", width if layer.takes is None else layer.takes)
    return width


def input_width(layers: Sequence[Layer]) -> Optional[int]:
    """Returns the features that the first layer that says so takes: those before it keep them as they are."""
    for layer in layers:
        inside = [input_width(branch) for branch in layer.branches]
        found = [size for size in (*inside, layer.takes) if size is not None]
        if found:
            return found[0]
    return None


def loss_name(loss: Any) -> Any:
    return loss.get("type") if isinstance(loss, Mapping) else loss


def without_output(layers: Sequence[Layer], loss: Any) -> Tuple[List[Layer], Optional[str]]:
    """Returns the layers without the output function that the loss has, and its name; None if there was none.

    Raises
    ------
    ValueError
        If the network ends in the output function of another loss.
    """
    kind = loss_name(loss)
    last = max((index for index, layer in enumerate(layers) if not _does_nothing(layer)), default=None)
    if not isinstance(kind, str) or kind not in OUTPUTS or last is None:
        return list(layers), None
    layer = layers[last]
    function = layer.options.get("activation", layer.options)["type"]
    if function in (OUTPUTS[kind], *_SAME_OUTPUTS.get(kind, ())):
        # What stands behind it does nothing.
        kept = list(layers[:last])
        if "activation" in layer.options:
            kept.append(layer._replace(options={**layer.options, "activation": {"type": "identity"}}))
        return kept, function
    if function in (_RATES if kind == "poisson" else _PROBABILITIES):
        raise ValueError(f"{kind} goes with {OUTPUTS[kind]} at the end or with none, the network ends in {function}")
    return list(layers), None


def _does_nothing(layer: Layer) -> bool:
    """Whether a layer leaves its rows as they are in a prediction."""
    return layer.options["type"] in ("identity", "dropout")
