"""ONNX: what follows a network's raw outputs, up to the label of a class."""

from __future__ import annotations

from typing import Any, List, Mapping

import numpy as np

from ..model import Model
from ._onnx_chain import Chain
from ._scaling import temperature

_FUNCTIONS = {"softmax_cross_entropy": "Softmax", "binary_cross_entropy": "Sigmoid", "poisson": "Exp"}


def put_output_function(chain: Chain, model: Model) -> None:
    """Turns raw outputs into probabilities or rates, calibrated if the model is."""
    chain.begin("loss")
    divisor = np.float32(temperature(model))
    if divisor != 1:
        chain.add("Mul", chain.value, chain.constant("temperature", 1 / divisor))
    function = _FUNCTIONS.get(model.spec["loss"]["type"])
    if function is not None:
        chain.add(function, chain.value, **({"axis": -1} if function == "Softmax" else {}))


def put_target(chain: Chain, values: Mapping[str, np.ndarray]) -> None:
    """Undoes the scaling of targets and keeps predictions within their range."""
    chain.begin("target")
    if "scale" in values:
        scaled = chain.add("Div", chain.value, chain.constant("scale", values["scale"]))
        chain.add("Add", scaled, chain.constant("center", values["center"]))
    put_range(chain, values)


def put_range(chain: Chain, values: Mapping[str, np.ndarray]) -> None:
    """Keeps predictions within the range of the targets."""
    chain.begin("target")
    if "low" in values:
        above = chain.add("Max", chain.value, chain.constant("low", values["low"]))
        chain.add("Min", above, chain.constant("high", values["high"]))


def put_label(chain: Chain, spec: Mapping[str, Any], probabilities: str, outputs: int) -> bool:
    """Adds the class of each row [rows]; False: the model has no single class for a row."""
    classes: List[Any] = spec.get("classes") or []
    kind = spec["loss"]["type"]
    chain.begin("label")
    if kind == "softmax_cross_entropy" and classes:
        place = chain.add("ArgMax", probabilities, axis=1, keepdims=0)
    elif kind == "binary_cross_entropy" and classes and outputs == 1:
        threshold = chain.constant("threshold", spec["threshold"], np.float64)
        reached = chain.add("GreaterOrEqual", chain.cast(probabilities, np.float64), threshold)
        flat = chain.add("Reshape", reached, chain.constant("shape", [-1], np.int64))
        place = chain.cast(flat, np.int64)
    else:
        return False
    dtype = np.bool_ if isinstance(classes[0], bool) else np.int64 if isinstance(classes[0], int) else np.object_
    chain.add("Gather", chain.constant("classes", classes, dtype), place)
    return True
