"""Files of every release are read by this one, and it predicts and trains on as the release did."""

import json
import pathlib

import numpy as np
import pytest

import nnswift

HERE = pathlib.Path(__file__).resolve().parent
FILES = sorted(HERE.glob("*/*.safetensors"))
# Of values near 1. Processors differ in the last bits: they add in vectors of other widths, with or
# without a fused multiply-add. A few additions in float32 (2^-24 = 6e-8 each) stay below; a wrong
# formula does not.
NEAR = {"rtol": 1e-6, "atol": 1e-6}
# Three steps of Adam later: each divides by the root of its second moment.
NEAR_AFTER_TRAINING = {"rtol": 1e-5, "atol": 1e-5}

names = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")


def expected(path):
    return json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def array(values):
    return np.array(values, np.float32)


def rows(predictions):
    """Predictions as the files tell them: a list a row, also of one value."""
    return predictions.reshape(len(predictions), -1)


def test_every_file_has_its_predictions():
    assert FILES and {path.with_suffix(".json") for path in FILES} == set(HERE.glob("*/*.json"))


@names
def test_predicts_as_it_did(path):
    told, model = expected(path), nnswift.load(path)
    for kind in ("proba", "raw"):
        np.testing.assert_allclose(rows(model.predict(array(told["x"]), kind)), array(told[kind]), **NEAR)
    if "label" in told:
        assert model.predict(array(told["x"]), "label").tolist() == told["label"]


@names
def test_says_of_itself_what_it_did(path):
    told, model = expected(path), nnswift.load(path)
    assert dict(model.notes) == told["notes"]
    assert model.threshold == told.get("threshold", 0.5)
    for key in ("classes", "features"):
        assert model.spec.get(key) == told.get(key)


@names
def test_is_the_same_model_after_saving(path, tmp_path):
    told, model = expected(path), nnswift.load(path)
    copy = tmp_path / "copy.safetensors"
    model.save(copy, training=True)
    again = nnswift.load(copy)
    assert np.array_equal(again.predict(array(told["x"])), model.predict(array(told["x"])))
    assert again.spec == model.spec and dict(again.notes) == dict(model.notes)
    assert again.history == model.history


@pytest.mark.parametrize("path", [path for path in FILES if "training" in expected(path)], ids=lambda path: path.stem)
def test_goes_on_where_its_training_was(path, tmp_path):
    """One epoch in the order of the rows: only a wrong state of the optimiser would lead elsewhere."""
    told, model = expected(path), nnswift.load(path)
    training = told["training"]
    assert list(model.history["epoch"]) == training["epoch"]
    for _ in range(2):
        saved = model.to_bytes(training=True)
        model.train(array(training["x"]), array(training["y"]), training["config"])
        assert list(model.history["epoch"]) == [*training["epoch"], training["epoch"][-1] + 1]
        after = model.predict(array(told["x"]), "raw")
        np.testing.assert_allclose(rows(after), array(training["raw"]), **NEAR_AFTER_TRAINING)
        model.save(tmp_path / "after.safetensors", training=True)
        again = nnswift.load(tmp_path / "after.safetensors")
        assert np.array_equal(again.predict(array(told["x"]), "raw"), after)
        # Written by this release, read again: the same once more.
        model = nnswift.from_bytes(saved)
