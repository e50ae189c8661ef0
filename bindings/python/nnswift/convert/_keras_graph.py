"""Keras 3: a network -> its layers in order, residuals among them, and what scales its features."""

from __future__ import annotations

from itertools import count
from typing import Any, Dict, Hashable, Iterator, List, Sequence, Tuple

import numpy as np

from ._assembly import Layer
from ._branches import Branches
from ._front import Front
from ._keras_layers import place_of, read_layer, refusal

# They do nothing in a prediction.
_LEFT_OUT = ("GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization", "Identity")


def read_network(keras: Any, network: Any) -> Tuple[Front, List[Layer]]:
    """Returns what scales the features of a network, and its layers.

    Raises
    ------
    ValueError
        Naming the first layer that has no counterpart.
    """
    _require_network(keras, network)
    reader = _Reader(keras)
    layers = reader.values.layers(reader.network(network, 0))
    return _front(layers, network.inputs[0].shape[1:])


def _require_network(keras: Any, network: Any) -> None:
    if not isinstance(network, keras.Model) or not getattr(network, "inputs", None):
        raise ValueError(
            "the network must be a keras.Sequential or functional keras.Model of Keras 3 that is built, got "
            f"{type(network).__name__}; begin it with keras.Input or call it once")
    for name in ("call", "__call__"):
        owner = next(kind for kind in type(network).__mro__ if name in vars(kind))
        if owner.__module__.split(".")[0] != "keras" or name in vars(network):
            raise refusal(network, f"it has a {name} of its own, which no layers describe")
    _require_no_hooks(network)
    if len(network.inputs) != 1 or len(network.outputs) != 1:
        raise ValueError("the network must have one input and one output")


def _require_no_hooks(layer: Any) -> None:
    """With the PyTorch backend a layer is a module, and may have hooks."""
    if getattr(layer, "_forward_pre_hooks", None) or getattr(layer, "_forward_hooks", None):
        raise refusal(layer, "it has a hook, which may change values; remove it")


class _Reader:
    """Goes through the calls of layers in order. A value is a number, that of the input is 0."""

    def __init__(self, keras: Any):
        self.values = Branches(0)
        self._keras = keras
        self._numbers = count(1)

    def network(self, network: Any, given: Hashable) -> Hashable:
        """Reads a network that takes a value, and returns the value that it gives."""
        _require_network(self._keras, network)
        if isinstance(network, self._keras.Sequential):
            for layer in network.layers:
                given = self._call(layer, [given])
            return given
        found: Dict[int, Hashable] = {id(network.inputs[0]): given}
        for made, operation, taken in _calls(network):
            found[made] = self._call(operation, [found[each] for each in taken])
        return found[id(network.outputs[0])]

    def _call(self, operation: Any, taken: Sequence[Hashable]) -> Hashable:
        keras = self._keras
        if isinstance(operation, keras.Model):
            return self.network(operation, taken[0])
        if isinstance(operation, keras.layers.InputLayer):
            return taken[0]
        if _is_sum(keras, operation):
            return self._sum(operation, taken)
        if len(taken) != 1:
            raise refusal(operation, "it must take one value that comes from the input")
        made = next(self._numbers)
        self.values.add(made, taken[0], _read(keras, operation))
        return made

    def _sum(self, operation: Any, taken: Sequence[Hashable]) -> Hashable:
        if len(taken) < 2:
            raise refusal(operation, "it must add values that come from the input")
        whole, *others = taken
        for other in others:
            made = next(self._numbers)
            self.values.join(made, whole, other, place_of(operation))
            whole = made
        return whole


def _calls(network: Any) -> Iterator[Tuple[int, Any, List[int]]]:
    """The calls that lead to a functional network's output, in order: what is made, by what, of what."""
    is_done = {id(network.inputs[0])}
    waiting = [network.outputs[0]]
    while waiting:
        tensor = waiting[-1]
        operation, index, place = tensor._keras_history
        node = operation._inbound_nodes[index]
        missing = [each for each in node.input_tensors if id(each) not in is_done]
        if id(tensor) in is_done:
            waiting.pop()
        elif missing:
            waiting.extend(missing)
        else:
            if not node.input_tensors or place != 0:
                raise refusal(operation, "it must take a value that comes from the input, and give one")
            is_done.add(id(tensor))
            waiting.pop()
            yield id(tensor), operation, [id(each) for each in node.input_tensors]


def _is_sum(keras: Any, operation: Any) -> bool:
    """Whether it is the layer Add, or the + of two values."""
    kind = type(operation)
    return kind is keras.layers.Add or (kind.__name__ == "Add" and kind.__module__.startswith("keras.src.ops"))


def _read(keras: Any, layer: Any) -> List[Layer]:
    """A layer, those of the scaling and the shape as the types "scaling" and "flatten"."""
    kind = type(layer).__name__
    if getattr(keras.layers, kind, None) is not type(layer) or "call" in vars(layer):
        raise refusal(layer)
    _require_no_hooks(layer)
    if kind in _LEFT_OUT or (kind == "Dropout" and layer.rate == 1 and layer.noise_shape is None):
        return []
    place = place_of(layer)
    if kind == "Flatten":
        return [Layer({"type": "flatten", "is_in_order": layer.data_format == "channels_last"}, place=place)]
    if kind == "Reshape" and len(layer.target_shape) == 1:
        return [Layer({"type": "flatten", "is_in_order": True}, place=place)]
    if kind in ("Rescaling", "Normalization"):
        return [Layer({"type": "scaling"}, dict(zip(("center", "factor"), _scaling(keras, layer))), place)]
    options, tensors = read_layer(keras, layer)
    return [Layer(options, tensors, place)]


def _scaling(keras: Any, layer: Any) -> Tuple[np.ndarray, np.ndarray]:
    """The center and the factor of a Rescaling or a Normalization, by which it makes (x - center) · factor."""
    if type(layer) is keras.layers.Rescaling:
        factor, offset = np.asarray(layer.scale, float), np.asarray(layer.offset, float)
        if not (factor > 0).all():
            raise refusal(layer, "its factors must be above 0")
        return -offset / factor if offset.any() else np.zeros(()), factor
    mean, variance = (keras.ops.convert_to_numpy(value).astype(float) for value in (layer.mean, layer.variance))
    if layer.invert or mean.shape[0] != 1:
        raise refusal(layer, "it must not have invert, nor an axis over the rows")
    return mean[0], 1 / np.maximum(np.sqrt(variance[0]), keras.config.epsilon())


def _front(layers: Sequence[Layer], shape: Tuple[int, ...]) -> Tuple[Front, List[Layer]]:
    """Takes scalings and Flatten off the beginning; rows are flat from there on."""
    if None in shape:
        raise ValueError(f"the network must take rows of features, it takes {tuple(shape)}; give keras.Input sizes")
    front, rest, is_flat = Front(int(np.prod(shape))), list(layers), len(shape) == 1
    while rest and rest[0].options["type"] in ("scaling", "flatten"):
        layer = rest.pop(0)
        if layer.options["type"] == "flatten":
            # With "channels_first" Keras reorders the values.
            is_flat = is_flat or layer.options["is_in_order"]
            continue
        try:
            now = (front.width,) if is_flat else shape
            center, factor = (np.broadcast_to(layer.tensors[key], now).ravel() for key in ("center", "factor"))
        except ValueError:
            raise ValueError(f"{layer.place} must have one factor for each feature, or one for all") from None
        front.scale(center, factor)
    if not is_flat:
        raise ValueError(f"the network must take rows of features, it takes {tuple(shape)}; begin it with Flatten")
    return front, _rows(rest)


def _rows(layers: Sequence[Layer]) -> List[Layer]:
    """The layers without Flatten, which keeps rows as they are."""
    kept = []
    for layer in layers:
        if layer.options["type"] == "scaling":
            raise ValueError(
                f"{layer.place} has no counterpart in this library: it must stand before all other layers; "
                "see the layers of the reference page")
        if layer.options["type"] != "flatten":
            kept.append(layer._replace(branches=tuple(_rows(branch) for branch in layer.branches)))
    return kept
