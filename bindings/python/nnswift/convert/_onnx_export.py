"""ONNX: a model's predictions as a graph that onnxruntime and many other programs compute."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Mapping, Union

import numpy as np

from ..model import Model
from ._kinds import BRANCHES, require_known
from ._onnx_activations import ACTIVATIONS, put_activation
from ._preprocess import SCALINGS, steps
from ._scaling import with_plain_targets

# Where the spec stands in the file's metadata_props: loss options, classes and threshold have no place in a graph.
SPEC_KEY = "nnswift.spec"

# The lowest version of the operators that does, and the ir_version that came with it, so that older programs read the
# file: 13 for all but LayerNormalization, which is of 17.
_OPSET, _IR = 13, 7
_OPSET_OF_LAYER_NORM, _IR_OF_LAYER_NORM = 17, 8

# Bytes: Protocol Buffers end at 2 GiB, and names and nodes need some of it.
_LARGEST_WEIGHTS = 2**31 - 2**24

_OUTPUT_FUNCTIONS = {"softmax_cross_entropy": "Softmax", "binary_cross_entropy": "Sigmoid", "poisson": "Exp"}


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
        raise ImportError("ONNX files need the package onnx; install it with: pip install nnswift[onnx]") from problem
    return onnx


def to_onnx(model: Model, path: Any = None) -> Any:
    """Makes an ONNX model that computes what `predict(kind="proba")` does, preprocess and output function included.

    Its input is ``input`` [batch x features] float32, its output ``output`` [batch x outputs] float32. Dropout does
    nothing in a prediction and leaves nothing behind. The spec is kept in the file's metadata, so that `from_onnx`
    gives the same model back, with its loss, classes and threshold.

    Parameters
    ----------
    model : Model
    path : str or os.PathLike, optional
        Where to write it, too.

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
        Above 2 GiB, which is all that an ONNX file may have; or naming a layer that this export lacks.
    """
    onnx = onnx_package()
    require_known(model, _KNOWN, "an ONNX file")
    model = with_plain_targets(model)
    weights = model.weights
    if sum(value.nbytes for value in weights.values()) > _LARGEST_WEIGHTS:
        raise ValueError("the weights must fit an ONNX file, which holds 2 GiB; save the model as a safetensors file")
    chain = _Chain(onnx, model.input_size)
    _preprocess(chain, model)
    for index, layer in enumerate(model.spec["layers"]):
        chain.begin(f"layers.{index}")
        _layer(chain, layer, weights)
    chain.begin("loss")
    function = _OUTPUT_FUNCTIONS.get(model.spec["loss"]["type"])
    if function is not None:
        chain.add(function, chain.value, **({"axis": -1} if function == "Softmax" else {}))
    proto = _proto(onnx, chain.finished(), model)
    if path is not None:
        with open(os.fspath(path), "wb") as file:
            file.write(proto.SerializeToString())
    return proto


def _proto(onnx: Any, chain: "_Chain", model: Model) -> Any:
    helper = onnx.helper
    floats = onnx.TensorProto.FLOAT
    inputs = [helper.make_tensor_value_info("input", floats, ["batch", model.input_size])]
    outputs = [helper.make_tensor_value_info("output", floats, ["batch", model.output_size])]
    graph = helper.make_graph(chain.nodes, "nnswift", inputs, outputs, list(chain.initializers.values()))
    has_layer_norm = any(node.op_type == "LayerNormalization" for node in chain.nodes)
    proto = helper.make_model(
        graph,
        producer_name="nnswift",
        opset_imports=[helper.make_opsetid("", _OPSET_OF_LAYER_NORM if has_layer_norm else _OPSET)],
    )
    proto.ir_version = _IR_OF_LAYER_NORM if has_layer_norm else _IR
    helper.set_model_props(proto, {SPEC_KEY: json.dumps(model.spec)})
    return proto


class _Chain:
    """Nodes in order; `value` is the name of their last output, `size` its number of columns."""

    def __init__(self, onnx: Any, size: int):
        self._onnx = onnx
        self.prefix = ""
        self.size = size
        self._names: Dict[str, int] = {}
        self.nodes: List[Any] = []
        self.initializers: Dict[str, Any] = {}
        self.value = "input"

    def begin(self, prefix: str) -> None:
        """The names of the next nodes and constants start with prefix."""
        self.prefix = prefix

    def constant(self, name: str, values: Union[float, np.ndarray]) -> str:
        """Adds a constant, or finds the one of that name; returns its name in the graph."""
        name = f"{self.prefix}.{name}"
        if name not in self.initializers:
            array = np.asarray(values, np.float32)
            self.initializers[name] = self._onnx.numpy_helper.from_array(array, name)
        return name

    def add(self, operator: str, *inputs: Union[str, float], **attributes: Any) -> str:
        """Adds a node, numbers as constants, and returns the name of its output: the chain's new value."""
        names = [given if isinstance(given, str) else self.constant(f"{given:g}", given) for given in inputs]
        name = f"{self.prefix}/{operator}"
        self._names[name] = self._names.get(name, 0) + 1
        if self._names[name] > 1:
            name += f"_{self._names[name]}"
        self.value = f"{name}_output"
        self.nodes.append(self._onnx.helper.make_node(operator, names, [self.value], name, **attributes))
        return self.value

    def finished(self) -> "_Chain":
        """Names the output of the last node "output"."""
        if not self.nodes:
            self.add("Identity", self.value)
        self.nodes[-1].output[0] = "output"
        return self


def _preprocess(chain: _Chain, model: Model) -> None:
    chain.begin("preprocess")
    found = steps(model, (*SCALINGS, "scale", "clip"), "ONNX")
    for index, (options, learnt) in enumerate(found):
        if len(found) > 1:
            chain.begin(f"preprocess.{index}")
        if learnt is not None:
            chain.add("Sub", chain.value, chain.constant("center", learnt[0]))
            chain.add("Mul", chain.value, chain.constant("scale", learnt[1]))
        elif options["type"] == "scale":
            chain.add("Mul", chain.value, chain.constant("scale", options["factor"]))
        else:
            _clip(chain, options["limit"])


def _clip(chain: _Chain, limit: float) -> None:
    """x / √(1 + (x / limit)²), which is ±limit before the square overflows."""
    far = 1e9 * limit
    bounded = chain.add("Clip", chain.value, chain.constant("least", -far), chain.constant("largest", far))
    share = chain.add("Div", bounded, chain.constant("limit", limit))
    chain.add("Div", bounded, chain.add("Sqrt", chain.add("Add", chain.add("Mul", share, share), 1.0)))


def _layer(chain: _Chain, layer: Mapping[str, Any], weights: Mapping[str, np.ndarray]) -> None:
    prefix = chain.prefix + "."
    own = {name[len(prefix) :]: value for name, value in weights.items() if name.startswith(prefix)}
    kind = layer["type"]
    if kind == "residual":
        _residual(chain, layer, weights)
    elif kind == "dense":
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


def _residual(chain: _Chain, layer: Mapping[str, Any], weights: Mapping[str, np.ndarray]) -> None:
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


def _affine(chain: _Chain, own: Mapping[str, np.ndarray]) -> List[str]:
    """The scale and shift of a normalisation, which both operators want."""
    weight = chain.constant("weight", own.get("weight", np.ones(chain.size)))
    return [weight, chain.constant("bias", own.get("bias", np.zeros(chain.size)))]


def _batch_norm(chain: _Chain, layer: Mapping[str, Any], own: Mapping[str, np.ndarray]) -> None:
    # The mean is taken off before: runtimes compute x · w/σ + (b - mean · w/σ), which loses the digits of a mean that
    # is large beside the deviation.
    centred = chain.add("Sub", chain.value, chain.constant("running_mean", own["running_mean"]))
    inputs = [
        *_affine(chain, own),
        chain.constant("zeros", np.zeros(chain.size)),
        chain.constant("running_var", own["running_var"]),
    ]
    chain.add("BatchNormalization", centred, *inputs, epsilon=layer["eps"], momentum=1 - layer["momentum"])


def _layer_norm(chain: _Chain, layer: Mapping[str, Any], own: Mapping[str, np.ndarray]) -> None:
    # The same here: onnxruntime computes the variance as the mean of squares less the square of the mean, and would
    # put that kernel in the place of the single steps, too.
    given = chain.value
    mean = chain.add("ReduceMean", given, axes=[-1], keepdims=1)
    centred = chain.add("Sub", given, mean)
    chain.add("LayerNormalization", centred, *_affine(chain, own), axis=-1, epsilon=layer["eps"])


def _rms_norm(chain: _Chain, layer: Mapping[str, Any], own: Mapping[str, np.ndarray]) -> None:
    # RMSNormalization came with version 23 of the operators; these three do in every version.
    given = chain.value
    mean = chain.add("ReduceMean", chain.add("Mul", given, given), axes=[-1], keepdims=1)
    root = chain.add("Sqrt", chain.add("Add", mean, chain.constant("eps", layer["eps"])))
    chain.add("Div", given, root)
    if "weight" in own:
        chain.add("Mul", chain.value, chain.constant("weight", own["weight"]))


_KNOWN = {"dense", "dropout", "batch_norm", "layer_norm", "rms_norm", "prelu", "residual", *ACTIVATIONS}
