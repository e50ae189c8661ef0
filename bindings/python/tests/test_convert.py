"""Weights of other frameworks, both ways. Each test runs where its framework is installed."""

import numpy as np
import pytest

import nnswift
from nnswift import convert

RNG = np.random.default_rng(5)
X = RNG.normal(size=(17, 6)).astype(np.float32)

# Outputs of both sides in float32: a few roundings of numbers near 1.
TOLERANCE = 2e-6

ACTIVATIONS = [
    "identity", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh", "softplus", "hard_sigmoid",
    "softmax", "log_softmax",
    "relu6", "hard_tanh", "celu", "mish", "hard_swish", "log_sigmoid", "tanh_shrink", "softsign", "prelu",
]  # fmt: skip


def network(torch):
    nn = torch.nn
    torch.manual_seed(1)
    made = nn.Sequential(
        nn.Linear(6, 9), nn.BatchNorm1d(9), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(9, 8, bias=False),
        nn.LayerNorm(8), nn.RMSNorm(8, 1e-4), nn.GELU(), nn.Linear(8, 3),
    )
    made(torch.tensor(X))  # moves the running statistics
    return made.eval()


def test_torch_both_ways(tmp_path):
    torch = pytest.importorskip("torch")
    theirs = network(torch)
    ours = convert.from_torch(theirs, "softmax_cross_entropy", classes=["a", "b", "c"])
    with torch.no_grad():
        wanted = theirs(torch.tensor(X)).numpy()
    assert np.abs(ours.predict(X, kind="raw") - wanted).max() < TOLERANCE
    ours.save(tmp_path / "model.safetensors")
    back = convert.to_torch(nnswift.load(tmp_path / "model.safetensors"))
    for (name, value), again in zip(theirs.state_dict().items(), back.state_dict().values()):
        assert name.endswith("num_batches_tracked") or torch.equal(value, again)


def test_torch_reads_every_activation():
    torch = pytest.importorskip("torch")
    for name in ACTIVATIONS:
        spec = {"input": 6, "layers": [{"type": "dense", "units": 4}, {"type": name}], "loss": "mse"}
        model = nnswift.Model(spec)
        with torch.no_grad():
            theirs = convert.to_torch(model)(torch.tensor(X)).numpy()
        assert np.abs(model.predict(X, kind="raw") - theirs).max() < TOLERANCE, name


def test_torch_refuses_what_has_no_counterpart():
    torch = pytest.importorskip("torch")
    with pytest.raises(ValueError, match="Conv1d has no counterpart"):
        convert.from_torch(torch.nn.Sequential(torch.nn.Conv1d(1, 1, 1)), "mse")
    scaled = nnswift.Model({"input": 2, "layers": [{"type": "dense", "units": 1}], "loss": "mse", "preprocess": "minmax"})
    with pytest.raises(ValueError, match="preprocess"):
        convert.to_torch(scaled)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_sklearn_classifier_both_ways(classes, activation):
    neural = pytest.importorskip("sklearn.neural_network")
    theirs = neural.MLPClassifier(hidden_layer_sizes=(7, 5), activation=activation, max_iter=5, random_state=0)
    with pytest.warns(Warning):
        theirs.fit(X.astype(float), np.arange(17) % classes)
    ours = convert.from_sklearn(theirs)
    wanted = theirs.predict_proba(X.astype(float))
    found = ours.predict(X)
    assert np.abs(found - (wanted[:, 1] if classes == 2 else wanted)).max() < TOLERANCE
    convert.to_sklearn(ours, theirs)
    assert np.abs(theirs.predict_proba(X.astype(float)) - wanted).max() < TOLERANCE


def test_sklearn_regressor():
    neural = pytest.importorskip("sklearn.neural_network")
    theirs = neural.MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0)
    with pytest.warns(Warning):
        theirs.fit(X.astype(float), X.sum(axis=1))
    wanted = theirs.predict(X.astype(float))
    assert np.abs(convert.from_sklearn(theirs).predict(X) - wanted).max() < TOLERANCE


def test_sklearn_poisson_regressor():
    neural = pytest.importorskip("sklearn.neural_network")
    theirs = neural.MLPRegressor("poisson", hidden_layer_sizes=(4,), max_iter=5, random_state=0)
    with pytest.warns(Warning):
        theirs.fit(X.astype(float), np.arange(17) % 4)
    found = convert.from_sklearn(theirs).predict(X)
    assert np.abs(found - theirs.predict(X.astype(float))).max() < TOLERANCE


def test_safetensors_reads_our_files():
    reader = pytest.importorskip("safetensors.numpy")
    model = nnswift.Model.mlp([3, 4, 2], seed=1)
    tensors = reader.load(model.to_bytes())
    assert set(tensors) == set(model.weights)
    assert all(np.array_equal(tensors[name], value) for name, value in model.weights.items())
