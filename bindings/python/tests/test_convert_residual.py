"""Residual networks of PyTorch and Keras, both ways; what else the converters do not know."""

import os

import numpy as np
import pytest

import nnswift
from nnswift import convert

X = np.random.default_rng(5).normal(size=(17, 6)).astype(np.float32)
TOLERANCE = 2e-6


def residual(layers, shortcut=()):
    return {"type": "residual", "layers": list(layers), "shortcut": list(shortcut)}


def dense(units, activation="identity"):
    return {"type": "dense", "units": units, "activation": activation}


INNER = residual([dense(4), "layer_norm", dense(5, "gelu")], [dense(5)])
NETWORKS = [
    [residual([dense(6, "relu")])],
    [dense(5, "tanh"), residual(["batch_norm", INNER, {"type": "dropout", "rate": 0.3}, dense(5)]), dense(3)],
    [residual([residual(["silu"])], [residual([dense(6)], ["tanh"])]), "relu", dense(2, "softplus")],
]


def model_of(layers, loss="mse", **spec):
    """A model whose weights and running statistics are not those of a start."""
    model = nnswift.Model({"input": 6, "layers": layers, "loss": loss, **spec})
    rng = np.random.default_rng(2)
    weights = {name: rng.normal(size=value.shape) / 2 for name, value in model.weights.items()}
    model.set_weights({name: abs(value) + 0.1 if "var" in name else value for name, value in weights.items()})
    return model


@pytest.mark.parametrize("layers", NETWORKS, ids=range(len(NETWORKS)))
def test_torch_both_ways(layers):
    torch = pytest.importorskip("torch")
    model = model_of(layers)
    network = convert.to_torch(model)
    with torch.no_grad():
        wanted = network(torch.tensor(X)).numpy()
    assert abs(model.predict(X, kind="raw") - wanted).max() < TOLERANCE
    again = convert.from_torch(network, "mse")
    assert np.array_equal(again.predict(X), model.predict(X))
    assert all(np.array_equal(a, b) for a, b in zip(again.weights.values(), model.weights.values()))
    # Where each layer is one module the names are the same on both sides, but for "layers." before them.
    names = [name for name in network.state_dict() if not name.endswith("num_batches_tracked")]
    assert {f"layers.{name}" for name in names} == set(again.weights)


def test_torch_modules_of_others(tmp_path):
    torch = pytest.importorskip("torch")
    from nnswift.convert.torch_layers import Residual as Ours

    nn = torch.nn

    class Residual(nn.Module):
        def __init__(self, *layers):
            super().__init__()
            self.shortcut, self.layers = nn.Sequential(), nn.Sequential(*layers)

        def forward(self, x):
            return self.shortcut(x) + self.layers(x)

    torch.manual_seed(3)
    network = nn.Sequential(nn.Tanh(), Residual(nn.ReLU(), nn.Sequential(nn.Linear(6, 2), nn.Linear(2, 6))), nn.Linear(6, 2))
    model = convert.from_torch(network, "mse")
    assert list(model.weights)[0] == "layers.1.layers.1.weight"
    with torch.no_grad():
        assert abs(model.predict(X) - network(torch.tensor(X)).numpy()).max() < TOLERANCE
    assert convert.from_torch(nn.Sequential(Ours([], [nn.Linear(6, 6)])), "mse").spec["layers"][0]["layers"] == [
        {"type": "identity"}]
    # The module of ours is found again when a whole network is loaded.
    torch.save(convert.to_torch(model), tmp_path / "network.pt")
    loaded = torch.load(tmp_path / "network.pt", weights_only=False)
    assert np.array_equal(convert.from_torch(loaded, "mse").predict(X), model.predict(X))


def test_torch_refusals():
    torch = pytest.importorskip("torch")
    nn = torch.nn

    class Residual(nn.Module):
        def __init__(self, **modules):
            super().__init__()
            for name, module in modules.items():
                setattr(self, name, module)

        def forward(self, x):
            return self.layers(x) + self.shortcut(x)

    class Difference(Residual):
        def forward(self, x):
            return self.layers(x) - self.shortcut(x)

    chain = nn.Sequential(nn.Linear(6, 6))
    for fragment, network in {
        "must be a torch.nn.Module, got int": 3,
        "module 0: Residual: .*has no attribute 'shortcut'": nn.Sequential(Residual(layers=chain)),
        "module 0: the call of sub has no counterpart": nn.Sequential(Difference(layers=chain, shortcut=nn.Sequential())),
        "module 0.layers.0: Conv1d has no counterpart": nn.Sequential(
            Residual(layers=nn.Sequential(nn.Conv1d(1, 1, 1)), shortcut=chain)),
        "module 0: Identity_ has no counterpart": nn.Sequential(type("Identity_", (nn.Module,), {})()),
        "how many features": nn.Sequential(Residual(layers=nn.Sequential(nn.ReLU()), shortcut=nn.Sequential())),
        "one shape": nn.Sequential(Residual(layers=nn.Sequential(nn.Linear(6, 3)), shortcut=nn.Sequential())),
    }.items():
        with pytest.raises(ValueError, match=fragment):
            convert.from_torch(network, "mse")


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("kind", ["raw", "proba"])
@pytest.mark.parametrize("layers", NETWORKS, ids=range(len(NETWORKS)))
def test_keras_both_ways(layers, kind):
    os.environ.setdefault("KERAS_BACKEND", "torch")
    pytest.importorskip("torch")
    keras = pytest.importorskip("keras", minversion="3")
    model = model_of(layers, "poisson", preprocess={"type": "scale", "factor": 0.5})
    network = convert.to_keras(model, kind)
    wanted = network.predict(X, verbose=0)
    assert (abs(model.predict(X, kind=kind) - wanted) / np.maximum(1, abs(wanted))).max() < TOLERANCE
    assert isinstance(network, keras.Model)
    again = convert.from_keras(network, "poisson" if kind == "proba" else "mse")
    assert np.array_equal(again.predict(X, kind="raw"), model.predict(X, kind="raw"))
    assert all(np.array_equal(a, b) for a, b in zip(again.weights.values(), model.weights.values()))


def test_sklearn_takes_chains_of_dense_layers():
    neural = pytest.importorskip("sklearn.neural_network")
    theirs = neural.MLPRegressor(hidden_layer_sizes=(6,), max_iter=2, random_state=0)
    with pytest.warns(Warning):
        theirs.fit(X.astype(float), X[:, 0])
    model = model_of([dense(6, "relu"), {"type": "dropout", "rate": 0.5}, dense(1)])
    found = convert.to_sklearn(model, theirs).predict(X.astype(float))
    assert abs(found - model.predict(X)).max() < TOLERANCE
    for fragment, layers in {
        r"layers\[0\]: residual has no counterpart in scikit-learn": [residual([dense(6)]), dense(1)],
        r"layers\[1\]: batch_norm has no counterpart": [dense(6), "batch_norm", dense(1)],
        r"layers\[0\]: gelu has no counterpart": [dense(6, "gelu"), dense(1)],
        "must have layers of": [dense(1)],
    }.items():
        with pytest.raises(ValueError, match=fragment):
            convert.to_sklearn(model_of(layers), theirs)


@pytest.mark.parametrize(("name", "module", "target"), [
    ("torch", "_torch", "PyTorch"), ("keras", "_keras", "Keras"), ("onnx", "_onnx_export", "an ONNX file"),
    ("sklearn", "_sklearn", "scikit-learn"),
])  # fmt: skip
def test_layers_of_a_later_day_are_refused_by_name(monkeypatch, name, module, target):
    os.environ.setdefault("KERAS_BACKEND", "torch")
    pytest.importorskip(name)
    part = __import__(f"nnswift.convert.{module}", fromlist=["_KNOWN"])
    monkeypatch.setattr(part, "_KNOWN", {"dense", "residual", "identity"})
    convert_to = getattr(convert, f"to_{name}")
    more = (None,) if name == "sklearn" else ()
    for fragment, layers in {
        r"layers\[1\].shortcut\[0\]: tanh": [dense(4), residual([dense(4)], ["tanh"])],
        r"layers\[0\].layers\[0\].layers\[0\]: silu": [residual([residual([dense(6, "silu")])])],
    }.items():
        with pytest.raises(ValueError, match=f"{fragment} has no counterpart in {target}; known are dense, identity"):
            convert_to(model_of(layers), *more)
