"""ONNX files as exporters of frameworks write them, with any number of rows: equal to ONNX Runtime."""

import math

import numpy as np
import pytest
from test_onnx_foreign import computed

import nnswift

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
helper = onnx.helper
node = helper.make_node

pytestmark = pytest.mark.filterwarnings("ignore")

# Outputs near 1; both sides compute in float32, in another order.
TOLERANCE = 5e-6
RNG = np.random.default_rng(8)


def check(path, sizes):
    """Compares for several numbers of rows; returns the model."""
    model = nnswift.from_onnx(path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for rows in (1, 2, 9):
        X = RNG.normal(size=(rows, *sizes)).astype(np.float32)
        wanted = session.run(None, {session.get_inputs()[0].name: X})[0]
        found = model.predict(X.reshape(rows, -1))
        assert abs(found - wanted.reshape(found.shape)).max() <= TOLERANCE
    return model


def torch_modules(torch):
    nn = torch.nn

    class Viewed(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(12, 8), nn.Linear(8, 3)

        def forward(self, x):
            x = x.view(x.size(0), -1)
            return torch.softmax(self.second(torch.relu(self.first(x))), dim=1)

    class Reshaped(Viewed):
        def forward(self, x):
            x = x.reshape(x.shape[0], math.prod(x.shape[1:]))
            return self.second(torch.nn.functional.gelu(self.first((x - 0.5) / 0.25)))

    class Normalized(Viewed):
        def forward(self, x):
            return self.second(torch.nn.functional.normalize(self.first(torch.flatten(x, 1)), dim=1))

    class Squeezed(Viewed):
        def forward(self, x):
            return torch.sigmoid(self.second(self.first(x.flatten(1)))[:, 1:2]).squeeze(-1)

    class Blocks(Viewed):
        def forward(self, x):
            x = x.flatten(1)
            return self.second(torch.tanh(self.first(torch.cat([x[:, 6:] * 2, torch.relu(x[:, :6])], dim=1))))

    return Viewed, Reshaped, Normalized, Squeezed, Blocks


@pytest.mark.parametrize("dynamo", [False, True])
@pytest.mark.parametrize("place", range(5))
def test_torch(tmp_path, place, dynamo):
    torch = pytest.importorskip("torch")
    if dynamo:
        pytest.importorskip("onnxscript")
    torch.manual_seed(place)
    network = torch_modules(torch)[place]().eval()
    path, example = tmp_path / "model.onnx", (torch.zeros(2, 3, 4),)
    if dynamo:
        rows = torch.export.Dim("rows", min=1, max=4096)
        torch.onnx.export(network, example, str(path), dynamo=True, dynamic_shapes=({0: rows},), verbose=False)
    else:
        axes = {"x": {0: "rows"}, "y": {0: "rows"}}
        torch.onnx.export(network, example, str(path), dynamo=False, input_names=["x"], output_names=["y"], dynamic_axes=axes)
    check(path, (3, 4))


def test_keras(tmp_path):
    keras = pytest.importorskip("keras")
    pytest.importorskip("onnxscript")
    if keras.backend.backend() != "torch":
        pytest.skip("exports by way of PyTorch")
    layers = keras.layers
    network = keras.Sequential([
        keras.Input((3, 4)), layers.Flatten(), layers.Dense(8, activation="relu"), layers.BatchNormalization(),
        layers.Dense(3, activation="softmax")])  # fmt: skip
    path = tmp_path / "model.onnx"
    network(np.zeros((2, 3, 4), np.float32))
    network.export(str(path), format="onnx", verbose=False)
    check(path, (3, 4))


def matlab(sizes, scale, last, opset=13, rows="n"):
    """A network as MATLAB's exporter writes it: constants of the input's shape, layers behind a Flatten."""
    w, v, b = (RNG.normal(size=size).astype(np.float32) for size in ((math.prod(sizes), 6), (6, 3), (6,)))
    kept = {"mean": RNG.normal(size=(1, *sizes)), "spread": abs(RNG.normal(size=(1, *sizes))) + 0.5, "w": w, "v": v, "b": b}
    nodes = [node("Sub", ["x", "mean"], ["c"], "input_Mean"), node(scale, ["c", "spread"], ["d"], "input_Sigma"),
             node("Flatten", ["d"], ["f"], "flatten"), node("Gemm", ["f", "w", "b"], ["h"], "fc_1"),
             node("Relu", ["h"], ["r"], "relu_1"), node("MatMul", ["r", "v"], ["z"], "fc_2"), *last]  # fmt: skip
    tensors = [onnx.numpy_helper.from_array(value.astype(np.float32), name) for name, value in kept.items()]
    ends = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, size) for name, size in (("x", [rows, *sizes]), ("y", None))]
    made = helper.make_graph(nodes, "network", ends[:1], ends[1:], tensors)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


LAST = {
    "softmax": [node("Softmax", ["z"], ["y"], axis=1)],
    "values": [node("Identity", ["z"], ["y"])],
    "image": [node("Softmax", ["z"], ["p"]), node("Unsqueeze", ["p"], ["y"], axes=[1, 2])],
}


@pytest.mark.parametrize("last", LAST)
@pytest.mark.parametrize("rows", ["n", 1])
@pytest.mark.parametrize("sizes", [(1, 1, 5), (1, 5), (2, 3, 2)], ids=str)
def test_as_matlab_writes_it(sizes, rows, last):
    proto = matlab(sizes, "Div", LAST[last], opset=11, rows=rows)
    model = nnswift.from_onnx(proto)
    X = RNG.normal(size=(1 if rows == 1 else 7, *sizes)).astype(np.float32)
    wanted = computed(proto, X)
    found = model.predict(X.reshape(len(X), -1))
    assert abs(found - wanted.reshape(found.shape)).max() <= TOLERANCE
    assert model.spec["preprocess"]["type"] == "standardize"


def test_nodes_in_any_order():
    proto = matlab((1, 1, 5), "Mul", LAST["softmax"])
    wanted = nnswift.from_onnx(proto).to_bytes()
    for seed in range(5):
        shuffled = list(np.random.default_rng(seed).permutation(len(proto.graph.node)))
        nodes = [proto.graph.node[place] for place in shuffled]
        other = onnx.ModelProto()
        other.CopyFrom(proto)
        del other.graph.node[:]
        other.graph.node.extend(nodes)
        assert nnswift.from_onnx(other).to_bytes() == wanted


def test_a_circle_of_nodes_is_refused():
    proto = matlab((1, 1, 5), "Mul", LAST["softmax"])
    proto.graph.node[0].input[0] = "z"
    with pytest.raises(ValueError, match=r'operator Sub \(node "input_Mean"\) uses what it gives itself'):
        nnswift.from_onnx(proto)


def test_constants_that_would_be_too_large_are_refused():
    proto = matlab((1, 1, 5), "Mul", LAST["softmax"])
    proto.graph.initializer.append(onnx.numpy_helper.from_array(np.array([10**6, 10**6]), "huge"))
    proto.graph.node.append(node("ConstantOfShape", ["huge"], ["zeros"], "many"))
    proto.graph.node[0].input[1] = "zeros"
    with pytest.raises(ValueError, match=r'operator ConstantOfShape \(node "many"\) would give an array that is too large'):
        nnswift.from_onnx(proto)


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        ("float16", "computes in float16, this library computes in float32"),
        ("mixed", "mixes float32 and float64; its inputs must be of one type"),
        ("transposed", r'operator Transpose \(node "turned"\) must keep the rows'),
    ],
)
def test_refusals_name_node_and_reason(change, fragment):
    proto = matlab((1, 1, 5), "Mul", LAST["softmax"])
    tensors = proto.graph.initializer
    if change == "float16":
        for tensor in tensors:
            tensor.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(tensor).astype(np.float16), tensor.name))
        proto.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    elif change == "mixed":
        tensors[0].CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(tensors[0]).astype(float), "mean"))
    else:
        proto.graph.node[3].input[0] = "t"
        proto.graph.node.append(node("Transpose", ["f"], ["t"], "turned", perm=[1, 0]))
    with pytest.raises(ValueError, match=fragment):
        nnswift.from_onnx(proto)
