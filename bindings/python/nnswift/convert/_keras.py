"""Keras 3: a network from a model, and a model from one."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Sequence, Tuple, Union

import numpy as np

from ..model import Model
from ._keras_layers import FUNCTIONS, OPTIONS, other_momentum, read_layer, refusal
from ._kinds import BRANCHES, require_known
from ._preprocess import SCALINGS, steps
from ._scaling import with_scaling

# The function that a loss applies to the raw outputs. A Keras network has it as its last activation.
_OUTPUTS = {"softmax_cross_entropy": "softmax", "binary_cross_entropy": "sigmoid", "poisson": "exponential"}
# At the end of a network these give probabilities or rates: no logits, and no logarithm of a rate.
_PROBABILITIES = ("softmax", "sigmoid", "hard_sigmoid", "exponential")
_RATES = (*_PROBABILITIES, "softplus", "relu")

_KNOWN = {"dense", "dropout", "batch_norm", "layer_norm", "rms_norm", "residual", "leaky_relu", "elu", *FUNCTIONS}

# How a network scales its features: not at all, by a factor, or by a center and a scale.
_Scaling = Union[None, float, Tuple[np.ndarray, np.ndarray]]


def to_keras(model: Model, kind: str = "raw") -> Any:
    """Makes a keras.Sequential with the layers and weights of a model, a functional keras.Model if it has a residual.

    Parameters
    ----------
    model : Model
        A preprocess becomes a Rescaling ("scale") or a Normalization.
    kind : {"raw", "proba"}
        What the network computes, as in `Model.predict`. "raw": the outputs before the loss's output function, for a
        Keras loss with ``from_logits=True``. "proba": softmax, sigmoid or exponential (poisson) stands at the end.

    Returns
    -------
    keras.Sequential or keras.Model
        Not compiled. A residual is its two branches and an Add.

    Raises
    ------
    ValueError
        If the model has a layer, or an activation with options, that Keras lacks.
    StateError
        If its preprocess has not been fitted.
    """
    import keras

    if kind not in ("raw", "proba"):
        raise ValueError(f'kind must be "raw" or "proba", got {kind!r}')
    require_known(model, _KNOWN, "Keras")
    spec = model.spec
    given = value = keras.Input((spec["input"],))
    network = keras.Sequential([given])
    is_chain = all(layer["type"] != "residual" for layer in spec["layers"])

    def put(layer: Any, value: Any) -> Any:
        return network.add(layer) if is_chain else layer(value)

    for layer in _scaling_layers(keras, model):
        value = put(layer, value)
    value = _put_layers(keras, put, spec["layers"], "layers", value, model.weights)
    output = _OUTPUTS.get(spec["loss"]["type"])
    if kind == "proba" and output is not None:
        value = put(keras.layers.Activation(output), value)
    return network if is_chain else keras.Model(given, value)


def _put_layers(
    keras: Any, put: Callable[[Any, Any], Any], layers: Sequence[Mapping[str, Any]], path: str, value: Any,
    weights: Mapping[str, Any],
) -> Any:  # fmt: skip
    """Puts layers with their weights behind a value, and returns what they make of it."""
    for index, layer in enumerate(layers):
        name = f"{path}.{index}"
        if layer["type"] == "residual":
            ends = [_put_layers(keras, put, layer[key], f"{name}.{key}", value, weights) for key in BRANCHES]
            value = put(keras.layers.Add(), ends)
            continue
        made = _make_layers(keras, layer)
        for each in made:
            value = put(each, value)
        # Keras keeps a kernel as [inputs, units]; vectors stay as they are.
        made[0].set_weights([tensor.T for key, tensor in weights.items() if key.startswith(f"{name}.")])
    return value


def _scaling_layers(keras: Any, model: Model) -> List[Any]:
    return [
        keras.layers.Rescaling(options["factor"]) if learnt is None else _normalization(keras, *learnt)
        for options, learnt in steps(model, (*SCALINGS, "scale"), "Keras")
    ]


def _normalization(keras: Any, center: np.ndarray, scale: np.ndarray) -> Any:
    center, scale = center.astype(float), scale.astype(float)
    largest = 1 / keras.config.epsilon()
    if scale.max() > largest:
        raise ValueError(
            f"the scales of the preprocess must be at most {largest:g}, Keras divides by no less than 1 / {largest:g}; "
            f"got {scale.max():g}; scale the features before the network")
    return keras.layers.Normalization(mean=center, variance=scale**-2)


def _make_layers(keras: Any, layer: Mapping[str, Any]) -> List[Any]:
    """The Keras layers of one layer, the one with its weights first."""
    layers = keras.layers
    if layer["type"] == "dense":
        activation = layer["activation"]
        if activation["type"] in FUNCTIONS:
            return [layers.Dense(layer["units"], _function(activation), layer["bias"])]
        return [layers.Dense(layer["units"], use_bias=layer["bias"]), _make_activation(keras, activation)]
    if layer["type"] == "dropout":
        return [layers.Dropout(layer["rate"])]
    if layer["type"] == "rms_norm":
        if not layer["affine"]:
            raise ValueError("rms_norm without affine has no counterpart in Keras; give it a weight of ones")
        if not hasattr(layers, "RMSNormalization"):
            raise ValueError(f"rms_norm has no counterpart in Keras {keras.__version__}; install 3.9 or newer")
        return [layers.RMSNormalization(epsilon=layer["eps"])]
    if layer["type"] in ("batch_norm", "layer_norm"):
        options = {"epsilon": layer["eps"], "center": layer["affine"], "scale": layer["affine"]}
        if layer["type"] == "layer_norm":
            return [layers.LayerNormalization(**options)]
        return [layers.BatchNormalization(momentum=other_momentum(layer["momentum"]), **options)]
    return [_make_activation(keras, layer)]


def _make_activation(keras: Any, options: Mapping[str, Any]) -> Any:
    if options["type"] == "leaky_relu":
        return keras.layers.LeakyReLU(negative_slope=options["slope"])
    if options["type"] == "elu":
        return keras.layers.ELU(alpha=options["alpha"])
    return keras.layers.Activation(_function(options))


def _function(options: Mapping[str, Any]) -> str:
    for key, value in options.items():
        if key != "type" and value != OPTIONS[key]:
            raise ValueError(
                f"{options['type']} with {key} {value!r} has no counterpart in Keras, it has {OPTIONS[key]!r} only")
    return FUNCTIONS[options["type"]]


def from_keras(network: Any, loss: Any, **spec: Any) -> Model:
    """Makes a model with the layers and weights of a Keras network.

    A last softmax (softmax_cross_entropy), sigmoid (binary_cross_entropy) or exponential (poisson) is left out, the
    loss has it: so `Model.predict` gives what the network's own predict gives. Regularisers, constraints and
    ``trainable=False`` are not taken over.

    Parameters
    ----------
    network : keras.Sequential, or a functional keras.Model that is a chain
        Of Dense, BatchNormalization, LayerNormalization, RMSNormalization, Dropout, Activation, ReLU, LeakyReLU, ELU
        and Softmax. At the beginning it may have a Rescaling by one factor or a Normalization, which become the
        preprocess "scale" or a fitted "standardize", and Flatten, which is left out: give the model
        ``x.reshape(len(x), -1)``.
    loss : str or dict
        What the model is trained and used for, as in a spec.
    **spec
        Further keys of the spec: classes, threshold, seed, preprocess.

    Raises
    ------
    ValueError
        Naming the first layer that has no counterpart.
    """
    import keras

    chain = _chain(keras, network)
    size, scaling = _front(keras, network, chain)
    if scaling is not None:
        if "preprocess" in spec:
            raise ValueError("preprocess must not be given, the network scales its features; leave one of them out")
        is_factor = isinstance(scaling, float)
        spec["preprocess"] = {"type": "scale", "factor": scaling} if is_factor else "standardize"
    read = [read_layer(keras, layer) for layer in chain]
    layers = _without_output([options for options, _ in read], loss)
    model = Model({"input": size, "layers": layers, "loss": loss, **spec})
    tensors = {}
    for index, (_, own) in enumerate(read):
        tensors.update({f"layers.{index}.{name}": value.astype(np.float32) for name, value in own.items()})
    model.set_weights(tensors)
    return with_scaling(model, *scaling) if isinstance(scaling, tuple) else model


def _chain(keras: Any, network: Any) -> List[Any]:
    """The layers of a network in order, those of a Sequential inside it too."""
    if not isinstance(network, keras.Model) or not getattr(network, "inputs", None):
        raise ValueError(
            "the network must be a keras.Sequential or functional keras.Model of Keras 3 that is built, got "
            f"{type(network).__name__}; begin it with keras.Input or call it once")
    layers = [layer for layer in network.layers if not isinstance(layer, keras.layers.InputLayer)]
    if not isinstance(network, keras.Sequential):
        _require_chain(network, layers)
    chain: List[Any] = []
    for layer in layers:
        chain.extend(_chain(keras, layer) if isinstance(layer, keras.Sequential) else [layer])
    return chain


def _require_chain(network: Any, layers: List[Any]) -> None:
    before = network.inputs[0]
    for layer in layers:
        if layer.input is not before:
            raise ValueError(
                f'the network must be a chain, layer "{layer.name}" does not take what the layer before it gives; '
                "branches, those of a residual too, cannot be read; if it is one make a keras.Sequential of its layers")
        before = layer.output
    if len(network.inputs) != 1 or len(network.outputs) != 1 or network.outputs[0] is not before:
        raise ValueError("the network must be a chain: one input, and the last layer's output as its only one")


def _front(keras: Any, network: Any, chain: List[Any]) -> Tuple[int, _Scaling]:
    """Takes Rescaling, Normalization and Flatten out of the chain; the features of a row, and what scales them."""
    shape = network.inputs[0].shape[1:]
    scaling: _Scaling = None
    is_flat = len(shape) == 1
    while chain and type(chain[0]) in (keras.layers.Rescaling, keras.layers.Normalization, keras.layers.Flatten):
        layer = chain.pop(0)
        if type(layer) is keras.layers.Flatten:
            # With "channels_first" Keras reorders the values.
            is_flat = is_flat or layer.data_format == "channels_last"
        elif scaling is not None:
            raise refusal(layer, "the features may be scaled once")
        else:
            scaling = _read_scaling(keras, layer)
    if not is_flat or None in shape:
        raise ValueError(f"the network must take rows of features, it takes {tuple(shape)}; begin it with Flatten")
    # Rows are flat from here on.
    chain[:] = [layer for layer in chain if type(layer) is not keras.layers.Flatten]
    return int(np.prod(shape)), scaling


def _read_scaling(keras: Any, layer: Any) -> _Scaling:
    """The factor of a Rescaling, or the center and scale [features] of a Normalization."""
    if type(layer) is keras.layers.Rescaling:
        if np.ndim(layer.scale) > 0 or np.any(np.asarray(layer.offset) != 0):
            raise refusal(layer, "it must have one factor and offset 0")
        return float(layer.scale)
    mean, variance = (keras.ops.convert_to_numpy(value).astype(float) for value in (layer.mean, layer.variance))
    if layer.invert or mean.shape[0] != 1:
        raise refusal(layer, "it must not have invert, nor an axis over the rows")
    mean, variance = (np.broadcast_to(value, (1, *layer.input.shape[1:])).ravel() for value in (mean, variance))
    return mean.astype(np.float32), (1 / np.maximum(np.sqrt(variance), keras.config.epsilon())).astype(np.float32)


def _without_output(layers: List[Dict[str, Any]], loss: Any) -> List[Dict[str, Any]]:
    """The layers without the output function that the loss has."""
    kind = loss.get("type") if isinstance(loss, Mapping) else loss
    if kind not in _OUTPUTS or not layers:
        return layers
    last = layers[-1]
    function = last.get("activation", last)["type"]
    if function == _OUTPUTS[kind]:
        if "activation" in last:
            return [*layers[:-1], {**last, "activation": "identity"}]
        return layers[:-1] or [{"type": "identity"}]
    if function in (_RATES if kind == "poisson" else _PROBABILITIES):
        raise ValueError(f"{kind} goes with {_OUTPUTS[kind]} at the end or with none, the network ends in {function}")
    return layers
