"""Texts that a program keeps in a model."""

import json

import numpy as np
import pytest

import nnswift


def test_notes_are_a_dict():
    model = nnswift.Model.mlp([3, 2])
    notes = model.notes
    assert len(notes) == 0 and dict(notes) == {} and "build" not in notes
    notes["build"] = "4711"
    notes["größe €"] = 'a\n"\x01'
    notes["build"] = "4712"
    assert dict(notes) == {"build": "4712", "größe €": 'a\n"\x01'} and list(notes) == ["build", "größe €"]
    for other in (model.copy(), nnswift.from_bytes(model.to_bytes())):
        assert dict(other.notes) == dict(notes)
    del notes["build"]
    assert list(model.notes) == ["größe €"] and model.notes.get("build") is None
    with pytest.raises(KeyError):
        notes["build"]
    with pytest.raises(KeyError):
        del notes["build"]


def test_refused():
    notes = nnswift.Model.mlp([3, 2]).notes
    for name, text in (("", "x"), ("n" * 129, "x"), (3, "x"), ("a\0", "x"), ("a", 3), ("a", "b\0")):
        with pytest.raises(nnswift.ArgumentError):
            notes[name] = text
    with pytest.raises(nnswift.LimitError, match="131072"):
        notes["a"] = "x" * 131072
    assert dict(notes) == {}


def test_file_has_them_as_keys_of_its_metadata():
    model = nnswift.Model.mlp([3, 2])
    before = model.to_bytes()
    model.notes["build"] = "4711"
    data = model.to_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert header["__metadata__"]["x-build"] == "4711"
    with pytest.raises(nnswift.LimitError, match="max_note_bytes|notes"):
        nnswift.from_bytes(data, {"max_note_bytes": 8})
    assert nnswift.from_bytes(data, {"max_note_bytes": 9}).notes["build"] == "4711"
    del model.notes["build"]
    assert model.to_bytes() == before and np.isfinite(model.predict(np.zeros((1, 3)))).all()
