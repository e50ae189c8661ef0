"""ONNX: what follows a network's raw outputs, up to the label of a class."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional

import numpy as np

from ..model import Model
from ._onnx_chain import Chain
from ._scaling import temperature

_FUNCTIONS = {"softmax_cross_entropy": "Softmax", "binary_cross_entropy": "Sigmoid", "poisson": "Exp"}


def put_output_function(chain: Chain, model: Model) -> None:
    """Turns raw outputs into probabilities or rates, calibrated if the model is."""
    function = _FUNCTIONS.get(model.spec["loss"]["type"])
    divisor = np.float32(temperature(model))
    members = model.spec.get("members", 1)
    if members > 1:
        _put_mean(chain, function, members, model.output_size, is_last=bool(divisor == 1))
        if divisor == 1:
            return
    chain.begin("loss")
    if divisor != 1:
        chain.add("Mul", chain.value, chain.constant("temperature", 1 / divisor))
    if function is not None:
        chain.add(function, chain.value, **({"axis": -1} if function == "Softmax" else {}))


def _put_mean(chain: Chain, function: Optional[str], members: int, outputs: int, is_last: bool) -> None:
    """Turns raw outputs of members into the mean of their predictions, or into raw outputs that have it."""
    chain.begin("members")
    raw = chain.value
    each = chain.constant("each", [-1, members, outputs], np.int64)
    if function == "Sigmoid" and not is_last:
        _put_log_odds(chain, chain.add("Reshape", raw, each))
        return
    share = chain.constant("mean", np.tile(np.eye(outputs), (members, 1)) / members)
    if function == "Softmax":
        chain.add("Reshape", raw, each)
        chain.add("Softmax", chain.value, axis=-1)
        chain.add("Reshape", chain.value, chain.constant("all", [-1, members * outputs], np.int64))
    elif function is not None:
        chain.add(function, raw)
    chain.add("MatMul", chain.value, share)
    if function is not None and not is_last:
        chain.add("Log", chain.add("Max", chain.value, chain.constant("least", np.finfo(np.float32).tiny)))


def _put_log_odds(chain: Chain, raw: str) -> None:
    """The log odds of the mean probability; probabilities would lose what is near 0 or 1, their logarithms do not."""
    sums = []
    for side in (chain.add("Neg", raw), raw):
        logs = chain.add("Neg", chain.add("Softplus", side))
        axes: Any = {"axes": [1]} if chain.opset < 18 else {}
        given = [logs] if axes else [logs, chain.constant("axis", [1], np.int64)]
        sums.append(chain.add("ReduceLogSumExp", *given, keepdims=0, **axes))
    chain.add("Sub", *sums)


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
