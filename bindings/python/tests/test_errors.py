"""Statuses become exceptions with the library's text."""

import errno
import pickle

import numpy as np
import pytest

import nnswift
from nnswift import _library, errors
from nnswift._words import in_python

FITTING = {
    nnswift.NullError: ValueError,
    nnswift.ArgumentError: ValueError,
    nnswift.ShapeError: ValueError,
    nnswift.DtypeError: TypeError,
    nnswift.OutOfMemoryError: MemoryError,
    nnswift.FileError: OSError,
    nnswift.MissingFileError: FileNotFoundError,
    nnswift.ForbiddenFileError: PermissionError,
    nnswift.FormatError: ValueError,
    nnswift.ChecksumError: nnswift.FormatError,
    nnswift.VersionError: nnswift.FormatError,
    nnswift.LimitError: ValueError,
    nnswift.DivergedError: ArithmeticError,
    nnswift.BusyError: RuntimeError,
}


@pytest.mark.parametrize("kind", FITTING)
def test_each_is_also_the_built_in_that_fits(kind):
    assert issubclass(kind, nnswift.Error) and issubclass(kind, RuntimeError)
    assert issubclass(kind, FITTING[kind])


STATUSES = {name: value for name, value in vars(_library).items() if name.startswith("NNS_E_")}


@pytest.mark.parametrize("name", STATUSES)
def test_every_status_has_its_exception(name):
    error = errors.error_for(STATUSES[name], "what must hold")
    assert type(error) is not nnswift.Error
    assert (error.status, error.status_name, str(error)) == (STATUSES[name], name, "what must hold")
    assert _library.lib.nns_status_name(error.status).decode() == name
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.status) == (type(error), str(error), error.status)


@pytest.mark.parametrize("number, kind", [
    (errno.ENOENT, FileNotFoundError), (errno.EACCES, PermissionError), (errno.EPERM, PermissionError),
    (errno.ENOSPC, nnswift.FileError), (0, nnswift.FileError),
])  # fmt: skip
def test_files_have_the_systems_number(number, kind):
    error = errors.error_for(_library.NNS_E_IO, "what must hold", number)
    assert isinstance(error, kind) and isinstance(error, nnswift.FileError)
    assert (str(error), error.errno) == ("what must hold", number or None)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.errno) == (type(error), str(error), error.errno)


def test_a_missing_file_is_the_built_in_too(model, blobs, tmp_path):
    missing = tmp_path / "nowhere" / "run"
    for call in (
        lambda: nnswift.load(missing),
        lambda: model.save(missing),
        lambda: model.train(*blobs, epochs=1, checkpoint={"path": str(missing)}),
    ):
        with pytest.raises(FileNotFoundError, match="nowhere") as caught:
            call()
        assert type(caught.value) is nnswift.MissingFileError and caught.value.errno == errno.ENOENT
    with pytest.raises(nnswift.FileError) as caught:
        model.save(tmp_path)
    assert caught.value.errno == errno.EISDIR
    with pytest.raises(nnswift.FileError) as caught:
        nnswift.load("/dev/null")
    assert caught.value.errno is None


def test_a_status_of_a_newer_library():
    error = errors.error_for(55, "something new")
    assert (type(error), error.status, error.status_name) == (nnswift.Error, 55, "unknown status")


def test_the_text_is_the_librarys():
    with pytest.raises(nnswift.ArgumentError) as caught:
        nnswift.Model({"input": 4, "layers": []})
    assert str(caught.value) == _library.lib.nns_last_error().decode()
    assert caught.value.status_name == "NNS_E_ARGUMENT"


def test_unknown_keys_name_the_nearest(model, blobs):
    with pytest.raises(ValueError, match='"epochs"'):
        model.train(*blobs, {"epoch": 3})
    with pytest.raises(ValueError, match='"softmax_cross_entropy"'):
        nnswift.Model.mlp([4, 3], loss="softmax_crossentropy")
    with pytest.raises(ValueError, match='"relu"'):
        nnswift.Model.mlp([4, 8, 3], activation="rellu")
    with pytest.raises(ValueError, match='"accuracy"'):
        model.evaluate(*blobs, ["acuracy"])
    with pytest.raises(ValueError, match='"accuracy"'):
        nnswift.metrics.compute("acuracy", [0, 1], [0, 1])


def test_shapes(model, blobs):
    X, y = blobs
    with pytest.raises(nnswift.ShapeError, match="3 columns, the model expects 4"):
        model.predict(X[:, :3])
    with pytest.raises(nnswift.ShapeError, match="240 and 239"):
        model.train(X, y[:-1])
    with pytest.raises(nnswift.ShapeError, match="weight"):
        model.train(X, y, sample_weight=np.ones(3))
    with pytest.raises(nnswift.ShapeError, match="at least one row"):
        model.predict(X[:0])
    with pytest.raises(nnswift.ShapeError, match="3"):
        model.train(X, np.zeros((240, 2)))


def test_values(model, blobs):
    X, y = blobs
    with pytest.raises(nnswift.ArgumentError, match="more than 3 different labels"):
        model.train(X, np.arange(240))
    with pytest.raises(TypeError, match="whole numbers"):
        model.train(X, y + 0.5)
    with pytest.raises(nnswift.ArgumentError, match="negative"):
        model.train(X, y, sample_weight=-np.ones(240))
    with pytest.raises(nnswift.ArgumentError, match="batch_size"):
        model.train(X, y, batch_size=-1)
    with pytest.raises(nnswift.ArgumentError, match='kind must be "proba", "label" or "raw"'):
        model.predict(X, kind="probability")


@pytest.mark.parametrize(
    "config", [{"clip_norm": float("inf")}, {"seed": {1, 2}}, {"epochs": object()}, ["epochs"], "epochs"]
)
def test_what_is_no_json(model, blobs, config):
    with pytest.raises(nnswift.ArgumentError, match="config must"):
        model.train(*blobs, config)


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, "7"])
def test_seeds_out_of_range_are_refused_not_cut(seed):
    with pytest.raises(nnswift.ArgumentError, match="seed"):
        nnswift.Model.mlp([4, 3], seed=seed)
    with pytest.raises(nnswift.ArgumentError, match="seed"):
        nnswift.split(np.arange(4), [0, 1, 0, 1], seed=seed)


def test_sizes_out_of_range():
    assert nnswift.Model.mlp([4, 3], seed=2**64 - 1).spec["seed"] == 2**64 - 1
    for sizes in ([4], [4, 0], [4, -3], [4, 2**62], [4, 2**64], [2**40, 2**40]):
        with pytest.raises(nnswift.Error):
            nnswift.Model.mlp(sizes)
    for name in ("re\0lu", None, 3):
        with pytest.raises(nnswift.ArgumentError):
            nnswift.Model.mlp([4, 3, 2], activation=name)


def test_validation_must_be_a_pair(model, blobs):
    for validation in (blobs[0], (blobs[0],), {}):
        with pytest.raises(nnswift.ArgumentError, match="validation"):
            model.train(*blobs, validation=validation)


def test_threads():
    before = nnswift.get_threads()
    try:
        nnswift.set_threads(2)
        assert nnswift.get_threads() == 2
        for wrong in (-1, 257, 2**40, 1.5):
            with pytest.raises(nnswift.ArgumentError, match="threads"):
                nnswift.set_threads(wrong)
        assert nnswift.get_threads() == 2
    finally:
        nnswift.set_threads(before)


@pytest.mark.parametrize(("theirs", "ours"), [
    ("use NNS_PROBA", 'use kind="proba"'), ("nns_cancel stopped the training", "cancel stopped the training"),
    ("y is F32; dtype NNS_I64", "y is float32; dtype int64"), ("must not be NULL", "must not be None"),
    ('got "NNS_RAW F32 nns_x"', 'got "NNS_RAW F32 nns_x"'), ('"a" NNS_LABEL "b"', '"a" kind="label" "b"'),
    ("NNS_E_BUSY", "NNS_E_BUSY"), ("BF32 and XNULL", "BF32 and XNULL"),
])  # fmt: skip
def test_sentences_have_pythons_words(theirs, ours):
    assert in_python(theirs) == ours


def test_no_sentence_of_c_reaches_python():
    model = nnswift.Model.mlp([2, 1], loss="mse")
    X = np.ones((3, 2), np.float32)
    X[1, 1] = np.nan
    for call in (lambda: model.predict(X), lambda: model.predict(X[:1], "label"), lambda: model.train(X, X[:, 0])):
        with pytest.raises(nnswift.Error) as caught:
            call()
        assert "NNS_" not in str(caught.value) and "nns_" not in str(caught.value)
