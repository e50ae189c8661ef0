"""Trainings saved while they run."""

import os

import numpy as np
import pytest

import nnswift

CONFIG = {"schedule": "cosine", "seed": 3, "validation_fraction": 0.25, "early_stopping": {"patience": 50}}


class Crash(Exception):
    pass


def crash_after(epoch):
    def callback(progress):
        if progress.epoch == epoch:
            raise Crash

    return callback


def resume(path, spec, data, epochs):
    """As docs/reference.md says."""
    model = nnswift.load(path) if os.path.exists(path) else nnswift.Model(spec)
    history = model.history
    left = epochs - (history["epoch"][-1] if history["epoch"] else 0)
    if left > 0 and history.stopped in ("none", "running"):
        model.train(*data, CONFIG, epochs=left, continue_=True, checkpoint={"path": path})
    return model


@pytest.mark.parametrize("form", [str, lambda path: path], ids=["str", "Path"])
def test_a_resumed_training_equals_an_uninterrupted_one(spec, blobs, tmp_path, form):
    path = tmp_path / "l\u00e4uft.safetensors"
    whole = resume(tmp_path / "other", spec, blobs, 8)
    for epoch in (1, 4, 7):
        with pytest.raises(Crash):
            nnswift.Model(spec).train(
                *blobs, CONFIG, epochs=8, checkpoint={"path": form(path)}, callback=crash_after(epoch)
            )
        assert nnswift.load(path).history.stopped == "running"
        for _ in range(2):  # the second time nothing is left to do
            model = resume(path, spec, blobs, 8)
            assert model.to_bytes() == whole.to_bytes()
            assert model.history["val_loss"] == whole.history["val_loss"]
            assert (model.history.stopped, model.history.best_epoch) == ("completed", whole.history.best_epoch)
        os.remove(path)


def test_keep(spec, blobs, tmp_path):
    path = tmp_path / "run"
    nnswift.Model(spec).train(*blobs, epochs=5, checkpoint={"path": path, "every_epochs": 2, "keep": 3})
    assert sorted(os.listdir(tmp_path)) == ["run", "run.1", "run.2"]
    last = [nnswift.load(tmp_path / name).history["epoch"][-1] for name in ("run", "run.1", "run.2")]
    assert last == [5, 4, 2]


def test_a_callback_finds_the_checkpoint_of_its_epoch(model, blobs, tmp_path):
    path, seen = tmp_path / "run", []

    def callback(progress):
        if progress.epoch < progress.epochs:
            seen.append(nnswift.load(path).history["epoch"][-1] == progress.epoch)

    model.train(*blobs, epochs=4, checkpoint={"path": path}, callback=callback)
    assert seen == [True] * 3


def test_a_path_that_cannot_be_written(model, blobs, tmp_path):
    before = model.to_bytes()
    with pytest.raises(nnswift.FileError, match="nowhere.*nothing was trained"):
        model.train(*blobs, epochs=2, checkpoint={"path": tmp_path / "nowhere" / "run"})
    with pytest.raises(nnswift.ArgumentError, match="path must be"):
        model.train(*blobs, epochs=2, checkpoint={"path": "a\0b"})
    assert (model.to_bytes(), model.history.stopped) == (before, "none")


def test_a_failing_checkpoint_keeps_the_training(spec, blobs, tmp_path):
    """The folder goes away in mid-training and comes back: the same model goes on."""
    model, whole = nnswift.Model(spec), resume(tmp_path / "other", spec, blobs, 6)
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "run"

    def callback(progress):
        if progress.epoch == 2:
            path.unlink()
            folder.rmdir()

    with pytest.raises(nnswift.FileError, match="checkpoint after epoch 3.*weights and history are kept"):
        model.train(*blobs, CONFIG, epochs=6, checkpoint={"path": path}, callback=callback)
    assert (model.history.stopped, model.history["epoch"]) == ("checkpoint", [1, 2, 3])
    folder.mkdir()
    history = model.train(*blobs, CONFIG, epochs=3, continue_=True, checkpoint={"path": path})
    assert history["epoch"] == [1, 2, 3, 4, 5, 6]
    np.testing.assert_equal(model.weights, whole.weights)
    assert nnswift.load(path).to_bytes() == whole.to_bytes()
