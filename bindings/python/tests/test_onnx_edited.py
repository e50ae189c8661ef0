"""ONNX files of ours that others edited: what the metadata says stays, while it is true."""

import json

import pytest
from test_onnx import DENSE, computed, features, model_of

import nnswift
from nnswift.convert._onnx_export import SPEC_KEY

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

HIDDEN = {"type": "dense", "units": 6, "activation": "gelu"}
MODELS = {
    "classes": lambda: model_of(
        [HIDDEN, "layer_norm", {"type": "dropout", "rate": 0.2}, DENSE], {"type": "softmax_cross_entropy", "label_smoothing": 0.1},
        "standardize", classes=["a", "b", "c"]),
    "threshold": lambda: model_of(
        [HIDDEN, {"type": "dense", "units": 1}], {"type": "binary_cross_entropy", "pos_weight": 3}, "minmax", classes=[-1, 10],
        threshold=0.2),
    "quantile": lambda: model_of(["batch_norm", HIDDEN, DENSE], {"type": "quantile", "q": [0.1, 0.5, 0.9]}),
    "huber": lambda: model_of([{"type": "residual", "layers": [{**HIDDEN, "units": 5}]}, DENSE], {"type": "huber", "delta": 2}),
}  # fmt: skip


def renamed_ends(proto):
    for value, name in ((proto.graph.input[0], "pixels"), (proto.graph.output[0], "answer")):
        for node in proto.graph.node:
            for names in (node.input, node.output):
                names[:] = [name if given == value.name else given for given in names]
        value.name = name


def renamed_nodes(proto):
    for number, node in enumerate(proto.graph.node):
        node.name = f"n{number}"


def with_texts(proto):
    proto.doc_string = proto.graph.doc_string = "checked by others"
    proto.graph.node[0].doc_string = "the first"
    proto.producer_name, proto.model_version = "others", 7
    proto.metadata_props.add(key="author", value="someone")


def resaved(proto):
    proto.CopyFrom(onnx.load_model_from_string(proto.SerializeToString()))


def constants_as_nodes(proto):
    nodes = [onnx.helper.make_node("Constant", [], [tensor.name], value=tensor) for tensor in proto.graph.initializer]
    nodes += list(proto.graph.node)
    del proto.graph.initializer[:], proto.graph.node[:]
    proto.graph.node.extend(nodes[::-1])


def converted(proto):
    kept = list(proto.metadata_props)
    proto.CopyFrom(onnx.version_converter.convert_version(proto, 21))
    del proto.metadata_props[:]
    proto.metadata_props.extend(kept)


def with_identity(proto):
    proto.graph.node[-1].output[0] = "before"
    proto.graph.node.append(onnx.helper.make_node("Identity", ["before"], ["output"]))


EDITS = [renamed_ends, renamed_nodes, with_texts, resaved, constants_as_nodes, converted, with_identity]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
@pytest.mark.parametrize("name", MODELS)
def test_edits_that_change_no_number_change_nothing(name, edit):
    model = MODELS[name]()
    proto = nnswift.to_onnx(model)
    edit(proto)
    assert nnswift.from_onnx(proto).to_bytes() == model.to_bytes()


def test_other_names_of_weights_keep_what_is_said_of_the_model():
    model = MODELS["classes"]()
    proto = nnswift.to_onnx(model)
    for number, tensor in enumerate(proto.graph.initializer):
        for node in proto.graph.node:
            node.input[:] = [f"w{number}" if given == tensor.name else given for given in node.input]
        tensor.name = f"w{number}"
    found = nnswift.from_onnx(proto)
    for key in ("loss", "classes", "threshold", "seed"):
        assert found.spec[key] == model.spec[key]
    assert abs(found.predict(features()) - model.predict(features())).max() <= 1e-6


def test_other_numbers_are_those_of_the_graph_and_what_is_said_stays():
    proto = nnswift.to_onnx(model_of([{"type": "dense", "units": 6, "activation": "elu"}, DENSE], "softmax_cross_entropy",
                                     classes=["a", "b", "c"], threshold=0.3))  # fmt: skip
    next(node for node in proto.graph.node if node.op_type == "Elu").attribute[0].f = 0.25
    found = nnswift.from_onnx(proto)
    assert (found.spec["classes"], found.spec["threshold"]) == (["a", "b", "c"], 0.3)
    assert found.spec["layers"][0]["activation"]["alpha"] == 0.25
    assert abs(found.predict(features()) - computed(proto, features())).max() <= 1e-6


@pytest.mark.parametrize("change", ["units", "operator", "loss", "text"])
def test_metadata_of_another_graph_says_nothing(change):
    proto = nnswift.to_onnx(MODELS["classes"]())
    spec = json.loads(proto.metadata_props[0].value)
    if change == "units":
        spec["layers"][0]["units"] = 7
    elif change == "operator":
        spec["layers"][0]["activation"] = {"type": "tanh"}
    elif change == "loss":
        spec["loss"] = {"type": "binary_cross_entropy"}
    proto.metadata_props[0].value = "[]" if change == "text" else json.dumps(spec)
    assert proto.metadata_props[0].key == SPEC_KEY
    found = nnswift.from_onnx(proto)
    assert "classes" not in found.spec and found.spec["loss"]["label_smoothing"] == 0
    assert abs(found.predict(features()) - computed(proto, features())).max() <= 1e-6
