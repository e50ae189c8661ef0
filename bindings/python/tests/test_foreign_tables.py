"""Tables that are known only by a protocol, and tables whose columns come in another order."""

import sys

import numpy as np
import pytest

import nnswift

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")

pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")

FRAME = pd.DataFrame({"age": [20, 30, 50, 80], "size": [1.5, 1.75, np.nan, 1.25], "is_new": [True, False, True, True]})
DENSE = FRAME.to_numpy(np.float64)
Y = np.array([0, 1, 1, 0])


class Stream:
    """A table that is a stream of Arrow, as often as it is asked, and nothing else."""

    def __init__(self, frame):
        self._table = pa.table(frame)

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


class Interchange:
    """A table that has the interchange protocol of data frames, and nothing else."""

    def __init__(self, frame):
        self._table = pa.table(frame)

    def __dataframe__(self, nan_as_null=False, allow_copy=True):
        return self._table.__dataframe__(nan_as_null, allow_copy)


def _polars(frame):
    return pytest.importorskip("polars").DataFrame(frame.to_dict("list"), nan_to_null=True)


def _duckdb(frame):
    people = pa.table(frame)  # noqa: F841 (DuckDB finds it by its name)
    return pytest.importorskip("duckdb").sql("select * from people")


TABLES = {
    "pandas": lambda frame: frame, "polars": _polars, "pyarrow": pa.table, "duckdb": _duckdb, "stream": Stream,
    "interchange": Interchange, "reader": lambda frame: pa.table(frame).to_reader(),
}  # fmt: skip
NAMELESS = ("stream",)


@pytest.fixture(scope="module")
def model():
    model = nnswift.Model.mlp([3, 4, 2], preprocess="standardize", seed=3)
    model.train(FRAME.fillna(1.5), Y, epochs=2)
    return model


@pytest.mark.parametrize("kind", TABLES)
def test_every_table_gives_the_same_answers(kind, model):
    def made(frame=FRAME):
        return TABLES[kind](frame)

    expected = model.predict(DENSE, allow_nan=True)
    np.testing.assert_array_equal(model.predict(made(), allow_nan=True), expected)
    learnt = nnswift.Model.mlp([3, 4, 2], preprocess="standardize", seed=3)
    learnt.train(made(FRAME.fillna(1.5)), Y, epochs=2)
    names = [] if kind in NAMELESS else list(FRAME)
    assert learnt.feature_names == names
    for name, values in model.weights.items():
        np.testing.assert_array_equal(learnt.weights[name], values)


@pytest.mark.parametrize("kind", [kind for kind in TABLES if kind not in NAMELESS])
def test_columns_go_by_their_names(kind, model):
    other = TABLES[kind](FRAME[["size", "is_new", "age"]])
    np.testing.assert_array_equal(model.predict(other, allow_nan=True), model.predict(DENSE, allow_nan=True))
    with pytest.raises(nnswift.ArgumentError, match='it lacks "size" and has "height" instead; rename'):
        model.predict(TABLES[kind](FRAME.rename(columns={"size": "height"})), allow_nan=True)
    with pytest.raises(nnswift.ShapeError, match='has 2 columns, the model expects 3; it lacks "is_new"'):
        model.predict(TABLES[kind](FRAME[["size", "age"]]), allow_nan=True)
    with pytest.raises(nnswift.ShapeError, match='model.feature_names.* leaves out "id"'):
        model.predict(TABLES[kind](FRAME.assign(id=1)), allow_nan=True)


@pytest.mark.parametrize("kind", TABLES)
def test_bad_columns_are_named(kind, model):
    for values, cure in ((["a", "b", "a", "b"], "encode it"), (pd.date_range("2026-01-01", periods=4), "days since")):
        with pytest.raises(nnswift.DtypeError, match=rf'column 1 \("size"\) of x must hold numbers.*{cure}'):
            model.predict(TABLES[kind](FRAME.assign(size=values)))


@pytest.mark.parametrize("kind", ["interchange", "stream", "duckdb"])
def test_models_of_tables_take_them_too(kind):
    people = FRAME.assign(came=["no", "yes", "yes", "no"])
    people = pd.concat([people] * 10, ignore_index=True)
    quick = {"epochs": 2, "validation_fraction": 0}
    expected = nnswift.fit_table(people, "came", config=quick, seed=3)
    found = nnswift.fit_table(TABLES[kind](people), "came", config=quick, seed=3)
    np.testing.assert_array_equal(found.predict(TABLES[kind](FRAME)), expected.predict(FRAME))


@pytest.mark.parametrize("kind, hidden, packages", [
    ("stream", ["pyarrow", "polars"], "pyarrow or polars"),
    ("interchange", ["pyarrow.interchange", "pandas.api.interchange"], "pyarrow or pandas"),
])  # fmt: skip
def test_without_a_package_that_reads_them(kind, hidden, packages, model, monkeypatch):
    table = TABLES[kind](FRAME)
    for name in hidden:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(nnswift.DtypeError, match=rf"x is a \w+, which {packages} can read.*install one"):
        model.predict(table, allow_nan=True)


def test_a_stream_is_split():
    rest, part, y_rest, y_part = nnswift.split(_duckdb(FRAME), Y, fraction=0.5, seed=1)
    whole = nnswift.split(FRAME, Y, fraction=0.5, seed=1)
    assert rest.to_pydict()["age"] == whole[0]["age"].tolist() and part.to_pydict()["age"] == whole[1]["age"].tolist()
    assert (y_rest == whole[2]).all() and (y_part == whole[3]).all()
