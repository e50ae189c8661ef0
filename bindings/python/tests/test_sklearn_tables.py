"""Tables of mixed columns: texts, categories, booleans, dates and gaps, without an encoder."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")
pandas = pytest.importorskip("pandas")
from people import people  # noqa: E402
from sklearn.inspection import permutation_importance  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402

import nnswift  # noqa: E402
from nnswift.sklearn import NNClassifier, NNRegressor  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")

TABLE = people(300)
CAME = np.array(TABLE.pop("came"))
QUICK = {"max_iter": 30, "random_state": 0}


def frame(kind="pandas"):
    if kind == "pandas":
        table = pandas.DataFrame(TABLE)
        return table.assign(city=table.city.astype("category"))
    if kind == "polars":
        return pytest.importorskip("polars").DataFrame(TABLE)
    return pytest.importorskip("pyarrow").table(TABLE)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_mixed_columns(kind):
    network = NNClassifier(random_state=0).fit(frame(kind), CAME)
    assert network.score(frame(kind), CAME) > 0.8
    assert list(network.feature_names_in_) == list(TABLE)
    assert network.predict(frame(kind)).dtype.kind in "UO"
    assert network.predict_proba(frame(kind)).shape == (300, 2)
    assert {column["kind"] for column in network.model_.columns} >= {"number", "category", "boolean", "date"}


def test_it_is_the_preset():
    network = NNClassifier(random_state=0).fit(frame(), pandas.Series(CAME, name="came"))
    whole = frame().assign(came=CAME)
    model = nnswift.fit_table(whole, "came", spec={"seed": network._seed}, config={"seed": network._seed})
    assert (network.predict_proba(frame())[:, 1] == model.predict(frame())).all()
    assert network.model_.spec["target"]["name"] == "came"


def test_numbers_of_a_table():
    cost = np.nan_to_num(TABLE["age"], nan=40) * 100 + 5
    network = NNRegressor(random_state=0).fit(frame(), cost)
    assert network.predict(frame()).shape == (300,) and network.score(frame(), cost) > 0.9


def test_gaps_alone_make_a_table():
    table = pandas.DataFrame({"a": [1.0, None, 3.0, 4.0] * 30, "b": range(120)})
    y = np.arange(120) % 4 > 1
    assert NNClassifier(random_state=0).fit(table, y).predict_proba(table).shape == (120, 2)
    plain = NNClassifier(**QUICK).fit(table.fillna(0), y)
    assert "columns" not in plain.model_.spec
    assert "columns" in NNClassifier(tabular=True, **QUICK).fit(table.fillna(0), y).model_.spec
    with pytest.raises(ValueError, match="NaN"):
        NNClassifier(tabular=False).fit(table, y)


def test_numbers_and_booleans_are_an_array():
    table = pandas.DataFrame({"a": np.arange(40.0), "b": np.arange(40) % 2 == 0, "c": pandas.array([1, 2] * 20, "Int64")})
    network = NNClassifier(**QUICK).fit(table, np.arange(40) > 20)
    assert network.model_.feature_names == ["a", "b", "c"] and "columns" not in network.model_.spec


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_numbers_of_other_tables_are_an_array(kind):
    columns = {"a": np.arange(40.0), "b": np.arange(40) % 2 == 0}
    table = {"polars": "DataFrame", "pyarrow": "table"}[kind]
    table = getattr(pytest.importorskip(kind), table)(columns)
    network = NNClassifier(random_state=0).fit(table, np.arange(40) > 20)
    assert network.model_.feature_names == ["a", "b"] and network.score(table, np.arange(40) > 20) > 0.9


@pytest.mark.parametrize("labels", [[-1, 1], [0.0, 1.0], [False, True], ["a", "b"]], ids=str)
def test_labels_of_tables(labels):
    y = np.array(labels)[(CAME == "yes").astype(int)]
    network = NNClassifier(**QUICK).fit(frame(), y)
    assert network.classes_.tolist() == labels and network.predict(frame()).dtype == y.dtype
    assert (network.predict(frame()) == y).mean() > 0.7


def test_many_classes_of_integers():
    table = pandas.DataFrame({"a": np.tile(np.arange(20.0), 30), "b": ["x", "y", "z"] * 200})
    network = NNClassifier(random_state=0).fit(table, np.tile(np.arange(100, 120), 30))
    assert network.predict_proba(table).shape == (600, 20) and network.classes_[0] == 100


def test_weights_and_held_out_rows():
    table = frame()
    weight = np.where(CAME == "yes", 20.0, 1.0)
    network = NNClassifier(random_state=0).fit(table[:200], CAME[:200], sample_weight=weight[:200],
                                               eval_set=(table[200:], CAME[200:]))  # fmt: skip
    assert (network.predict(table) == "yes").mean() > (CAME == "yes").mean()
    assert "val_loss" in network.history_
    balanced = NNClassifier(random_state=0, class_weight="balanced").fit(table, CAME)
    assert balanced.score(table, CAME) > 0.7


def test_parameters_override_the_preset():
    network = NNClassifier((16, 8), "relu", dropout=0.1, learning_rate_init=0.01, batch_size=32, **QUICK)
    network.fit(frame(), CAME)
    layers = network.model_.spec["layers"]
    assert [layer["type"] for layer in layers] == ["table", "dropout", "dense", "dropout", "dense"]
    assert layers[0]["units"] == 16 and network.n_iter_ == 30
    assert max(network.history_["learning_rate"]) == pytest.approx(0.01)


def test_warm_starts_of_tables():
    network = NNClassifier(warm_start=True, **QUICK).fit(frame(), CAME)
    model = network.model_
    assert network.fit(frame(), CAME).model_ is model


def test_tools_on_tables():
    assert cross_val_score(NNClassifier(random_state=0), frame(), CAME, cv=3, scoring="roc_auc").mean() > 0.8
    network = NNClassifier(**QUICK).fit(frame(), CAME)
    importance = permutation_importance(network, frame(), CAME, n_repeats=2, random_state=0).importances_mean
    assert importance[0] > importance[3]  # age and visits
    search = GridSearchCV(NNClassifier(**QUICK), {"dropout": [0.0, 0.2]}, cv=2).fit(frame(), CAME)
    assert search.best_score_ > 0.7


def test_the_callers_table_is_left_alone():
    table = frame().rename(columns={"visits": "target"})
    before = table.copy()
    NNClassifier(**QUICK).fit(table, CAME, sample_weight=np.ones(300))
    pandas.testing.assert_frame_equal(table, before)


def test_what_is_refused():
    table = frame()
    network = NNClassifier(**QUICK).fit(table, CAME)
    with pytest.raises(ValueError, match="feature names should match"):
        network.predict(table.rename(columns={"age": "years"}))
    with pytest.raises(ValueError, match="MultiOutputClassifier"):
        NNClassifier().fit(table, np.eye(2, dtype=int)[np.arange(300) % 2])
    with pytest.raises(ValueError, match="MultiOutputRegressor"):
        NNRegressor().fit(table, np.zeros((300, 2)))
    with pytest.raises(ValueError, match="partial_fit takes arrays of numbers"):
        NNClassifier().partial_fit(table, CAME)


def test_columns_without_names():
    table = pandas.DataFrame(frame().to_numpy(object))
    network = NNClassifier(**QUICK).fit(table, CAME)
    assert network.score(table, CAME) > 0.7
