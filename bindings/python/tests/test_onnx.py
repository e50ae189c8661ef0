"""ONNX files: what we write, computed by onnxruntime; what others write, computed by us."""

import json
import sys

import numpy as np
import pytest

import nnswift
from nnswift.convert._onnx_export import SPEC_KEY

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
helper = onnx.helper

# Both sides compute in float32, in another order: this times the largest output, and at least this.
TOLERANCE = 1e-6

ACTIVATIONS = [
    "identity", "relu", {"type": "relu", "straight_through": True}, "leaky_relu", {"type": "leaky_relu", "slope": 0.3},
    "elu", {"type": "elu", "alpha": 0.5}, "selu", "gelu", {"type": "gelu", "approximate": "tanh"}, "silu", "sigmoid",
    "tanh", "softplus", {"type": "softplus", "beta": 2.5}, {"type": "softplus", "beta": 0.5, "threshold": 1.5},
    {"type": "softplus", "threshold": 1}, "hard_sigmoid", "softmax", "log_softmax",
    "relu6", "hard_tanh", {"type": "hard_tanh", "min": -0.25, "max": 2}, "celu", {"type": "celu", "alpha": 0.5}, "mish",
    "hard_swish", "log_sigmoid", "tanh_shrink", "softsign",
]  # fmt: skip
CLASSIFICATIONS = ["softmax_cross_entropy", "binary_cross_entropy"]
LOSSES = [*CLASSIFICATIONS, "mse", "mae", "huber", {"type": "quantile", "q": [0.1, 0.5, 0.9]}, "poisson"]
DENSE = {"type": "dense", "units": 3}


def features(rows=33, columns=5, seed=1):
    return np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)


def model_of(layers, loss="mse", preprocess="none", inputs=5, **spec):
    """A model with weights, running statistics and a scaling that are not those of a start."""
    model = nnswift.Model({"input": inputs, "layers": layers, "loss": loss, "preprocess": preprocess, **spec})
    rng = np.random.default_rng(2)
    weights = {name: rng.normal(size=value.shape) / 2 for name, value in model.weights.items()}
    model.set_weights({name: abs(value) + 0.1 if "var" in name else value for name, value in weights.items()})
    if any(kind in str(preprocess) for kind in ("standardize", "minmax", "robust", "quantile")):
        model.fit_preprocess(features(50, inputs) * 3 + 2)
    return model


def computed(proto, X):
    """What onnxruntime makes of features."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 1
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: X})[0]


def check(model, *blocks):
    """Exports, lets onnxruntime compute, reads back with and without the spec that the file keeps."""
    proto = nnswift.to_onnx(model)
    onnx.checker.check_model(proto, full_check=True)
    back = nnswift.from_onnx(proto.SerializeToString())
    assert back.to_bytes() == model.to_bytes()
    del proto.metadata_props[:]
    foreign = nnswift.from_onnx(proto)
    for X in blocks or (features(1), features(33)):
        wanted = model.predict(X)
        tolerance = TOLERANCE * max(1, abs(wanted).max())
        assert computed(proto, X).shape == wanted.shape
        assert abs(computed(proto, X) - wanted).max() <= tolerance
        assert abs(foreign.predict(X) - wanted).max() <= tolerance
    return foreign


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_every_activation(activation):
    kind = activation if isinstance(activation, str) else activation["type"]
    foreign = check(model_of([{"type": "dense", "units": 7, "activation": activation}, activation, DENSE]))
    assert foreign.spec["layers"][0]["activation"]["type"] == kind
    # Alone, where rounding of products does not hide what large values do.
    grid = np.array([[0, 1e-3, -1e-3, 1, -1], [9, -9, 17, -17, 20], [30, -30, 66, -66, 100], [1e4, -1e4, 3e3, -3e3, 0]])
    check(model_of([activation]), grid.astype(np.float32))


@pytest.mark.parametrize("shared", [True, False])
def test_prelu(shared):
    layer = {"type": "prelu", "shared": shared}
    foreign = check(model_of([layer, {"type": "dense", "units": 6}, layer, DENSE]))
    assert [(layer["type"], layer.get("shared")) for layer in foreign.spec["layers"]] == [
        ("prelu", shared), ("dense", None), ("prelu", shared), ("dense", None)]


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("kind", ["batch_norm", "layer_norm", "rms_norm"])
def test_normalisations(kind, affine):
    layer = {"type": kind, "affine": affine, "eps": 1e-3}
    foreign = check(model_of([layer, {"type": "dropout", "rate": 0.5}, {"type": "dense", "units": 6}, layer, DENSE]))
    assert [layer["type"] for layer in foreign.spec["layers"]] == [kind, "dense", kind, "dense"]


@pytest.mark.parametrize("kind", ["batch_norm", "layer_norm", "rms_norm"])
def test_normalisations_keep_digits_beside_a_large_mean(kind):
    X = features() + 1e4
    model = model_of([kind, DENSE])
    if kind == "batch_norm":
        model.set_weights({"layers.0.running_mean": np.full(5, 1e4, np.float32)})
    check(model, X)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("preprocess", ["none", "standardize", "minmax", {"type": "scale", "factor": 1 / 255}], ids=str)
def test_preprocess_and_output_function(preprocess, loss):
    names = {"classes": ["a", "b", "ü"], "threshold": 0.3, "seed": 2**64 - 1} if loss in CLASSIFICATIONS else {}
    foreign = check(model_of([{"type": "dense", "units": 4, "activation": "relu"}, DENSE], loss, preprocess, **names))
    wanted = loss if loss in (*CLASSIFICATIONS, "poisson") else "mse"
    assert foreign.spec["loss"]["type"] == wanted


@pytest.mark.parametrize("loss", CLASSIFICATIONS)
def test_extreme_logits(loss):
    model = nnswift.Model({"input": 3, "layers": [{**DENSE, "bias": False}], "loss": loss})
    model.set_weights({"layers.0.weight": np.eye(3)})
    logits = [[1e4, -1e4, 0], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4 - 1], [88, -88, 104], [3e38, -3e38, 1]]
    X = np.array(logits, np.float32)
    found = computed(nnswift.to_onnx(model), X)
    assert np.isfinite(found).all()
    assert abs(found - model.predict(X)).max() <= TOLERANCE


def test_a_network_without_operators_and_a_large_one():
    check(model_of([{"type": "dropout", "rate": 0.5}], inputs=5))
    # More than 1 MiB: the checksum of the file that carries the scaling goes over many blocks.
    large = model_of([{"type": "dense", "units": 600, "activation": "relu"}, DENSE], "mse", "minmax", inputs=600)
    assert nnswift.from_onnx(nnswift.to_onnx(large)).to_bytes() == large.to_bytes()


def test_names_versions_and_metadata(tmp_path):
    model = model_of([DENSE], "softmax_cross_entropy", classes=["a", "b", "c"])
    proto = nnswift.to_onnx(model, tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == proto.SerializeToString()
    graph = proto.graph
    assert ([value.name for value in graph.input], [value.name for value in graph.output]) == (["input"], ["output"])
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert {tensor.name for tensor in graph.initializer} == set(model.weights)
    assert (proto.ir_version, proto.opset_import[0].version) == (7, 13)
    assert (nnswift.to_onnx(model_of(["layer_norm"])).opset_import[0].version) == 17
    assert json.loads({entry.key: entry.value for entry in proto.metadata_props}[SPEC_KEY]) == model.spec
    for source in (tmp_path / "model.onnx", str(tmp_path / "model.onnx"), memoryview(proto.SerializeToString()), proto):
        assert nnswift.from_onnx(source).to_bytes() == model.to_bytes()


def test_what_the_file_keeps_is_believed_only_of_its_own_graph():
    model = model_of([DENSE], "softmax_cross_entropy", "standardize", classes=["a", "b", "c"])
    proto = nnswift.to_onnx(model)
    weight = next(tensor for tensor in proto.graph.initializer if tensor.name == "layers.0.weight")
    weight.CopyFrom(onnx.numpy_helper.from_array(np.ones((3, 5), np.float32), weight.name))
    changed = nnswift.from_onnx(proto)
    assert changed.spec == model.spec and (changed.weights[weight.name] == 1).all()
    proto.graph.node[-1].op_type = "LogSoftmax"
    other = nnswift.from_onnx(proto)
    assert "classes" not in other.spec and abs(other.predict(features()) - computed(proto, features())).max() < 1e-5
    proto.metadata_props[0].value = '{"input": 5, "layers": [{"type": "dense", "units": 1000000000}]}'
    assert nnswift.from_onnx(proto).spec == other.spec


def test_loss_and_further_keys():
    proto = nnswift.to_onnx(model_of([DENSE], "softmax_cross_entropy", classes=["a", "b", "c"]))
    smooth = {"type": "softmax_cross_entropy", "label_smoothing": 0.1}
    assert nnswift.from_onnx(proto, smooth, threshold=0.2).spec["classes"] == ["a", "b", "c"]
    del proto.metadata_props[:]
    assert nnswift.from_onnx(proto, smooth, classes=["x", "y", "z"]).spec["loss"]["label_smoothing"] == 0.1
    kept = nnswift.from_onnx(proto, "mse")
    assert kept.spec["layers"][0]["activation"]["type"] == "softmax"
    assert abs(kept.predict(features(), kind="raw") - computed(proto, features())).max() <= TOLERANCE
    with pytest.raises(ValueError, match="layers must come from the graph alone"):
        nnswift.from_onnx(proto, layers=[])


@pytest.mark.parametrize(
    "preprocess", ["robust", {"type": "clip", "limit": 2}, ["robust", "clip"], ["minmax", {"type": "scale", "factor": 3}, "clip"]],
    ids=str)
def test_other_kinds_of_preprocess(preprocess):
    model = model_of([DENSE], "mse", preprocess)
    proto = nnswift.to_onnx(model)
    onnx.checker.check_model(proto, full_check=True)
    X = np.concatenate([features(33) * 10, [[1e30, -1e30, 0, 3e38, -3e38]]]).astype(np.float32)
    assert abs(computed(proto, X[:33]) - model.predict(X[:33])).max() <= 1e-5 * abs(model.predict(X[:33])).max()
    if preprocess == "robust":
        assert nnswift.from_onnx(proto).to_bytes() == model.to_bytes()
    elif "clip" in str(preprocess)[-8:]:
        assert abs(computed(proto, X) - model.predict(X)).max() <= TOLERANCE


def test_a_preprocess_that_onnx_lacks():
    with pytest.raises(ValueError, match='the preprocess "quantile_normal" has no counterpart in ONNX'):
        nnswift.to_onnx(model_of([DENSE], "mse", ["robust", "quantile_normal"]))


def test_before_the_scaling_is_fitted():
    with pytest.raises(nnswift.StateError, match="must be fitted"):
        nnswift.to_onnx(nnswift.Model({"input": 5, "layers": [DENSE], "loss": "mse", "preprocess": "minmax"}))


@pytest.mark.parametrize("convert", [nnswift.to_onnx, nnswift.from_onnx])
def test_without_the_package(monkeypatch, convert):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r"pip install onnx"):
        convert(nnswift.Model.mlp([2, 2]))
