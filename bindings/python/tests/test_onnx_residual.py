"""Residual networks as ONNX graphs: ours to ONNX Runtime and back, and graphs of others with branches."""

import numpy as np
import pytest
from test_onnx import check, features, model_of
from test_onnx_foreign import B, F, TOLERANCE, X, computed, graph, node

import nnswift

onnx = pytest.importorskip("onnx")


def dense(units, activation="identity"):
    return {"type": "dense", "units": units, "activation": activation}


def residual(layers, shortcut=()):
    return {"type": "residual", "layers": list(layers), "shortcut": list(shortcut)}


DROPOUT = {"type": "dropout", "rate": 0.5}
INNER = residual([dense(4, "gelu"), dense(5)])
NETWORKS = [
    [residual([dense(5, "relu")])],
    [dense(7, "tanh"), residual(["batch_norm", "silu", dense(7), DROPOUT, dense(7)]), dense(3)],
    [residual([dense(4, "relu"), "layer_norm"], [{**dense(4), "bias": False}]), "relu", dense(3)],
    [residual(["layer_norm"], ["tanh"]), residual(["batch_norm"], ["batch_norm", dense(5)]), dense(3)],
    [residual([INNER, "softplus"]), residual([dense(6)], [residual([dense(2), residual([dense(2)]), dense(6)], [dense(6)])])],
    [residual([residual([residual([residual(["sigmoid"])])])], [residual(["identity"], [DROPOUT])]), dense(3)],
    [DROPOUT, residual([DROPOUT]), "identity"],
]


@pytest.mark.parametrize("layers", NETWORKS, ids=range(len(NETWORKS)))
@pytest.mark.parametrize("preprocess", ["none", "standardize", {"type": "scale", "factor": 0.5}], ids=str)
def test_ours(layers, preprocess):
    foreign = check(model_of(layers, "mse", preprocess))
    kinds = str(foreign.spec["layers"]).count("'residual'")
    assert kinds == str(nnswift.Model({"input": 5, "layers": layers, "loss": "mse"}).spec["layers"]).count("'residual'")


def test_branches_are_found_again_without_the_spec_of_the_file():
    model = model_of([dense(5, "tanh"), residual([dense(5), INNER, dense(4)], [dense(4)])], "softmax_cross_entropy")
    proto = nnswift.to_onnx(model)
    del proto.metadata_props[:]
    again = nnswift.from_onnx(proto)
    assert set(again.weights) == set(model.weights)
    for name, value in model.weights.items():
        assert np.array_equal(again.weights[name], value)
    found = again.spec["layers"][1]
    assert [layer["type"] for layer in found["layers"]] == ["dense", "residual", "dense"]
    assert found["layers"][1]["shortcut"] == [] and len(found["shortcut"]) == 1


def test_the_weights_of_a_file_are_looked_at_before_its_spec_is_believed():
    proto = nnswift.to_onnx(model_of([residual([dense(5)], ["batch_norm"])]))
    for large in (residual([dense(5)], [dense(10**9)]), residual([dense(10**9)], [dense(10**9)]), residual([{"type": "x"}])):
        wide = {"input": 5, "preprocess": {"type": "none"}, "layers": [large], "loss": {"type": "mse"}}
        proto.metadata_props[0].value = str(wide).replace("'", '"')
        assert [layer["type"] for layer in nnswift.from_onnx(proto).spec["layers"]] == ["residual"]


def add(a, b, to="y"):
    return node("Add", [a, b], [to], f"add {to}")


S = node("Gemm", ["x", "S"], ["s"], "square")
# Nodes, then the branches that are found: of each residual the kinds of its layers and of its shortcut.
GRAPHS = {
    "identity second": ([S, node("Relu", ["s"], ["r"]), add("r", "x")], [["dense"], []]),
    "identity first": ([S, node("Relu", ["s"], ["r"]), add("x", "r")], [["dense"], []]),
    "two branches": ([S, node("Tanh", ["x"], ["t"]), add("t", "s")], [["tanh"], ["dense"]]),
    "twice the same": ([add("x", "x")], [["identity"], []]),
    "only operators that do nothing": ([node("Identity", ["x"], ["i"]), add("i", "x")], [["identity"], []]),
    "flat in both": (
        [node("Flatten", ["x"], ["f"]), node("Flatten", ["x"], ["g"]), node("Relu", ["f"], ["r"]), add("g", "r")],
        [["relu"], []]),
    "scaled before a dense": (
        [node("Mul", ["x", "F"], ["m"]), node("MatMul", ["m", "S"], ["s"]), add("s", "x")], [["dense"], []]),
    "bias and scale behind a dense": (
        [S, node("Add", ["F", "s"], ["b"]), node("Mul", ["b", "c"], ["m"]), add("x", "m")], [["dense"], []]),
    "shifted before a batch_norm": (
        [node("Sub", ["x", "F"], ["m"]), node("BatchNormalization", ["m", "F", "F", "F", "A"], ["n"]), add("n", "x")],
        [["batch_norm"], []]),
    "a sum of three": (
        [S, node("Relu", ["x"], ["r"]), add("s", "x", "a"), add("r", "a")], [["relu"], [[["dense"], []]]]),
    "silu beside a branch": (
        [S, node("Sigmoid", ["s"], ["g"]), node("Mul", ["s", "g"], ["m"]), add("m", "s")], "dense", [["silu"], []]),
}  # fmt: skip


def shape_of(layer):
    if layer["type"] != "residual":
        return layer["type"]
    return [[shape_of(inner) for inner in layer[branch]] for branch in ("layers", "shortcut")]


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("shape", [("n", 4), ("n", None)], ids=str)
def test_graphs_of_others(name, shape):
    nodes, *wanted = GRAPHS[name]
    proto = graph([*nodes, node("Gemm", ["y", "W", "B"], ["z"])], shape=shape, outputs=("z",), S=np.outer(F, F) + np.eye(4))
    model = nnswift.from_onnx(proto)
    assert [shape_of(layer) for layer in model.spec["layers"]] == [*wanted, "dense"]
    # Of the larger ones the share, as elsewhere.
    assert (abs(model.predict(X) - computed(proto)) / np.maximum(1, abs(computed(proto)))).max() < TOLERANCE


def test_a_scaling_before_the_first_branches():
    nodes = [node("Sub", ["x", "F"], ["d"]), node("Mul", ["d", "A"], ["m"]), node("Relu", ["m"], ["r"]), add("m", "r")]
    proto = graph([*nodes, node("Gemm", ["y", "W"], ["z"])], outputs=("z",))
    model = nnswift.from_onnx(proto)
    assert model.spec["preprocess"]["type"] == "standardize"
    assert abs(model.predict(X) - computed(proto)).max() < TOLERANCE


REFUSED = {
    r'operator Gemm \(node "square"\) is read inside of a residual and outside': [
        S, add("s", "x", "a"), node("Relu", ["a"], ["r"]), add("r", "s")],
    r'operator Mul \(node "join"\) does not continue a chain.*other than by Add': [S, node("Mul", ["s", "x"], ["y"], "join")],
    r'operator Sub \(node "join"\) does not continue a chain': [S, node("Sub", ["s", "x"], ["y"], "join")],
    r'operator Add \(node "add y"\) must add branches of as many features, they have 3 and 4': [
        node("Gemm", ["x", "W"], ["v"]), add("v", "x")],
    r"they have 1 and 4": [node("Gemm", ["x", "ONE"], ["v"]), add("v", "x")],
    r"takes 3 features, what comes in has 4": [S, node("Gemm", ["x", "WIDE"], ["v"]), add("s", "v")],
    r'operator Mul \(node "scaled"\) scales values between layers': [
        node("Mul", ["x", "F"], ["v"], "scaled"), node("Relu", ["v"], ["r"]), add("r", "x")],
    r'operator Mul \(node "end"\) scales values between layers': [
        node("Relu", ["x"], ["r"]), node("Mul", ["r", "c"], ["v"], "end"), add("v", "x")],
    r'operator Mul \(node "alone"\) scales values between layers': [node("Mul", ["x", "c"], ["v"], "alone"), add("x", "v")],
    r"operator Erf .* does not continue a chain": [node("Erf", ["x"], ["e"]), add("e", "x")],
}  # fmt: skip


@pytest.mark.parametrize("wanted", REFUSED)
def test_refusals(wanted):
    with pytest.raises(ValueError, match=wanted):
        nnswift.from_onnx(graph(REFUSED[wanted], S=np.eye(4), ONE=np.ones((4, 1))))


def test_features_that_no_dimension_tells_must_agree():
    nodes = [node("Gemm", ["x", "W"], ["v"]), node("Gemm", ["x", "WIDE"], ["w"]), add("v", "w")]
    with pytest.raises(ValueError, match="takes 3 features, what comes in has 4"):
        nnswift.from_onnx(graph(nodes, shape=("n", None)))
    with pytest.raises(ValueError, match="flatten the input before"):
        nnswift.from_onnx(graph([add("x", "x")], shape=("n", 2, 2)))


def test_depth_ends_in_a_sentence():
    """One inside the other: what a spec has room for comes back, more is refused, however much."""
    for depth, fragment in ((30, None), (31, "more than 30 deep"), (4000, "more than 30 deep")):
        nodes, before = [], "x"
        for level in range(depth):
            nodes.append(node("Relu", [before], [f"r{level}"]))
            before = f"r{level}"
        for level in range(depth):
            nodes.append(add(before, f"r{depth - 2 - level}" if level < depth - 1 else "x", f"a{level}"))
            before = f"a{level}"
        proto = graph([*nodes, node("Identity", [before], ["y"])])
        if fragment is None:
            assert abs(nnswift.from_onnx(proto).predict(X) - computed(proto)).max() <= 1e-4
        else:
            with pytest.raises(ValueError, match=fragment):
                nnswift.from_onnx(proto)


def test_many_in_a_row():
    nodes, before = [], "x"
    for level in range(60):
        nodes += [node("Gemm", [before, "S"], [f"s{level}"]), add(f"s{level}", before, f"a{level}")]
        before = f"a{level}"
    proto = graph([*nodes, node("Identity", [before], ["y"])], S=np.eye(4) / 100)
    model = nnswift.from_onnx(proto)
    assert len(model.spec["layers"]) == 60
    assert abs(model.predict(X) - computed(proto)).max() < TOLERANCE * 5


def test_damaged_bytes_give_a_model_or_a_sentence():
    whole = nnswift.to_onnx(model_of([residual([dense(2, "silu")], ["layer_norm", dense(2)])], inputs=2))
    del whole.metadata_props[:]
    data = whole.SerializeToString()
    for place in range(0, len(data), 3):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place % 8
        for damaged in (data[:place], bytes(flipped)):
            try:
                assert isinstance(nnswift.from_onnx(damaged), nnswift.Model)
            except ValueError as error:
                assert str(error)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dynamo", [False, True])
def test_graphs_of_torch(tmp_path, dynamo):
    torch = pytest.importorskip("torch")
    if dynamo:
        pytest.importorskip("onnxscript")
    from nnswift.convert.torch_layers import Residual

    nn = torch.nn
    torch.manual_seed(4)
    inner = Residual([nn.LayerNorm(6), nn.Linear(6, 6), nn.SiLU()])
    network = nn.Sequential(
        nn.Linear(4, 6), nn.GELU("tanh"), Residual([nn.Linear(6, 6), nn.BatchNorm1d(6), nn.ReLU(), inner, nn.Linear(6, 6)]),
        nn.ReLU(), Residual([nn.Linear(6, 3, bias=False), nn.GELU()], [nn.BatchNorm1d(6), nn.Linear(6, 3)]), nn.Softmax(1),
    )  # fmt: skip
    network(torch.tensor(X))  # moves the running statistics
    network.eval()
    path = str(tmp_path / "model.onnx")
    torch.onnx.export(network, (torch.tensor(X),), path, verbose=False, dynamo=dynamo)
    model = nnswift.from_onnx(path)
    with torch.no_grad():
        assert abs(model.predict(X) - network(torch.tensor(X)).numpy()).max() < TOLERANCE
    assert [layer["type"] for layer in model.spec["layers"]] == ["dense", "residual", "relu", "residual"]
    assert model.spec["loss"]["type"] == "softmax_cross_entropy"
