"""Shapes, types and names of predictions; sessions."""

import numpy as np
import pytest

import nnswift

LOSSES = {
    # loss, outputs: columns of a label, or None where labels are an error
    ("softmax_cross_entropy", 3): 1,
    ("binary_cross_entropy", 1): 1,
    ("binary_cross_entropy", 3): 3,
    ("mse", 2): None,
    ("mae", 1): None,
    ("huber", 2): None,
    ("quantile", 1): None,
    ("poisson", 2): None,
}
X = np.random.default_rng(1).normal(size=(7, 4)).astype(np.float32)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("loss", "outputs"), LOSSES)
def test_shapes_and_values_of_every_loss(loss, outputs):
    model = nnswift.Model.mlp([4, 5, outputs], "tanh", loss, seed=2)
    raw, proba = model.predict(X, kind="raw"), model.predict(X)
    assert raw.shape == proba.shape == ((7,) if outputs == 1 else (7, outputs))
    assert raw.dtype == proba.dtype == np.float32
    meaning = {
        "softmax_cross_entropy": softmax,
        "binary_cross_entropy": lambda z: 1 / (1 + np.exp(-z)),
        "poisson": np.exp,
    }.get(loss, lambda z: z)
    np.testing.assert_allclose(proba, meaning(raw.astype(float)), rtol=2e-6, atol=1e-7)
    columns = LOSSES[loss, outputs]
    if columns is None:
        with pytest.raises(nnswift.ArgumentError, match=r'^kind="label" needs a classification loss.*use kind="proba"$'):
            model.predict(X, kind="label")
        return
    labels = model.predict(X, kind="label")
    assert labels.shape == ((7,) if columns == 1 else (7, columns))
    assert labels.dtype == np.int64
    expected = proba.argmax(axis=1) if loss.startswith("softmax") else proba >= 0.5
    np.testing.assert_array_equal(labels, expected)


def test_threshold_of_the_spec():
    spec = {"input": 4, "layers": [{"type": "dense", "units": 1}], "loss": "binary_cross_entropy", "threshold": 0.7}
    model = nnswift.Model(spec)
    np.testing.assert_array_equal(model.predict(X, kind="label"), model.predict(X) >= np.float32(0.7))


def test_one_row_gives_its_own_result(model):
    np.testing.assert_array_equal(model.predict(X[0]), model.predict(X[:1])[0])
    label = model.predict(X[0], kind="label")
    assert label == model.predict(X[:1], kind="label")[0]
    assert isinstance(label, int)
    several = nnswift.Model.mlp([4, 2], loss="binary_cross_entropy")
    assert several.predict(X[0], kind="label").shape == (2,)
    with pytest.raises(nnswift.ShapeError, match="rows of 4 features"):
        model.predict(X[0, :3])


def test_one_value_a_row_has_the_shape_of_targets():
    """(n, 1) against (n,) would broadcast to (n, n), and the mean of that is a wrong answer."""
    y = np.arange(7.0, dtype=np.float32)
    model = nnswift.Model.mlp([4, 1], loss="mse")
    wide, narrow = X, X[:1]
    for rows in (wide, narrow, wide.astype(float), wide.tolist()):
        assert (y[: len(rows)] - model.predict(rows)).shape == (len(rows),)
    assert model.session(7).predict(wide).shape == (7,) and model.session(7).predict(narrow).shape == (1,)
    assert np.shape(model.predict(X[0])) == () and model.predict(X[0]) == model.predict(X)[0]


def test_one_feature_takes_a_column():
    model = nnswift.Model.mlp([1, 2], loss="mse")
    assert model.predict(np.arange(5.0)).shape == (5, 2)
    assert model.predict([1.0]).shape == (2,)


def test_class_names(spec, blobs):
    X, y = blobs
    names = np.array(["ant", "bee", "çat"])
    named = nnswift.Model({**spec, "classes": names.tolist()})
    plain = nnswift.Model(spec)
    config = {"epochs": 15, "optimizer": {"type": "adam", "learning_rate": 0.02}}
    assert named.train(X, names[y], config)["loss"] == plain.train(X, y, config)["loss"]
    indices = plain.predict(X, kind="label")
    np.testing.assert_array_equal(named.predict(X, kind="label"), names[indices])
    assert named.predict(X[0], kind="label") == names[indices[0]]
    assert type(named.predict(X[0], kind="label")) is str
    for y_true in (names[y], names[y].tolist(), names[y].astype(object), names[y][:, None], y):
        assert named.evaluate(X, y_true, ["accuracy"]) == plain.evaluate(X, y, ["accuracy"])
    again = nnswift.from_bytes(named.to_bytes())
    np.testing.assert_array_equal(again.predict(X, kind="label"), named.predict(X, kind="label"))


def test_class_names_of_one_binary_output():
    spec = {"input": 4, "layers": [{"type": "dense", "units": 1}], "loss": "binary_cross_entropy"}
    model = nnswift.Model({**spec, "classes": ["no", "yes"]})
    answers = np.where(X[:, 0] > 0, "yes", "no")
    model.train(X, answers, epochs=60, batch_size=0, optimizer={"type": "adam", "learning_rate": 0.3})
    np.testing.assert_array_equal(model.predict(X, kind="label"), answers)


def test_unknown_and_unnamed_labels(spec, blobs):
    X, y = blobs
    named = nnswift.Model({**spec, "classes": ["a", "b", "c"]})
    labels = np.array(["a", "b", "c"], dtype=object)[y]
    labels[5] = "wasp"
    with pytest.raises(ValueError, match='unknown label "wasp" in row 5'):
        named.train(X, labels, epochs=1)
    with pytest.raises(ValueError, match=r'4 different labels \("a", "b", "c", "wasp"\), the model has 3 classes'):
        nnswift.Model(spec).train(X, labels, epochs=1)
    with pytest.raises(TypeError, match='no "classes"'):
        nnswift.Model(spec).train_batch(X, labels)


@pytest.mark.parametrize("kind", ["proba", "label", "raw"])
def test_sessions_predict_the_same(model, kind):
    session = model.session(7)
    expected = model.predict(X, kind=kind)
    np.testing.assert_array_equal(session.predict(X, kind), expected)
    np.testing.assert_array_equal(session.predict(X[2], kind), model.predict(X[2], kind))
    np.testing.assert_array_equal(session.predict(X[:3].astype(np.float64), kind), expected[:3])
    buffer, out = X.copy(), np.empty_like(expected)
    for shift in range(3):
        buffer[:] = np.roll(X, shift, axis=0)
        assert session.predict(buffer, kind, out=out) is out
        np.testing.assert_array_equal(out, np.roll(expected, shift, axis=0))


def test_a_session_does_not_remember_converted_copies(model):
    session, out = model.session(7), np.empty((7, 3), np.float32)
    for buffer in (X.astype(np.float16), X.tolist(), np.broadcast_to(np.float32(1), (7, 4))):
        session.predict(buffer, out=out)
        assert session.predict(buffer, out=out) is out
    half = X.astype(np.float16)
    session.predict(half, out=out)
    half[:] = 0
    np.testing.assert_array_equal(session.predict(half, out=out), model.predict(np.zeros((7, 4), np.float32)))


def test_sessions_refuse_what_does_not_fit(model):
    session = model.session(3)
    with pytest.raises(nnswift.ShapeError, match="7 rows"):
        session.predict(X)
    with pytest.raises(nnswift.ShapeError, match="out must have"):
        session.predict(X[:3], out=np.empty((2, 3), np.float32))
    with pytest.raises(nnswift.DtypeError, match="float32"):
        session.predict(X[:3], out=np.empty((3, 3), np.float16))
    with pytest.raises(nnswift.ArgumentError, match="dense"):
        session.predict(X[:3], out=np.empty((3, 6), np.float32)[:, ::2])
    for rows in (0, -1, 2**70, 1.5):
        with pytest.raises(nnswift.Error, match="max_rows"):
            model.session(rows)


def test_a_session_keeps_its_model(spec):
    session = nnswift.Model(spec).session(7)
    np.testing.assert_array_equal(session.predict(X), nnswift.Model(spec).predict(X))
