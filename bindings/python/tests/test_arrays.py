"""What NumPy arrays look like to the library."""

import numpy as np
import pytest

import nnswift
from nnswift import _arrays, _library

DTYPES = ["float32", "float64", "uint8", "int32", "int64", "bool"]
CONVERTED = ["float16", "int8", "int16", "uint16", "uint32", "uint64", ">f4", ">f8", ">i4", ">i8", ">i2"]

LAYOUTS = {
    "dense": lambda a: a,
    "columns first": np.asfortranarray,
    "every second row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "every third column": lambda a: np.repeat(a, 3, axis=1)[:, ::3],
    "rows backwards": lambda a: np.ascontiguousarray(a[::-1])[::-1],
    "columns backwards": lambda a: np.ascontiguousarray(a[:, ::-1])[:, ::-1],
    "inside a wider array": lambda a: np.hstack([a, a, a])[:, 4:8],
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "read-only": lambda a: _locked(a.copy()),
}


def _locked(array):
    array.flags.writeable = False
    return array


def _numbers():
    """Values that every type holds: 0 and 1."""
    return np.random.default_rng(0).integers(0, 2, size=(20, 4))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_type_and_stride_predicts_the_same_without_a_copy(model, dtype, layout):
    expected = model.predict(_numbers().astype(np.float32))
    X = LAYOUTS[layout](_numbers().astype(dtype))
    view = _arrays.borrow(X, "x")
    assert view.data == X.__array_interface__["data"][0]
    assert (view.row_stride, view.col_stride) == X.strides
    np.testing.assert_array_equal(model.predict(X), expected)


@pytest.mark.parametrize("dtype", CONVERTED)
def test_other_numbers_are_converted(model, dtype):
    X = _numbers().astype(dtype)
    np.testing.assert_array_equal(model.predict(X), model.predict(_numbers().astype(np.float32)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_dimension_is_a_column_without_a_copy(dtype):
    for values in (np.ones(6, dtype), np.ones(6, dtype)[::-2]):
        view = _arrays.borrow(values, "y")
        assert (view.rows, view.cols) == (len(values), 1)
        assert view.data == values.__array_interface__["data"][0]
        assert (view.row_stride, view.col_stride) == (values.strides[0], values.itemsize)


@pytest.mark.parametrize("values", [np.float32(0.5), np.arange(4.0), np.arange(5.0)[:, None]], ids=["both", "rows", "columns"])
def test_broadcast_values_are_written_out(model, values):
    X = np.broadcast_to(values, (5, 4))
    assert 0 in X.strides
    np.testing.assert_array_equal(model.predict(X), model.predict(np.array(X)))
    y = np.broadcast_to(np.int64(1), (5,))
    assert model.evaluate(X, y) == model.evaluate(np.array(X), np.array(y))


def test_unaligned_fields_of_a_record():
    records = np.zeros(5, dtype=[("tag", "u1"), ("x", "f4", (4,))])
    records["x"] = np.arange(20).reshape(5, 4)
    model = nnswift.Model.mlp([4, 2])
    np.testing.assert_array_equal(model.predict(records["x"]), model.predict(records["x"].copy()))


def test_lists_and_objects_with_the_array_protocol(model):
    class Wrapped:
        def __array__(self, dtype=None, copy=None):
            return np.ones((2, 4), np.float32)

    expected = model.predict(np.ones((2, 4), np.float32))
    np.testing.assert_array_equal(model.predict([[1, 1, 1, 1], [1.0, 1, 1, 1]]), expected)
    np.testing.assert_array_equal(model.predict(Wrapped()), expected)


@pytest.mark.parametrize(
    "values",
    [
        np.array([["a", "b", "c", "d"]]),
        np.array([[1, 2, 3, None]], dtype=object),
        np.array([[1, 2, 3, 4]], dtype=object),
        np.array([[1, 2, 3, 4j]]),
        np.array([["2020-01-01"] * 4], dtype="datetime64[D]"),
        np.ma.array([[1.0, 2, 3, 4]], mask=[[0, 1, 0, 0]]),
        np.array([[2**63, 0, 0, 0]], dtype=np.uint64),
    ],
    ids=["text", "None", "object", "complex", "date", "masked", "beyond int64"],
)
def test_what_is_no_number_is_a_type_error(model, values):
    with pytest.raises(TypeError, match="x must"):
        model.predict(values)


@pytest.mark.parametrize("shape", [(), (2, 4, 1)])
def test_other_dimensions_are_refused(model, shape):
    with pytest.raises(nnswift.ShapeError, match="dimensions"):
        model.predict(np.ones(shape, np.float32))


def test_targets_of_every_integer_type(spec, blobs):
    X, y = blobs
    losses = {
        dtype: nnswift.Model(spec).train(X, y.astype(dtype), epochs=2)["loss"]
        for dtype in ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", ">i4"]
    }
    assert len({tuple(loss) for loss in losses.values()}) == 1


def test_a_view_keeps_its_array_alive():
    view = _arrays.borrow(np.arange(1000, dtype=np.float32), "x")
    assert view.source.sum() == 499500
    assert view.struct_size == 48
    assert view.dtype == _library.NNS_F32
