"""Ctrl-C in long predictions and evaluations."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import nnswift
from nnswift import _prediction

# About 5 million multiplications a row.
SIZES = [512, 2048, 2048, 8]


def rows(count):
    """Rows without memory of their own: each is the same."""
    return np.broadcast_to(np.linspace(-1, 1, SIZES[0], dtype=np.float32), (count, SIZES[0]))


@pytest.fixture(scope="module")
def wide():
    return nnswift.Model.mlp(SIZES, seed=1)


def calls(model, count):
    """What predicts for that many rows, by name."""
    X, y = rows(count), np.zeros(count, np.int64)
    return {
        "predict": lambda: model.predict(X),
        "labels": lambda: model.predict(X, "label"),
        "session": lambda: model.session(count).predict(X),
        "session out": lambda: model.session(count).predict(X, out=np.empty((count, SIZES[-1]), np.float32)),
        "evaluate": lambda: model.evaluate(X, y, ["accuracy"]),
    }


NAMES = ["predict", "labels", "session", "session out", "evaluate"]


@pytest.mark.parametrize("name", NAMES)
def test_ctrl_c_ends_a_long_call_at_once(wide, name):
    call = calls(wide, 20_000)[name]
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        call()
    # The library is still at it.
    with pytest.raises(nnswift.BusyError):
        wide.set_weights({})
    wide.set_wait(None)
    wide.set_weights({})
    wide.set_wait(0)


def test_results_and_errors_are_those_of_a_direct_call(wide, monkeypatch):
    expected = {name: call() for name, call in calls(wide, 40).items()}
    monkeypatch.setattr(_prediction, "_SHORT_WORK", 0)
    for name, call in calls(wide, 40).items():
        np.testing.assert_equal(call(), expected[name])
    with pytest.raises(nnswift.ShapeError, match="511 columns"):
        wide.predict(rows(40)[:, 1:])
    with pytest.raises(nnswift.ArgumentError, match="finite"):
        wide.evaluate(np.full((40, SIZES[0]), np.nan), np.zeros(40, np.int64))


def test_short_calls_do_without_a_thread(wide, monkeypatch):
    monkeypatch.setattr(_prediction, "run_interruptibly", None)
    for call in calls(wide, 10).values():
        call()


PROGRAM = """
import os, signal, threading, numpy as np, nnswift
model = nnswift.Model.mlp([512, 2048, 2048, 8])
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
model.predict(np.ones((200_000, 512), np.float32))
"""


def test_ctrl_c_ends_the_interpreter_too():
    """The prediction would take most of a minute."""
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", PROGRAM], stderr=subprocess.PIPE, timeout=60, check=False)
    assert ended.stderr.rstrip().endswith(b"KeyboardInterrupt") and ended.returncode == -signal.SIGINT
    assert time.monotonic() - began < 20
