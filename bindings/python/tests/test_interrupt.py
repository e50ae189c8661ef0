"""Callbacks, Ctrl-C, cancelling, the GIL."""

import contextvars
import copy
import gc
import os
import pickle
import signal
import threading
import time
import weakref

import numpy as np
import pytest

import nnswift
from nnswift import _training

LONG = {"epochs": 1_000_000_000}


@pytest.fixture
def big():
    """Rows for epochs that take long."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 255, size=(400_000, 4), dtype=np.uint8), rng.integers(0, 3, size=400_000)


def after(seconds, action):
    timer = threading.Timer(seconds, action)
    timer.start()
    return timer


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_a_callback_is_told_of_every_epoch(model, blobs):
    told = []
    history = model.train(*blobs, epochs=3, batch_size=100, callback=told.append, validation=blobs)
    assert [p.epoch for p in told] == [1, 2, 3]
    assert all(p.epoch_end and p.epochs == 3 and p.batch == p.batches == 3 for p in told)
    assert [p.loss for p in told] == history["loss"]
    assert [p.val_loss for p in told] == history["val_loss"]
    assert told[0].learning_rate == pytest.approx(0.001)
    assert 0 <= told[0].seconds <= told[2].seconds


def test_a_callback_is_told_of_every_batch_on_request(model, blobs):
    told = []
    model.train(*blobs, epochs=2, batch_size=100, progress="batch", callback=lambda p: told.append(p))
    assert [(p.epoch, p.batch, p.epoch_end) for p in told[:4]] == [
        (1, 1, False), (1, 2, False), (1, 3, False), (1, 3, True),
    ]  # fmt: skip
    assert np.isnan(told[0].val_loss)


@pytest.mark.parametrize("result", [True, 1, 1000, "text", np.True_, [0]], ids=repr)
def test_only_stop_ends_a_training(model, blobs, result):
    """tqdm's `bar.update(1)` returns True, `file.write` a number."""
    history = model.train(*blobs, epochs=3, callback=lambda p: result)
    assert history.stopped == "completed" and len(history["epoch"]) == 3


def test_stop_is_one_value():
    assert repr(nnswift.STOP) == "nnswift.STOP"
    assert pickle.loads(pickle.dumps(nnswift.STOP)) is nnswift.STOP and copy.deepcopy(nnswift.STOP) is nnswift.STOP


def test_stop_ends_a_training_without_an_exception(model, blobs):
    history = model.train(*blobs, LONG, callback=lambda p: nnswift.STOP if p.epoch == 4 else None)
    assert history.stopped == "callback"
    assert len(history["loss"]) == 4

def test_stop_restores_the_best_weights(model, blobs):
    config = {"early_stopping": {"mode": "max", "patience": 100}, "seed": 3}
    once = nnswift.Model(model.spec)
    once.train(*blobs, config, epochs=1, validation=blobs)
    # The worst epoch, the first, counts as the best.
    model.train(*blobs, config, epochs=50, validation=blobs, callback=lambda p: nnswift.STOP if p.epoch == 4 else None)
    for name, values in once.weights.items():
        assert np.array_equal(model.weights[name], values)


def test_a_callback_is_told_the_metrics_of_the_epoch(model, blobs):
    told = []
    config = {"metrics": ["accuracy"], "progress": "batch", "batch_size": 100}
    history = model.train(*blobs, config, epochs=2, validation=blobs, callback=told.append)
    ends = [p.metrics for p in told if p.epoch_end]
    for name in ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"):
        assert [end[name] for end in ends] == history[name]
    assert all(p.metrics == {} and p.batch_loss > 0 for p in told if not p.epoch_end)
    assert told[0].batch_loss == told[0].loss


def test_an_exception_of_a_callback_is_raised(model, blobs):
    class Enough(Exception):
        pass

    def callback(progress):
        if progress.epoch == 2:
            raise Enough("of this")

    with pytest.raises(Enough, match="of this") as caught:
        model.train(*blobs, LONG, callback=callback)
    assert caught.value.__context__ is None
    assert caught.traceback[-1].name == "callback"
    assert model.history.stopped == "callback"
    assert len(model.history["loss"]) == 2


def test_a_callback_may_read_the_model_but_not_change_it(model, blobs):
    seen = []

    def callback(progress):
        seen.append(model.evaluate(*blobs, ["accuracy"])["accuracy"])
        assert model.predict(blobs[0]).shape == (240, 3)
        assert nnswift.from_bytes(model.to_bytes()).weights.keys() == model.weights.keys()
        with pytest.raises(nnswift.BusyError):
            model.train(*blobs)

    model.train(*blobs, epochs=2, callback=callback)
    assert len(seen) == 2


def test_a_callback_sees_the_context_of_its_caller(model, blobs):
    variable = contextvars.ContextVar("variable", default="unset")
    variable.set("set")
    seen = []
    with np.errstate(divide="raise"):
        model.train(*blobs, epochs=1, callback=lambda p: seen.append((variable.get(), np.geterr()["divide"])))
    assert seen[0][0] == "set"


def test_nothing_is_kept_after_a_training(model):
    class Callback:
        def __call__(self, progress):
            self.told = progress

    callback, X = Callback(), np.ones((10, 4), np.float32)
    kept = weakref.ref(callback), weakref.ref(X)
    gc.disable()
    try:
        model.train(X, np.arange(10) % 3, epochs=1, callback=callback)
        del callback, X
        assert [reference() for reference in kept] == [None, None]
    finally:
        gc.enable()


@pytest.mark.parametrize("batch_size", [1, 0], ids=["long epoch", "full batches"])
@pytest.mark.parametrize("callback", [None, lambda p: None], ids=["alone", "callback"])
def test_ctrl_c_stops_a_training(model, big, batch_size, callback):
    before = model.to_bytes()
    timer = after(0.4, interrupt)
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.train(*big, LONG, batch_size=batch_size, callback=callback)
    assert time.monotonic() - start < 10
    timer.join()
    assert model.history.stopped == "cancelled"
    assert model.to_bytes() != before
    assert model.train(big[0][:100], big[1][:100], epochs=1).stopped == "completed"


def test_only_what_takes_long_has_a_thread_of_its_own(model, blobs, monkeypatch):
    used = []

    def run(work, cancel):
        used.append(True)
        return work()

    monkeypatch.setattr("nnswift._training.run_interruptibly", run)
    model.train(*blobs, epochs=2)
    # The default of epochs stands in the library, too.
    assert len(model.train(*blobs)["epoch"]) == _training._DEFAULT_EPOCHS
    assert not used
    model.train(*blobs, epochs=2, callback=lambda progress: None)
    model.train(*blobs, epochs=2000, early_stopping={"metric": "loss", "patience": 1, "min_delta": 9})
    assert len(used) == 2


def test_ctrl_c_in_the_first_moment(model, blobs):
    for delay in (0.0, 0.0001, 0.0003, 0.001):
        # Python itself may swallow a signal that meets a finalizer; as a person would, press again.
        again = after(3, interrupt)
        with pytest.raises(KeyboardInterrupt):
            after(delay, interrupt)
            model.train(*blobs, LONG)
            time.sleep(5)
        again.cancel()
    assert model.train(*blobs, epochs=1).stopped == "completed"


def test_ctrl_c_at_any_moment(model, blobs):
    """A thousandth of a second around begin and end: no interrupt is lost, none turns into another error."""
    random, calls = np.random.default_rng(0), []

    def handler(*_):
        calls.append(time.monotonic())
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGALRM, handler)
    try:
        for callback in [None, lambda p: None, lambda p: time.sleep(0.0005)] * 40:
            with pytest.raises(KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, 2e-3), 1)
                try:
                    model.train(*blobs, LONG, callback=callback)
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            model.predict(blobs[0])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    # Python itself loses one that comes in a weak reference's callback.
    assert 120 <= len(calls) <= 122


def test_other_signal_handlers_run_and_may_stop_it(model, blobs):
    class Alarm(Exception):
        pass

    calls = []

    def handler(*_):
        calls.append(time.monotonic())
        if len(calls) == 3:
            raise Alarm

    old = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    try:
        with pytest.raises(Alarm):
            model.train(*blobs, LONG)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert len(calls) == 3
    assert model.history.stopped == "cancelled"


def test_ctrl_c_ends_a_callback(model, blobs):
    after(0.2, interrupt)
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.train(*blobs, LONG, callback=lambda p: time.sleep(30))
    assert time.monotonic() - start < 5
    assert model.history.stopped == "cancelled"
    assert model.train(*blobs, epochs=1).stopped == "completed"


def test_a_second_ctrl_c_does_not_wait_for_a_callback(model, blobs):
    """Of a model that lets its readers wait callbacks run in the thread that trains."""
    model.set_wait(0.001)
    release = threading.Event()
    after(0.2, interrupt)
    after(0.6, interrupt)
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.train(*blobs, LONG, callback=lambda p: release.wait(30) and None)
    assert time.monotonic() - start < 5
    with pytest.raises(nnswift.BusyError):
        model.predict(blobs[0])
    release.set()
    while True:
        try:
            assert model.history.stopped == "cancelled"
            break
        except nnswift.BusyError:
            time.sleep(0.01)


def test_cancel_from_another_thread(model, blobs):
    model.cancel()
    assert model.train(*blobs, epochs=1).stopped == "completed"
    after(0.2, model.cancel)
    with pytest.raises(nnswift.CancelledError) as caught:
        model.train(*blobs, LONG)
    assert caught.value.status_name == "NNS_E_CANCELLED"
    assert model.history.stopped == "cancelled"


def test_training_in_a_thread(spec, blobs):
    models = [nnswift.Model(spec) for _ in range(3)]
    threads = [threading.Thread(target=m.train, args=blobs, kwargs={"epochs": 5}) for m in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({m.to_bytes() for m in models}) == 1


def test_busy_while_another_thread_trains(model, blobs):
    began = threading.Event()
    thread = threading.Thread(
        target=lambda: model.train(*blobs, LONG, callback=lambda p: began.set() or (nnswift.STOP if p.seconds > 30 else None))
    )
    guard = threading.Thread(target=lambda: _swallow(nnswift.CancelledError, thread.run))
    guard.start()
    began.wait()
    for call in (lambda: model.predict(blobs[0]), lambda: model.train(*blobs), lambda: model.weights, model.to_bytes):
        with pytest.raises(nnswift.BusyError):
            call()
    assert model.input_size == 4
    assert "dense 8 relu" in repr(model)
    model.cancel()
    guard.join()


def _swallow(kind, action):
    try:
        action()
    except kind:
        pass


def test_the_gil_is_free_while_it_computes(model, big):
    """A Python thread goes on counting while the library trains; without the GIL it would stand still."""
    count, stop = [0], threading.Event()

    def counting():
        while not stop.is_set():
            count[0] += 1
            time.sleep(0)

    thread = threading.Thread(target=counting)
    thread.start()
    start = time.monotonic()
    begin = count[0]
    model.train(*big, epochs=2)
    seconds, counted = time.monotonic() - start, count[0] - begin
    stop.set()
    thread.join()
    assert counted > 1000 * seconds
