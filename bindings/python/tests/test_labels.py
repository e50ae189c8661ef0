"""Labels come back in the type in which the spec names the classes; names, threshold and table of a model."""

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
    right, wrong = Table(X, ["age", "größe", "sex"]), Table(X, ["age", "sex", "größe"])
    assert (model.predict(right) == model.predict(X)).all()
    model.train(right, y, epochs=1, validation=(right, y))
    for call in (
        lambda: model.predict(wrong), lambda: model.predict(wrong, "label"), lambda: model.train(wrong, y),
        lambda: model.evaluate(wrong, y), lambda: model.train(X, y, validation=(wrong, y)),
        lambda: model.fit_preprocess(wrong), lambda: model.session(60).predict(wrong),
    ):  # fmt: skip
        with pytest.raises(nnswift.ArgumentError, match=r'column 1 of x must be "größe".*X\[model.feature_names\]'):
            call()
    with pytest.raises(nnswift.ArgumentError, match='got "name"; rename it'):
        model.predict(Table(X, ["age", "größe", "name"]))
    with pytest.raises(nnswift.ShapeError):
        model.predict(Table(X[:, :2], ["age", "größe"]))
    nnswift.Model(TWO).predict(wrong)
