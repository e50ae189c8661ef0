"""Names of columns: learnt from the first table, kept in files, held against later tables."""

import pickle

import numpy as np
import pytest

import nnswift
from nnswift._columns import NOTE

X = np.random.default_rng(5).normal(size=(40, 3)).astype(np.float32)
Y = np.arange(40) % 2
NAMES = ["age", "größe", "sex"]
SPEC = {"input": 3, "layers": [{"type": "dense", "units": 2}], "loss": "softmax_cross_entropy"}


# These trainings are too short to learn anything else.
pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")


class Table:
    """As much of a data frame as the names of its columns take."""

    def __init__(self, values, columns):
        self.values, self.columns = values, columns

    def __array__(self, dtype=None, copy=None):
        return self.values


def _trained():
    model = nnswift.Model(SPEC)
    model.train(Table(X, NAMES), Y, epochs=1, validation=(Table(X, NAMES), Y))
    return model


def test_names_are_learnt_and_kept():
    model = _trained()
    for one in (model, model.copy(), nnswift.from_bytes(model.to_bytes()), pickle.loads(pickle.dumps(model))):
        assert one.feature_names == NAMES
        assert (one.predict(Table(X, NAMES)) == one.predict(X)).all()
        other = Table(X, ["height", "age", "sex"])
        for call in (
            lambda: one.predict(other), lambda: one.evaluate(other, Y), lambda: one.train(other, Y),
            lambda: one.session(40).predict(other), lambda: one.forward_train(other),
        ):  # fmt: skip
            with pytest.raises(nnswift.ArgumentError, match='columns of the training; it lacks "größe" and has "height"'):
                call()
    with pytest.raises(nnswift.ShapeError, match='x has 2 columns, the model expects 3; it lacks "größe"'):
        model.predict(Table(X[:, :2], ["age", "sex"]))
    with pytest.raises(nnswift.ShapeError, match=r'x has 4 .* expects 3; X\[model.feature_names\] leaves out "new"'):
        model.predict(Table(np.ones((2, 4)), ["new"] + NAMES))


def test_columns_in_another_order_are_put_right_by_name():
    model, places = _trained(), [2, 0, 1]
    other = Table(X[:, places], [NAMES[place] for place in places])
    assert (model.predict(other) == model.predict(X)).all()
    assert (model.session(40).predict(other) == model.predict(X)).all()
    assert model.evaluate(other, Y) == model.evaluate(X, Y)
    assert model.importance(other, Y, seed=1) == model.importance(X, Y, seed=1)
    again, twin = model.copy(), model.copy()
    again.train(other, Y, epochs=2, validation=(other, Y))
    twin.train(X, Y, epochs=2, validation=(X, Y))
    assert again.to_bytes() == twin.to_bytes()
    broken = X[:, places].copy()
    broken[3, 1] = np.nan  # "age"
    with pytest.raises(nnswift.ArgumentError, match=r'row 3, column 0 \("age"\)'):
        model.predict(Table(broken, other.columns))
    with pytest.raises(nnswift.ArgumentError, match="more than once"):
        named = model.copy()
        named.feature_names = ["age", "age", "sex"]
        named.predict(Table(X, ["age", "sex", "age"]))


def test_validation_must_have_the_names_of_its_training():
    model = nnswift.Model(SPEC)
    with pytest.raises(nnswift.ArgumentError, match='it lacks "age" and has "year" instead'):
        model.train(Table(X, NAMES), Y, validation=(Table(X, ["year", *NAMES[1:]]), Y))
    assert model.feature_names == [] and dict(model.notes) == {}


def test_steps_and_scalings_learn_names_too():
    stepped, scaled = nnswift.Model(SPEC), nnswift.Model({**SPEC, "preprocess": "standardize"})
    stepped.train_batch(Table(X, NAMES), Y)
    scaled.fit_preprocess(Table(X, NAMES))
    assert stepped.feature_names == scaled.feature_names == NAMES


def test_what_teaches_no_names():
    for values in (X, Table(X, [0, 1, 2]), X.tolist()):
        model = nnswift.Model(SPEC)
        model.train(values, Y, epochs=1)
        assert model.feature_names == [] and dict(model.notes) == {}
    for refused in (Table(X[:, :2], NAMES[:2]), Table(np.full_like(X, np.nan), NAMES)):
        model = nnswift.Model(SPEC)
        with pytest.raises(nnswift.Error):
            model.train(refused, Y)
        assert model.feature_names == [] and dict(model.notes) == {}
    # A table whose columns have numbers has no names, as an array has none.
    assert np.isfinite(_trained().predict(Table(X, [0, 1, 2]))).all()


def test_a_training_that_began_keeps_the_names():
    model = nnswift.Model(SPEC)
    with pytest.raises(KeyboardInterrupt):
        model.train(Table(X, NAMES), Y, epochs=3, callback=_interrupt)
    assert model.feature_names == NAMES


def _interrupt(progress):
    raise KeyboardInterrupt


def test_a_checkpoint_has_the_names(tmp_path):
    model, path = nnswift.Model(SPEC), tmp_path / "run.safetensors"
    seen = []
    model.train(Table(X, NAMES), Y, epochs=2, checkpoint={"path": path},
                callback=lambda progress: seen.append(path.exists() and nnswift.load(path).feature_names))  # fmt: skip
    assert seen[-1] == NAMES


def test_names_may_be_set_and_forgotten():
    model = nnswift.Model(SPEC)
    model.feature_names = NAMES
    assert model.feature_names == NAMES and model.notes[NOTE] == '["age", "größe", "sex"]'
    model.feature_names = None
    assert model.feature_names == [] and NOTE not in model.notes
    model.feature_names = NAMES
    del model.notes[NOTE]
    assert model.feature_names == []
    for names in (["a"], [1, 2, 3], "abcd"):
        with pytest.raises(nnswift.ArgumentError, match="3 texts"):
            model.feature_names = names
    with pytest.raises(nnswift.ArgumentError, match='the spec has "features"'):
        nnswift.Model({**SPEC, "features": NAMES}).feature_names = NAMES


@pytest.mark.parametrize("text", ["", "no json", "3", "[1, 2, 3]", '["a"]', '{"a": 1}', "null"])
def test_a_note_that_holds_no_names_is_not_believed(text):
    model = nnswift.Model(SPEC)
    model.notes[NOTE] = text
    assert nnswift.from_bytes(model.to_bytes()).feature_names == []


def test_names_too_long_for_a_note_are_not_kept():
    model = nnswift.Model(SPEC)
    model.train(Table(X, ["a" * 70000, "b" * 70000, "c"]), Y, epochs=1)
    assert model.feature_names == []


def test_names_come_with_a_swap():
    model, newer = nnswift.Model(SPEC), _trained()
    model.swap(newer)
    assert model.feature_names == NAMES
