"""What users of scikit-learn, Keras and PyTorch typed at a `Model`, and what they meant: it works, or is named.

Estimators, callbacks, pictures, the report and the command have such tests in files of their own.
"""

import copy
import pickle

import numpy as np
import pytest

import nnswift
from nnswift import Model

rng = np.random.default_rng(0)
Y = np.arange(150) % 3
X = rng.normal(size=(150, 4))
X[:, 0] += 4 * Y
NAMES = np.array(["setosa", "versicolor", "virginica"])
FEW = {"epochs": 1}

pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")


def _model(**keys):
    return Model.mlp([4, 8, 3], seed=1, **{"preprocess": "standardize", **keys})


def _trained(y=Y, **options):
    model = _model()
    model.train(X, y, **(options or {"epochs": 60, "optimizer": {"type": "adam", "learning_rate": 0.02}}))
    return model


WORKS = {
    "Model(**spec)": lambda: Model(**_model().spec),
    "a copy with another seed": lambda: Model(_model().spec, seed=8),
    "mlp with preprocess and classes": lambda: _model(classes=["a", "b", "c"]),
    "labels of text": lambda: _trained(NAMES[Y], **FEW),
    "labels of float": lambda: _trained(Y.astype(float), **FEW),
    "labels 1 ... 3": lambda: _trained(Y + 1, **FEW),
    "labels one-hot": lambda: _trained(np.eye(3)[Y], **FEW),
    "labels in a list": lambda: _trained(NAMES[Y].tolist(), **FEW),
    "features in lists": lambda: _model().train(X.tolist(), Y, epochs=1),
    "features of float16": lambda: _model().train(X.astype(np.float16), Y, epochs=1),
    "class_weight by index": lambda: _trained(epochs=1, class_weight={0: 1, 1: 2, 2: 1}),
    "class_weight by name": lambda: _trained(NAMES[Y], epochs=1, class_weight={"setosa": 2}),
    "class_weight balanced": lambda: _trained(epochs=1, class_weight="balanced"),
    "optimizer by name": lambda: _trained(epochs=1, optimizer="adam"),
    "metrics as a text": lambda: _trained(epochs=1, metrics="accuracy"),
    "evaluate one metric": lambda: _trained(**FEW).evaluate(X, Y, "accuracy"),
    "early_stopping=True": lambda: _trained(epochs=2, early_stopping=True, validation_fraction=0.2),
    "random_state as seed": lambda: _trained(epochs=1, seed=3),
    "verbose=0": lambda: _trained(epochs=1, verbose=0),
    "pickle": lambda: pickle.loads(pickle.dumps(_trained(**FEW))),
    "deepcopy": lambda: copy.deepcopy(_trained(**FEW)),
    "History pickled": lambda: pickle.loads(pickle.dumps(_trained(**FEW).history)),
    "summary": lambda: _model().summary(),
}  # fmt: skip


@pytest.mark.parametrize("typed", WORKS)
def test_what_works(typed):
    WORKS[typed]()


REFUSED = {
    "Model([4, 16, 3])": (lambda: Model([4, 16, 3]), r"nnswift.Model.mlp\(\[4, 16, 3\]\)"),
    "fit": (lambda: _model().fit(X, Y), r"use train\(X, y\)"),
    "predict_proba": (lambda: _model().predict_proba(X), r"use predict\(X\)"),
    "score": (lambda: _model().score(X, Y), "use evaluate"),
    "get_params": (lambda: _model().get_params(), "use spec"),
    "layers": (lambda: _model().layers, "use spec"),
    "reset": (lambda: _model().reset(), r"use Model\(model.spec\)"),
    "add": (lambda: _model().add(None), "use nnswift.Sequential"),
    "evalute": (lambda: _model().evalute(X, Y), "did you mean 'evaluate'"),
    "Adam": (lambda: _trained(epochs=1, optimizer="Adam"), 'did you mean "adam"'),
    "lr": (lambda: _trained(epochs=1, optimizer={"type": "adam", "lr": 0.1}), "learning_rate"),
    "loss of Keras": (lambda: _model(loss="sparse_categorical_crossentropy"), "softmax_cross_entropy"),
    "layer of Keras": (lambda: Model(input=4, layers=[{"type": "Dense", "units": 3}], loss="mse"), '"dense"'),
    "metric auc": (lambda: _trained(**FEW).evaluate(X, Y, "auc"), "roc_auc"),
    "validation_data": (lambda: _trained(validation_data=(X, Y)), r"write validation=\(X, y\)"),
    "validation_split": (lambda: _trained(validation_split=0.2), "write validation_fraction=0.2"),
    "callbacks": (lambda: _trained(callbacks=[print]), "write callback="),
    "random_state": (lambda: _trained(random_state=3), "write seed=3"),
    "learning_rate": (lambda: _trained(learning_rate=0.1), "belongs to the optimizer"),
    "patience": (lambda: _trained(patience=3), "belongs to early_stopping"),
    "alpha": (lambda: _trained(alpha=0.1), "weight_decay"), "n_jobs": (lambda: _trained(n_jobs=2), "write threads="),
    "monitor": (lambda: _trained(early_stopping={"monitor": "val_loss"}), 'write "metric"'),
    "restore_best_weights": (
        lambda: _trained(early_stopping={"restore_best_weights": True}), 'write "restore_best"'),
    "early stopping on nothing": (lambda: _trained(early_stopping=True), "give validation data or validation_fraction"),
    "NaN": (lambda: _trained(**FEW).predict(np.full((3, 4), np.nan)), r"row 0, column 0 is nan.*predict: allow_nan=True"),
    "NaN let in": (lambda: _model().train(np.full((9, 4), np.nan), Y[:9], allow_nan=True), "finite to learn from"),
    "features of text": (lambda: _model().predict([["a"] * 4]), 'row 0, column 0 is "a"; encode texts'),
    "complex features": (lambda: _model().predict(X.astype(complex)), "got dtype complex128"),
    "fractions as labels": (lambda: _trained(X[:, 0]), "whole numbers, row 0 of y is"),
    "a missing label": (lambda: _trained([None, *NAMES[Y[1:]]]), "missing label .None. in row 0"),
    "a label that is new": (lambda: _trained(NAMES[Y], **FEW).evaluate(X[:1], ["rose"]), 'unknown label "rose"'),
    "stratified fractions": (lambda: nnswift.split(X, X[:, 0]), 'kind="random"'),
    "scale without a factor": (lambda: _model(preprocess="scale"), "factor is needed: a number"),
    "a threshold of text": (lambda: setattr(_model(), "threshold", "high"), "threshold must be a number in 0...1"),
    "a threshold of 2": (
        lambda: setattr(Model.mlp([4, 1], loss="binary_cross_entropy"), "threshold", 2), "must be a number in 0...1, got 2"),
    "a threshold of several classes": (lambda: setattr(_model(), "threshold", 0.3), "belongs to .* binary_cross_entropy"),
}  # fmt: skip


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_refused_with_the_right_word(typed):
    call, cure = REFUSED[typed]
    with pytest.raises((nnswift.Error, AttributeError), match=cure) as caught:
        call()
    assert "NNS_" not in str(caught.value) and "nns_" not in str(caught.value)


def test_labels_and_one_output_have_the_shape_of_targets():
    model = _trained()
    accuracy = model.evaluate(X, Y, "accuracy")["accuracy"]
    assert accuracy > 0.9 and (model.predict(X, kind="label") == Y).mean() == accuracy
    regression = Model.mlp([4, 8, 1], loss="mse", seed=1)
    regression.train(X, Y.astype(float), epochs=5)
    errors = Y - regression.predict(X)
    assert errors.shape == (150,)
    assert np.sqrt((errors**2).mean()) == pytest.approx(regression.evaluate(X, Y.astype(float), "rmse")["rmse"], rel=1e-6)


def test_labels_of_minus_one_and_one_come_back():
    model = Model.mlp([4, 8, 1], loss="binary_cross_entropy", preprocess="standardize", seed=1)
    y = np.where(Y > 0, 1, -1)
    model.train(X, y, epochs=20)
    assert model.classes == [-1, 1] and set(model.predict(X, kind="label")) <= {-1, 1}


def test_a_threshold_goes_into_a_trained_model():
    model = Model.mlp([4, 8, 1], loss="binary_cross_entropy", preprocess="standardize", seed=1)
    model.train(X, (Y > 0).astype(int), epochs=3)
    before = model.predict(X, kind="label")
    model.threshold = 0.3
    for one in (model, model.copy(), nnswift.from_bytes(model.to_bytes()), pickle.loads(pickle.dumps(model))):
        assert one.threshold == one.spec["threshold"] == 0.3
        assert (one.predict(X, kind="label") == (one.predict(X) >= 0.3)).all()
    assert (model.predict(X, kind="label") != before).any()


def test_weights_and_scaling_make_the_same_model():
    model = _trained()
    twin = Model(model.spec)
    twin.set_scaling(*model.scaling)
    twin.set_weights(model.weights)
    assert (twin.predict(X) == model.predict(X)).all()


def test_a_second_training_on_other_data_says_that_it_keeps_the_scaling():
    model = _trained(**FEW)
    with pytest.warns(nnswift.TrainingWarning, match="scaling of the features is that of an earlier training"):
        model.train(X + 100, Y, epochs=1)
