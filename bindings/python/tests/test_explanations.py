"""Permutation importance and partial dependence, against scikit-learn's on the same model."""

import datetime

import numpy as np
import pytest

import nnswift

RNG = np.random.default_rng(5)
ROWS = 400
X = RNG.normal(size=(ROWS, 4))
# Feature 3 is not used; 0 counts most.
Y = (2 * X[:, 0] + X[:, 1] * X[:, 2] + 0.3 * RNG.normal(size=ROWS) > 0).astype(int)


@pytest.fixture(scope="module")
def classifier():
    model = nnswift.Model.mlp([4, 16, 2], seed=1)
    model.train(X, Y, epochs=30, seed=1)
    weights = model.weights
    weights["layers.0.weight"][:, 3] = 0
    model.set_weights(weights)
    return model


def people(rows=300):
    rng = np.random.default_rng(8)
    day = np.datetime64("2020-01-01") + rng.integers(0, 400, rows)
    return {
        "age": np.where(rng.random(rows) < 0.1, np.nan, rng.integers(20, 80, rows)),
        "city": rng.choice(["Bern", "Rome", "Wien"], rows),
        "asked": day,
        "came_on": day + rng.integers(0, 30, rows),
        "id": [f"person {row}" for row in range(rows)],
    }


@pytest.fixture(scope="module")
def model_of_people():
    frame = people()
    waited = (frame["came_on"] - frame["asked"]).astype(int)
    came = (waited < 15) & (frame["city"] != "Rome")
    columns = {"came_on": {"kind": "date", "since": ["asked"]}}
    data = nnswift.Table({**frame, "came": came}, "came")
    return nnswift.fit_table(data, columns=columns, config={"epochs": 40}, seed=3), data


def moved(values, order):
    return [values[place] for place in order] if isinstance(values, list) else values[order]


def test_a_feature_without_weights_drops_nothing(classifier):
    result = classifier.importance(X, Y, repeats=3)
    assert list(result) == [0, 1, 2, 3]
    assert result[3] == (0, 0)
    assert result[0].mean > result[1].mean > 0.02 and result[0].deviation > 0


def test_importance_against_scikit_learn(classifier):
    inspection = pytest.importorskip("sklearn.inspection")

    class Wrapper:
        def fit(self, X, y):
            return self

        def score(self, X, y):
            return nnswift.metrics.accuracy(y, classifier.predict(X, kind="label"))

    repeats = 60
    ours = classifier.importance(X, Y, "accuracy", repeats=repeats, seed=2)
    theirs = inspection.permutation_importance(Wrapper(), X, Y, n_repeats=repeats, random_state=0)
    for place in range(4):
        # Both means are of `repeats` draws with these deviations: 4 standard errors of their difference.
        noise = np.hypot(ours[place].deviation, theirs.importances_std[place]) / np.sqrt(repeats)
        assert abs(ours[place].mean - theirs.importances_mean[place]) <= 4 * noise
        assert ours[place].deviation == pytest.approx(theirs.importances_std[place], rel=0.4, abs=1e-12)


def test_the_same_seed_gives_the_same_numbers(classifier):
    a, b, c = (classifier.importance(X, Y, repeats=2, seed=seed) for seed in (4, 4, 5))
    assert a == b != c


def test_weights_count(classifier):
    half = np.where(np.arange(ROWS) < 200, 1.0, 0.0)
    a = classifier.dependence(X, 0, [-1.0, 1.0], 1, half)
    np.testing.assert_allclose(a, classifier.dependence(X[:200], 0, [-1.0, 1.0], 1), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8])
def test_dependence_is_the_mean_of_predictions(classifier, dtype):
    given = np.abs(X * 5).astype(dtype)[:, ::-1]
    got = classifier.dependence(given, 1, [0.5, 3, -2.25], output=1)
    for value, mean in zip([0.5, 3, -2.25], got):
        changed = given.astype(np.float64)
        changed[:, 1] = value
        # The same floats go through the same network; only the sum over rows is in another order.
        assert mean == pytest.approx(classifier.predict(changed)[:, 1].mean(dtype=np.float64), abs=1e-7)


def test_dependence_against_scikit_learn(classifier):
    inspection = pytest.importorskip("sklearn.inspection")
    base = pytest.importorskip("sklearn.base")

    class Wrapper(base.ClassifierMixin, base.BaseEstimator):
        def fit(self, X, y):
            self.classes_ = np.array([0, 1])
            return self

        def predict_proba(self, X):
            return classifier.predict(np.ascontiguousarray(X, np.float64))

    found = inspection.partial_dependence(
        Wrapper().fit(X, Y), X, [2], kind="average", method="brute", grid_resolution=9, response_method="predict_proba"
    )
    got = classifier.dependence(X, 2, found["grid_values"][0].tolist(), output=1)
    np.testing.assert_allclose(got, found["average"][0], atol=1e-6)


def test_importance_of_a_table_is_that_of_shuffled_columns(model_of_people):
    """Against columns shuffled here, by the errors of both means."""
    model, data = model_of_people
    result = model.importance(data, metric="accuracy", repeats=20, seed=1)
    assert list(result) == [column["name"] for column in model.columns]
    assert result["id"] == (0, 0)
    frame, came = people(), data.targets()[:, 0]
    rng = np.random.default_rng(0)
    whole = nnswift.metrics.accuracy(came, model.predict(frame, kind="label").astype(int))
    for name in frame:
        drops = []
        for _ in range(20):
            order = rng.permutation(len(came))
            changed = model.predict({**frame, name: moved(frame[name], order)}, kind="label").astype(int)
            drops.append(whole - nnswift.metrics.accuracy(came, changed))
        noise = np.hypot(result[name].deviation, np.std(drops)) / np.sqrt(20)
        assert abs(result[name].mean - np.mean(drops)) <= 4 * noise
    # The days between them decide: both dates matter, as each is moved with the days since it.
    assert result["asked"].mean > 0.05 and result["came_on"].mean > 0.05 and result["city"].mean > 0.05


@pytest.mark.parametrize(
    "column, values",
    [
        ("age", [20, 55.5, None, 1000]),
        ("city", ["Bern", "Rome", "Paris", None]),
        ("asked", [datetime.date(2020, 3, 1), np.datetime64("2020-09-01"), None]),
        ("came_on", ["2020-05-01"]),
        ("id", ["x"]),
    ],
)
def test_dependence_of_a_table_is_the_mean_of_predictions(model_of_people, column, values):
    model, data = model_of_people
    frame = people()
    for X in (data, frame):
        got = model.dependence(X, column, values)
        for value, mean in zip(values, got):
            # A column with one value in each row, of the type that it had.
            if column in ("asked", "came_on"):
                value = np.datetime64("NaT") if value is None else np.datetime64(value, "D")
                filled = np.full(len(frame["age"]), value, "datetime64[D]")
            elif column == "age":
                filled = np.full(len(frame["age"]), np.nan if value is None else value)
            else:
                filled = [value] * len(frame["age"])
            expected = model.predict({**frame, column: filled}).mean(dtype=np.float64)
            assert mean == pytest.approx(expected, abs=1e-7)


def test_groups_move_with_their_columns():
    """Means of the target in groups of a category and a date are looked up anew."""
    rng = np.random.default_rng(1)
    rows = 600
    frame = {
        "place": rng.choice([f"p{n}" for n in range(15)], rows),
        "day": np.datetime64("2021-01-01") + rng.integers(0, 5, rows),
    }
    good = np.isin(frame["place"], [f"p{n}" for n in range(7)])
    table = nnswift.Table({**frame, "good": good}, "good")
    model = nnswift.fit_table(table, config={"epochs": 15}, seed=1)
    assert model.spec.get("groups"), "this test needs a model with groups"
    got = model.dependence(table, "place", ["p1", "p9", "none"])
    for value, mean in zip(["p1", "p9", "none"], got):
        expected = model.predict({**frame, "place": [value] * rows}).mean(dtype=np.float64)
        assert mean == pytest.approx(expected, abs=1e-7)
    assert got[0] > 0.8 and got[1] < 0.2
    result = model.importance(table, metric="accuracy")
    assert result["place"].mean > 0.2


def test_rows_may_come_again(model_of_people):
    model, data = model_of_people
    part = data.subset([5, 5, 9, 2, 5])
    got = model.dependence(part, "city", ["Rome"])
    frame = {name: moved(values, [5, 5, 9, 2, 5]) for name, values in people().items()}
    assert got[0] == pytest.approx(model.predict({**frame, "city": ["Rome"] * 5}).mean(dtype=np.float64), abs=1e-7)
    assert set(model.importance(part)) == set(people())


def test_a_regression_has_several_outputs():
    model = nnswift.Model.mlp([4, 8, 2], loss="mse", seed=1)
    got = model.dependence(X, 0, [1.0], output=1)
    changed = X.copy()
    changed[:, 0] = 1
    assert got[0] == pytest.approx(model.predict(changed)[:, 1].mean(dtype=np.float64), abs=1e-6)


def test_refusals(classifier, model_of_people):
    model, data = model_of_people
    with pytest.raises(nnswift.ArgumentError, match='no column "agee"'):
        model.dependence(data, "agee", [1])
    with pytest.raises(nnswift.ArgumentError, match="column must be in 0..<4"):
        classifier.dependence(X, 4, [1])
    with pytest.raises(nnswift.DtypeError, match='"age" must have a number'):
        model.dependence(data, "age", ["old"])
    with pytest.raises(nnswift.ArgumentError, match="output must be in 0..<2"):
        classifier.dependence(X, 0, [1], output=2)
    with pytest.raises(nnswift.ArgumentError, match="finite"):
        classifier.dependence(X, 0, [float("nan")])
    with pytest.raises(nnswift.ArgumentError, match="repeats"):
        classifier.importance(X, Y, repeats=0)
    with pytest.raises(nnswift.ArgumentError, match="did you mean"):
        classifier.importance(X, Y, "acuracy")
