"""Targets of every form: missing labels named by row, one-hot rows, whole numbers in floats, weights by class."""

import numpy as np
import pytest

import nnswift
from nnswift import metrics

X = np.random.default_rng(4).normal(size=(60, 3)).astype(np.float32)
INDICES = np.arange(60) % 3
TEXTS = np.array(["a", "b", "c"])[INDICES]
pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")


def _model(outputs=3, loss="softmax_cross_entropy"):
    return nnswift.Model.mlp([3, 4, outputs], loss=loss)


def _missing(kind):
    objects = TEXTS.astype(object)
    if kind == "integers":
        return [None if row == 7 else int(label) for row, label in enumerate(INDICES)], "None"
    if kind in ("None", "nan"):
        objects[7] = None if kind == "None" else np.nan
        return objects, kind
    pd = pytest.importorskip("pandas")
    objects[7] = None
    if kind == "boolean":
        flags = pd.Series(INDICES > 0, dtype="boolean")
        flags[7] = pd.NA
        return flags, "<NA>"
    return pd.Series(objects, dtype=kind), "(nan|<NA>)"


@pytest.mark.parametrize("kind", ["None", "nan", "integers", "string", "category", "boolean"])
def test_missing_labels_are_named_by_row_everywhere(kind):
    y, shown = _missing(kind)
    trained = _model()
    trained.train(X, TEXTS, epochs=1)
    for call in (
        lambda: _model().train(X, y), lambda: trained.evaluate(X, y), lambda: trained.train_batch(X, y),
        lambda: _model().train(X, INDICES, validation=(X, y)), lambda: nnswift.split(X, y),
        lambda: metrics.accuracy(y, TEXTS), lambda: metrics.confusion_matrix(y, TEXTS), lambda: metrics.roc_curve(y, X[:, 0]),
        lambda: metrics.confusion_matrix(y, y, classes=["a", "b", "c"]),
    ):  # fmt: skip
        with pytest.raises(nnswift.Error, match=rf"^(y|y_true) (has a missing label \({shown}\) in row 7; fill|must .*row 7 is None; fill)"):
            call()


def test_the_row_of_a_missing_label_in_several_columns():
    with pytest.raises(nnswift.ArgumentError, match=r"missing label \(None\) in row 1;"):
        _model().train(X[:2], [[0, 1, 0], [None, 0, 1]])


@pytest.mark.parametrize("values, sentence", [
    (TEXTS, 'row 0 is "a"; encode texts'), ([None] + [1.0] * 59, "row 0 is None; fill it or drop its row$"),
    ([[1], [1, 2]], "rows of one length, row 0 has a single value, row 1 has 2 values"),
])  # fmt: skip
def test_a_regression_has_no_labels(values, sentence):
    model = _model(1, "mse")
    with pytest.raises(nnswift.Error, match=f"y must .*{sentence}"):
        model.train(X[: len(values)], values)
    assert model.classes == []


def test_ragged_labels():
    with pytest.raises(nnswift.ShapeError, match="y must have rows of one length, row 0 has 2 values, row 2 has 3 values"):
        _model().train(X[:3], [[1, 0], [0, 1], [1, 2, 3]])


@pytest.mark.parametrize("dtype", [np.int64, np.float32, bool])
def test_one_hot_rows_are_divided_by_class(dtype):
    one_hot = np.eye(3, dtype=dtype)[INDICES]
    expected = nnswift.split(X, INDICES, seed=2)
    found = nnswift.split(X, one_hot, seed=2)
    assert all((ours == theirs).all() for ours, theirs in zip(found[:2], expected[:2]))
    assert (found[2].argmax(1) == expected[2]).all() and found[2].dtype == dtype
    options = {"epochs": 2, "validation_fraction": 0.25, "stratify": True}
    by_class = _model().train(X, INDICES, **options)
    assert _model().train(X, one_hot, **options)["val_loss"] == by_class["val_loss"]
    typed = nnswift.Model.mlp([3, 4, 3], classes=[7, 8, 9])
    assert typed.train(X, one_hot, **options)["val_loss"] == by_class["val_loss"]


def test_targets_without_classes_are_not_stratified():
    soft = np.full((60, 3), 1 / 3, np.float32)
    for call in (
        lambda: nnswift.split(X, soft), lambda: nnswift.split(X, X[:, 0]), lambda: nnswift.split(X, np.ones((60, 3), int)),
        lambda: _model().train(X, soft, validation_fraction=0.2, stratify=True),
        lambda: _model(3, "binary_cross_entropy").train(X, np.eye(3)[INDICES], validation_fraction=0.2, stratify=True),
    ):  # fmt: skip
        with pytest.raises(nnswift.DtypeError, match=r'split at random: kind="random" \(in a training: stratify=False\)'):
            call()
    assert len(nnswift.split(X, X[:, 0], kind="random")[3]) == 15


def test_labels_in_floats():
    labels, guesses = INDICES.astype(float), ((INDICES + (np.arange(60) < 20)) % 3).astype(float)
    assert metrics.accuracy(labels, guesses) == metrics.accuracy(INDICES, guesses.astype(int)) == 40 / 60
    assert metrics.f1(labels + 1, guesses + 1) == metrics.f1(INDICES + 1, guesses.astype(int) + 1)
    assert (metrics.confusion_matrix(labels, guesses) == metrics.confusion_matrix(INDICES, guesses.astype(int))).all()
    # Numbers of a regression give what they gave; scores of two classes stay scores.
    assert metrics.mse(labels, guesses) == ((labels - guesses) ** 2).mean()
    assert metrics.roc_auc([0.0, 1.0, 1.0], [-3.0, 2.0, 5.0]) == 1
    model = _model()
    model.train(X, labels, epochs=2)
    assert metrics.accuracy(labels, model.predict(X, "label")) == model.evaluate(X, labels, "accuracy")["accuracy"]


def test_sparse_targets_are_their_dense_arrays():
    sparse = pytest.importorskip("scipy.sparse")
    many = np.random.default_rng(1).integers(0, 2, (60, 3))
    models = [_model(3, "binary_cross_entropy") for _ in range(2)]
    losses = [model.train(X, y, epochs=2)["loss"] for model, y in zip(models, (sparse.csr_matrix(many), many))]
    assert losses[0] == losses[1]


@pytest.mark.parametrize("labels, weights, plain", [
    (TEXTS, {"a": 3, "c": 0.5}, [3, 1, 0.5]), (INDICES, {0: 3, 2: 0.5}, [3, 1, 0.5]), (INDICES + 4, {4: 3, 6: 0.5}, [3, 1, 0.5]),
    (INDICES.astype(float), {0.0: 3, 2.0: 0.5}, [3, 1, 0.5]),
])  # fmt: skip
@pytest.mark.parametrize("form", ["array", "Series", "DataFrame", "category", "convert_dtypes"])
def test_class_weights_by_label(labels, weights, plain, form):
    y, by_label = labels, weights
    if form != "array":
        pd = pytest.importorskip("pandas")
        series = pd.Series(labels)
        y = {"Series": series, "DataFrame": series.to_frame("y"), "category": series.astype("category"),
             "convert_dtypes": series.convert_dtypes()}[form]  # fmt: skip
        by_label = pd.Series(weights)
    expected = _model().train(X, INDICES, epochs=3, class_weight=plain)["loss"]
    assert _model().train(X, y, epochs=3, class_weight=by_label)["loss"] == expected
    with pytest.raises(nnswift.ArgumentError, match='class_weight must name classes, "z" is none'):
        _model().train(X, y, class_weight={"z": 1})
