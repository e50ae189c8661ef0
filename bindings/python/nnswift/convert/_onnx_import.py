"""ONNX: a model of a graph that is a chain of layers, residuals among them."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Tuple

import numpy as np

from ..model import Model
from ._onnx_columns import require_side_by_side
from ._onnx_export import onnx_package
from ._onnx_file import model_proto
from ._onnx_flow import Flow
from ._onnx_formulas import FORMULAS, PARTS, matches
from ._onnx_graph import Node
from ._onnx_kept import with_metadata
from ._onnx_labels import class_names
from ._onnx_layers import Layers
from ._onnx_ml import unit_length
from ._onnx_operators import READERS, SUPPORTED
from ._onnx_paths import Paths, without_order
from ._onnx_steps import Step, floats, select, short
from ._scaling import with_scaling

# The output function of a loss -> the loss. It is no layer: the model ends before it.
_LOSSES = {"softmax": "softmax_cross_entropy", "sigmoid": "binary_cross_entropy", "exp": "poisson"}

_FROM_GRAPH = ("input", "layers", "preprocess")

# All inputs side by side, and all outputs that are followed: no value of a file has such a name.
_START, _END = "\0inputs", "\0outputs"

_JOINS = {"Add": "residual", "Concat": "concat", "FeatureVectorizer": "concat"}


def from_onnx(source: Any, loss: Any = None, **spec: Any) -> Model:
    """Makes a model of an ONNX graph that is a chain of layers of this library.

    Two branches that begin at one value and meet in an Add are a residual, the branch of Add's first input its
    ``layers``; a branch without any layer is its empty ``shortcut``. Branches that meet in a Concat are read, too.
    Several inputs are the columns of one, in their order.

    A file of `to_onnx` gives the same model back, spec, scaling and weights bit by bit, while its graph computes the
    same, whatever its values and nodes are called; values of its weights may have changed. Of any other graph, a
    Softmax, Sigmoid or Exp at the end becomes the loss softmax_cross_entropy, binary_cross_entropy or poisson, and
    without one the loss is mse: predict(kind="proba") gives what the graph gives, up to float32 rounding. If `loss` is
    given, an output function that is not its own stays a layer, and predict(kind="raw") gives what the graph gives.

    What depends on no feature is computed before. Sub, Mul, Div and Add with constants before the first layer become
    the preprocess: ``scale`` for one factor, else ``standardize``. Sub, then Mul keeps its bits; other orders, and a
    Div, are computed in float64 and rounded once. Beside a dense layer they are computed into its weights in the same
    way. Dropout is left out. Of a classifier of scikit-learn the probabilities are followed, and its labels become the
    classes; its two columns 1 - p and p become one, as binary_cross_entropy has it.

    Parameters
    ----------
    source : str, os.PathLike, bytes or onnx.ModelProto
        External data is read only from the folder of a path.
    loss : str or dict, optional
        What the model is trained and used for, as in a spec.
    **spec
        Further keys of the spec: classes, threshold, seed; None leaves one of the file out.

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
    proto = model_proto(onnx, source)
    if loss is not None:
        spec["loss"] = loss
    return with_metadata(proto, spec, lambda given, keys: _read(onnx, given, keys))


def _read(onnx: Any, proto: Any, changes: Mapping[str, Any]) -> Tuple[Model, Flow]:
    """The model of a graph as it stands there, and the graph."""
    flow = Flow(onnx, proto, {*READERS, *PARTS})
    steps, loss = _without_output_function(_steps(flow), changes.get("loss"))
    if loss == "mse" and "loss" not in changes:
        _refuse_scores(flow)
    layers = Layers(sum(map(np.prod, flow.sizes), start=0))
    size = layers.size
    for step in steps:
        layers.add(step)
    layers.finish()
    _require_computed(flow)
    spec = {"input": int(size), "layers": layers.layers, "preprocess": layers.preprocess, "loss": loss}
    names = {**class_names(flow, loss, layers.size), **_feature_names(flow)}
    spec.update({key: value for key, value in names.items() if key not in changes})
    model = Model({**spec, **{key: value for key, value in changes.items() if value is not None}})
    tensors = layers.tensors()
    model.set_weights({name: tensors[name] for name in model.weights})
    return (model if layers.scaling is None else with_scaling(model, *layers.scaling)), flow


def _without_output_function(steps: List[Step], loss: Any) -> Tuple[List[Step], Any]:
    """The steps without the output function of the loss, and the loss."""
    if steps and steps[-1].kind == "two_columns":
        pair = steps.pop()
        name = loss.get("type") if isinstance(loss, Mapping) else loss
        if not steps or _name(steps[-1]) != "sigmoid" or name not in (None, _LOSSES["sigmoid"]):
            raise ValueError(f"{pair.node} must join 1 - p and p of a Sigmoid, for the loss {_LOSSES['sigmoid']}")
    own = _LOSSES.get(_name(steps[-1])) if steps else None
    loss = loss if loss is not None else own or "mse"
    if own is not None and own == (loss.get("type") if isinstance(loss, Mapping) else loss):
        steps.pop()
    return steps, loss


def _name(step: Step) -> str:
    return step.options["type"] if step.kind == "activation" else step.kind


def _steps(flow: Flow) -> List[Step]:
    """The steps from the input to the output; raises with the first operator that has no counterpart."""
    for node in flow.nodes:
        if node.operator not in READERS and node.operator not in PARTS:
            raise ValueError(f"{node} has no counterpart in this library; supported are {SUPPORTED}")
    reached = _inputs(flow)
    last = flow.inputs[0].name
    for whole in flow.nodes:
        for name in whole.outputs:
            node = whole._replace(outputs=(name,))
            steps = (_formula(flow, node, reached) or _operator(flow, node, reached)) if flow.is_used(name) else None
            if steps:
                reached.add(name, steps)
                last = name
                if name in flow.values.computed:
                    flow.columns(node, name)
    missing = [name for name in flow.outputs if name not in reached]
    if missing:
        _refuse(flow, last)
    end = Node("Concat", "", tuple(flow.outputs), (_END,), {})
    if len(flow.outputs) == 1:
        return reached.steps(flow.outputs[0])
    joined = reached.joined(end, "concat")
    reached.add(_END, [joined])
    return without_order(reached.steps(_END), len(flow.outputs))


def _inputs(flow: Flow) -> Paths:
    if len(flow.inputs) == 1:
        return Paths(flow.inputs[0].name)
    reached, first = Paths(_START), 0
    for value, sizes in zip(flow.inputs, flow.sizes):
        columns = int(np.prod(sizes))
        node = Node("input", value.name, (_START,), (value.name,), {})
        reached.add(value.name, [select(node, _START, first + np.arange(columns))])
        first += columns
    return reached


def _refuse(flow: Flow, last: str) -> None:
    if len(flow.inputs) > 1:
        names = ", ".join(f'"{value.name}"' for value in flow.inputs)
        raise ValueError(
            f"the graph must have one input, it has {names}, which no Concat joins; weights must be initialisers, "
            "export them, too"
        )
    stuck = next((node for node in flow.nodes if last in node.inputs), flow.nodes[-1])
    problem = next((flow.values.problems[name] for name in stuck.outputs if name in flow.values.problems), None)
    raise ValueError(
        problem
        or f"{stuck} does not continue a chain of layers: it joins two branches other than by Add, or is part of a "
        f"formula that this library does not have; supported are {SUPPORTED}"
    )


def _feature_names(flow: Flow) -> Dict[str, List[str]]:
    if len(flow.inputs) == 1 or any(np.prod(sizes) != 1 for sizes in flow.sizes):
        return {}
    return {"features": [value.name for value in flow.inputs]}


def _refuse_scores(flow: Flow) -> None:
    """Refuses a classifier, which gives labels, too, of which no loss is known."""
    for name in flow.others:
        values = flow.values.computed.get(name)
        if flow.is_of_features(name) and (values is None or values[0].dtype.kind != "f"):
            raise ValueError(
                f"{flow.producers[flow.outputs[0]]} gives scores, not probabilities; say by which loss they become "
                'some, loss="binary_cross_entropy" or "softmax_cross_entropy": predict(kind="raw") then gives the scores'
            )


def _require_computed(flow: Flow) -> None:
    for node in flow.nodes:
        for name in node.outputs:
            if name in flow.values.problems:
                raise ValueError(flow.values.problems[name])


def _formula(flow: Flow, node: Node, reached: Paths) -> List[Step]:
    for pattern, kind, options in FORMULAS.get(node.operator, ()):
        for found in matches(flow, pattern, node.output, {}):
            given = found["x"]
            if given not in reached or found.get("floor", 0.0) > 1e-12:
                continue
            if kind == "unit_length":
                return [unit_length(flow, node, given)]
            flow.require_rows(node, given)
            tensors = {name: floats(found[name], node) for name in ("weight", "bias") if name in found}
            kept = {name: short(found[name]) for name in ("beta", "threshold", "eps") if name in found}
            return [Step(kind, node, given, {**options, **kept}, tensors)]
    return []


def _operator(flow: Flow, node: Node, reached: Paths) -> List[Step]:
    # Nodes that are not reached belong to a formula: their attributes are not read.
    if not any(name in reached for name in node.inputs):
        return []
    read = READERS.get(node.operator)
    found: Any = None if read is None else read(flow, node)
    if found is None and node.operator in _JOINS:
        found = reached.joined(node, _JOINS[node.operator])
        _check_join(flow, node, found)
    steps = found if isinstance(found, list) else [found]
    return steps if found is not None and steps[0].input in reached else []


def _check_join(flow: Flow, node: Node, step: Any) -> None:
    if step is None:
        return
    if step.kind == "concat":
        require_side_by_side(flow, node)
        return
    for name in node.inputs:
        flow.require_rows(node, name)
