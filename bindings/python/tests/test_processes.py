"""Worker processes: both ways of starting them, during and after trainings of the parent."""

import multiprocessing
import os
import threading

import numpy as np
import pytest

import nnswift

from conftest import CLASSIFIER

TRAINING = {"epochs": 3, "batch_size": 60, "seed": 1, "threads": 2}


def train_own(X, y):
    """What a worker does: a model of its own, from nothing; its predictions."""
    model = nnswift.Model(CLASSIFIER)
    model.train(X, y, **TRAINING)
    return model.predict(X)


def predict_inherited(X):
    """What a forked worker does with the model that the parent had."""
    return INHERITED.predict(X)


INHERITED = None


@pytest.fixture(params=["fork", "spawn"])
def context(request):
    if request.param not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system cannot {request.param}")
    return multiprocessing.get_context(request.param)


def test_workers_train_as_the_parent_does(context, blobs):
    expected = train_own(*blobs)
    with context.Pool(2) as pool:
        for result in pool.starmap_async(train_own, [blobs] * 4).get(timeout=120):
            assert np.array_equal(result, expected)
    assert np.array_equal(train_own(*blobs), expected)


def test_forked_workers_predict_with_the_parents_model(blobs):
    global INHERITED
    INHERITED = nnswift.Model(CLASSIFIER)
    INHERITED.train(*blobs, **TRAINING)
    expected = INHERITED.predict(blobs[0])
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for result in pool.map_async(predict_inherited, [blobs[0]] * 4).get(timeout=120):
            assert np.array_equal(result, expected)
    INHERITED = None


@pytest.mark.filterwarnings("ignore:This process")
def test_workers_may_be_started_while_a_thread_trains(context, blobs):
    model = nnswift.Model(CLASSIFIER)
    begun = threading.Event()

    def train_long():
        with pytest.raises(nnswift.CancelledError):
            model.train(*blobs, epochs=1_000_000_000, threads=2, callback=lambda _: begun.set())

    trainer = threading.Thread(target=train_long)
    trainer.start()
    try:
        assert begun.wait(60)
        expected = train_own(*blobs)
        with context.Pool(2) as pool:
            for result in pool.starmap_async(train_own, [blobs] * 4).get(timeout=120):
                assert np.array_equal(result, expected)
    finally:
        model.cancel()
        trainer.join()


def train_and_fork(in_child):
    """Trains with a callback that forks once and ends the child with what in_child returns; the child's exit status."""
    model = nnswift.Model(CLASSIFIER)
    answers = []

    def fork_once(progress):
        if progress.epoch != 2 or answers:
            return
        child = os.fork()
        if child == 0:
            status = 99
            try:
                status = in_child(model)
            finally:
                os._exit(status)
        answers.append(os.waitpid(child, 0)[1])

    rows = np.ones((60, 4), np.float32), np.arange(60) % 3
    model.train(*rows, epochs=3, threads=2, callback=fork_once)
    return answers


@pytest.mark.filterwarnings("ignore:This process")
def test_a_child_gets_a_status_from_a_model_that_its_parent_trains():
    def is_busy(model):
        # The thread that trains does not exist in the child.
        try:
            model.predict(np.ones((2, 4), np.float32))
        except nnswift.BusyError:
            return 0
        return 1

    assert train_and_fork(is_busy) == [0]


def test_a_child_predicts_if_the_callback_is_in_the_thread_that_trains():
    answers = []
    thread = threading.Thread(
        target=lambda: answers.extend(
            train_and_fork(lambda model: 0 if np.isfinite(model.predict(np.ones((2, 4), np.float32))).all() else 1)
        )
    )
    thread.start()
    thread.join()
    assert answers == [0]


@pytest.mark.filterwarnings("ignore:This process")
def test_a_child_that_returns_from_the_callback_does_not_wait_for_ever():
    parent = os.getpid()
    children = []

    def fork(progress):
        if os.getpid() == parent:
            children.append(os.fork())

    try:
        nnswift.Model(CLASSIFIER).train(np.ones((60, 4), np.float32), np.arange(60) % 3, epochs=1, callback=fork)
    except BaseException as error:
        if os.getpid() != parent:
            os._exit(7 if "forked in a callback" in str(error) else 8)
        raise
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [7]
