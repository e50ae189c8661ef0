"""Activations that exporters write as several operators, or under another name; prelu, which has a weight."""

import os

import numpy as np
import pytest

import nnswift
from nnswift import convert

# Float32 on both sides, outputs of order 1 to 10.
TOLERANCE = 1e-5
X = (3 * np.random.default_rng(1).normal(size=(33, 6))).astype(np.float32)


def kinds(model):
    return [layer["type"] for layer in model.spec["layers"] if layer["type"] != "dense"]


def modules(nn):
    """Each of PyTorch's modules with the kind that it is here."""
    return {
        "relu6": nn.ReLU6(), "hard_tanh": nn.Hardtanh(-0.5, 2.0), "celu": nn.CELU(0.7), "mish": nn.Mish(),
        "hard_swish": nn.Hardswish(), "log_sigmoid": nn.LogSigmoid(), "tanh_shrink": nn.Tanhshrink(),
        "softsign": nn.Softsign(), "prelu": nn.PReLU(6, 0.3),
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("options", [{"dynamo": True}, {"dynamo": False, "opset_version": 13}, {"dynamo": False}], ids=str)
def test_pytorch_s_exporters(tmp_path, options):
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    if options["dynamo"]:
        pytest.importorskip("onnxscript")
    torch.manual_seed(1)
    for kind, module in modules(torch.nn).items():
        network = torch.nn.Sequential(torch.nn.Linear(6, 6), torch.nn.Tanh(), module, torch.nn.Linear(6, 2)).eval()
        torch.onnx.export(network, (torch.tensor(X),), str(tmp_path / "model.onnx"), verbose=False, **options)
        model = nnswift.from_onnx(tmp_path / "model.onnx")
        with torch.no_grad():
            assert abs(model.predict(X) - network(torch.tensor(X)).numpy()).max() < TOLERANCE, kind
        assert kind in kinds(model), kind


def test_from_torch_and_back():
    torch = pytest.importorskip("torch")
    nn = torch.nn
    for kind, module in {**modules(nn), "prelu of one": nn.PReLU()}.items():
        network = nn.Sequential(nn.Linear(6, 6), module, nn.Linear(6, 2)).eval()
        model = convert.from_torch(network, "mse")
        with torch.no_grad():
            assert abs(model.predict(X) - network(torch.tensor(X)).numpy()).max() < TOLERANCE, kind
            assert abs(model.predict(X) - convert.to_torch(model)(torch.tensor(X)).numpy()).max() < TOLERANCE, kind
        assert kind.split()[0] in kinds(model)


def test_functions_of_torch():
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = torch.nn.Linear(6, 6), torch.nn.Linear(6, 2)

        def forward(self, x):
            x = functional.hardtanh(functional.relu6(self.first(x)), -1.0, 3.0)
            x = functional.logsigmoid(functional.tanhshrink(functional.hardswish(x)))
            return self.last(functional.celu(functional.softsign(functional.mish(x)), 0.5))

    network = Network().eval()
    model = convert.from_torch(network, "mse")
    with torch.no_grad():
        assert abs(model.predict(X) - network(torch.tensor(X)).numpy()).max() < TOLERANCE
    assert len(kinds(model)) == 8


@pytest.mark.skipif("KERAS_BACKEND" not in os.environ, reason="KERAS_BACKEND is not set")
def test_layers_of_keras():
    keras = pytest.importorskip("keras")
    layers = keras.layers
    for kind, layer in [
        ("prelu", layers.PReLU(alpha_initializer="random_normal")), ("prelu", layers.PReLU(shared_axes=[1])),
        ("relu6", layers.ReLU(max_value=6)), ("hard_tanh", layers.ReLU(max_value=2.5)),
    ]:  # fmt: skip
        network = keras.Sequential([keras.Input((6,)), layers.Dense(6), layer, layers.Dense(2)])
        model = convert.from_keras(network, "mse")
        assert kinds(model) == [kind]
        for other in (network, convert.to_keras(model)):
            assert abs(model.predict(X) - keras.ops.convert_to_numpy(other(X))).max() < TOLERANCE


def single(operator, constants=(), opset=18, **attributes):
    """An ONNX model of one operator on six features, the constants as its further inputs; None leaves one out."""
    onnx = pytest.importorskip("onnx")
    helper, floats = onnx.helper, onnx.TensorProto.FLOAT
    names = ["" if value is None else f"c{place}" for place, value in enumerate(constants)]
    tensors = [
        onnx.numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in zip(names, constants) if name]
    value = lambda name: helper.make_tensor_value_info(name, floats, ["N", 6])  # noqa: E731
    node = helper.make_node(operator, ["x", *names], ["y"], **attributes)
    graph = helper.make_graph([node], "g", [value("x")], [value("y")], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


@pytest.mark.parametrize(("kind", "arguments"), [
    ("mish", ["Mish"]), ("hard_swish", ["HardSwish"]), ("softsign", ["Softsign"]), ("celu", ["Celu"]),
    ("relu6", ["Clip", [0, 6]]), ("relu", ["Clip", [0]]), ("hard_tanh", ["Clip", [-1.5, 0.5]]),
    ("prelu", ["PRelu", [[0.1, 0.2, 0.3, 0.4, 0.5, -2]]]), ("prelu", ["PRelu", [[0.3]]]), ("prelu", ["PRelu", [0.3]]),
])  # fmt: skip
def test_operators_of_onnx(kind, arguments):
    runtime = pytest.importorskip("onnxruntime")
    proto = single(*arguments)
    model = nnswift.from_onnx(proto)
    session = runtime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    assert abs(model.predict(X) - session.run(None, {"x": X})[0]).max() < TOLERANCE
    assert kinds(model) == [kind]


def test_bounds_of_clip_were_attributes():
    model = nnswift.from_onnx(single("Clip", opset=6, min=-0.5, max=0.5))
    assert model.spec["layers"] == [{"type": "hard_tanh", "min": -0.5, "max": 0.5}]


@pytest.mark.parametrize("bounds", [[1], [None, 1], []])
def test_a_clip_with_one_bound_is_refused(bounds):
    with pytest.raises(ValueError, match="must have both bounds"):
        nnswift.from_onnx(single("Clip", bounds))


def test_a_graph_with_another_hard_sigmoid_is_no_hard_swish():
    onnx = pytest.importorskip("onnx")
    proto = single("HardSigmoid", opset=13, alpha=0.2)
    proto.graph.node[0].output[0] = "share"
    proto.graph.node.append(onnx.helper.make_node("Mul", ["x", "share"], ["y"]))
    with pytest.raises(ValueError, match="alpha 1/6"):
        nnswift.from_onnx(proto)
