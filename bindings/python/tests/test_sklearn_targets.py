"""What the estimators learn: labels of any kind, several labels, several numbers, weights, rows in parts."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine  # noqa: E402
from sklearn.exceptions import DataConversionWarning  # noqa: E402
from sklearn.model_selection import cross_val_score  # noqa: E402

import nnswift  # noqa: E402
from nnswift.sklearn import NNClassifier, NNRegressor  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")

X = np.random.default_rng(0).normal(size=(240, 4))
PLACES = np.argsort(np.argsort(X[:, 0])) * 3 // 240
BINARY = (X[:, 0] + X[:, 1] > 0).astype(int)


@pytest.mark.parametrize(("load", "least"), [(load_iris, 0.9), (load_wine, 0.95), (load_breast_cancer, 0.95)])
def test_small_tables_are_learnt_without_tuning(load, least):
    assert cross_val_score(NNClassifier(random_state=0), *load(return_X_y=True), cv=5).mean() > least


def test_a_small_regression_is_learnt_without_tuning():
    # Ridge with its defaults reaches .41 on these folds, MLPRegressor -3.1.
    assert cross_val_score(NNRegressor(random_state=0), *load_diabetes(return_X_y=True), cv=5).mean() > 0.41


LABELS = {
    "texts": ["no", "perhaps", "yes"], "objects": np.array(["no", "perhaps", "yes"], object), "integers": [1, 2, 3],
    "floats of a CSV": [0.0, 1.0, 2.0], "far apart": [-5, 10, 10**9], "small": np.array([0, 1, 2], np.int8),
}  # fmt: skip


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_labels_of_any_kind(labels):
    labels = np.asarray(labels)
    y = labels[PLACES]
    network = NNClassifier(random_state=0, batch_size=32).fit(X, y)
    assert network.classes_.tolist() == labels.tolist() and network.classes_.dtype == labels.dtype
    found = network.predict(X)
    assert found.dtype == labels.dtype and found.shape == (240,)
    assert (found == y).mean() > 0.9
    assert network.decision_function(X).shape == network.predict_proba(X).shape == (240, 3)


@pytest.mark.parametrize("labels", [["a", "b"], [-1, 1], [0.0, 1.0], [False, True]], ids=str)
def test_two_classes(labels):
    labels = np.asarray(labels)
    network = NNClassifier(random_state=0).fit(X, labels[BINARY])
    assert (network.predict(X) == labels[BINARY]).mean() > 0.95
    assert network.predict(X).dtype == labels.dtype
    assert network.decision_function(X).shape == (240,) and network.predict_proba(X).shape == (240, 2)
    assert ((network.decision_function(X) > 0) == (network.predict(X) == labels[1])).all()


@pytest.mark.parametrize("labels", [["a", "b"], [-1, 1], [False, True]], ids=str)
def test_the_file_knows_the_labels(labels, tmp_path):
    network = NNClassifier(random_state=0).fit(X, np.array(labels)[BINARY])
    network.model_.save(tmp_path / "net.safetensors")
    model = nnswift.load(tmp_path / "net.safetensors")
    assert model.classes == labels
    assert (model.predict(X, kind="label") == network.predict(X)).mean() > 0.99  # another rule at exactly 0.5


@pytest.mark.parametrize("kind", ["array", "sparse", "one label"])
def test_several_labels(kind):
    y = (X[:, :3] > 0).astype(int)[:, : 1 if kind == "one label" else 3]
    if kind == "one label":
        y = np.hstack([y, np.zeros_like(y)])
    given = pytest.importorskip("scipy.sparse").csr_array(y) if kind == "sparse" else y
    network = NNClassifier(random_state=0).fit(X, given)
    assert network.predict(X).shape == network.predict_proba(X).shape == y.shape
    assert (network.predict(X) == y).mean() > 0.95


def test_several_numbers():
    y = np.stack([100 * X[:, 0], X[:, 1] - 5000], axis=1)
    network = NNRegressor(random_state=0).fit(X, y)
    assert network.predict(X).shape == (240, 2) and network.n_outputs_ == 2
    assert network.score(X, y) > 0.95


def test_one_column_of_targets_is_one_number_a_row():
    with pytest.warns(DataConversionWarning):
        network = NNRegressor(random_state=0).fit(X, X[:, :1])
    # (n, 1) against (n,) would broadcast to (n, n).
    assert np.sqrt(np.mean((X[:, 0] - network.predict(X)) ** 2)) < 0.3


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="at least two classes, got one class .'a'."):
        NNClassifier().fit(X, ["a"] * 240)


def test_an_unknown_label_of_held_out_rows_is_named():
    with pytest.raises(ValueError, match="the label 7, which is not among the classes .0, 1"):
        NNClassifier().fit(X, BINARY, eval_set=(X[:2], [0, 7]))


def test_weights_are_repetitions():
    random = np.random.default_rng(1)
    weight = random.integers(0, 4, 100)
    repeated = NNRegressor(random_state=0).fit(X[:100].repeat(weight, axis=0), X[:100, 0].repeat(weight))
    weighted = NNRegressor(random_state=0).fit(X[:100], X[:100, 0], sample_weight=weight)
    assert (repeated.predict(X) == weighted.predict(X)).all()


def test_weights_of_a_training_in_batches():
    weight = np.where(BINARY == 1, 1.0, 0.01)
    network = NNClassifier(random_state=0, batch_size=32).fit(X, np.roll(BINARY, 1), sample_weight=weight)
    assert (network.predict(X) == 1).mean() > (NNClassifier(random_state=0).fit(X, np.roll(BINARY, 1)).predict(X)).mean()


@pytest.mark.parametrize("given", ["balanced", {"rare": 9}, {"rare": 9, "usual": 1}], ids=str)
def test_weights_of_classes(given):
    random = np.random.default_rng(2)
    y = np.where(X[:, 0] + random.normal(size=240) > 1.8, "rare", "usual")
    plain = NNClassifier(random_state=0, max_iter=50).fit(X, y)
    weighted = NNClassifier(random_state=0, max_iter=50, class_weight=given).fit(X, y)
    assert (weighted.predict(X) == "rare").sum() > 2 * (plain.predict(X) == "rare").sum()


def test_learning_in_parts():
    network = NNClassifier(random_state=0, learning_rate_init=0.01)
    for _ in range(10):
        for part in np.array_split(np.arange(240), 6):
            network.partial_fit(X[part], PLACES[part], classes=[0, 1, 2])
    assert network.score(X, PLACES) > 0.9
    assert network.n_iter_ == 60
    with pytest.raises(ValueError, match="classes must be those of the first call"):
        network.partial_fit(X, PLACES, classes=[0, 1])
    with pytest.raises(ValueError, match="X has 3 features"):
        network.partial_fit(X[:, :3], PLACES)


def test_numbers_learnt_in_parts():
    network = NNRegressor(random_state=0, learning_rate_init=0.01)
    for _ in range(30):
        for part in np.array_split(np.arange(240), 4):
            network.partial_fit(X[part], 1000 + X[part, 0])
    assert network.score(X, 1000 + X[:, 0]) > 0.9


def test_a_warm_start_goes_on():
    network = NNClassifier(random_state=0, max_iter=5, warm_start=True).fit(X, PLACES)
    first = network.loss_
    assert network.fit(X, PLACES).loss_curve_[0] < first
    with pytest.raises(ValueError, match="not among the classes"):
        network.fit(X, PLACES + 1)
    again = NNClassifier(random_state=0, max_iter=5).fit(X, PLACES)
    assert again.fit(X, PLACES).loss_ == first


@pytest.mark.parametrize("container", ["csr_matrix", "csr_array", "csc_matrix"])
def test_sparse_matrices(container):
    sparse = pytest.importorskip("scipy.sparse")
    counts = np.random.default_rng(3).poisson(0.2, (300, 60)).astype(float)
    y = counts[:, :5].sum(axis=1) > 0
    network = NNClassifier(random_state=0).fit(getattr(sparse, container)(counts), y)
    assert network.score(getattr(sparse, container)(counts), y) > 0.9
    assert (network.predict(counts) == network.predict(getattr(sparse, container)(counts))).all()
