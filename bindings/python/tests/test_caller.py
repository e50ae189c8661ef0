"""Callbacks run in the thread that called train, and read the model from there and from threads of their own."""

import sqlite3
import threading
import time

import numpy as np
import pytest

import nnswift


def trained_in(where, action):
    """Runs an action in this thread or in another one."""
    if where == "main":
        return action()
    results = []
    thread = threading.Thread(target=lambda: results.append(action()))
    thread.start()
    thread.join()
    return results[0]


@pytest.mark.parametrize("where", ["main", "other"])
def test_thread_local_state_of_the_caller_is_there(model, blobs, where):
    """MLflow keeps its active run in such a variable: metrics logged from another thread would begin a run of their own."""
    active = threading.local()
    found = []

    def train():
        active.run = "mine"
        model.train(*blobs, epochs=2, callback=lambda p: found.append((threading.get_ident(), active.run)))
        return threading.get_ident()

    caller = trained_in(where, train)
    assert found == [(caller, "mine")] * 2


def test_a_connection_of_the_caller_can_be_used(model, blobs):
    """sqlite3 refuses a connection in another thread than its own."""
    with sqlite3.connect(":memory:") as file:
        file.execute("create table losses (epoch, loss)")
        history = model.train(
            *blobs, epochs=3, callback=lambda p: file.execute("insert into losses values (?, ?)", (p.epoch, p.loss))
        )
        assert [loss for _, loss in file.execute("select * from losses")] == history["loss"]


def test_cross_validation_calls_in_the_callers_thread(blobs, spec):
    seen = []
    nnswift.cross_validate(
        *blobs, spec, {"epochs": 1}, folds=3, callback=lambda p: seen.append((p.fold, threading.get_ident()))
    )
    assert seen == [(fold, threading.get_ident()) for fold in (1, 2, 3)]


def test_a_callback_reads_everything(model, blobs, tmp_path):
    session = model.session(300)
    seen = []

    def look(progress):
        proba = model.predict(blobs[0])
        assert np.array_equal(model.predict(blobs[0][0]), proba[0])
        assert np.array_equal(session.predict(blobs[0]), proba)
        model.save(tmp_path / "now.safetensors")
        assert np.array_equal(nnswift.load(tmp_path / "now.safetensors").predict(blobs[0]), proba)
        assert model.copy().weights.keys() == model.weights.keys()
        assert model.history["loss"][-1] == progress.loss
        seen.append(model.importance(*blobs))

    model.train(*blobs, epochs=2, callback=look)
    assert len(seen) == 2


def test_a_long_prediction_in_a_callback(model, blobs):
    many = np.tile(blobs[0], (5000, 1))
    shapes = []
    model.train(*blobs, epochs=1, callback=lambda p: shapes.append(model.predict(many).shape))
    assert shapes == [(1_200_000, 3)]


def test_a_callback_trains_another_model_and_both_are_read(model, blobs, spec):
    other = nnswift.Model(spec)
    seen = []

    def inner(progress):
        seen.append((model.predict(blobs[0]).shape, other.predict(blobs[0]).shape))

    model.train(*blobs, epochs=2, callback=lambda p: other.train(*blobs, epochs=2, callback=inner))
    assert seen == [((240, 3), (240, 3))] * 4


def test_errors_of_reading_are_the_usual_ones(model, blobs):
    def look(progress):
        with pytest.raises(nnswift.ShapeError, match="3 columns|features"):
            model.predict(blobs[0][:, :3])
        with pytest.raises(nnswift.BusyError):
            model.train(*blobs, epochs=1)
        with pytest.raises(nnswift.BusyError):
            model.set_weights({})

    assert model.train(*blobs, epochs=2, callback=look).stopped == "completed"


def test_nobody_reads_through_a_callback_that_has_ended(model, blobs):
    """A thread with the callback's context that outlives it is one more thread: it gets a status."""
    import contextvars

    kept, told = [], threading.Event()

    def callback(progress):
        if not kept:
            kept.append(contextvars.copy_context())
            return
        told.set()
        time.sleep(0.2)

    def read():
        told.wait(10)
        kept[0].run(model.predict, blobs[0])  # while the second callback runs, which is as good

    reader = threading.Thread(target=read)
    reader.start()
    model.train(*blobs, epochs=2, callback=callback)
    reader.join(10)
    assert not reader.is_alive()
    assert kept[0].run(model.predict, blobs[0]).shape == (240, 3)


def test_a_model_that_waits_keeps_its_callbacks_where_it_trains(model, blobs):
    model.set_wait(None)
    seen = []
    model.train(*blobs, epochs=1, callback=lambda p: seen.append((model.predict(blobs[0]).shape, threading.get_ident())))
    assert seen[0][0] == (240, 3) and seen[0][1] != threading.get_ident()
