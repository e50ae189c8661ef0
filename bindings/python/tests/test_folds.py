"""Cross-validation: the folds, and that it is what anyone would do by hand."""

import numpy as np
import pytest

import nnswift
from nnswift._arrays import borrow, borrow_array, pointer
from nnswift._library import Int32s, lib
from nnswift.data import KINDS, DataSet

# Short trainings say that they are.
pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")
RNG = np.random.default_rng(3)
X = RNG.normal(size=(103, 3)).astype(np.float32)
Y = (RNG.random(103) < 0.3).astype(int) + (X[:, 0] > 0.5)
SPEC = {"input": 3, "layers": [{"type": "dense", "units": 6, "activation": "tanh"}, {"type": "dense", "units": 3}],
        "loss": "softmax_cross_entropy", "preprocess": "standardize", "seed": 4}  # fmt: skip
CONFIG = {"epochs": 20, "seed": 9, "optimizer": {"type": "adam", "learning_rate": 0.05}}


def folds_of(y, count, kind, key=None, seed=0):
    places = np.full(len(y), -9, np.int32)
    keys = None if key is None else borrow(np.asarray(key), "key")
    with DataSet(borrow_array(np.zeros(len(y), np.uint8), "x"), borrow(y, "y")) as data:
        lib.nns_data_folds(data.handle, KINDS[kind], count, keys, seed, pointer(places, Int32s), len(y))
    return places


@pytest.mark.parametrize("kind", ["random", "stratified"])
@pytest.mark.parametrize("count", [2, 5, 103])
def test_every_row_has_a_fold(kind, count):
    places = folds_of(Y, count, kind, seed=2)
    sizes = np.bincount(places, minlength=count)
    assert len(sizes) == count and sizes.max() - sizes.min() <= 1
    np.testing.assert_array_equal(places, folds_of(Y, count, kind, seed=2))
    assert not np.array_equal(places, folds_of(Y, count, kind, seed=3))


@pytest.mark.parametrize("seed", range(5))
def test_classes_are_spread_evenly(seed):
    places = folds_of(Y, 4, "stratified", seed=seed)
    for label in np.unique(Y):
        each = np.bincount(places[Y == label], minlength=4)
        assert each.max() - each.min() <= 1
    # As the house's split into a quarter and the rest, whose part has each class's share, rounded.
    _, part = nnswift.split_indices(Y, 0.25, "stratified", seed=seed)
    for label in np.unique(Y):
        assert abs(np.sum(Y[part] == label) - np.sum(Y[places == 0] == label)) <= 1


@pytest.mark.parametrize("dtype", [np.int64, np.float32])
def test_groups_stay_together(dtype):
    key = RNG.integers(0, 17, 103).astype(dtype)
    places = folds_of(Y, 4, "group", key, seed=1)
    for value in np.unique(key):
        assert len(np.unique(places[key == value])) == 1
    sizes = np.bincount(places, minlength=4)
    # The largest first into the emptiest: no fold is larger than the emptiest by more than a group.
    assert sizes.max() - sizes.min() <= np.bincount(key.astype(int)).max()


@pytest.mark.parametrize("has_key", [True, False])
def test_time_is_an_expanding_window(has_key):
    key = RNG.permutation(103).astype(np.float64)
    places = folds_of(Y, 4, "time", key if has_key else None)
    ordered = places[np.argsort(key)] if has_key else places
    np.testing.assert_array_equal(ordered, np.repeat([-1, 0, 1, 2, 3], [23, 20, 20, 20, 20]))
    selection = pytest.importorskip("sklearn.model_selection")
    for fold, (train, test) in enumerate(selection.TimeSeriesSplit(4).split(ordered)):
        np.testing.assert_array_equal(np.flatnonzero(ordered == fold), test)
        np.testing.assert_array_equal(np.flatnonzero(ordered < fold), train)


def by_hand(kind, folds, places, metrics, make, train, evaluate, predict):
    scores, out = [], np.full((len(places), 3), np.nan, np.float32)
    for fold in range(folds):
        test = np.flatnonzero(places == fold)
        rest = np.flatnonzero(places < fold if kind == "time" else places != fold)
        model = make(rest)
        train(model, rest)
        scores.append(evaluate(model, test))
        out[test] = predict(model, test)
    return np.array(scores), out


@pytest.mark.parametrize("kind", ["random", "stratified", "group", "time"])
def test_it_is_what_one_does_by_hand(kind):
    key = RNG.integers(0, 30, 103) if kind in ("group", "time") else None
    result = nnswift.cross_validate(
        X, Y, SPEC, CONFIG, folds=3, kind=kind, key=key, seed=6, metrics=["loss", "accuracy"]
    )
    np.testing.assert_array_equal(result.folds, folds_of(Y, 3, kind, key, seed=6))
    scores, out = by_hand(
        kind, 3, result.folds, ["loss", "accuracy"],
        lambda rest: nnswift.Model(SPEC),
        lambda model, rest: model.train(X[rest], Y[rest], CONFIG),
        lambda model, test: list(model.evaluate(X[test], Y[test], ["loss", "accuracy"]).values()),
        lambda model, test: model.predict(X[test]),
    )  # fmt: skip
    np.testing.assert_array_equal(result.metrics["loss"], scores[:, 0])
    np.testing.assert_array_equal(result.metrics["accuracy"], scores[:, 1])
    np.testing.assert_array_equal(result.predictions, out)
    assert np.isnan(result.predictions).any() == (kind == "time")


def people(rows=150):
    rng = np.random.default_rng(4)
    frame = {
        "age": rng.integers(20, 80, rows).astype(float),
        "city": rng.choice([f"c{number}" for number in range(14)], rows),
        "day": np.datetime64("2022-01-01") + np.sort(rng.integers(0, 6, rows)),
        "came": rng.choice(["no", "perhaps", "yes"], rows),
    }
    return frame


@pytest.mark.parametrize("kind", ["stratified", "group", "time"])
def test_tables_leak_nothing(kind):
    """Each fold's model is made for its training rows; levels and means of groups come from them alone."""
    table = nnswift.Table(people(), "came")
    key = {"group": "city", "time": "day"}.get(kind)
    config = {"epochs": 4}
    result = nnswift.cross_validate(
        table, None, {"seed": 2}, config, folds=3, kind=kind, key=key, seed=1, metrics=["loss", "roc_auc"]
    )
    models = []

    def make(rest):
        models.append(nnswift.Model.for_table(table.subset(rest), seed=2))
        return models[-1]

    scores, out = by_hand(
        kind, 3, result.folds, ["loss", "roc_auc"], make,
        lambda model, rest: model.train(table.subset(rest), preset="tabular", **config),
        lambda model, test: list(model.evaluate(table.subset(test), metrics=["loss", "roc_auc"]).values()),
        lambda model, test: model.predict(table.subset(test)),
    )  # fmt: skip
    np.testing.assert_array_equal(result.metrics["loss"], scores[:, 0])
    np.testing.assert_array_equal(result.metrics["roc_auc"], scores[:, 1])
    np.testing.assert_array_equal(result.predictions, out)
    if kind == "group":
        # Levels of other folds were never seen.
        unseen = set(np.unique(people()["city"][result.folds == 0]))
        assert not unseen & set(models[0].levels("city"))


def test_rows_of_the_same_table_that_were_not_learnt_from_are_as_new_ones():
    """Means of groups that a row had in the training are its own; other rows of the table get their group's."""
    frame = people(400)
    table = nnswift.Table(frame, "came")
    rest, part = np.arange(300), np.arange(300, 400)
    model = nnswift.fit_table(table.subset(rest), config={"epochs": 3}, seed=1)
    assert model.spec.get("groups"), "this test needs a model with groups"
    new = {name: values[part] for name, values in frame.items()}
    np.testing.assert_array_equal(model.predict(table.subset(part)), model.predict(new))


def test_texts_are_classes():
    names = np.array(["a", "b", "c"])[Y]
    a = nnswift.cross_validate(X, names, SPEC, CONFIG, metrics="accuracy")
    b = nnswift.cross_validate(X, Y, SPEC, CONFIG, metrics="accuracy")
    np.testing.assert_array_equal(a.predictions, b.predictions)


def test_the_callback_knows_the_fold_and_may_end_all():
    seen = []
    nnswift.cross_validate(
        X, Y, SPEC, {"epochs": 2}, folds=3, callback=lambda told: seen.append((told.fold, told.folds))
    )
    assert seen == [(fold, 3) for fold in (1, 2, 3) for _ in range(2)]

    def fail(told):
        if told.fold == 2:
            raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        nnswift.cross_validate(X, Y, SPEC, CONFIG, folds=3, callback=fail)
    stops = []
    nnswift.cross_validate(X, Y, SPEC, CONFIG, folds=3, callback=lambda told: stops.append(told.epoch) or nnswift.STOP)
    assert stops == [1, 1, 1]


def test_a_regression_and_its_intervals():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 1))
    y = x[:, 0] + rng.normal(size=400)
    spec = {
        "input": 1,
        "layers": [{"type": "dense", "units": 2}],
        "loss": {"type": "quantile", "q": [0.05, 0.95]},
        "seed": 1,
    }
    result = nnswift.cross_validate(
        x,
        np.column_stack([y, y]),
        spec,
        {"epochs": 60, "optimizer": {"type": "adam", "learning_rate": 0.05}},
        folds=4,
        kind="random",
        metrics=["coverage", "loss"],
    )
    # 90 % of 400 rows; four standard deviations of that share are .06.
    assert abs(result.metrics["coverage"].mean() - 0.9) <= 0.06
    whole = nnswift.metrics.coverage(y, result.predictions)
    assert whole == pytest.approx(result.metrics["coverage"].mean(), abs=1e-12)


def test_calibration_before_and_after():
    """A model that has learnt its rows by heart is too sure of others; a temperature mends that."""
    rng = np.random.default_rng(7)
    rows = 600
    frame = {f"x{place}": rng.normal(size=rows) for place in range(6)}
    table = nnswift.Table({**frame, "y": rng.random(rows) < 1 / (1 + np.exp(-frame["x0"]))}, "y")
    learnt, held, test = (table.subset(range(start, start + 200)) for start in (0, 200, 400))
    model = nnswift.Model.for_table(learnt, seed=1)
    model.train(learnt, epochs=100)
    before = model.evaluate(test, metrics="expected_calibration_error")["expected_calibration_error"]
    model.calibrate(held)
    after = model.evaluate(test, metrics="expected_calibration_error")["expected_calibration_error"]
    assert after < before


def test_refusals():
    with pytest.raises(nnswift.ArgumentError, match="kind must be one of"):
        nnswift.cross_validate(X, Y, SPEC, kind="any")
    with pytest.raises(nnswift.DtypeError, match="stratified"):
        nnswift.cross_validate(X, X[:, 0], {**SPEC, "loss": "mse"})
    with pytest.raises(nnswift.ArgumentError, match="folds"):
        nnswift.cross_validate(X, Y, SPEC, folds=104, kind="random")
    with pytest.raises(nnswift.ArgumentError, match="folds must be an integer"):
        nnswift.cross_validate(X, Y, SPEC, folds=1)
    with pytest.raises(nnswift.ArgumentError, match="checkpoint"):
        nnswift.cross_validate(X, Y, SPEC, {"checkpoint": {"path": "x.safetensors"}})
    with pytest.raises(nnswift.ArgumentError, match="spec must say"):
        nnswift.cross_validate(X, Y)
    with pytest.raises(nnswift.ArgumentError, match="4 folds of groups need as many different keys, got 2"):
        nnswift.cross_validate(X, Y, SPEC, folds=4, kind="group", key=Y > 0)
