"""Labels come back in the type of the classes, which are named or learnt; threshold and table of a model."""

import pickle

import numpy as np
import pytest

import nnswift

X = np.random.default_rng(4).normal(size=(60, 3)).astype(np.float32)
X[:, 0] += 3 * (np.arange(60) % 3)
THREE = {
    "input": 3, "layers": [{"type": "dense", "units": 8, "activation": "tanh"}, {"type": "dense", "units": 3}],
    "loss": "softmax_cross_entropy",
}  # fmt: skip
TWO = {"input": 3, "layers": [{"type": "dense", "units": 1}], "loss": "binary_cross_entropy"}


def trained(spec, y):
    model = nnswift.Model(spec)
    model.train(X, y, epochs=60, optimizer={"type": "adam", "learning_rate": 0.05}, shuffle=False)
    return model


@pytest.mark.parametrize("as_type", [np.int8, np.int64, np.int16, np.float32, object, list])
def test_integers(as_type):
    labels = np.array([7, -2, 3])[np.arange(60) % 3]
    y = labels.tolist() if as_type is list else labels.astype(as_type)
    model = trained({**THREE, "classes": [7, -2, 3]}, y)
    found = model.predict(X, "label")
    assert found.dtype == np.int64 and (found == labels).mean() > 0.8
    assert type(model.predict(X[0], "label")) is int
    assert model.classes == model.copy().classes == [7, -2, 3]
    plain = trained(THREE, np.arange(60) % 3)
    assert (plain.predict(X) == model.predict(X)).all()
    assert model.evaluate(X, y, "accuracy")["accuracy"] == (found == labels).mean()


@pytest.mark.parametrize("classes", [[False, True], [True, False]])
@pytest.mark.parametrize("as_type", [bool, int, object])
def test_booleans(classes, as_type):
    labels = np.arange(60) % 3 > 0
    model = trained({**TWO, "classes": classes}, labels.astype(as_type))
    found = model.predict(X, "label")
    assert found.dtype == bool and (found == labels).mean() > 0.8
    assert type(model.predict(X[0], "label")) is bool and model.spec["classes"] == classes


def test_rows_of_probabilities_are_no_labels():
    model = nnswift.Model({**THREE, "classes": [7, -2, 3]})
    soft = np.eye(3, dtype=np.float32)[np.arange(60) % 3]
    labels = np.array([7, -2, 3])[np.arange(60) % 3]
    assert model.evaluate(X, soft)["loss"] == pytest.approx(model.evaluate(X, labels)["loss"], rel=1e-6)


def test_unknown_labels():
    model = nnswift.Model({**THREE, "classes": [7, -2, 3]})
    with pytest.raises(nnswift.ArgumentError, match="unknown label 4 in row 2; the classes are 7, -2, 3"):
        model.evaluate(X[:4], [7, 3, 4, 5])
    with pytest.raises(nnswift.ArgumentError, match="unknown label 6.5 in row 0"):
        model.train_batch(X[:1], np.array([6.5]))
    with pytest.raises(TypeError, match="must be of the classes' type"):
        model.train(X[:2], ["7", "3"])


def test_threshold():
    model = nnswift.Model({**TWO, "classes": ["no", "yes"]})
    p = float(model.predict(X[0]))
    assert model.threshold == 0.5
    model.threshold = p + 0.01
    assert model.predict(X[0], "label") == "no" and model.spec["threshold"] == model.threshold == p + 0.01
    model.threshold = p - 0.01
    assert model.predict(X[0], "label") == "yes"
    assert model.copy().threshold == nnswift.from_bytes(model.to_bytes()).threshold == model.threshold
    y = np.array(["yes", "no"])[np.arange(60) % 2]
    share = (model.predict(X, "label") == y).mean()
    assert model.evaluate(X, y, "accuracy")["accuracy"] == share
    with pytest.raises(nnswift.ArgumentError, match="threshold"):
        model.threshold = 1.5
    with pytest.raises(nnswift.ArgumentError, match="binary_cross_entropy"):
        nnswift.Model(THREE).threshold = 0.3


def test_summary():
    lines = nnswift.Model(THREE).summary().splitlines()
    assert lines[0].split() == ["layer", "output", "shape", "parameters"]
    assert lines[2].split() == ["0", "dense,", "tanh", "[8]", "32"]
    assert lines[-1].split() == ["trainable", "59"] and len({len(line) for line in lines}) == 1


class Table:
    """What the binding asks of a data frame."""

    def __init__(self, values, columns):
        self.values, self.columns = values, columns

    def __array__(self, dtype=None, copy=None):
        return self.values


def test_feature_names():
    model = nnswift.Model({**TWO, "features": ["age", "größe", "sex"]})
    y = (np.arange(60) % 2).astype(np.uint8)
    assert model.feature_names == model.copy().feature_names == ["age", "größe", "sex"]
    assert nnswift.Model(TWO).feature_names == []
    right, wrong = Table(X, ["age", "größe", "sex"]), Table(X, ["age", "height", "sex"])
    assert (model.predict(right) == model.predict(X)).all()
    model.train(right, y, epochs=1, validation=(right, y))
    for call in (
        lambda: model.predict(wrong), lambda: model.predict(wrong, "label"), lambda: model.train(wrong, y),
        lambda: model.evaluate(wrong, y), lambda: model.train(X, y, validation=(wrong, y)),
        lambda: model.fit_preprocess(wrong), lambda: model.session(60).predict(wrong),
    ):  # fmt: skip
        with pytest.raises(nnswift.ArgumentError, match='columns of the spec.s "features"; it lacks "größe" and has "height"'):
            call()
    assert (model.predict(Table(X[:, [1, 0, 2]], ["größe", "age", "sex"])) == model.predict(X)).all()
    with pytest.raises(nnswift.ShapeError):
        model.predict(Table(X[:, :2], ["age", "größe"]))
    nnswift.Model(TWO).predict(wrong)


LEARNT = {
    "other integers": (np.array([10, 20, 30]), [10, 20, 30], np.int64),
    "from 1 on": (np.array([1, 2, 3], np.uint8), [1, 2, 3], np.int64),
    "not sorted": (np.array([7, -2, 3], np.int32), [-2, 3, 7], np.int64),
    "beyond 32 bits": (np.array([5, 10**12, 7]), [5, 7, 10**12], np.int64),
    "beyond the integers of a float": (np.array([16777217.0, 16777216.0, 2.0]), [2, 16777216, 16777217], np.int64),
    "whole numbers as floats": (np.array([1.0, 2.0, 3.0], np.float32), [1, 2, 3], np.int64),
    "texts": (np.array(["low", "high", "mid"]), ["high", "low", "mid"], np.dtype("U4")),
    "objects": (np.array(["low", "high", "mid"], object), ["high", "low", "mid"], np.dtype("U4")),
    "indices": (np.array([0, 1, 2]), [], np.int64),
    "indices as floats": (np.array([0.0, 1.0, 2.0]), [], np.int64),
}


@pytest.mark.parametrize("values, classes, dtype", LEARNT.values(), ids=LEARNT)
def test_classes_are_learnt_from_the_first_labels(values, classes, dtype):
    y = values[np.arange(60) % 3]
    model = trained(THREE, y)
    found = model.predict(X, "label")
    assert model.classes == model.spec.get("classes", []) == classes and found.dtype == dtype
    assert (found == y).mean() > 0.8
    assert model.evaluate(X, y, "accuracy")["accuracy"] == (found == y).mean()
    for twin in (model.copy(), nnswift.from_bytes(model.to_bytes()), pickle.loads(pickle.dumps(model))):
        assert twin.classes == classes and (twin.predict(X, "label") == found).all()
    # The order of the classes is that of the labels: the network is the same as with indices.
    ranks = np.unique(values, return_inverse=True)[1][np.arange(60) % 3]
    assert (trained(THREE, ranks).predict(X) == model.predict(X)).all()


@pytest.mark.parametrize("values, classes", [([-1, 1], [-1, 1]), ([1.0, 2.0], [1, 2]), ([False, True], [False, True]),
                                             (["no", "yes"], ["no", "yes"]), ([0.0, 1.0], []), ([0, 1], [])])  # fmt: skip
@pytest.mark.parametrize("spec", [TWO, {**THREE, "layers": THREE["layers"][:1] + [{"type": "dense", "units": 2}]}])
def test_two_classes_are_learnt(spec, values, classes):
    y = np.array(values)[(np.arange(60) % 3 > 0).astype(int)]
    model = nnswift.Model(spec)
    model.train(X, y, epochs=60, validation=(X, y), metrics=["accuracy"],
                optimizer={"type": "adam", "learning_rate": 0.05})  # fmt: skip
    assert model.classes == classes
    found = model.predict(X, "label")
    assert (found == y).mean() > 0.8 and (found.dtype == bool) == (y.dtype == bool)
    assert model.history["val_accuracy"][-1] == (found == y).mean()


@pytest.mark.parametrize("values, sentence", [
    ([1, 2, 3, 4], r"more than 3 different labels \(1, 2, 3, 4\)"), ([5, 9, 5, 9], r"only 2 different labels \(5, 9\)"),
    (["a", "b", "a", "b"], "2 different labels"), (["a", "b", "c", "d"], "4 different labels"),
])  # fmt: skip
def test_labels_that_name_no_classes_change_nothing(values, sentence):
    model = nnswift.Model(THREE)
    with pytest.raises(nnswift.ArgumentError, match=sentence):
        model.train(X, np.array(values)[np.arange(60) % 4])
    assert model.classes == [] and model.history.stopped == "none"
    model.train(X, np.arange(60) % 3 + 1, epochs=1)
    assert model.classes == [1, 2, 3]


def test_labels_that_are_no_names_of_classes():
    k = np.arange(60) % 3
    with pytest.raises(nnswift.DtypeError, match="not bytes"):
        nnswift.Model(THREE).train(X, np.array([b"a", b"b", b"c"])[k])
    with pytest.raises(nnswift.ArgumentError, match="must not have the label -2147483648, row 1 has it"):
        nnswift.Model(THREE).train(X, np.array([5, -(2**31), 7])[k])


def test_a_refused_training_learns_no_classes():
    model = nnswift.Model(THREE)
    for y in (np.arange(60) % 3 + 1, np.array(["a", "b", "c"])[np.arange(60) % 3]):
        with pytest.raises(nnswift.ShapeError):
            model.train(X[:, :2], y)
        assert model.classes == []


def test_a_trained_model_learns_no_other_classes():
    model = trained(THREE, np.arange(60) % 3)
    for labels in (np.arange(60) % 3 + 1, np.array(["a", "b", "c"])[np.arange(60) % 3]):
        for one in (model, nnswift.from_bytes(model.to_bytes()), model.copy()):
            with pytest.raises(nnswift.Error, match="classes"):
                one.train(X, labels)


def test_classes_can_be_named_later():
    model = trained(THREE, np.arange(60) % 3)
    indices = model.predict(X, "label")
    model.classes = ["a", "b", "c"]
    assert (model.predict(X, "label") == np.array(["a", "b", "c"])[indices]).all()
    assert nnswift.from_bytes(model.to_bytes()).classes == ["a", "b", "c"]
    model.classes = None
    assert model.classes == [] and (model.predict(X, "label") == indices).all()
    with pytest.raises(nnswift.ArgumentError, match="3 names"):
        model.classes = ["a"]


def test_missing_labels_are_named():
    labels = np.array(["a", "b", "c"], object)[np.arange(60) % 3]
    labels[5] = None
    with pytest.raises(nnswift.ArgumentError, match=r"missing label \(None\) in row 5"):
        nnswift.Model(THREE).train(X, labels)


@pytest.mark.parametrize("outputs, loss", [(3, "softmax_cross_entropy"), (1, "binary_cross_entropy"),
                                           (3, "binary_cross_entropy")])  # fmt: skip
def test_a_row_with_nan_has_no_label(outputs, loss):
    model = nnswift.Model({"input": 3, "layers": [{"type": "dense", "units": 8, "activation": "relu"},
                                                  {"type": "dense", "units": outputs}], "loss": loss})  # fmt: skip
    rows = X[:4].copy()
    rows[2, 1] = np.nan
    assert np.isnan(model.predict(rows, allow_nan=True)[2]).all()
    with pytest.raises(nnswift.ArgumentError, match="row 2 of x has no label"):
        model.predict(rows, "label", allow_nan=True)
    assert (model.predict(rows[:2], "label", allow_nan=True) == model.predict(rows[:2], "label")).all()


@pytest.mark.parametrize("weights", [{1: 3.0, 7: 1.0}, {1.0: 3.0}, {"1": 3}, {np.int64(1): 3.0}])
def test_class_weights_by_label(weights):
    y = np.where(np.arange(60) % 3 > 0, 7, 1)
    models = [nnswift.Model(TWO) for _ in range(2)]
    models[0].train(X, y, epochs=3, class_weight=weights)
    models[1].train(X, y, epochs=3, class_weight=[3.0, 1.0])
    assert (models[0].predict(X) == models[1].predict(X)).all()
    with pytest.raises(nnswift.ArgumentError, match='"2" is none; they are 1, 7'):
        models[0].train(X, y, class_weight={2: 1.0})


def test_class_weights_of_booleans_and_texts():
    y = np.arange(60) % 3 > 0
    for labels, weights in ((y, {True: 2.0}), (np.where(y, "yes", "no"), {"yes": 2.0})):
        model, plain = nnswift.Model(TWO), nnswift.Model(TWO)
        model.train(X, labels, epochs=2, class_weight=weights)
        plain.train(X, labels, epochs=2, class_weight=[1.0, 2.0])
        assert (model.predict(X) == plain.predict(X)).all()
