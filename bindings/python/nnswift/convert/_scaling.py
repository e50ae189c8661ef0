"""Fitted scalings: put into a model, and taken out of it."""

from __future__ import annotations

import numpy as np

from ..errors import StateError
from ..model import Model
from ._preprocess import learnt


def with_scaling(model: Model, center: np.ndarray, scale: np.ndarray) -> Model:
    """Returns a model whose preprocess is fitted to these values [features], bit by bit: finite, scale above 0."""
    model.set_scaling(center, scale)
    return model


def with_plain_targets(model: Model, keeps_range: bool = False) -> Model:
    """Returns a model that predicts the same without "target" in its spec: its last layer has the scaling inside.

    Parameters
    ----------
    keeps_range : bool
        Whether the caller keeps predictions within the range of the targets ("clamp").

    Raises
    ------
    ValueError
        If that layer is not a dense one without an activation; for a "clamp" that the caller does not see to.
    StateError
        If the scaling has not seen any targets yet.
    """
    spec = model.spec
    if spec.get("target", {}).get("clamp") and not keeps_range:
        raise ValueError(
            'the model holds predictions within the range of the targets ("clamp"), which has no counterpart there; '
            "use nnswift.to_onnx, or train a model without it")
    if spec.get("target", {}).get("scale", "none") == "none":
        return model
    last = spec["layers"][-1]
    if last["type"] != "dense" or last["activation"]["type"] != "identity":
        raise ValueError(
            'the scaling of the targets needs a dense layer without an activation at the end, to go into its weights; '
            f'layers[{len(spec["layers"]) - 1}] is {last["type"]}')
    if isinstance(spec["preprocess"], list):
        raise ValueError("a scaling of the targets goes with one kind of preprocess; the model has a list of them")
    values = learnt(model, "target.")
    if not values:
        raise StateError("the model's target must be fitted before; train the model")
    name = f'layers.{len(spec["layers"]) - 1}'
    weights = model.weights
    spread = 1 / values["scale"].astype(np.float64)
    bias = weights.get(f"{name}.bias", np.zeros(len(spread)))
    weights[f"{name}.weight"] = weights[f"{name}.weight"] * spread[:, None]
    weights[f"{name}.bias"] = bias * spread + values["center"]
    last["bias"] = True
    del spec["target"]
    plain = Model(spec)
    plain.set_weights(weights)
    if learnt(model):
        plain.set_scaling(*model.scaling)
    return plain


def temperature(model: Model) -> float:
    """What the outputs of a calibrated classifier are divided by before they become probabilities; else 1."""
    return float(learnt(model, "temperature").get("", [1])[0])
