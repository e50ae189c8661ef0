"""The bar on terminals of several widths, in files and in notebooks."""

import fcntl
import io
import os
import pty
import re
import struct
import sys
import termios
import threading

import numpy as np
import pytest

import nnswift
from nnswift import callbacks
from nnswift.callbacks import _drawn, _figures, _text
from nnswift.callbacks._figures import Figure


class Terminal:
    """A pseudo-terminal of so many columns, and what was written on it."""

    def __init__(self, columns):
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.file = os.fdopen(slave, "w")
        self._parts = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        try:
            while True:
                self._parts.append(os.read(self._master, 4096))
        except OSError:  # the other end is closed
            pass

    def text(self):
        self.file.close()
        self._reader.join()
        os.close(self._master)
        return b"".join(self._parts).decode()


def lines(text):
    """Each state of the line that a bar writes over."""
    return [line.rstrip() for line in re.split(r"[\r\n]+", text) if line.strip()]


@pytest.fixture(params=["plain", "tqdm"])
def plain(request):
    if request.param == "tqdm":
        pytest.importorskip("tqdm")
    return request.param == "plain"


@pytest.mark.parametrize("columns", [30, 40, 80, 200])
def test_the_bar_stays_one_line(model, blobs, plain, columns):
    terminal = Terminal(columns)
    bar = callbacks.ProgressBar(terminal.file, plain=plain)
    model.train(*blobs, epochs=40, validation=blobs, metrics=["accuracy", "log_loss"], callback=bar)
    text = terminal.text()
    assert all(len(line) < columns for line in lines(text))
    last = lines(text)[-1]
    assert last.startswith("100%") and "loss " in last and text.endswith("\n")
    assert ("samples/s" in last) == (columns == 200)


def test_what_the_bar_says(model, blobs, plain):
    terminal = Terminal(200)
    history = model.train(
        *blobs, epochs=50, validation=blobs, early_stopping={"mode": "max", "patience": 3},
        callback=callbacks.ProgressBar(terminal.file, plain=plain),
    )  # fmt: skip
    assert history.stopped == "early_stopping"
    shown = [line for line in lines(terminal.text()) if "epoch" in line]  # tqdm begins with an empty bar
    assert "epoch 1/50  loss " in shown[0] and " left" in shown[0]
    assert re.search(r"epoch 4/50  loss 1\.\d+  val_loss .*  0:00  early stopping, best epoch 1$", shown[-1])


def test_a_bar_that_does_not_stay_leaves_an_empty_line(model, blobs):
    file = io.StringIO()
    model.train(*blobs, epochs=2, callback=callbacks.ProgressBar(file, plain=True, leave=False))
    assert re.search(r"\r +\r$", file.getvalue())


def test_an_interrupted_training_ends_its_line(model, blobs):
    file = io.StringIO()
    with pytest.raises(ZeroDivisionError):
        model.train(*blobs, epochs=2, callback=[callbacks.ProgressBar(file, plain=True), lambda p: 1 / 0])
    assert "0:00  callback" in file.getvalue() and file.getvalue().endswith("\n")


def test_the_bar_moves_within_a_long_epoch(blobs):
    file = io.StringIO()
    model = nnswift.Model.mlp([4, 400, 400, 3])
    X, y = np.tile(blobs[0], (60, 1)), np.tile(blobs[1], 60)
    model.train(X, y, epochs=1, callback=callbacks.ProgressBar(file, plain=True))
    shares = [int(line.split("%")[0]) for line in lines(file.getvalue())]
    assert len(shares) > 3 and shares == sorted(shares) and shares[-1] == 100


def test_small_steps_are_not_told(model):
    """A call for each batch would cost more than the batch."""
    assert callbacks.ProgressBar().options(model, {}) == {}
    assert callbacks.ProgressBar().options(nnswift.Model.mlp([4, 400, 400, 3]), {}) == {"progress": "batch"}
    assert callbacks.ProgressBar().options(nnswift.Model.mlp([4, 400, 400, 3]), {"batch_size": 0}) == {}


def test_the_standard_stream_is_used_where_it_is_a_terminal(model, blobs, monkeypatch):
    class Stream(io.StringIO):
        def isatty(self):
            return True

    stream = Stream()
    monkeypatch.setattr(sys, "stderr", stream)
    model.train(*blobs, epochs=3, verbose=1)
    assert "100%" in stream.getvalue()


def test_folds_are_parts_of_one_bar(spec, blobs):
    file = io.StringIO()
    bar = callbacks.ProgressBar(file, plain=True)
    bar.seconds_between = 0.0
    nnswift.cross_validate(*blobs, spec, {"epochs": 2}, folds=2, callback=bar)
    assert [int(line.split("%")[0]) for line in lines(file.getvalue())] == [25, 50, 75, 100, 100]
    assert "fold 2/2 epoch 2/2" in file.getvalue()


def test_where_no_tqdm_is_the_line_is_plain(monkeypatch):
    monkeypatch.setattr(_drawn.importlib.util, "find_spec", lambda name: None)
    assert isinstance(_drawn.bar(io.StringIO(), False, True), _drawn.LineBar)


@pytest.mark.parametrize("seconds, text", [
    (0, "0:00"), (59.6, "1:00"), (61, "1:01"), (3599, "59:59"), (3661, "1:01:01"), (float("inf"), "?"),
])  # fmt: skip
def test_durations(seconds, text):
    assert _text.duration(seconds) == text


@pytest.mark.parametrize("value, text", [
    (0.52, "0.5200"), (12.3, "12.30"), (1234.0, "1234"), (123456.0, "1.235e+05"), (1e-5, "1.000e-05"), (0.0, "0.000"),
    (float("nan"), "nan"),
])  # fmt: skip
def test_numbers(value, text):
    assert _text.number(value) == text


def test_what_matters_most_is_kept():
    figures = [Figure("epoch 1/9", 3), Figure("loss 1.000", 1), Figure("0:01 left", 2)]
    assert _figures.fitted(figures, 40) == "epoch 1/9  loss 1.000  0:01 left"
    assert _figures.fitted(figures, 21) == "loss 1.000  0:01 left"
    assert _figures.fitted(figures, 20) == "loss 1.000"
    assert _figures.fitted(figures, 4) == "loss"
    assert _figures.fitted(figures, -1) == ""


NOTEBOOK = """
import warnings, nnswift
warnings.simplefilter("ignore", nnswift.TrainingWarning)
history = nnswift.Model.mlp([2, 8, 2]).train([[0, 1], [1, 0]] * 50, [0, 1] * 50, epochs=5, {})
"""


def executed(arguments):
    """What a cell of a notebook shows of a training."""
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    cell = nbformat.v4.new_code_cell(NOTEBOOK.format(arguments))
    book = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute()
    states = book.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    return cell.outputs, [state["state"] for state in states.values()]


def test_a_notebook_shows_a_line():
    outputs, _ = executed("callback=nnswift.callbacks.ProgressBar(plain=True)")
    assert {output.name for output in outputs} == {"stdout"}
    assert "epoch 5/5" in "".join(output.text for output in outputs)


def test_a_notebook_shows_tqdms_widget():
    pytest.importorskip("tqdm")
    pytest.importorskip("ipywidgets")
    outputs, states = executed("verbose=1")
    assert [output.output_type for output in outputs] == ["display_data"]
    assert [state["bar_style"] for state in states if state.get("max") == 1.0] == ["success"]
    assert any("epoch\u20075/5" in str(state.get("value")) for state in states)  # its spaces do not break


def test_a_bar_of_the_callers_own(model, blobs):
    """Its update returns True, which is no reason to stop."""
    tqdm = pytest.importorskip("tqdm").tqdm
    with tqdm(total=500, file=io.StringIO(), mininterval=0) as bar:
        assert model.train(*blobs, epochs=500, callback=lambda p: bar.update(1)).stopped == "completed"
    assert bar.n == 500
