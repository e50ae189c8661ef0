"""Networks of Keras 3 as people write them: what `from_keras` takes, random ones, and what it refuses by name."""

import os

import numpy as np
import pytest

from nnswift import convert

os.environ.setdefault("KERAS_BACKEND", "torch")
pytest.importorskip("torch")
keras = pytest.importorskip("keras", minversion="3")
L = keras.layers

# Keras 3.15 with NumPy 2 and PyTorch.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X = np.random.default_rng(8).normal(size=(17, 6)).astype(np.float32)
# Keras computes in float32 as this library does: some ten layers, each rounds its sums to 6e-8 of the largest value,
# and a normalisation of few features makes the error of those before it some ten times as large.
TOLERANCE = 1e-5


def sequential(*layers, shape=(6,)):
    return keras.Sequential([keras.Input(shape), *layers])


def functional(way, shape=(6,)):
    given = keras.Input(shape)
    return keras.Model(given, way(given))


def same(model, network, kind="raw", x=X):
    wanted = network.predict(x, verbose=0)
    found = model.predict(x.reshape(len(x), -1), kind=kind)
    return abs(found.ravel() - wanted.ravel()).max() <= TOLERANCE * max(1, abs(wanted).max())


def shuffled(network, seed=3):
    """A network whose weights and running statistics are not those of a start."""
    rng = np.random.default_rng(seed)
    network.set_weights([abs(rng.normal(size=w.shape)) / np.sqrt(len(w)) + 0.1 for w in network.get_weights()])
    return network


@pytest.mark.parametrize("layer", [
    L.BatchNormalization(scale=False), L.BatchNormalization(center=False), L.LayerNormalization(scale=False),
    L.LayerNormalization(center=False), L.GaussianNoise(0.3), L.GaussianDropout(0.3), L.AlphaDropout(0.3),
    L.ActivityRegularization(0.1), L.Identity(), L.Flatten(), L.Reshape((6,)), L.Dropout(0.4),
    L.Activation(keras.activations.tanh), L.Activation("gelu"), L.Dense(6, keras.activations.elu), L.Dense(6, L.ReLU()),
])  # fmt: skip
def test_layers_in_between(layer):
    network = shuffled(sequential(L.Dense(6), layer, L.Dense(2)))
    assert same(convert.from_keras(network, "mse"), network)


@pytest.mark.parametrize(("layers", "preprocess"), [
    ([L.Rescaling(1 / 127.5, offset=-1)], "standardize"), ([L.Rescaling(0.5)], "scale"), ([L.Rescaling(1.0)], "none"),
    ([L.Rescaling([1, 2, 3, 4, 5, 6.0], offset=0.5)], "standardize"), ([L.Flatten(), L.Rescaling(0.5)], "scale"),
    ([L.Rescaling(2.0, 1), L.Normalization(mean=[0.0] * 6, variance=[4.0] * 6)], "standardize"),
    ([L.GaussianNoise(0.1), L.Rescaling(2.0), L.Rescaling(0.5), L.Reshape((-1,))], "none"),
])  # fmt: skip
def test_scalings(layers, preprocess):
    network = shuffled(sequential(*layers, L.Dense(3)))
    model = convert.from_keras(network, "mse")
    assert model.spec["preprocess"]["type"] == preprocess and same(model, network)


def test_scaled_pictures():
    x = np.random.default_rng(1).integers(0, 256, (5, 4, 3)).astype(np.uint8)
    network = shuffled(sequential(L.Rescaling([0.1, 0.2, 0.3], -1), L.Flatten(), L.Dense(2), shape=(4, 3)))
    assert same(convert.from_keras(network, "mse"), network, x=x)
    centred = convert.from_keras(sequential(L.Rescaling(1 / 127.5, offset=-1), L.Flatten(), L.Dense(2), shape=(4, 3)), "mse")
    assert (centred.scaling[0] == 127.5).all()


DENSE = L.Dense(6, "tanh")
BLOCK = functional(lambda x: L.Add()([L.Dense(6, "relu")(x), x]))
WAYS = {
    "two": lambda x: L.Add()([L.Dense(6)(x), L.ReLU()(x)]),
    "plus": lambda x: L.Dense(6)(x) + x,
    "three": lambda x: L.Add()([L.Dense(6)(x), x, L.Dense(6)(L.Dense(4)(x))]),
    "tied": lambda x: DENSE(DENSE(x)),
    "in one another": lambda x: L.Dense(2)(BLOCK(sequential(L.Dense(6), L.ReLU())(x)) + L.Dropout(0.1)(x)),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_functional_networks(way):
    network = shuffled(functional(way))
    assert same(convert.from_keras(network, "mse"), network)


def test_a_softmax_behind_which_nothing_happens():
    network = shuffled(sequential(L.Dense(3, "softmax"), L.ActivityRegularization(0.1), L.Dropout(0.2)))
    model = convert.from_keras(network, "softmax_cross_entropy")
    assert len(model.spec["layers"]) == 1 and same(model, network, "proba")


class Halved(keras.Sequential):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs) / 2


class Named(keras.Sequential):
    """Somebody's own class that computes what its parent does."""


def test_a_class_of_somebody_s_own():
    network = shuffled(Named([keras.Input((6,)), L.Dense(3, "relu")]))
    assert same(convert.from_keras(network, "mse"), network)


class ReLU(L.ReLU):
    def call(self, inputs):
        return 2 * super().call(inputs)


def hooked():
    network = sequential(L.Dense(2))
    if not hasattr(network, "register_forward_hook"):
        pytest.skip("only the PyTorch backend has hooks")
    network.layers[0].register_forward_hook(lambda layer, given, made: 2 * made)
    return network


def twice_read(x):
    inner = L.Dense(6)(x)
    return L.Add()([L.Add()([inner, x]), inner])


@pytest.mark.parametrize(("network", "message"), [
    (lambda: sequential(L.Dense(2), ReLU(name="mine")), 'layer "mine", ReLU, has no counterpart'),
    (lambda: Halved([keras.Input((6,)), L.Dense(2)]), "Halved, has no counterpart.*a call of its own"),
    (hooked, "Dense, has no counterpart.*a hook"),
    (lambda: sequential(L.Dense(6), L.Rescaling(2.0, name="late"), L.Dense(2)), '"late", Rescaling, has no.*before all other'),
    (lambda: functional(lambda x: L.Dense(6)(x) + L.Rescaling(2.0)(x)), "Rescaling, has no counterpart"),
    (lambda: sequential(L.Rescaling(-1.0), L.Dense(2)), "Rescaling, has no.*above 0"),
    (lambda: sequential(L.Rescaling(0.0), L.Dense(2)), "Rescaling, has no.*above 0"),
    (lambda: functional(lambda x: L.Dense(6)(x) * x), 'layer "multiply.*", Multiply, has no'),
    (lambda: functional(lambda x: L.Dense(6)(x) + 1), 'layer "add.*", Add, has no counterpart.*come from the input'),
    (lambda: functional(lambda x: L.Concatenate()([x, L.Dense(6)(x)])), "Concatenate, has no"),
    (lambda: functional(lambda x: keras.ops.relu(L.Dense(6)(x))), "Relu, has no"),
    (lambda: functional(twice_read), "read inside of a residual and outside"),
    (lambda: sequential(L.Flatten(data_format="channels_first"), L.Dense(2), shape=(2, 3)), "begin it with Flatten"),
    (lambda: sequential(L.Dense(6), L.Reshape((2, 3)), L.Flatten(), L.Dense(2)), "Reshape, has no"),
    (lambda: sequential(L.ReLU(), shape=(None, 6)), "give keras.Input sizes"),
])  # fmt: skip
def test_refused_by_name(network, message):
    with pytest.raises(ValueError, match=message):
        convert.from_keras(network(), "mse")


ACTIVATIONS = [
    lambda: L.ReLU(negative_slope=0.2), lambda: L.LeakyReLU(0.3), lambda: L.ELU(alpha=0.6), L.Softmax,
    *(lambda name=name: L.Activation(name) for name in ("relu", "selu", "gelu", "silu", "tanh", "softplus", "log_softmax")),
]  # fmt: skip
OTHERS = [
    lambda: L.Dropout(0.3), lambda: L.GaussianNoise(0.1), lambda: L.BatchNormalization(), lambda: L.LayerNormalization(),
    lambda: L.BatchNormalization(scale=False), lambda: L.LayerNormalization(center=False), lambda: L.RMSNormalization(),
]  # fmt: skip


def chain(rng, x, count, depth=0):
    """A random continuation of a value."""
    for _ in range(count):
        kind = rng.integers(6)
        if kind < 2:
            x = L.Dense(int(rng.integers(2, 9)), [None, "relu", "sigmoid", "elu"][rng.integers(4)], bool(rng.integers(4)))(x)
        elif kind == 2:
            x = OTHERS[rng.integers(len(OTHERS))]()(x)
        elif kind == 3 and depth < 2:
            inner = chain(rng, x, int(rng.integers(1, 4)), depth + 1)
            short = x if inner.shape == x.shape else L.Dense(inner.shape[-1])(x)
            x = L.Add()([inner, short]) if rng.integers(2) else short + inner
        else:
            x = ACTIVATIONS[rng.integers(len(ACTIVATIONS))]()(x)
    return x


@pytest.mark.parametrize("seed", range(150))
def test_a_random_network(seed):
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    width = int(rng.integers(1, 8))
    loss, units, output = [
        ("mse", 2, None), ("softmax_cross_entropy", 3, "softmax"), ("binary_cross_entropy", 1, "sigmoid"),
        ("poisson", 2, "exponential"),
    ][seed % 4]  # fmt: skip
    front = [[], [L.Rescaling(0.5, 0.25)], [L.Normalization(mean=0.5, variance=2.0, axis=None)]][rng.integers(3)]

    def way(x):
        for layer in front:
            x = layer(x)
        return L.Dense(units, output)(chain(rng, L.Dense(4)(x), int(rng.integers(1, 8))))

    network = functional(way, (width,))
    weights = [w + 0.2 * abs(rng.normal(size=w.shape)) for w in network.get_weights()]
    network.set_weights(weights)
    x = rng.normal(size=(16, width)).astype(np.float32)
    assert same(convert.from_keras(network, loss), network, "proba", x)
