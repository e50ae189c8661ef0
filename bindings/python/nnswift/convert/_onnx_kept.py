"""ONNX: what a file of `to_onnx` keeps beside its graph, believed as far as the graph agrees."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

import numpy as np

from ..model import Model
from ._assembly import OUTPUTS
from ._kinds import BRANCHES
from ._onnx_export import SPEC_KEY, to_onnx
from ._onnx_flow import Flow
from ._preprocess import SCALINGS
from ._scaling import with_scaling

#: Reads a graph by itself, with keys of a spec laid over it.
Read = Callable[[Any, Mapping[str, Any]], Tuple[Model, Flow]]

# What is said of a model beside its layers.
_ABOUT = ("loss", "classes", "threshold", "seed", "features")

# What a text that is no spec brings about when it is read as one.
_NO_SPEC = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


def with_metadata(proto: Any, changes: Mapping[str, Any], read: Read) -> Model:
    """The model of a file, with what the metadata of `to_onnx` says of it.

    The graph alone says what is computed. If a model of the spec that is kept would be written as a graph that computes
    the same, it is that model. If only numbers differ, the layers are those of the graph, and loss, classes, threshold,
    seed and names of features those of the spec. Else the spec is of some other graph.
    """
    spec = _spec(proto)
    if spec is None:
        return read(proto, changes)[0]
    try:
        found, flow = read(proto, {"classes": None})
        model = _restored(spec, flow, found, changes, read)
        if model is not None:
            return model
        if _is_like(spec, found.spec):
            return read(proto, {**{key: spec[key] for key in _ABOUT if key in spec}, **changes})[0]
    except _NO_SPEC:
        pass
    return read(proto, changes)[0]


def _spec(proto: Any) -> Optional[Dict[str, Any]]:
    kept = next((entry.value for entry in proto.metadata_props if entry.key == SPEC_KEY), None)
    try:
        spec = None if kept is None else json.loads(kept)
    except (ValueError, RecursionError):
        return None
    return spec if isinstance(spec, dict) else None


def _restored(
    spec: Mapping[str, Any], flow: Flow, found: Model, changes: Mapping[str, Any], read: Read
) -> Optional[Model]:
    """The model of a spec with the weights of a graph, None if it does not compute what the graph does."""
    tensors = flow.values.constants
    try:
        # Nothing is allocated on the word of a text.
        if _size_behind(spec["layers"], "layers", spec["input"], tensors) is None:
            return None
        model = _built(spec, tensors)
    except _NO_SPEC:
        return None
    written = to_onnx(model)
    del written.metadata_props[:]
    again = read(written, {"classes": None})[0]
    if bytes(again.to_bytes()) != bytes(found.to_bytes()):
        return None
    return _built({key: value for key, value in {**spec, **changes}.items() if value is not None}, tensors)


def _built(spec: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> Model:
    model = Model(spec)
    model.set_weights({name: tensors[name] for name in model.weights})
    if spec["preprocess"]["type"] in SCALINGS:
        return with_scaling(model, tensors["preprocess.center"], tensors["preprocess.scale"])
    return model


def _size_behind(layers: Any, path: str, size: int, tensors: Mapping[str, np.ndarray]) -> Optional[int]:
    """How many columns layers give, None if their weights are not in the file."""
    for index, layer in enumerate(layers):
        name = f"{path}.{index}"
        if layer["type"] == "residual":
            ends = [_size_behind(layer[branch], f"{name}.{branch}", size, tensors) for branch in BRANCHES]
            if ends[0] is None or ends[0] != ends[1]:
                return None
            size = ends[0]
        elif layer["type"] == "dense":
            if tensors[f"{name}.weight"].shape != (layer["units"], size):
                return None
            size = layer["units"]
        elif layer["type"] == "prelu" and tensors[f"{name}.weight"].shape != (1 if layer["shared"] else size,):
            return None
        elif layer["type"] in ("batch_norm", "layer_norm") and tensors[f"{name}.weight"].shape != (size,):
            return None
    return size


def _is_like(spec: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether a spec may be that of a graph with other numbers: of one output function, and layers of one size."""
    kind = spec["loss"]["type"] if spec["loss"]["type"] in OUTPUTS else "mse"
    same = found["loss"]["type"] == kind and found["input"] == spec["input"]
    return same and _layers(found["layers"]) == _layers(spec["layers"])


def _layers(layers: Any) -> List[Any]:
    """The kinds of layers and their units, as the layers of one spec can be compared to those of another."""
    kinds: List[Any] = []
    for layer in layers:
        if layer["type"] == "residual":
            kinds.append([_layers(layer[branch]) for branch in BRANCHES])
        elif layer["type"] == "dense":
            kinds += [("dense", layer["units"]), layer["activation"]["type"]]
        else:
            kinds.append(layer["type"])
    return [kind for kind in kinds if kind not in ("identity", "dropout")]
