"""ONNX: a model's predictions as a graph that onnxruntime and many other programs compute."""

from __future__ import annotations

import json
import os
from typing import Any, List, Mapping

import numpy as np

from ..model import Model
from ._kinds import BRANCHES, has_groups, require_known, require_layers, takes_columns
from ._onnx_activations import ACTIVATIONS, put_activation
from ._onnx_chain import ML_DOMAIN, Chain
from ._onnx_outputs import put_label, put_output_function, put_range, put_target
from ._onnx_table import TableInputs, input_types
from ._preprocess import SCALINGS, learnt, steps
from ._scaling import with_plain_targets
from ._table_state import TableState

# Where the spec stands in the file's metadata_props: loss options, classes and threshold have no place in a graph.
SPEC_KEY = "nnswift.spec"

# The lowest version of the operators that does is written, so that older programs read the file: 13 (`Chain`) for all
# but LayerNormalization, which is of 17, and groups of a table. The ir_version is the one that came with it.
_OPSET_OF_LAYER_NORM = 17

# Of ai.onnx.ml: the first whose LabelEncoder gives integers for texts.
_ML_OPSET = 2

# Bytes: Protocol Buffers end at 2 GiB, and names and nodes need some of it.
_LARGEST_WEIGHTS = 2**31 - 2**24


def onnx_package() -> Any:
    """Returns the package onnx.

    Raises
    ------
    ImportError
        Saying how to install it.
    """
    try:
        import onnx
        import onnx.helper
        import onnx.numpy_helper
        import onnx.reference
    except ImportError as problem:
        raise ImportError("ONNX files need the package onnx; install it with: pip install onnx") from problem
    return onnx


def to_onnx(model: Model, path: Any = None, *, missing_text: str = "") -> Any:
    """Makes an ONNX model that computes what `predict(kind="proba")` does, preprocess and output function included.

    Its input is ``input`` [batch x features] float32, its output ``output`` [batch x outputs] float32. Dropout does
    nothing in a prediction and leaves nothing behind. The spec is kept in the file's metadata, so that `from_onnx`
    gives the same model back, with its loss, classes and threshold.

    A model of tables has one input a column, [batch x 1] of the column's name: numbers double, texts string, booleans
    bool, integers and dates (microseconds since 1970-01-01 UTC) int64. A missing value is NaN, `missing_text`, or
    -2^63, which is NumPy's NaT; booleans of which training had missing ones are double for that. A row with a value
    that the model refuses ("missing" or "unknown" is "error") gets NaN. A classifier's second output ``label`` [batch]
    has the class of each row. `from_onnx` does not read such a file.

    Parameters
    ----------
    model : Model
    path : str or os.PathLike, optional
        Where to write it, too.
    missing_text : str
        Of a model of tables: the text that means a missing value.

    Returns
    -------
    onnx.ModelProto
        Its ``SerializeToString()`` is the file's content.

    Raises
    ------
    ImportError
        If the package onnx is missing.
    StateError
        If the preprocess has not seen any data yet.
    ValueError
        Above 2 GiB, which is all that an ONNX file may have; naming a layer that this export lacks; or a column that
        has missing_text among its levels.
    """
    onnx = onnx_package()
    proto = _of_columns(onnx, model, missing_text) if takes_columns(model) else _of_arrays(onnx, model)
    if path is not None:
        with open(os.fspath(path), "wb") as file:
            file.write(proto.SerializeToString())
    return proto


def _of_arrays(onnx: Any, model: Model) -> Any:
    require_known(model, _KNOWN, "an ONNX file", takes_groups=True)
    limits = learnt(model, "target.")
    model = with_plain_targets(model, keeps_range=True)
    _require_size(model)
    chain = Chain(onnx, model.input_size)
    _preprocess(chain, model)
    _layers(chain, model, 0)
    put_output_function(chain, model)
    put_range(chain, limits)
    chain.finish("output")
    floats = onnx.TensorProto.FLOAT
    inputs = [onnx.helper.make_tensor_value_info("input", floats, ["batch", model.input_size])]
    outputs = [onnx.helper.make_tensor_value_info("output", floats, ["batch", model.output_size])]
    return _proto(onnx, chain, inputs, outputs, model)


def _of_columns(onnx: Any, model: Model, missing_text: str) -> Any:
    require_layers(model.spec["layers"], _KNOWN, "an ONNX file", start=1)
    _require_size(model)
    state = TableState(model)
    types = input_types(onnx, state)
    chain = Chain(onnx, 0, types)
    table = TableInputs(chain, state, missing_text)
    put_activation(chain, model.spec["layers"][0]["activation"])
    _layers(chain, model, 1)
    put_output_function(chain, model)
    put_target(chain, learnt(model, "target."))
    table.put_refusal()
    info = onnx.helper.make_tensor_value_info
    inputs = [info(name, kind, ["batch", 1]) for name, kind in types.items()]
    outputs = [info(chain.finish("output"), onnx.TensorProto.FLOAT, ["batch", model.output_size])]
    if put_label(chain, model.spec, chain.value, model.output_size):
        kind = chain.initializers[chain.nodes[-1].input[0]].data_type
        outputs.append(info(chain.finish("label"), kind, ["batch"]))
    return _proto(onnx, chain, inputs, outputs, model)


def _require_size(model: Model) -> None:
    if sum(value.nbytes for value in model.weights.values()) > _LARGEST_WEIGHTS:
        raise ValueError("the weights must fit an ONNX file, which holds 2 GiB; save the model as a safetensors file")


def _proto(onnx: Any, chain: Chain, inputs: List[Any], outputs: List[Any], model: Model) -> Any:
    helper = onnx.helper
    graph = helper.make_graph(chain.nodes, "nnswift", inputs, outputs, list(chain.initializers.values()))
    has_layer_norm = any(node.op_type == "LayerNormalization" for node in chain.nodes)
    version = max(chain.opset, _OPSET_OF_LAYER_NORM) if has_layer_norm else chain.opset
    opsets = [helper.make_opsetid("", version)]
    if any(node.domain == ML_DOMAIN for node in chain.nodes):
        opsets.append(helper.make_opsetid(ML_DOMAIN, _ML_OPSET))
    proto = helper.make_model(graph, producer_name="nnswift", opset_imports=opsets)
    proto.ir_version = 7 if version < 15 else 8
    # The weights of groups are not in the file as the spec has them.
    if not has_groups(model.spec):
        helper.set_model_props(proto, {SPEC_KEY: json.dumps(model.spec)})
    return proto


def _layers(chain: Chain, model: Model, start: int) -> None:
    weights = model.weights
    for index, layer in enumerate(model.spec["layers"][start:], start):
        chain.begin(f"layers.{index}")
        _layer(chain, layer, weights)


def _preprocess(chain: Chain, model: Model) -> None:
    chain.begin("preprocess")
    found = steps(model, (*SCALINGS, "scale", "clip"), "ONNX")
    for index, (options, values) in enumerate(found):
        if len(found) > 1:
            chain.begin(f"preprocess.{index}")
        if values is not None:
            chain.add("Sub", chain.value, chain.constant("center", values[0]))
            chain.add("Mul", chain.value, chain.constant("scale", values[1]))
        elif options["type"] == "scale":
            chain.add("Mul", chain.value, chain.constant("scale", options["factor"]))
        else:
            _clip(chain, options["limit"])


def _clip(chain: Chain, limit: float) -> None:
    """x / √(1 + (x / limit)²), which is ±limit before the square overflows."""
    far = 1e9 * limit
    bounded = chain.add("Clip", chain.value, chain.constant("least", -far), chain.constant("largest", far))
    share = chain.add("Div", bounded, chain.constant("limit", limit))
    chain.add("Div", bounded, chain.add("Sqrt", chain.add("Add", chain.add("Mul", share, share), 1.0)))


def _layer(chain: Chain, layer: Mapping[str, Any], weights: Mapping[str, np.ndarray]) -> None:
    prefix = chain.prefix + "."
    own = {name[len(prefix) :]: value for name, value in weights.items() if name.startswith(prefix)}
    kind = layer["type"]
    if kind == "residual":
        _residual(chain, layer, weights)
    elif kind == "dense":
        own["weight"] = _whole_weight(own["weight"], layer.get("groups", 1))
        names = [chain.constant(name, own[name]) for name in ("weight", "bias") if name in own]
        chain.add("Gemm", chain.value, *names, transB=1)
        chain.size = layer["units"]
        put_activation(chain, layer["activation"])
    elif kind == "batch_norm":
        _batch_norm(chain, layer, own)
    elif kind == "layer_norm":
        _layer_norm(chain, layer, own)
    elif kind == "rms_norm":
        _rms_norm(chain, layer, own)
    elif kind == "prelu":
        chain.add("PRelu", chain.value, chain.constant("weight", own["weight"]))
    elif kind != "dropout":
        put_activation(chain, layer)


def _whole_weight(weight: np.ndarray, groups: int) -> np.ndarray:
    """The weight [units x inputs] of a dense layer in groups, 0 where a unit does not see an input."""
    if groups == 1:
        return weight
    (units, inputs), part = weight.shape, len(weight) // groups
    whole = np.zeros((units, inputs * groups), weight.dtype)
    for group in range(groups):
        rows = slice(group * part, (group + 1) * part)
        whole[rows, group * inputs : (group + 1) * inputs] = weight[rows]
    return whole


def _residual(chain: Chain, layer: Mapping[str, Any], weights: Mapping[str, np.ndarray]) -> None:
    prefix, given, size = chain.prefix, chain.value, chain.size
    ends = []
    for branch in BRANCHES:
        chain.value, chain.size = given, size
        for index, inner in enumerate(layer[branch]):
            chain.begin(f"{prefix}.{branch}.{index}")
            _layer(chain, inner, weights)
        ends.append(chain.value)
    chain.begin(prefix)
    chain.add("Add", *ends)


def _affine(chain: Chain, own: Mapping[str, np.ndarray]) -> List[str]:
    """The scale and shift of a normalisation, which both operators want."""
    weight = chain.constant("weight", own.get("weight", np.ones(chain.size)))
    return [weight, chain.constant("bias", own.get("bias", np.zeros(chain.size)))]


def _batch_norm(chain: Chain, layer: Mapping[str, Any], own: Mapping[str, np.ndarray]) -> None:
    # The mean is taken off before: runtimes compute x · w/σ + (b - mean · w/σ), which loses the digits of a mean that
    # is large beside the deviation.
    centred = chain.add("Sub", chain.value, chain.constant("running_mean", own["running_mean"]))
    inputs = [
        *_affine(chain, own),
        chain.constant("zeros", np.zeros(chain.size)),
        chain.constant("running_var", own["running_var"]),
    ]
    chain.add("BatchNormalization", centred, *inputs, epsilon=layer["eps"], momentum=1 - layer["momentum"])


def _layer_norm(chain: Chain, layer: Mapping[str, Any], own: Mapping[str, np.ndarray]) -> None:
    # The same here: onnxruntime computes the variance as the mean of squares less the square of the mean, and would
    # put that kernel in the place of the single steps, too.
    given = chain.value
    mean = chain.reduced("ReduceMean", given)
    centred = chain.add("Sub", given, mean)
    chain.add("LayerNormalization", centred, *_affine(chain, own), axis=-1, epsilon=layer["eps"])


def _rms_norm(chain: Chain, layer: Mapping[str, Any], own: Mapping[str, np.ndarray]) -> None:
    # RMSNormalization came with version 23 of the operators; these three do in every version.
    given = chain.value
    mean = chain.reduced("ReduceMean", chain.add("Mul", given, given))
    root = chain.add("Sqrt", chain.add("Add", mean, chain.constant("eps", layer["eps"])))
    chain.add("Div", given, root)
    if "weight" in own:
        chain.add("Mul", chain.value, chain.constant("weight", own["weight"]))


_KNOWN = {"dense", "dropout", "batch_norm", "layer_norm", "rms_norm", "prelu", "residual", *ACTIVATIONS}
