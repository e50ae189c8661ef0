"""ONNX graphs of others: made by hand, by PyTorch and by scikit-learn, whole and damaged."""

import numpy as np
import pytest

import nnswift

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
helper = onnx.helper
node = helper.make_node

X = np.random.default_rng(1).normal(size=(7, 4)).astype(np.float32)
TOLERANCE = 2e-6
RNG = np.random.default_rng(3)
W, WIDE = RNG.normal(size=(4, 3)), RNG.normal(size=(3, 4))
B, F = RNG.normal(size=3), RNG.normal(size=4)


def graph(nodes, shape=("n", 4), inputs=("x",), outputs=("y",), **constants):
    """A model of nodes, with those of the constants above and of the given ones that they use."""
    kept = {"W": W, "WIDE": WIDE, "B": B, "F": F, "A": abs(F) + 0.5, "c": 1.5, **constants}
    used = {name for part in nodes for name in part.input}
    arrays = {name: np.asarray(value) for name, value in kept.items() if name in used}
    tensors = [
        onnx.numpy_helper.from_array(array.astype(np.float32) if array.dtype == np.float64 else array, name)
        for name, array in arrays.items()
    ]
    floats = onnx.TensorProto.FLOAT
    given = [helper.make_tensor_value_info(name, floats, shape) for name in inputs]
    results = [helper.make_tensor_value_info(name, floats, None) for name in outputs]
    made = helper.make_graph(nodes, "g", given, results, tensors)
    sets = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1)]
    return helper.make_model(made, opset_imports=sets, ir_version=8)


def computed(proto, X=X):
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 1
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": X})[0]


def chain(*steps):
    """Nodes one after the other, each given as operator, its other inputs (None: what comes before) and attributes."""
    nodes, before = [], "x"
    for number, (operator, inputs, attributes) in enumerate(steps):
        after = "y" if number == len(steps) - 1 else f"v{number}"
        names = [before if name is None else name for name in inputs]
        domain = "ai.onnx.ml" if operator == "Scaler" else ""
        nodes.append(node(operator, names, [after], f"step{number}", domain=domain, **attributes))
        before = after
    return nodes


def on(operator, *constants, **attributes):
    return operator, [None, *constants], attributes


DENSE = on("MatMul", "W")


@pytest.mark.parametrize(
    "gemm",
    [
        on("Gemm", "W", "B"), on("Gemm", "WIDE", "B", transB=1), on("Gemm", "W", "c"), on("Gemm", "W"),
        on("Gemm", "W", "B", alpha=0.5, beta=-2.0), on("Gemm", "W", "ROW", alpha=3.0),
    ],
    ids=str,
)  # fmt: skip
def test_gemm(gemm):
    proto = graph(chain(gemm), ROW=B[np.newaxis])
    assert abs(nnswift.from_onnx(proto).predict(X) - computed(proto)).max() < TOLERANCE


@pytest.mark.parametrize(
    ("steps", "preprocess"),
    [
        ([on("Sub", "F"), on("Mul", "A"), DENSE], "standardize"),
        ([on("Sub", "F"), on("Div", "A"), DENSE, on("Relu")], "standardize"),
        ([on("Mul", "A"), on("Add", "F"), on("Relu"), DENSE], "standardize"),
        ([on("Mul", "F"), on("Add", "A"), DENSE], "standardize"),  # some scales are negative
        ([on("Mul", "Z"), on("Add", "A"), DENSE], "standardize"),  # one is 0
        ([on("Div", "c"), DENSE], "scale"),
        ([("Mul", ["c", None], {}), on("Relu"), DENSE], "scale"),
        ([("Sub", ["c", None], {}), DENSE, on("Add", "B")], "standardize"),
        ([on("Scaler", offset=[1.0, 2, 3, 4], scale=[0.5, 1, 2, 3]), DENSE], "standardize"),
        ([DENSE, on("Add", "B"), on("Relu"), on("Identity"), on("Dropout")], "none"),
        ([on("Gemm", "W", "B"), on("Mul", "B"), on("Sub", "c"), on("Sigmoid")], "none"),
        ([on("Relu"), on("Mul", "F"), on("Sub", "c"), DENSE], "none"),
        ([DENSE, on("Sub", "B"), on("BatchNormalization", "B", "B", "B", "V")], "none"),
        ([on("Sub", "c")], "standardize"),
        ([on("Cast", to=1), on("Flatten"), DENSE, on("Reshape", "S"), on("Softmax", axis=1)], "none"),
        ([DENSE, on("Exp")], "none"),
        ([DENSE, on("LogSoftmax"), on("HardSigmoid", alpha=1 / 6)], "none"),
    ],
    ids=lambda value: "-".join(step[0] for step in value) if isinstance(value, list) else value,
)
def test_chains(steps, preprocess):
    proto = graph(chain(*steps), Z=F * [1, 0, 1, -1], V=B**2, S=np.array([-1, 3]))
    model = nnswift.from_onnx(proto)
    assert model.spec["preprocess"]["type"] == preprocess
    wanted = computed(proto)
    # Of the larger ones the share: exponentials reach 2,000.
    assert (abs(model.predict(X) - wanted) / np.maximum(1, abs(wanted))).max() < TOLERANCE * 5


def test_scaling_keeps_its_bits():
    model = nnswift.from_onnx(graph(chain(on("Sub", "F"), on("Mul", "A"))))
    wanted = (X - F.astype(np.float32)) * (abs(F) + 0.5).astype(np.float32)
    assert (model.predict(X) == wanted).all()


REFUSED = {
    r'operator Conv \(node "step0"\) has no counterpart.*Gemm, MatMul \+ Add': chain(on("Conv", "W"), on("Foo"), DENSE),
    r'operator ThresholdedRelu \(node "step1"\)': chain(DENSE, on("ThresholdedRelu"), on("Softmax", axis=0)),
    r'operator com.maker.Gemm \(which gives "y"\)': [node("Gemm", ["x", "W"], ["y"], domain="com.maker")],
    r'operator Max \(node "join"\) has no counterpart': [
        node("Gemm", ["x", "S"], ["a"]), node("Relu", ["a"], ["b"]), node("Max", ["a", "b"], ["y"], "join")],
    r'operator Erf \(node "step1"\) does not continue': chain(DENSE, on("Erf"), on("Relu")),
    r'uses "gone", which is neither the input, nor an initialiser': chain(on("Gemm", "gone")),
    r'gives "x", which stands there already': [node("Relu", ["x"], ["x"]), node("Relu", ["x"], ["y"])],
    r'output "y" does not depend on the input': [node("Identity", ["W"], ["y"])],
    r"takes 3 features, what comes in has 4": chain(on("Gemm", "WIDE")),
    r"must have one bias an output, 3, its shape is \(4,\)": chain(on("Gemm", "W", "F")),
    r"weights of two dimensions": chain(on("MatMul", "F")),
    r"transposes its input": chain(on("Gemm", "W", transA=1)),
    r'operator Exp \(node "step1"\)': chain(DENSE, on("Exp"), on("Relu")),
    r'operator Mul \(node "step1"\) scales values between layers': chain(on("Relu"), on("Mul", "F"), on("Tanh")),
    r"must scale by more than 0": chain(on("Mul", "F"), on("Relu"), DENSE),
    r"divides by zero": chain(on("Div", "ZERO"), DENSE),
    r"must have alpha 1/6 and beta 0.5": chain(on("HardSigmoid"), DENSE),
    r"must have alpha 1.67326": chain(on("Selu", alpha=1.0), DENSE),
    r"must be over the last axis": chain(DENSE, on("Softmax", axis=0)),
    r"is in training mode": chain(on("Dropout", "c", "YES"), DENSE),
    r"must keep the rows": chain(on("Reshape", "SHAPE"), DENSE),
    r"must give float32": chain(on("Cast", to=7), DENSE),
    r"alpha must be a number": chain(on("LeakyRelu", alpha="much"), DENSE),
    r"variance of at least 0": chain(on("BatchNormalization", "F", "F", "F", "F")),
}  # fmt: skip


@pytest.mark.parametrize("wanted", REFUSED)
def test_refusals(wanted):
    extra = {"S": np.eye(4), "ZERO": 0.0, "YES": np.array(True), "SHAPE": np.array([-1, 2])}
    with pytest.raises(ValueError, match=wanted):
        nnswift.from_onnx(graph(REFUSED[wanted], **extra))


def test_refusals_of_inputs_and_outputs():
    without_weights = graph(chain(DENSE), inputs=("x", "W"))
    del without_weights.graph.initializer[:]
    for fragment, proto in {
        'one input, it has "x", "W"': without_weights,
        'one output, or one with "prob"': graph([node("Gemm", ["x", "W"], ["y"])], outputs=("y", "z")),
        r"must be \[rows x features\], its shape is \[\? x \? x 4\]": graph(chain(DENSE), shape=("n", None, 4)),
        "is given 3 dimensions; flatten": graph(chain(DENSE), shape=("n", 1, 4)),
        "how many features": graph(chain(on("Relu")), shape=("n", None)),
        "stands there already": graph([node("Gemm", ["x", "W"], ["W"])], outputs=("W",)),
    }.items():
        with pytest.raises(ValueError, match=fragment):
            nnswift.from_onnx(proto)
    for source in (b"not onnx", b"", 3):
        with pytest.raises(ValueError):
            nnswift.from_onnx(source)
    with pytest.raises(FileNotFoundError):
        nnswift.from_onnx("/nowhere/model.onnx")


def test_external_data(tmp_path):
    proto, path = graph(chain(on("Gemm", "W", "B"))), tmp_path / "model.onnx"
    wanted = computed(proto)
    onnx.save_model(proto, path, save_as_external_data=True, location="model.data", size_threshold=0)
    assert abs(nnswift.from_onnx(path).predict(X) - wanted).max() < TOLERANCE
    with pytest.raises(ValueError, match="give the path of the model"):
        nnswift.from_onnx(path.read_bytes())
    (tmp_path / "model.data").unlink()
    with pytest.raises(ValueError, match="external data cannot be read"):
        nnswift.from_onnx(path)
    path.write_bytes(path.read_bytes().replace(b"model.data", b"../.../pwd"))
    with pytest.raises(ValueError, match="must lie beside the model"):
        nnswift.from_onnx(path)


def test_damaged_bytes_give_a_model_or_a_sentence():
    layers = ["layer_norm", {"type": "dense", "units": 3, "activation": "gelu"}, "batch_norm", "softplus"]
    model = nnswift.Model({"input": 2, "layers": layers, "loss": "softmax_cross_entropy", "preprocess": "minmax"})
    model.fit_preprocess(X[:, :2])
    whole = nnswift.to_onnx(model)
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


def torch_network(nn):
    return nn.Sequential(
        nn.Linear(4, 9), nn.BatchNorm1d(9), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(9, 8, bias=False),
        nn.LayerNorm(8), nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Softplus(), nn.Softplus(2.0, 5.0), nn.Hardsigmoid(),
        nn.ELU(0.5), nn.SELU(), nn.Sigmoid(), nn.Tanh(), nn.LogSoftmax(1), nn.Linear(8, 3), nn.Softmax(1),
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "options", [{"dynamo": True}, {"dynamo": True, "opset_version": 18}, {"dynamo": False, "opset_version": 9},
                {"dynamo": False}], ids=str)  # fmt: skip
def test_torch(tmp_path, options):
    torch = pytest.importorskip("torch")
    if options["dynamo"]:
        pytest.importorskip("onnxscript")
    torch.manual_seed(1)
    network = torch_network(torch.nn)
    network(torch.tensor(X))  # moves the running statistics
    network.eval()
    torch.onnx.export(network, (torch.tensor(X),), str(tmp_path / "model.onnx"), verbose=False, **options)
    model = nnswift.from_onnx(tmp_path / "model.onnx")
    with torch.no_grad():
        assert abs(model.predict(X) - network(torch.tensor(X)).numpy()).max() < TOLERANCE
    kinds = [layer["type"] for layer in model.spec["layers"]]
    assert kinds[-1] == "dense" and model.spec["loss"]["type"] == "softmax_cross_entropy"
    assert {"layer_norm", "gelu", "silu", "hard_sigmoid", "selu", "log_softmax"} <= set(kinds)
    assert [layer.get("beta") for layer in model.spec["layers"] if layer["type"] == "softplus"] == [1, 2]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("classes", [0, 2, 3])
def test_sklearn(classes):
    skl2onnx = pytest.importorskip("skl2onnx")
    neural = pytest.importorskip("sklearn.neural_network")
    scaled = pytest.importorskip("sklearn.pipeline").make_pipeline
    scaler = pytest.importorskip("sklearn.preprocessing").StandardScaler()
    kind = neural.MLPClassifier if classes else neural.MLPRegressor
    theirs = scaled(scaler, kind(hidden_layer_sizes=(5,), max_iter=5, random_state=0))
    theirs.fit(X, np.arange(7) % classes if classes else X.sum(axis=1))
    wanted = theirs.predict_proba(X) if classes else theirs.predict(X)
    if classes == 2:
        wanted = wanted[:, 1]
    ours = nnswift.from_onnx(skl2onnx.to_onnx(theirs, X[:1]).SerializeToString())
    assert abs(ours.predict(X) - wanted).max() < TOLERANCE
