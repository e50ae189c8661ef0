"""ONNX: a model of a graph that is a chain of layers, residuals among them."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional, Tuple

import numpy as np

from ..model import Model
from ._kinds import BRANCHES
from ._onnx_export import SPEC_KEY, onnx_package, to_onnx
from ._onnx_formulas import FORMULAS, PARTS, matches
from ._onnx_graph import Graph, Node, model_proto, tensor_values
from ._onnx_layers import Layers
from ._onnx_operators import READERS, SUPPORTED, Step, floats, short
from ._onnx_paths import Paths
from ._preprocess import SCALINGS
from ._scaling import with_scaling

# The output function of a loss -> the loss. It is no layer: the model ends before it.
_LOSSES = {"softmax": "softmax_cross_entropy", "sigmoid": "binary_cross_entropy", "exp": "poisson"}

_FROM_GRAPH = ("input", "layers", "preprocess")


def from_onnx(source: Any, loss: Any = None, **spec: Any) -> Model:
    """Makes a model of an ONNX graph that is a chain of layers of this library.

    Two branches that begin at one value and meet in an Add are a residual, the branch of Add's first input its
    ``layers``; a branch without any layer is its empty ``shortcut``.

    A file of `to_onnx` gives the same model back, spec, scaling and weights bit by bit, while its nodes are as they
    were written; values of its weights may have changed. Of any other graph, a Softmax, Sigmoid or Exp at the end
    becomes the loss softmax_cross_entropy, binary_cross_entropy or poisson, and without one the loss is mse:
    predict(kind="proba") gives what the graph gives, up to float32 rounding. If `loss` is given, an output function
    that is not its own stays a layer, and predict(kind="raw") gives what the graph gives.

    Sub, Mul, Div and Add with constants before the first layer become the preprocess: ``scale`` for one factor, else
    ``standardize``. Sub, then Mul keeps its bits; other orders, and a Div, are computed in float64 and rounded once.
    Beside a dense layer they are computed into its weights in the same way. Dropout is left out. Of a classifier of
    scikit-learn the probabilities are followed; its two columns 1 - p and p become one, as binary_cross_entropy has it.

    Parameters
    ----------
    source : str, os.PathLike, bytes or onnx.ModelProto
        External data is read only from the folder of a path.
    loss : str or dict, optional
        What the model is trained and used for, as in a spec.
    **spec
        Further keys of the spec: classes, threshold, seed; None leaves one of a file of `to_onnx` out.

    Raises
    ------
    ImportError
        If the package onnx is missing.
    ValueError
        Naming the first operator that has no counterpart, or what is wrong with the file.
    OSError
        If the file cannot be read.
    """
    onnx = onnx_package()
    fixed = [key for key in _FROM_GRAPH if key in spec]
    if fixed:
        raise ValueError(f"{', '.join(fixed)} must come from the graph alone; leave it out")
    if loss is not None:
        spec["loss"] = loss
    proto = model_proto(onnx, source)
    model = _restored(onnx, proto, spec)
    return _of_graph(Graph(onnx, proto), spec) if model is None else model


def _of_graph(graph: Graph, changes: Mapping[str, Any]) -> Model:
    steps, loss = _without_output_function(_steps(graph), changes.get("loss"))
    layers = Layers(graph)
    for step in steps:
        layers.add(step)
    layers.finish()
    spec = {"input": layers.input_size, "layers": layers.layers, "preprocess": layers.preprocess}
    return _built({**spec, **_without_none(changes), "loss": loss}, layers.tensors(), layers.scaling)


def _built(
    spec: Mapping[str, Any], tensors: Mapping[str, np.ndarray], scaling: Optional[Tuple[np.ndarray, np.ndarray]]
) -> Model:
    model = Model(spec)
    model.set_weights({name: tensors[name] for name in model.weights})
    if scaling is None:
        return model
    center, scale = (np.broadcast_to(values, (model.input_size,)) for values in scaling)
    return with_scaling(model, center, scale)


def _without_none(changes: Mapping[str, Any]) -> Dict[str, Any]:
    return {key: value for key, value in changes.items() if value is not None}


def _restored(onnx: Any, proto: Any, changes: Mapping[str, Any]) -> Optional[Model]:
    """The model of a file that `to_onnx` wrote, None for other files and for those that were changed since."""
    text = next((entry.value for entry in proto.metadata_props if entry.key == SPEC_KEY), None)
    if text is None:
        return None
    try:
        spec = json.loads(text)
        tensors = {tensor.name: tensor_values(onnx, tensor) for tensor in proto.graph.initializer}
        if not _has_weights(spec, tensors):
            return None
        scaling = None
        if spec["preprocess"]["type"] in SCALINGS:
            scaling = tensors["preprocess.center"], tensors["preprocess.scale"]
        model = _built(spec, tensors, scaling)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    # The metadata describes the graph as exported; it is used only if the nodes are still the same.
    written = to_onnx(model).graph
    for field in ("node", "initializer"):
        if list(getattr(written, field)) != list(getattr(proto.graph, field)):
            return None
    return _built(_without_none({**spec, **changes}), tensors, scaling) if changes else model


def _has_weights(spec: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> bool:
    """Whether the file holds the weights its spec speaks of: nothing is allocated on the word of a text."""
    return _size_behind(spec["layers"], "layers", spec["input"], tensors) is not None


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


def _without_output_function(steps: List[Step], loss: Any) -> Tuple[List[Step], Any]:
    """The steps without the output function of the loss, and the loss."""
    last = max((i for i, step in enumerate(steps) if step.kind != "reshape"), default=None)
    if last is not None and steps[last].kind == "two_columns":
        pair = steps.pop(last)
        last -= 1
        name = loss.get("type") if isinstance(loss, Mapping) else loss
        if last < 0 or _name(steps[last]) != "sigmoid" or name not in (None, _LOSSES["sigmoid"]):
            raise ValueError(f"{pair.node} must join 1 - p and p of a Sigmoid, for the loss {_LOSSES['sigmoid']}")
    own = None if last is None else _LOSSES.get(_name(steps[last]))
    loss = loss if loss is not None else own or "mse"
    if own is not None and own == (loss.get("type") if isinstance(loss, Mapping) else loss):
        steps.pop(last)
    return steps, loss


def _name(step: Step) -> str:
    return step.options["type"] if step.kind == "activation" else step.kind


def _steps(graph: Graph) -> List[Step]:
    """The steps from the input to the output; raises with the first operator that has no counterpart."""
    reached = Paths(graph.input)
    last = graph.input
    for node in graph.nodes:
        if node.operator not in READERS and node.operator not in PARTS:
            raise ValueError(f"{node} has no counterpart in this library; supported are {SUPPORTED}")
        step = _formula(graph, node, reached) or _operator(graph, node, reached)
        if step is not None:
            reached.add(step)
            last = node.output
    if graph.output not in reached:
        stuck = next((node for node in graph.nodes if last in node.inputs), graph.nodes[-1])
        raise ValueError(
            f"{stuck} does not continue a chain of layers: it joins two branches other than by Add, or is part of a "
            f"formula that this library does not have; supported are {SUPPORTED}"
        )
    return reached.steps(graph.output)


def _formula(graph: Graph, node: Node, reached: Paths) -> Optional[Step]:
    for pattern, kind, options in FORMULAS.get(node.operator, ()):
        for found in matches(graph, pattern, node.output, {}):
            if found["x"] in reached:
                tensors = {name: floats(found[name], node) for name in ("weight", "bias") if name in found}
                kept = {name: short(found[name]) for name in ("beta", "threshold", "eps") if name in found}
                return Step(kind, node, found["x"], {**options, **kept}, tensors)
    return None


def _operator(graph: Graph, node: Node, reached: Paths) -> Optional[Step]:
    # Nodes that are not reached belong to a formula: their attributes are not read.
    if node.operator not in READERS or not any(name in reached for name in node.inputs):
        return None
    step = READERS[node.operator](graph, node)
    if step is None and node.operator == "Add":
        step = reached.joined(node)
    return step if step is not None and step.input in reached else None
