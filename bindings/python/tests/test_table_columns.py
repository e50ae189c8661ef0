"""Columns of NumPy arrays, lists and objects as the library reads them; what is refused, by name."""

import datetime
import decimal
import fractions

import numpy as np
import pytest

import nnswift
from nnswift import _cells, _library

NAN = float("nan")
SOME = np.arange(6)


def targets(values, **options):
    """The values of a column, as the library read them."""
    return nnswift.Table({"y": values, "x": np.arange(len(values))}, "y", **options).targets()[:, 0].tolist()


KINDS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]


@pytest.mark.parametrize("kind", [*KINDS, ">i4", ">f8", "longdouble"])
def test_every_type_of_number(kind):
    assert targets(SOME.astype(kind)) == SOME.tolist()
    assert targets(SOME.astype(kind)[::-1]) == SOME[::-1].tolist()
    assert targets(np.repeat(SOME, 2).astype(kind)[::2]) == SOME.tolist()
    assert targets(np.broadcast_to(np.array([3], kind), 4)) == [3] * 4


@pytest.mark.parametrize("values, expected", [
    ([True, False, True], [1, 0, 1]), (np.array([True, False, True]), [1, 0, 1]),
    (np.array([True, False], object), [1, 0]), ([1, 2, 3], [1, 2, 3]), ([1, 2.5, 3], [1, 2.5, 3]),
    ([np.int8(1), 2, np.uint64(3)], [1, 2, 3]), ([True, 2], [1, 2]), ([True, 2.5], [1, 2.5]),
    ([decimal.Decimal("1.5"), fractions.Fraction(1, 4)], [1.5, 0.25]), ((2**70, 1), [float(2**70), 1]),
    (["b", "a", "b"], [1, 0, 1]), (np.array(["b", "a", "b"]), [1, 0, 1]), (np.array([b"b", b"a"]), [1, 0]),
    (np.array(["b", "a", "b"], object), [1, 0, 1]), ([b"b", "a"], [1, 0]), (["ä", "z", ""], [2, 1, 0]),
    (["a\u0301b", "a\u0301a", "a"], [2, 1, 0]), (np.array(["b", "a"], "<U3")[::-1], [0, 1]),
])  # fmt: skip
def test_values(values, expected):
    assert targets(values) == expected


def test_numpys_own_texts():
    strings = pytest.importorskip("numpy.dtypes")
    if not hasattr(strings, "StringDType"):
        pytest.skip("NumPy 1")
    assert targets(np.array(["b", "a", "b"], strings.StringDType())) == [1, 0, 1]


def row_of_missing(values):
    """Which row the library names as missing, as a target must not be."""
    with pytest.raises(nnswift.ArgumentError, match='column "y" is the target .* row [0-9]+ is missing') as caught:
        targets(values)
    return int(str(caught.value).split("row ")[-1].split()[0])


@pytest.mark.parametrize("values", [
    ["a", "b", None, "c"], ["a", "b", NAN, "c"], np.array(["a", "b", None, "c"], object), [True, False, None, True],
    [1, 2, None, 4], [1.5, 2, NAN, 4], np.array([1, 2, NAN, 4]), np.array([1, 2, NAN, 4], np.float32)[:],
    np.ma.masked_array([1, 2, 3, 4], [0, 0, 1, 0]), np.ma.masked_array([True, False, True, True], [0, 0, 1, 0]),
    np.ma.masked_array(["a", "b", "c", "d"], [0, 0, 1, 0]), [1, 2, np.float32("nan"), 4],
])  # fmt: skip
def test_missing_values(values):
    assert row_of_missing(values) == 2


def test_many_missing_values():
    values = ["a" if row % 9 else "b" for row in range(100)]
    for row in (0, 7, 8, 63, 99):
        assert row_of_missing([None if place >= row else value for place, value in enumerate(values)]) == row


def test_missing_texts():
    table = nnswift.Table({"y": [1, 2], "x": ["", "NA"]}, "y", missing_text=["", "NA"])
    assert repr(table) == "<nnswift.Table 2 rows, 1 columns and a target>"
    with pytest.raises(nnswift.ArgumentError, match="row 1 is missing"):
        targets(["a", "NA"], missing_text="NA")
    assert targets(["1", "2.5"], parse_text=True) == [1, 2.5]


DAY = datetime.datetime(2020, 2, 29, 13, 30, 15, 250_001)
UTC = datetime.timezone.utc


@pytest.mark.parametrize("value, expected", [
    (DAY, 1582983015250001), (DAY.date(), 1582934400000000), (DAY.replace(tzinfo=UTC), 1582983015250001),
    (DAY.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=2))), 1582975815250001),
    (np.datetime64("2020-02-29"), 1582934400000000), (np.datetime64("1969-12-31T23:59:59.999999999"), -1),
    (datetime.date(1, 1, 1), -62135596800000000), (np.datetime64("2020"), 1577836800000000),
])  # fmt: skip
def test_moments(value, expected):
    assert _cells.micros(value) == expected
    column = _cells.of_objects([value, None], "")
    assert column.dtype == _library.NNS_MICROS and column.source[0].tolist() == [expected, 0]
    if isinstance(value, np.datetime64):
        column = _cells.of_array(np.array([value, "NaT"], value.dtype), "")
        assert column.dtype == _library.NNS_MICROS and column.source[0][0] == expected and column.valid


@pytest.mark.parametrize("values", [
    [[1], [2]], [datetime.timedelta(1)] * 2, np.array([1, 2], "m8[s]"), np.array([1j, 2]), [{}, {}], [datetime.time()] * 2,
])  # fmt: skip
def test_columns_that_no_table_has_are_left_out(values):
    table = nnswift.Table({"a": [1, 2], "odd": values, "y": [0, 1]}, "y")
    assert "1 columns" in repr(table)
    with pytest.raises(nnswift.ArgumentError, match='target must be the name of a column .*got "odd"'):
        nnswift.Table({"a": [1, 2], "odd": values}, "odd")
    with pytest.raises(nnswift.ShapeError, match="at least one column of numbers, booleans, texts or dates, got none"):
        nnswift.Table({"odd": values})


def test_a_label_ends_where_its_bytes_end():
    with pytest.raises(nnswift.ArgumentError, match='column "y" is the target and must be a text without a 0 byte, row 1'):
        nnswift.Table({"x": [1, 2], "y": ["a", "a\0"]}, "y")


@pytest.mark.parametrize("values, rows", [
    ([1, "a", 2], 'row 0 is 1 and row 1 is "a"; make texts'), (["a", None, 2.5], 'row 0 is "a" and row 2 is 2.5'),
    ([DAY.date(), 1, 2], "row 0 is datetime.date.* and row 1 is 1; give one kind"), ([True, "a"], "row 0 is True and"),
])  # fmt: skip
def test_a_column_has_one_kind(values, rows):
    with pytest.raises(nnswift.DtypeError, match=f'column "x" must have values of one kind, {rows}'):
        nnswift.Table({"x": values})


@pytest.mark.parametrize("frame, kind, sentence", [
    ({"a": [1], "b": [1, 2]}, nnswift.ShapeError, 'equally many rows, "a" has 1 and "b" 2'),
    ({"a": np.ones((2, 2))}, nnswift.ShapeError, r'column "a" must have one dimension, got shape \(2, 2\)'),
    ({"a": ["\ud800"]}, nnswift.ArgumentError, 'column "a" must have texts that UTF-8 can write, row 0'),
    ({"a\0b": [1]}, nnswift.ArgumentError, "name of a column must not hold the character 0"),
    ({"": [1]}, nnswift.ArgumentError, "name"), ({"a" * 1025: [1]}, nnswift.ArgumentError, "1024"),
    ({}, nnswift.ShapeError, "at least one column"), ({"a": []}, nnswift.ShapeError, "rows must be at least 1"),
    ({"a": [b"\xff"]}, nnswift.ArgumentError, 'column "a" must be UTF-8, row 0'),
    ({"a": [1.0, float("inf")]}, nnswift.ArgumentError, 'column "a".*row 1'),
    ([], nnswift.DtypeError, "must be a table with named columns, got a list"),
    (np.ones((2, 2)), nnswift.DtypeError, "must be a table with named columns, got a ndarray"),
    (None, nnswift.DtypeError, "must be a table with named columns, got None"),
])  # fmt: skip
def test_tables_that_are_refused(frame, kind, sentence):
    with pytest.raises(kind, match=sentence) as caught:
        nnswift.Table(frame)
    assert "NNS_" not in str(caught.value) and "nns_" not in str(caught.value)


@pytest.mark.parametrize("roles, sentence", [
    ({"target": "z"}, 'target must be the name of a column .*got "z"'), ({"target": 2}, 'got "#2"'),
    ({"target": "y", "weight": "z"}, '^weight must be the name of a column .*got "z"'),
    ({"target": -1}, "target must be an integer"), ({"target": 1.5}, "target must be an integer"),
    ({"target": "a\0"}, "must be the name of a column"), ({"target": "y", "weight": "x"}, 'column "x" is the weight'),
])  # fmt: skip
def test_roles_that_are_refused(roles, sentence):
    with pytest.raises(nnswift.ArgumentError, match=sentence):
        nnswift.Table({"x": [1, -1], "y": [0, 1]}, **roles)


def test_forms_of_a_table():
    rows = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"b": "z"}]
    structured = np.array([(1.0, b"x"), (2.0, b"y"), (NAN, b"z")], [("a", "f8"), ("b", "S3")])
    for frame in (rows, tuple(rows), structured, {"a": [1, 2, None], "b": ["x", "y", "z"]}):
        table = nnswift.Table(frame, "b")
        assert len(table) == 3 and table.targets().ravel().tolist() == [0, 1, 2]
        assert nnswift.Table(frame, 1).targets().tolist() == table.targets().tolist()


def test_parts_of_a_table():
    frame = {"id": np.arange(40), "group": np.arange(40) // 4, "y": ["a", "b"] * 20}
    table = nnswift.Table(frame, "y")
    rest, part = table.split(0.25, seed=3)
    assert (len(rest), len(part)) == (30, 10) and sorted([*rest.rows(), *part.rows()]) == list(range(40))
    assert part.targets().sum() == 5
    again = nnswift.split_indices(frame["y"], 0.25, seed=3)
    assert rest.rows().tolist() == again[0].tolist()
    rest, part = table.split(0.25, kind="group", key="group")
    assert not set(frame["group"][rest.rows()]) & set(frame["group"][part.rows()])
    rest, part = rest.split(0.5, kind="time", key="id")
    assert max(rest.rows()) < min(part.rows())
    assert table.subset([3, 3, 1]).rows().tolist() == [3, 3, 1] and isinstance(table.subset([1]), nnswift.Table)
    for key, sentence in (("z", 'got "z"'), (np.arange(3), "key")):
        with pytest.raises(nnswift.Error, match=sentence):
            table.split(kind="time", key=key)
    with pytest.raises(nnswift.ArgumentError, match="kind must be one of"):
        table.split(kind="fair")


def test_parts_outlive_their_table():
    table = nnswift.Table({"x": np.arange(1000), "t": [str(n) for n in range(1000)], "y": [0, 1] * 500}, "y")
    part = table.subset(np.arange(500))
    with table:
        pass
    with pytest.raises(nnswift.Error):
        table.targets()
    del table
    assert part.targets().ravel().tolist() == [0, 1] * 250
