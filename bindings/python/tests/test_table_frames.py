"""Tables of pandas, polars, pyarrow and DuckDB give the bytes that columns of NumPy give."""

import numpy as np
import pytest

import nnswift
from people import FRAME, INPUTS, QUICK, part

pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")


@pytest.fixture(scope="module")
def expected():
    return nnswift.fit_table(FRAME, "came", config=QUICK, seed=3)


def _pandas(frame):
    return pytest.importorskip("pandas").DataFrame(frame)


def _pyarrow(frame):
    pa = pytest.importorskip("pyarrow")
    age = "age" in frame and pa.array(frame["age"], from_pandas=True)
    return pa.table({**frame, **({"age": age} if "age" in frame else {})})


def _chunked(frame):
    whole = _pyarrow(frame)
    pieces = [whole.slice(start, 37) for start in range(0, whole.num_rows, 37)]
    return pytest.importorskip("pyarrow").concat_tables([piece.combine_chunks() for piece in pieces])


def _batch(frame):
    return _pyarrow(frame).to_batches()[0]


def _reader(frame):
    return _chunked(frame).to_reader()


def _dictionaries(frame):
    table = _pyarrow(frame)
    place = table.column_names.index("city")
    return table.set_column(place, "city", table["city"].dictionary_encode())


def _polars(frame):
    return pytest.importorskip("polars").DataFrame(frame, nan_to_null=True)


def _polars_category(frame):
    pl = pytest.importorskip("polars")
    return _polars(frame).with_columns(pl.col("city").cast(pl.Categorical))


def _duckdb(frame):
    duckdb = pytest.importorskip("duckdb")
    table = _pyarrow(frame)
    return duckdb.connect().from_arrow(table)


def _nullable(frame):
    table = _pandas(frame)
    kinds = {"age": "Int64", "city": "string", "paid": "boolean", "visits": "UInt8", "came": "string"}
    return table.astype({name: kind for name, kind in kinds.items() if name in table})


def _category(frame):
    pd = pytest.importorskip("pandas")
    order = pd.CategoricalDtype(["Zürich", "Rome", "unused", "Oslo", "Bern"], ordered=True)
    return _pandas(frame).astype({"city": order})


def _objects(frame):
    return _pandas(frame).astype({name: object for name in ("city", "paid")})


def _zone(frame):
    table = _pandas(frame)
    return table.assign(day=table["day"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo"))


def _filtered(frame):
    """The rows out of a larger table, whose index is no range."""
    table = _pandas({name: [value for value in values for _ in range(2)] for name, values in frame.items()})
    return table[np.arange(len(table)) % 2 == 0]


def _arrow_types(frame):
    pytest.importorskip("pyarrow")
    return _pandas(frame).convert_dtypes(dtype_backend="pyarrow")


FORMS = {
    "pandas": _pandas, "pandas nullable": _nullable, "pandas category": _category, "pandas objects": _objects,
    "pandas time zone": _zone, "pandas index": _filtered, "pandas Arrow types": _arrow_types,
    "pandas nanoseconds": lambda frame: _pandas(frame).astype({"day": "datetime64[ns]"}),
    "pandas sparse": lambda frame: _pandas(frame).astype({"visits": "Sparse[int]"}),
    "pyarrow": _pyarrow, "chunks": _chunked, "batch": _batch, "reader": _reader, "dictionaries": _dictionaries,
    "polars": _polars, "polars category": _polars_category, "duckdb": _duckdb,
    "columns of pandas in a dict": lambda frame: dict(_pandas(frame).items()),
    "columns of polars in a dict": lambda frame: {column.name: column for column in _polars(frame)},
    "columns of pyarrow in a dict": lambda frame: dict(zip(_pyarrow(frame).column_names, _pyarrow(frame).columns)),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_same_bytes_from_everywhere(form, expected):
    model = nnswift.fit_table(form(FRAME), "came", config=QUICK, seed=3)
    assert model.to_bytes() == expected.to_bytes()
    assert (model.predict(form(INPUTS)) == expected.predict(INPUTS)).all()
    assert model.evaluate(form(FRAME), metrics="roc_auc") == expected.evaluate(FRAME, metrics="roc_auc")


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_columns_go_by_name(form, expected):
    turned = {**dict(reversed(INPUTS.items())), "more": list(range(240))}
    assert (expected.predict(form(turned)) == expected.predict(INPUTS)).all()
    renamed = form({("when" if name == "day" else name): values for name, values in INPUTS.items()}) if (
        form not in (_zone, FORMS["pandas nanoseconds"])) else None  # fmt: skip
    if renamed is not None:
        with pytest.raises(nnswift.ArgumentError, match='no column "day", which the model needs; it has age, city'):
            expected.predict(renamed)


@pytest.mark.parametrize("form", [_pandas, _polars, _pyarrow])
def test_parts_by_a_column(form):
    table = nnswift.Table(form(FRAME), "came")
    rest, late = table.split(0.25, kind="time", key="day")
    assert FRAME["day"][rest.rows()].max() <= FRAME["day"][late.rows()].min()
    with pytest.raises(nnswift.ArgumentError, match='key must be a column of the table or an array, got "when"'):
        table.split(kind="time", key="when")


def test_a_row_out_of_a_table_of_pandas(expected):
    table = _pandas(INPUTS)
    for place in (0, 5, 17):
        row = table.iloc[place]
        assert expected.predict(row) == expected.predict(table)[place] == expected.session().predict_values(row)
    assert expected.predict(table.iloc[:1]).shape == (1,)


def test_categories_of_pandas():
    pd = pytest.importorskip("pandas")
    y = np.arange(100) % 2
    frame = pd.DataFrame({
        "cut": pd.cut(np.arange(100.0), 4), "whole": pd.Categorical(np.arange(100) % 3), "y": y,
        "truth": pd.Categorical(np.arange(100) % 3 == 0), "empty": pd.Categorical([None] * 100, ["a"]),
        "text": pd.Categorical(["a", "b", None, "d"] * 25),
    })  # fmt: skip
    model = nnswift.fit_table(frame, "y", config=QUICK)
    kinds = {column["name"]: (column["kind"], column.get("names")) for column in model.columns}
    assert kinds["cut"] == ("category", sorted(map(str, frame["cut"].cat.categories)))
    assert kinds["whole"] == ("category", [0, 1, 2]) and kinds["truth"] == ("category", [False, True])
    assert kinds["text"] == ("category", ["a", "b", "d"]) and kinds["empty"] == ("ignore", None)
    target = nnswift.fit_table(frame.assign(y=pd.Categorical(["no", "yes"] * 50, ["yes", "no"])), "y", config=QUICK)
    assert target.classes == ["no", "yes"]


def test_numbered_columns_have_no_names():
    pd = pytest.importorskip("pandas")
    numbers = np.random.default_rng(1).normal(size=(60, 3))
    model = nnswift.fit_table(pd.DataFrame(np.c_[numbers, numbers[:, 0] * 2]), 3, config=QUICK)
    assert model.feature_names == ["#0", "#1", "#2"]
    assert model.predict(pd.DataFrame(numbers)).shape == (60,)
    with pytest.raises(nnswift.ShapeError, match="2 columns without names, the model expects 3"):
        model.predict(pd.DataFrame(numbers[:, :2]))


def test_columns_that_are_left_out():
    pd = pytest.importorskip("pandas")
    frame = _pandas(FRAME).assign(wait=pd.to_timedelta(np.arange(240), unit="D"), tags=[[1]] * 240,
                                  month=pd.period_range("2020", periods=240, freq="M"))  # fmt: skip
    model = nnswift.fit_table(frame, "came", config=QUICK)
    assert model.feature_names == list(INPUTS)
    messy = _pandas(FRAME).assign(note=["a", 1.5] * 120)
    assert (model.predict(messy) == model.predict(INPUTS)).all()
    with pytest.raises(nnswift.DtypeError, match='column "note" must have values of one kind'):
        nnswift.fit_table(messy, "came")


def test_a_table_without_values():
    pl = pytest.importorskip("polars")
    with pytest.raises(nnswift.DtypeError, match=r"got a LazyFrame; give table.collect\(\)"):
        nnswift.fit_table(pl.DataFrame({"a": [1]}).lazy(), "a")


def test_a_stream_that_fails():
    pa = pytest.importorskip("pyarrow")

    def batches():
        yield pa.record_batch({"a": [1, 2], "y": [0, 1]})
        raise ValueError("the network is gone")

    reader = pa.RecordBatchReader.from_batches(pa.schema({"a": pa.int64(), "y": pa.int64()}), batches())
    with pytest.raises(nnswift.FileError, match="the network is gone"):
        nnswift.Table(reader, "y")


def test_rows_of_a_part_stay_when_the_table_has_gone(expected):
    pa = pytest.importorskip("pyarrow")
    table = nnswift.Table(pa.table(part(FRAME, range(240))), "came")
    rows = table.subset([9, 3])
    del table
    assert (expected.predict(rows) == expected.predict(INPUTS)[[9, 3]]).all()
