"""Callbacks that end, save and record."""

import csv
import doctest
import importlib
import os
import subprocess
import sys

import numpy as np
import pytest

import nnswift
from nnswift import callbacks
from nnswift.callbacks import _tensorboard


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_early_stopping_is_the_librarys(spec, blobs):
    config = {"epochs": 60, "validation_fraction": 0.3, "metrics": ["accuracy"]}
    by_config, by_callback = nnswift.Model(spec), nnswift.Model(spec)
    options = {"metric": "val_accuracy", "patience": 3, "min_delta": 0.01, "mode": "max", "restore_best": True}
    one = by_config.train(*blobs, config, early_stopping=options)
    two = by_callback.train(*blobs, config, callback=callbacks.EarlyStopping(options.pop("metric"), **options))
    assert one.stopped == two.stopped == "early_stopping" and one.best_epoch == two.best_epoch
    assert all((by_config.weights[name] == values).all() for name, values in by_callback.weights.items())


def test_early_stopping_without_validation_says_what_is_missing(model, blobs):
    with pytest.raises(nnswift.ArgumentError, match='"val_loss" is not recorded.*validation_fraction'):
        model.train(*blobs, callback=callbacks.EarlyStopping())
    with pytest.raises(nnswift.ArgumentError, match='"early_stopping" must be given once'):
        model.train(*blobs, early_stopping={"metric": "loss"}, callback=callbacks.EarlyStopping("loss"))


def test_a_checkpoint_is_resumed(model, blobs, tmp_path):
    path = tmp_path / "run.safetensors"
    model.train(*blobs, epochs=4, callback=callbacks.Checkpoint(path, every_epochs=2, keep=2))
    assert nnswift.load(path).history["epoch"] == [1, 2, 3, 4]
    assert nnswift.load(f"{path}.1").history["epoch"] == [1, 2]
    with pytest.raises(nnswift.FileError):
        model.train(*blobs, epochs=4, callback=callbacks.Checkpoint(tmp_path / "no" / "run.safetensors"))


def test_a_row_an_epoch(model, blobs, tmp_path):
    path, seen = tmp_path / "run.csv", []
    log = callbacks.CSVLogger(path)
    history = model.train(
        *blobs, epochs=3, validation=blobs, metrics="accuracy",
        callback=[log, lambda p: seen.append(len(rows_of(path)))],
    )  # fmt: skip
    rows = rows_of(path)
    assert seen == [1, 2, 3]  # nothing waits in a buffer
    for name in ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"):
        assert [float(row[name]) for row in rows] == history[name]
    model.train(*blobs, epochs=2, callback=log)
    assert len(rows_of(path)) == 2


def test_rows_are_added(model, blobs, tmp_path):
    path = tmp_path / "run.csv"
    for continued in (False, True):
        model.train(*blobs, epochs=2, continue_=continued, callback=callbacks.CSVLogger(path, append=True))
    assert [row["epoch"] for row in rows_of(path)] == ["1", "2", "3", "4"]
    with pytest.raises(nnswift.ArgumentError, match="must have the columns epoch, loss, accuracy.*append=False"):
        model.train(*blobs, epochs=2, metrics="accuracy", callback=callbacks.CSVLogger(path, append=True))
    assert len(rows_of(path)) == 4


def test_a_file_that_cannot_be_written_is_said_before_the_first_step(model, blobs, tmp_path):
    before = model.to_bytes()
    with pytest.raises(FileNotFoundError):
        model.train(*blobs, epochs=2, callback=callbacks.CSVLogger(tmp_path / "no" / "run.csv"))
    assert model.to_bytes() == before


def test_folds_have_a_column(spec, blobs, tmp_path):
    path = tmp_path / "folds.csv"
    nnswift.cross_validate(*blobs, spec, {"epochs": 2}, folds=2, callback=callbacks.CSVLogger(path))
    assert [(row["fold"], row["epoch"]) for row in rows_of(path)] == [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")]


class Writer:
    """What TensorBoard's writers are asked."""

    def __init__(self, folder):
        self.folder, self.scalars, self.is_closed = folder, [], False
        Writer.last = self

    def add_scalar(self, tag, value, step):
        self.scalars.append((tag, value, step))

    def close(self):
        self.is_closed = True


def test_tensorboard_gets_every_number(model, blobs, tmp_path, monkeypatch):
    monkeypatch.setattr(_tensorboard, "_summary_writer", lambda: Writer)
    board = callbacks.TensorBoard(tmp_path / "runs" / "first")
    history = model.train(*blobs, epochs=2, validation=blobs, metrics="accuracy", callback=board)
    assert Writer.last.is_closed and Writer.last.folder == str(tmp_path / "runs" / "first")
    for tag, name in (("loss/train", "loss"), ("accuracy/validation", "val_accuracy"), ("learning_rate", "learning_rate")):
        found = [(value, step) for key, value, step in Writer.last.scalars if key == tag]
        assert found == list(zip(history[name], history["epoch"]))


def test_tensorboards_files_are_written(model, blobs, tmp_path):
    pytest.importorskip("tensorboardX")
    model.train(*blobs, epochs=2, callback=callbacks.TensorBoard(tmp_path / "run"))
    (file,) = (tmp_path / "run").iterdir()
    assert b"loss/train" in file.read_bytes()


def test_a_missing_package_is_named(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ImportError, match=r"needs tensorboardX.*pip install"):
        callbacks.TensorBoard("runs/first")


def test_mlflows_active_run_gets_the_metrics(tmp_path):
    """Its run is thread-local; in a process of its own, as mlflow keeps settings."""
    pytest.importorskip("mlflow")
    program = """
import sys, mlflow, nnswift
mlflow.set_tracking_uri("file:" + sys.argv[1] + "/runs")
model = nnswift.Model.mlp([2, 8, 2])
with mlflow.start_run() as run:
    history = model.train([[0, 1], [1, 0]] * 20, [0, 1] * 20, epochs=3,
                          callback=lambda p: mlflow.log_metrics(dict(p.metrics), step=p.epoch))
found = mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")
assert [point.value for point in found] == history["loss"], found
assert len(mlflow.search_runs(output_format="list")) == 1
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True,
        env={**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_values_that_are_not_numbers_are_written_too(spec, blobs, tmp_path):
    """A fold or an epoch may have a metric that is undefined: nan, which every reader knows."""
    path = tmp_path / "run.csv"
    one_class = np.zeros(len(blobs[1]), np.int64)
    model = nnswift.Model({**spec, "loss": "binary_cross_entropy", "layers": [{"type": "dense", "units": 1}]})
    model.train(blobs[0], one_class, epochs=1, metrics="roc_auc", callback=callbacks.CSVLogger(path))
    assert rows_of(path)[0]["roc_auc"] == "nan"


@pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")
@pytest.mark.parametrize("module", [
    "_callback", "_rates", "callbacks._bar", "callbacks._csv", "callbacks._log", "callbacks._options",
])  # fmt: skip
def test_examples_of_the_docstrings(module):
    result = doctest.testmod(importlib.import_module(f"nnswift.{module}"))
    assert result.failed == 0 and result.attempted > 0
