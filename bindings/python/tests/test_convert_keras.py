"""Networks of Keras 3, both ways. Runs where Keras and PyTorch, its backend here, are installed."""

import os

import numpy as np
import pytest

import nnswift
from nnswift import convert

os.environ.setdefault("KERAS_BACKEND", "torch")
pytest.importorskip("torch")
keras = pytest.importorskip("keras", minversion="3")
L = keras.layers

# Keras 3.15 with NumPy 2 and PyTorch.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RNG = np.random.default_rng(6)
X = RNG.normal(size=(17, 6)).astype(np.float32)

# Outputs of both sides in float32: a few roundings of numbers near 1.
TOLERANCE = 2e-6

# All of ours, and how Keras writes those with options.
ACTIVATIONS = [
    "identity", "relu", {"type": "leaky_relu", "slope": 0.15}, {"type": "elu", "alpha": 0.7}, "selu", "gelu", "silu",
    "sigmoid", "tanh", "softplus", "hard_sigmoid", "softmax", "log_softmax",
    "relu6", "hard_tanh", "celu", "mish", "hard_swish", "log_sigmoid", "tanh_shrink", "softsign",
    {"type": "hard_tanh", "min": 0, "max": 2.5},
]  # fmt: skip
# Functions of keras.activations by name; leaky_relu and elu with defaults of their own.
FUNCTIONS = [
    None, "linear", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "swish", "sigmoid", "tanh", "softplus",
    "hard_sigmoid", "softmax", "log_softmax", "relu6", "hard_tanh", "celu", "mish", "hard_silu", "hard_swish",
    "log_sigmoid", "tanh_shrink", "softsign",
]  # fmt: skip


def sequential(*layers, features=6):
    return keras.Sequential([keras.Input((features,)), *layers])


def largest(a, b):
    return np.abs(np.asarray(a) - np.asarray(b)).max()


def predicted(network, x=X):
    return network.predict(x, verbose=0)


def trained_network():
    """Every layer there is; some steps of training have moved weights and running statistics."""
    keras.utils.set_random_seed(1)
    network = sequential(
        L.Dense(9), L.BatchNormalization(momentum=0.7), L.LeakyReLU(0.2), L.Dropout(0.3),
        L.Dense(8, "gelu", use_bias=False), L.LayerNormalization(), L.BatchNormalization(center=False, scale=False),
        L.LayerNormalization(center=False, scale=False, epsilon=1e-4), L.RMSNormalization(epsilon=1e-4),
        L.Activation("tanh"), L.Dense(3, "softmax"),
    )  # fmt: skip
    network.compile("adam", "sparse_categorical_crossentropy")
    network.fit(X, np.arange(17) % 3, epochs=5, verbose=0)
    return network


def test_both_ways(tmp_path):
    theirs = trained_network()
    ours = convert.from_keras(theirs, "softmax_cross_entropy", classes=["a", "b", "c"])
    assert largest(ours.predict(X), predicted(theirs)) < TOLERANCE
    assert ours.spec["layers"][1] == {"type": "batch_norm", "momentum": 0.3, "eps": 0.001, "affine": True}
    ours.save(tmp_path / "model.safetensors")
    back = convert.to_keras(nnswift.load(tmp_path / "model.safetensors"), "proba")
    assert [type(layer) for layer in back.layers] == [*(type(layer) for layer in theirs.layers), L.Activation]
    assert all(np.array_equal(a, b) for a, b in zip(theirs.get_weights(), back.get_weights()))
    back.save(tmp_path / "network.keras")
    again = convert.from_keras(keras.saving.load_model(tmp_path / "network.keras"), "softmax_cross_entropy")
    assert np.array_equal(again.predict(X), ours.predict(X))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("inside", [True, False])
def test_every_activation_to_keras_and_back(activation, inside):
    dense = {"type": "dense", "units": 4}
    layers = [{**dense, "activation": activation}] if inside else [dense, activation]
    model = nnswift.Model({"input": 6, "layers": layers, "loss": "mse"})
    network = convert.to_keras(model)
    assert largest(model.predict(X, kind="raw"), predicted(network)) < TOLERANCE
    assert np.array_equal(convert.from_keras(network, "mse").predict(X), model.predict(X))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_of_keras(function):
    network = sequential(L.Dense(5, function), L.Activation(function or "linear"), L.Dense(2))
    assert largest(convert.from_keras(network, "mse").predict(X), predicted(network)) < TOLERANCE


@pytest.mark.parametrize("layer", [
    L.ReLU(), L.ReLU(negative_slope=0.4), L.LeakyReLU(), L.ELU(alpha=0.3), L.Softmax(), L.Flatten(),
    L.Dense(3, activation=L.LeakyReLU(0.1)),
])  # fmt: skip
def test_every_activation_layer_of_keras(layer):
    network = sequential(L.Dense(5), layer)
    assert largest(convert.from_keras(network, "mse").predict(X), predicted(network)) < TOLERANCE


@pytest.mark.parametrize(("loss", "units", "output"), [
    ("softmax_cross_entropy", 3, "softmax"), ("binary_cross_entropy", 1, "sigmoid"),
    ({"type": "binary_cross_entropy", "label_smoothing": 0.1}, 4, "sigmoid"), ("poisson", 2, "exponential"),
])  # fmt: skip
def test_the_output_function_is_the_loss_s(loss, units, output):
    inside = sequential(L.Dense(units, output))
    behind = sequential(L.Dense(units), L.Activation(output))
    without = sequential(L.Dense(units))
    behind.set_weights(inside.get_weights())
    without.set_weights(inside.get_weights())
    models = [convert.from_keras(network, loss) for network in (inside, behind, without)]
    for model in models:
        assert len(model.spec["layers"]) == 1
        assert largest(model.predict(X).reshape(len(X), -1), predicted(inside)) < TOLERANCE
        assert largest(predicted(convert.to_keras(model)), predicted(without)) < TOLERANCE
        assert largest(predicted(convert.to_keras(model, "proba")), predicted(inside)) < TOLERANCE


def test_pictures():
    x = RNG.integers(0, 256, (5, 4, 3)).astype(np.uint8)
    network = keras.Sequential([keras.Input((4, 3)), L.Rescaling(1 / 255), L.Flatten(), L.Dense(2)])
    model = convert.from_keras(network, "mse")
    assert model.spec["preprocess"] == {"type": "scale", "factor": 1 / 255}
    assert largest(model.predict(x.reshape(5, -1)), predicted(network, x)) < TOLERANCE
    assert largest(predicted(convert.to_keras(model), x.reshape(5, -1)), predicted(network, x)) < TOLERANCE


@pytest.mark.parametrize("preprocess", ["standardize", "minmax"])
def test_scaled_features(tmp_path, preprocess):
    spec = {"input": 6, "layers": [{"type": "dense", "units": 2}], "loss": "mse", "preprocess": preprocess}
    model = nnswift.Model(spec)
    with pytest.raises(nnswift.StateError, match="must be fitted"):
        convert.to_keras(model)
    model.fit_preprocess(X * [1, 10, 0.01, 3, 0.5, 1] + 2)
    convert.to_keras(model).save(tmp_path / "network.keras")
    network = keras.saving.load_model(tmp_path / "network.keras")
    assert largest(model.predict(X), predicted(network)) < TOLERANCE * np.abs(model.predict(X)).max()
    assert largest(model.predict(X), convert.from_keras(network, "mse").predict(X)) < 1e-4


def test_normalization():
    adapted = L.Normalization()
    adapted.adapt(X[:, :3] * [1, 2, 0] + 3)
    for layer in (adapted, L.Normalization(mean=2.0, variance=9.0, axis=None)):
        network = sequential(layer, L.Dense(4), features=3)
        x = X[:, :3] * [1, 2, 0] + 3
        assert largest(convert.from_keras(network, "mse").predict(x), predicted(network, x)) < TOLERANCE
    pictures = keras.Sequential([
        keras.Input((2, 3)), L.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0]), L.Flatten(), L.Dense(2)])
    model = convert.from_keras(pictures, "mse")
    assert largest(model.predict(X), predicted(pictures, X.reshape(17, 2, 3))) < TOLERANCE


def test_functional_and_nested():
    inner = keras.Sequential([keras.Input((6,)), L.Dense(5, "relu"), L.Dropout(0.1)])
    nested = keras.Sequential([keras.Input((6,)), inner, L.Dense(2)])
    assert largest(convert.from_keras(nested, "mse").predict(X), predicted(nested)) < TOLERANCE
    given = keras.Input((6,))
    functional = keras.Model(given, L.Dense(2)(L.ReLU()(L.Dense(5)(given))))
    assert largest(convert.from_keras(functional, "mse").predict(X), predicted(functional)) < TOLERANCE


class Dense(L.Dense):
    """Somebody's own layer under the name of one of Keras."""


@pytest.mark.parametrize(("network", "message"), [
    (lambda: sequential(L.Dense(2), L.UnitNormalization()), "UnitNormalization, has no counterpart"),
    (lambda: sequential(Dense(2)), "Dense, has no counterpart"),
    (lambda: sequential(L.Dense(2, "hard_shrink")), "activation hard_shrink is not in the list"),
    (lambda: sequential(L.Dense(2, lambda x: x)), "activation <lambda> is not in the list"),
    (lambda: sequential(L.ReLU(threshold=1.0)), "ReLU, has no counterpart"),
    (lambda: sequential(L.Softmax(axis=0), L.Dense(2)), "Softmax, has no counterpart"),
    (lambda: sequential(L.BatchNormalization(renorm=True)), "neither renorm nor"),
    (lambda: keras.Sequential([keras.Input(batch_shape=(17, 6)), L.LayerNormalization(axis=0)]), "axis must be -1"),
    (lambda: sequential(L.Normalization(mean=0.0, variance=1.0, invert=True), L.Dense(2)), "must not have invert"),
    (lambda: sequential(L.Dense(2), L.Normalization()), "Normalization, has no counterpart"),
    (lambda: sequential(L.Dense(2), L.Rescaling(2.0)), "Rescaling, has no counterpart"),
    (lambda: sequential(L.Dropout(0.1, noise_shape=(1, 6)), L.Dense(1)), "Dropout, has no counterpart"),
    (lambda: sequential(L.Dense(2, "exponential")), "exponential"),
    (lambda: keras.Sequential([keras.Input((4, 3)), L.Dense(2)]), "begin it with Flatten"),
    (lambda: keras.Sequential([L.Dense(2)]), "begin it with keras.Input or call it once"),
    (lambda: L.Dense(2), "must be a keras.Sequential"),
])  # fmt: skip
def test_refuses_what_has_no_counterpart(network, message):
    with pytest.raises(ValueError, match=message):
        convert.from_keras(network(), "mse")


@pytest.mark.parametrize(("loss", "output"), [
    ("softmax_cross_entropy", "sigmoid"), ("binary_cross_entropy", "softmax"), ("poisson", "softplus"),
])  # fmt: skip
def test_refuses_the_output_of_another_loss(loss, output):
    with pytest.raises(ValueError, match=f"the network ends in {output}"):
        convert.from_keras(sequential(L.Dense(2, output)), loss)
    with pytest.raises(ValueError, match="preprocess must not be given"):
        convert.from_keras(sequential(L.Rescaling(2.0), L.Dense(2)), loss, preprocess="minmax")


@pytest.mark.parametrize(("activation", "message"), [
    ({"type": "relu", "straight_through": True}, "relu with straight_through True"),
    ({"type": "gelu", "approximate": "tanh"}, "gelu with approximate 'tanh'"),
    ({"type": "softplus", "beta": 2}, "softplus with beta 2"),
])  # fmt: skip
def test_refuses_what_keras_lacks(activation, message):
    spec = {"input": 6, "layers": [{"type": "dense", "units": 4, "activation": activation}], "loss": "mse"}
    with pytest.raises(ValueError, match=message):
        convert.to_keras(nnswift.Model(spec))
    plain = {**spec, "layers": [{"type": "dense", "units": 4}]}
    tiny = nnswift.Model({**plain, "preprocess": "standardize"})
    tiny.fit_preprocess(1e-9 * X)
    with pytest.raises(ValueError, match="scales of the preprocess must be at most 1e[+]07"):
        convert.to_keras(tiny)
    with pytest.raises(ValueError, match='kind must be "raw" or "proba"'):
        convert.to_keras(nnswift.Model(plain), "label")
