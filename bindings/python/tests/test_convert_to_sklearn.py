"""`to_sklearn`: what a fitted MLP computes with a model's weights, and every difference that is refused."""

import numpy as np
import pytest

import nnswift
from nnswift import convert

pytest.importorskip("sklearn")
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.default_rng(4).normal(size=(30, 3))
Y = np.arange(30) % 3
# Both sides have the same float32 weights; ours adds in float32, theirs in float64.
TOLERANCE = 2e-6


def dense(units, activation="identity", **options):
    return {"type": "dense", "units": units, "activation": activation, **options}


LAYERS = [dense(4, "relu"), dense(3)]


def classifier(names=(0, 1, 2), activation="relu", hidden=(4,), **options):
    y = np.array(names)[Y % len(names)]
    return MLPClassifier(hidden, activation=activation, max_iter=2, random_state=0, **options).fit(X, y)


def regressor(**options):
    return MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, random_state=0, **options).fit(X, X[:, 0])


def model_of(layers=LAYERS, loss="softmax_cross_entropy", **spec):
    return nnswift.Model({"input": 3, "layers": layers, "loss": loss, "seed": 3, **spec})


@pytest.mark.parametrize("names", [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"], [30, 10, 20], [0, 1, 2]], ids=str)
def test_outputs_go_to_their_classes(names):
    model = model_of(classes=names)
    network = convert.to_sklearn(model, classifier(sorted(names)))
    order = [names.index(name) for name in network.classes_]
    assert abs(network.predict_proba(X) - model.predict(X)[:, order]).max() < TOLERANCE
    assert (network.predict(X) == model.predict(X, kind="label")).all()


@pytest.mark.parametrize("names", [["no", "yes"], ["yes", "no"], [1, -1], [False, True], None], ids=str)
def test_two_classes(names):
    model = model_of([dense(4, "relu"), dense(1)], "binary_cross_entropy", **({"classes": names} if names else {}))
    network = convert.to_sklearn(model, classifier(sorted(names or [0, 1])))
    wanted = model.predict(X)
    found = network.predict_proba(X)[:, list(network.classes_).index((names or [0, 1])[1])]
    assert abs(found - wanted).max() < TOLERANCE
    assert (network.predict(X) == model.predict(X, kind="label")).all()


@pytest.mark.parametrize(("layers", "activation"), [
    ([{"type": "dropout", "rate": 0.2}, dense(4), "tanh", {"type": "dropout", "rate": 0.5}, dense(3), "identity"], "tanh"),
    ([dense(4, "sigmoid", bias=False), dense(3, bias=False)], "logistic"), ([dense(4), "identity", dense(3)], "identity"),
])  # fmt: skip
def test_the_same_written_otherwise(layers, activation):
    model = model_of(layers)
    network = convert.to_sklearn(model, classifier(activation=activation))
    assert abs(network.predict_proba(X) - model.predict(X)).max() < TOLERANCE


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", "quantile"])
def test_regressions(loss):
    model = model_of([dense(4, "relu"), dense(1)], loss)
    assert abs(convert.to_sklearn(model, regressor()).predict(X) - model.predict(X)).max() < TOLERANCE


def test_rates_and_several_labels():
    model = model_of([dense(4, "relu"), dense(1)], "poisson")
    network = MLPRegressor("poisson", hidden_layer_sizes=(4,), max_iter=2).fit(X, Y)
    assert abs(convert.to_sklearn(model, network).predict(X) - model.predict(X)).max() < TOLERANCE
    several = model_of(loss="binary_cross_entropy", classes=["x", "y", "z"])
    network = MLPClassifier((4,), max_iter=2).fit(X, np.stack([Y > 0, Y > 1, X[:, 0] > 0], axis=1).astype(int))
    assert abs(convert.to_sklearn(several, network).predict_proba(X) - several.predict(X)).max() < TOLERANCE


def with_threshold():
    return model_of([dense(4, "relu"), dense(1)], "binary_cross_entropy", threshold=0.3)


REFUSED = {
    "classes must be the network's .'a', 'b', 'c'., they are .'a', 'b', 'd'.": lambda: (
        model_of(classes=["a", "b", "d"]), classifier(list("abc"))),
    'they are .0, 1, 2.; make one with "classes"': lambda: (model_of(), classifier(list("abc"))),
    "classes must be the network's .1, 2, 3.": lambda: (model_of(classes=["1", "2", "3"]), classifier([1, 2, 3])),
    "dense layer 1 of 2 must stand tanh.*the model has relu": lambda: (model_of(), classifier(activation="tanh")),
    "dense layer 2 of 2 must stand no activation.*has tanh": lambda: (model_of([dense(4, "relu"), dense(3, "tanh")]), classifier()),
    "dense layer 1 of 2 must stand relu.*the model has none": lambda: (model_of([dense(4), dense(3)]), classifier()),
    "dense layer 1 of 2.*has tanh, relu": lambda: (model_of([dense(4, "tanh"), "relu", dense(3)]), classifier()),
    r"layers\[0\]: relu must stand behind a dense layer": lambda: (model_of(["relu", *LAYERS]), classifier()),
    r"layers\[1\]: batch_norm has no counterpart": lambda: (model_of([dense(4, "relu"), "batch_norm", dense(3)]), classifier()),
    "no preprocess, it has standardize.*Pipeline": lambda: (model_of(preprocess="standardize"), classifier()),
    "no preprocess, it has scale": lambda: (model_of(preprocess={"type": "scale", "factor": 2}), classifier()),
    "loss must go with the network's 'softmax'.*it is mse": lambda: (model_of(loss="mse"), classifier()),
    "loss must go with.*it is binary_cross_entropy": lambda: (model_of(loss="binary_cross_entropy"), regressor()),
    "it is poisson": lambda: (model_of([dense(4, "relu"), dense(1)], "poisson"), regressor()),
    "threshold must be 0.5": lambda: (with_threshold(), classifier([0, 1])),
    "must have layers of": lambda: (model_of([dense(5, "relu"), dense(3)]), classifier()),
    "^MLPClassifier must be fitted": lambda: (model_of(), MLPClassifier()),
    "MLPRegressor of scikit-learn, got Pipeline": lambda: (model_of(), make_pipeline(classifier())),
    "MLPRegressor of scikit-learn, got LogisticRegression": lambda: (model_of(), LogisticRegression()),
    "MLPRegressor of scikit-learn, got None": lambda: (model_of(), None),
}  # fmt: skip


@pytest.mark.parametrize(("fragment", "pair"), REFUSED.items(), ids=range(len(REFUSED)))
def test_refused_and_left_as_it_was(fragment, pair):
    model, network = pair()
    before = [value.copy() for value in getattr(network, "coefs_", [])]
    with pytest.raises(ValueError, match=fragment):
        convert.to_sklearn(model, network)
    assert all(np.array_equal(a, b) for a, b in zip(before, getattr(network, "coefs_", [])))
