"""Loss and gradient against NumPy; steps with a gradient of one's own."""

import numpy as np
import pytest

import nnswift

RNG = np.random.default_rng(4)
X = RNG.normal(size=(12, 5)).astype(np.float32)
Y = np.arange(12) % 3
WEIGHT = RNG.uniform(0.2, 2, size=12)


def by_numpy(weights, sample_weight):
    """Mean cross-entropy of dense 6 tanh -> dense 3, and its gradient, in double."""
    w = {name: array.astype(float) for name, array in weights.items()}
    share = sample_weight / sample_weight.sum()
    x = X.astype(float)
    hidden = np.tanh(x @ w["layers.0.weight"].T + w["layers.0.bias"])
    raw = hidden @ w["layers.1.weight"].T + w["layers.1.bias"]
    raw -= raw.max(axis=1, keepdims=True)
    log_p = raw - np.log(np.exp(raw).sum(axis=1, keepdims=True))
    loss = -(share * log_p[np.arange(12), Y]).sum()
    d_raw = share[:, None] * (np.exp(log_p) - np.eye(3)[Y])
    d_hidden = d_raw @ w["layers.1.weight"] * (1 - hidden**2)
    return loss, {
        "layers.0.weight": d_hidden.T @ x,
        "layers.0.bias": d_hidden.sum(axis=0),
        "layers.1.weight": d_raw.T @ hidden,
        "layers.1.bias": d_raw.sum(axis=0),
    }


@pytest.fixture
def network():
    return nnswift.Model.mlp([5, 6, 3], "tanh", seed=9)


@pytest.mark.parametrize("sample_weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_equals_numpy(network, sample_weight):
    before = network.to_bytes()
    loss, gradient = network.loss_grad(X, Y, sample_weight)
    expected_loss, expected = by_numpy(network.weights, np.ones(12) if sample_weight is None else sample_weight)
    assert loss == pytest.approx(expected_loss, rel=1e-6)
    assert list(gradient) == list(expected)
    for name, array in expected.items():
        assert gradient[name].shape == array.shape
        assert np.linalg.norm(gradient[name] - array) <= 1e-5 * np.linalg.norm(array)
    assert network.to_bytes() == before


@pytest.mark.parametrize("form", ["dict", "flat", "flat float64"])
def test_apply_grad_is_a_step(network, form):
    network.configure({"optimizer": {"type": "sgd", "learning_rate": 0.5}})
    before, (_, gradient) = network.weights, network.loss_grad(X, Y)
    flat = np.concatenate([array.ravel() for array in gradient.values()])
    network.apply_grad({"dict": gradient, "flat": flat, "flat float64": flat.astype(float)}[form])
    for name, array in network.weights.items():
        np.testing.assert_allclose(array, before[name] - np.float32(0.5) * gradient[name], atol=1e-7)


def test_own_steps_equal_train_batch():
    own, its = (nnswift.Model.mlp([5, 6, 3], seed=9) for _ in range(2))
    for model in (own, its):
        model.configure(optimizer={"type": "adam", "learning_rate": 0.01})
    for _ in range(5):
        loss, gradient = own.loss_grad(X, Y)
        own.apply_grad(gradient)
        assert its.train_batch(X, Y) == loss
    assert own.to_bytes() == its.to_bytes()


def test_only_trainable_tensors_have_gradients():
    spec = {
        "input": 5,
        "layers": [{"type": "dense", "units": 4}, {"type": "batch_norm"}, {"type": "dense", "units": 3}],
        "loss": "softmax_cross_entropy",
    }
    model = nnswift.Model(spec)
    _, gradient = model.loss_grad(X, Y)
    assert set(model.weights) - set(gradient) == {"layers.1.running_mean", "layers.1.running_var"}
    assert sum(array.size for array in gradient.values()) == model.param_count


def test_wrong_gradients(network):
    _, gradient = network.loss_grad(X, Y)
    with pytest.raises(nnswift.ArgumentError, match="layers.1.bias missing"):
        network.apply_grad({name: array for name, array in gradient.items() if name != "layers.1.bias"})
    with pytest.raises(nnswift.ArgumentError, match="unknown tensor"):
        network.apply_grad({**gradient, "layers.7.bias": [1]})
    with pytest.raises(nnswift.ShapeError, match="shape"):
        network.apply_grad(np.zeros(3))
    with pytest.raises(nnswift.DivergedError):
        network.apply_grad({**gradient, "layers.1.bias": [1, np.nan, 0]})
    network.configure(optimizer="lbfgs", batch_size=0)
    with pytest.raises(nnswift.ArgumentError, match="lbfgs"):
        network.apply_grad(gradient)


def test_a_loss_of_ones_own(blobs):
    X, y = blobs
    model = nnswift.Model.mlp([X.shape[1], 6, 3], seed=3)
    logits = model.forward_train(X)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    gradient, d_x = model.backward((p - np.eye(3)[y]) / len(X), inputs=True)
    _, expected = model.loss_grad(X, y)
    # That call has dropped the batch.
    with pytest.raises(nnswift.StateError):
        model.backward(p)
    for name, values in expected.items():
        assert np.allclose(gradient[name], values, atol=1e-6)
    assert d_x.shape == X.shape and np.isfinite(d_x).all() and d_x.any()


def test_swap_and_wait(blobs):
    X, y = blobs
    model = nnswift.Model.mlp([X.shape[1], 6, 3], seed=3)
    newer = model.copy()
    newer.train(X, y, epochs=3)
    expected = newer.predict(X)
    model.set_wait(None)
    model.set_wait(0.5)
    model.swap(newer)
    assert np.array_equal(model.predict(X), expected)
    assert model.history.stopped == "completed"
    with pytest.raises(nnswift.StateError):
        newer.predict(X)
    with pytest.raises(nnswift.ArgumentError):
        model.set_wait(-2)
