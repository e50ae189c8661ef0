"""scikit-learn: the weights of MLPClassifier and MLPRegressor, both ways."""

from __future__ import annotations

from typing import Any, Dict, Optional

import numpy as np

from ..model import Model
from ._kinds import require_known

_SKLEARN_ACTIVATIONS = {"identity": "identity", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu"}
_KNOWN = {"dense", "dropout", *_SKLEARN_ACTIVATIONS.values()}


def from_sklearn(network: Any) -> Model:
    """Makes a model of a fitted MLPClassifier or MLPRegressor of scikit-learn.

    Parameters
    ----------
    network : MLPClassifier or MLPRegressor

    Raises
    ------
    ValueError
        If it is not fitted, or a regression with a loss this library lacks.
    """
    if not hasattr(network, "coefs_"):
        raise ValueError("the network must be fitted, it has no coefs_ yet; call fit before")
    hidden = _SKLEARN_ACTIVATIONS[network.activation]
    count = len(network.coefs_)
    layers = [
        {"type": "dense", "units": weight.shape[1], "activation": hidden if index < count - 1 else "identity"}
        for index, weight in enumerate(network.coefs_)
    ]
    model = Model({"input": network.coefs_[0].shape[0], "layers": layers, **_sklearn_loss(network)})
    tensors = {}
    for index, (weight, bias) in enumerate(zip(network.coefs_, network.intercepts_)):
        tensors[f"layers.{index}.weight"] = weight.T.astype(np.float32)
        tensors[f"layers.{index}.bias"] = bias.astype(np.float32)
    model.set_weights(tensors)
    return model


def _sklearn_loss(network: Any) -> Dict[str, Any]:
    losses = {"softmax": "softmax_cross_entropy", "logistic": "binary_cross_entropy", "identity": "mse", "exp": "poisson"}
    loss = losses.get(network.out_activation_)
    if loss is None:
        raise ValueError(f"out_activation_ {network.out_activation_!r} has no loss in this library")
    classes: Optional[Any] = getattr(network, "classes_", None)
    return {"loss": loss} if classes is None else {"loss": loss, "classes": [_class_name(name) for name in classes]}


def _class_name(name: Any) -> Any:
    return name.item() if isinstance(name, (np.integer, np.bool_)) else str(name)


def to_sklearn(model: Model, network: Any) -> Any:
    """Copies the weights of a model into a fitted MLPClassifier or MLPRegressor of the same sizes, and returns it.

    Parameters
    ----------
    model : Model
        Of dense layers; dropout does nothing in a prediction.
    network : MLPClassifier or MLPRegressor
        Its activation stays as it is: it must be the model's.

    Raises
    ------
    ValueError
        If the model has another layer, a dense layer without bias, or other sizes.
    """
    require_known(model, _KNOWN, "scikit-learn")
    dense = [index for index, layer in enumerate(model.spec["layers"]) if layer["type"] == "dense"]
    if not all(model.spec["layers"][index]["bias"] for index in dense):
        raise ValueError("every dense layer must have a bias, scikit-learn's have; train the model with bias true")
    weights = model.weights
    shapes = [value.T.shape for name, value in weights.items() if name.endswith("weight")]
    if [value.shape for value in network.coefs_] != shapes:
        raise ValueError(f"the network must have layers of {shapes}, it has {[c.shape for c in network.coefs_]}")
    for place, index in enumerate(dense):
        network.coefs_[place] = weights[f"layers.{index}.weight"].T.astype(float)
        network.intercepts_[place] = weights[f"layers.{index}.bias"].astype(float)
    return network
