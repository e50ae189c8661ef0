"""Every bad file gives its status, from a path and from bytes, and leaves the result untouched."""

import ctypes

import cases
import pytest

import nnswift
from nnswift import _library

lib = _library.lib
CASES = list(cases.cases())


def status_of(function, *arguments):
    try:
        function(*arguments)
        return 0
    except nnswift.Error as error:
        assert str(error), "a refusal says why"
        return error.status


def test_names_are_different():
    assert len({name for name, _, _ in CASES}) == len(CASES)


@pytest.mark.parametrize("name, content, status", CASES, ids=[name for name, _, _ in CASES])
def test_status(name, content, status, tmp_path):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    model = _library.Model()
    assert status_of(lib.nns_load, str(path).encode(), None, model) == status
    assert bool(model) == (status == 0)
    lib.nns_free(model)
    model = _library.Model()
    assert status_of(lib.nns_load_buffer, content, len(content), None, model) == status
    assert bool(model) == (status == 0)
    lib.nns_free(model)


def layer(index, **members):
    return cases.inner(cases.SPEC, lambda spec: spec["layers"][index].update(members))


def member(**members):
    return cases.inner(cases.SPEC, lambda spec: spec.update(members))


@pytest.mark.parametrize(
    "content, sentence",
    [
        (cases.note("nnswift.version", "3"), "the file has version 3, this library reads up to 2; use a newer library"),
        (cases.note("nnswift.new", ""), 'unknown key "nnswift.new"'),
        (layer(1, type="new"), 'layers[1]: unknown layer "new"'),
        (layer(0, new=1), 'layer dense: unknown option "new"'),
        (layer(0, activation="new"), 'unknown activation "new"'),
        (member(new=1), 'unknown option "new"'),
        (member(loss="new"), 'unknown loss "new"'),
        (member(preprocess="new"), 'unknown preprocess "new"'),
    ],
)
def test_what_a_newer_library_wrote_is_named(content, sentence):
    with pytest.raises(nnswift.FormatError) as refusal:
        nnswift.from_bytes(content)
    assert sentence in str(refusal.value)


def test_what_a_newer_training_kept_is_passed_over():
    content = cases.inner(cases.TRAINING, lambda training: training.update(new=[1]))
    newer, known = nnswift.from_bytes(content), nnswift.from_bytes(cases.WHOLE)
    x, y = [[0, 1, 2], [1, 0, -1]], [0, 1]
    for model in (newer, known):
        model.train(x, y, {"epochs": 1, "optimizer": {"type": "sgd", "momentum": 0.9}, "continue": True})
    assert newer.to_bytes() == known.to_bytes()


def test_the_limit_of_levels_is_kept():
    content = cases.table_cases.TOWNS.whole()
    limits = _library.nns_limits()
    for value, status in [(1, cases.LIMIT), (11, cases.LIMIT), (12, 0), (0, 0), (-1, 2)]:
        limits.max_levels = value
        model = _library.Model()
        assert status_of(lib.nns_load_buffer, content, len(content), limits, model) == status, value
        lib.nns_free(model)


@pytest.mark.parametrize("bound", ["max_file_bytes", "max_header_bytes", "max_parameters", "max_layers"])
def test_limits_are_kept(bound):
    limits = _library.nns_limits()
    for value, status in [(1, cases.LIMIT), (1 << 30, 0), (0, 0), (-1, 2)]:
        setattr(limits, bound, value)
        model = _library.Model()
        assert status_of(lib.nns_load_buffer, cases.WHOLE, len(cases.WHOLE), limits, model) == status, value
        lib.nns_free(model)


def test_every_prefix_and_every_changed_byte_is_an_error():
    content = cases.WHOLE
    for size in range(len(content)):
        assert status_of(lib.nns_load_buffer, content[:size], size, None, _library.Model()) in (11, 13)
    for place in range(len(content)):
        assert status_of(lib.nns_load_buffer, cases.damaged(place), len(content), None, _library.Model()) in (11, 12, 13, 14)


def test_a_size_beyond_any_memory():
    bytes_ = ctypes.create_string_buffer(8)
    assert status_of(lib.nns_load_buffer, bytes_, 2**64 - 1, None, _library.Model()) == cases.LIMIT
