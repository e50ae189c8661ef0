"""Lists of callbacks, objects that watch a training, verbose."""

import copy
import io
import pickle
import re
import sys

import numpy as np
import pytest

import nnswift
from nnswift import callbacks


class Diary(callbacks.Callback):
    """Writes down what it is told."""

    def __init__(self, options=None):
        self.pages, self._options = [], options or {}

    def options(self, model, config):
        return self._options

    def begin(self, model):
        self.pages.append("begin")

    def __call__(self, progress):
        self.pages.append((progress.epoch, progress.batch, progress.epoch_end))

    def end(self, history):
        self.pages.append(history.stopped)


def test_a_list_is_told_in_its_order(model, blobs):
    told = []
    model.train(*blobs, epochs=2, callback=[lambda p: told.append(("a", p.epoch)), lambda p: told.append(("b", p.epoch))])
    assert told == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    assert model.train(*blobs, epochs=2, callback=[]).stopped == "completed"
    assert model.train(*blobs, epochs=2, callback=(print,)).stopped == "completed"


def test_one_of_a_list_may_stop_and_all_are_told(model, blobs):
    told = []
    history = model.train(*blobs, epochs=9, callback=[lambda p: nnswift.STOP, told.append, lambda p: True])
    assert history.stopped == "callback" and len(told) == 1


def test_begin_and_end(model, blobs):
    diary = Diary()
    model.train(*blobs, epochs=2, batch_size=120, callback=diary)
    assert diary.pages == ["begin", (1, 2, True), (2, 2, True), "completed"]


def test_the_end_comes_after_an_exception_too(model, blobs):
    diary = Diary()
    with pytest.raises(ZeroDivisionError):
        model.train(*blobs, epochs=2, callback=[diary, lambda p: 1 / 0])
    assert diary.pages[-1] == "callback"
    with pytest.raises(nnswift.DivergedError):
        model.train(*blobs, epochs=50, optimizer={"type": "sgd", "learning_rate": 1e30}, callback=diary)
    assert diary.pages[-1] == "diverged"


def test_a_begin_that_fails_ends_those_before(model, blobs):
    class Broken(callbacks.Callback):
        def begin(self, model):
            raise OSError("no disk")

    first, last = Diary(), Diary()
    with pytest.raises(OSError, match="no disk"):
        model.train(*blobs, epochs=2, callback=[first, Broken(), last])
    assert first.pages[0] == "begin" and len(first.pages) == 2 and not last.pages


def test_only_who_asks_is_told_of_batches(model, blobs):
    """A bar asks for batches; a function beside it is told of epochs, as without the bar."""
    eager, calm, told = Diary({"progress": "batch"}), Diary(), []
    model.train(*blobs, epochs=1, batch_size=120, callback=[eager, calm, lambda p: told.append(p.batch)])
    assert eager.pages == ["begin", (1, 1, False), (1, 2, False), (1, 2, True), "completed"]
    assert calm.pages == ["begin", (1, 2, True), "completed"] and told == [2]
    model.train(*blobs, epochs=1, batch_size=120, progress="batch", callback=calm)
    assert calm.pages[3:] == ["begin", (1, 1, False), (1, 2, False), (1, 2, True), "completed"]


def test_between_batches_passes_the_time_that_was_asked_for(model, blobs):
    eager = Diary({"progress": "batch"})
    eager.seconds_between = 60.0
    model.train(*blobs, epochs=2, batch_size=10, callback=eager)
    assert eager.pages == ["begin", (1, 1, False), (1, 24, True), (2, 24, True), "completed"]


def test_an_option_is_given_once(model, blobs):
    with pytest.raises(nnswift.ArgumentError, match='"epochs" must be given once.*callbacks.Diary'):
        model.train(*blobs, epochs=2, callback=Diary({"epochs": 3}))
    assert len(model.train(*blobs, callback=Diary({"epochs": 3}))["epoch"]) == 3


def test_the_weights_do_not_depend_on_who_watches(spec, blobs):
    plain, watched = nnswift.Model(spec), nnswift.Model(spec)
    plain.train(*blobs, epochs=3)
    watched.train(*blobs, epochs=3, callback=[Diary({"progress": "batch"}), lambda p: watched.predict(blobs[0])])
    assert plain.to_bytes() == watched.to_bytes()


@pytest.mark.parametrize("verbose", [3, -1, "bar", 1.5, "0"])
def test_what_verbose_may_be(model, blobs, verbose):
    with pytest.raises(nnswift.ArgumentError, match=r"verbose must be 0 \(nothing\), 1 \(a bar\) or 2"):
        model.train(*blobs, epochs=1, verbose=verbose)


@pytest.mark.parametrize("verbose", [None, 0, False, 1, True])
def test_nothing_is_written_where_nobody_looks(model, blobs, capsys, verbose):
    """A bar in a file would be a thousand lines; neither stream is a terminal here."""
    model.train(*blobs, epochs=3, verbose=verbose)
    assert capsys.readouterr() == ("", "")


def test_a_line_an_epoch(model, blobs, capsys):
    history = model.train(*blobs, epochs=10, validation=blobs, metrics="accuracy", verbose=2)
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert len(lines) == 10 and not err
    for epoch, line in enumerate(lines):
        assert line.startswith(f"epoch {epoch + 1:2}/10  loss ")
        for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
            shown = float(re.search(rf"  {name} +(\S+)", line)[1])
            assert shown == pytest.approx(history[name][epoch], rel=1e-3)  # four digits
        assert "rate 0.001  " in line and line.endswith(" samples/s  0:00 left")
    assert len({len(line.split("  rate")[0]) for line in lines}) == 1


def test_every_tenth_line_and_the_last(model, blobs):
    file = io.StringIO()
    model.train(*blobs, epochs=25, callback=callbacks.Log(every=10, file=file))
    assert [line.split("/")[0] for line in file.getvalue().splitlines()] == ["epoch 10", "epoch 20", "epoch 25"]
    for wrong in (0, 1.5, True, "2"):
        with pytest.raises(nnswift.ArgumentError, match="every must be an integer of at least 1"):
            callbacks.Log(every=wrong)


def test_the_lines_go_where_the_output_goes(model, blobs, monkeypatch):
    log, file = callbacks.Log(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", file)
    model.train(*blobs, epochs=1, callback=log)
    assert file.getvalue().count("\n") == 1


def test_cross_validation_says_the_fold(spec, blobs, capsys):
    nnswift.cross_validate(*blobs, spec, {"epochs": 1}, folds=2, verbose=2)
    assert [line[:20] for line in capsys.readouterr().out.splitlines()] == ["fold 1/2 epoch 1/1  ", "fold 2/2 epoch 1/1  "]


def test_tables_have_callbacks_and_lines(capsys):
    from people import QUICK, people

    nnswift.fit_table(people(), "came", config=QUICK, verbose=2, callback=[lambda p: None, print])
    lines = capsys.readouterr().out.splitlines()
    assert [line[:11] for line in lines if line.startswith("epoch")] == ["epoch 1/2  ", "epoch 2/2  "]


def test_an_early_end_is_said(model, blobs, capsys):
    model.train(*blobs, epochs=50, early_stopping={"metric": "loss", "mode": "max", "patience": 2}, verbose=2)
    assert capsys.readouterr().out.splitlines()[3:] == ["ended after epoch 3: early stopping, best epoch 1"]
    model.train(*blobs, epochs=2, callback=[callbacks.Log(), lambda p: nnswift.STOP])
    assert capsys.readouterr().out.splitlines()[1:] == ["ended after epoch 1: callback"]


def test_callbacks_are_copied_and_pickled_before_and_after_their_use(model, blobs, tmp_path):
    """As parameters of an estimator they are."""
    used = [
        callbacks.ProgressBar(), callbacks.Log(every=2), callbacks.CSVLogger(tmp_path / "run.csv"),
        callbacks.EarlyStopping("loss"), callbacks.Checkpoint(tmp_path / "run.safetensors"),
    ]  # fmt: skip
    for _ in range(2):
        used = pickle.loads(pickle.dumps(copy.deepcopy(used)))
        model.train(*blobs, epochs=2, callback=used)
