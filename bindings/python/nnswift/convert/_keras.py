"""Keras 3: a network from a model, and a model from one."""

from __future__ import annotations

from typing import Any, Callable, List, Mapping, Sequence

import numpy as np

from ..model import Model
from ._assembly import OUTPUTS, assembled, without_output
from ._keras_graph import read_network
from ._keras_layers import FUNCTIONS, OPTIONS, other_momentum
from ._kinds import BRANCHES, require_known
from ._preprocess import SCALINGS, steps
from ._scaling import temperature, with_plain_targets

_KNOWN = {"dense", "dropout", "batch_norm", "layer_norm", "rms_norm", "residual", "prelu", "leaky_relu", "elu", *FUNCTIONS}

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
    if kind == "proba":
        model = with_plain_targets(model)
    spec = model.spec
    given = value = keras.Input((spec["input"],))
    network = keras.Sequential([given])
    is_chain = all(layer["type"] != "residual" for layer in spec["layers"])

    def put(layer: Any, value: Any) -> Any:
        return network.add(layer) if is_chain else layer(value)

    for layer in _scaling_layers(keras, model):
        value = put(layer, value)
    value = _put_layers(keras, put, spec["layers"], "layers", value, model.weights)
    output = OUTPUTS.get(spec["loss"]["type"])
    if kind == "proba" and temperature(model) != 1:
        value = put(keras.layers.Rescaling(1 / temperature(model)), value)
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
        if activation["type"] in FUNCTIONS and activation.get("min") != 0:
            return [layers.Dense(layer["units"], _function(activation), layer["bias"])]
        return [layers.Dense(layer["units"], use_bias=layer["bias"]), _make_activation(keras, activation)]
    if layer["type"] == "prelu":
        return [layers.PReLU(shared_axes=[1] if layer["shared"] else None)]
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
    if options["type"] == "hard_tanh" and options["min"] == 0:
        return keras.layers.ReLU(max_value=options["max"])
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
    network : keras.Sequential, or a functional keras.Model
        Of Dense, BatchNormalization, LayerNormalization, RMSNormalization, Dropout, Activation, ReLU, LeakyReLU, PReLU,
        ELU and Softmax, one after the other; an Add of values that come from one is a residual. Where BatchNormalization
        has no scale or no center, the model has ones or zeros. GaussianNoise, GaussianDropout, AlphaDropout and
        ActivityRegularization are left out.
        At the beginning it may have Rescaling and Normalization, which become the preprocess "scale" (one factor) or a
        fitted "standardize", and Flatten, which is left out: give the model ``x.reshape(len(x), -1)``.
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

    front, read = read_network(keras, network)
    scaling = front.spec()
    if scaling and "preprocess" in spec:
        raise ValueError("preprocess must not be given, the network scales its features; leave one of them out")
    read, _ = without_output(read, loss)
    layers, tensors = assembled(read)
    model = Model({"input": front.width, "layers": layers, "loss": loss, **scaling, **spec})
    model.set_weights(tensors)
    return front.put_into(model)
