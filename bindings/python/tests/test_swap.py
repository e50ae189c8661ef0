"""New weights in the place of old ones: under readers, with all that belongs to them, or not at all."""

import threading

import numpy as np
import pytest

import nnswift

SWAPS, READERS = 200, 4
BINARY = {
    "input": 4,
    "layers": [{"type": "dense", "units": 5}, "batch_norm", "tanh", {"type": "dense", "units": 1}],
    "loss": "binary_cross_entropy",
    "preprocess": "standardize",
    "seed": 1,
}


@pytest.mark.parametrize("wait", [0, 0.001, None])
def test_readers_see_one_model_or_the_other(blobs, wait):
    """Large enough that a swap often falls into a prediction. None is a mixture; whatever `set_wait` says, none is
    refused, nor is a swap."""
    X, y = blobs
    X = np.tile(X, (4, 1))
    first = nnswift.Model.mlp([4, 48, 48, 3], seed=1)
    second = nnswift.Model.mlp([4, 48, 48, 3], seed=2)
    known = {model.predict(X).tobytes(): name for name, model in (("first", first), ("second", second))}
    assert len(known) == 2
    model = first.copy()
    model.set_wait(wait)
    begun, done = threading.Barrier(READERS + 1), threading.Event()
    seen = [[] for _ in range(READERS)]
    failures = []

    def read(seen, predict):
        try:
            seen.append(known[predict(X).tobytes()])
            begun.wait()
            while not done.is_set():
                seen.append(known[predict(X).tobytes()])
            seen.append(known[predict(X).tobytes()])
        except BaseException as failure:  # also a KeyError: a prediction of neither
            failures.append(failure)
            begun.abort()

    sessions = [model.session(len(X)) for _ in range(READERS // 2)]
    calls = [model.predict] * (READERS - len(sessions)) + [session.predict for session in sessions]
    threads = [threading.Thread(target=read, args=pair) for pair in zip(seen, calls)]
    for thread in threads:
        thread.start()
    try:
        begun.wait()
        for number in range(SWAPS):
            model.swap((second if number % 2 else first).copy())
    except threading.BrokenBarrierError:
        pass  # the reader's failure is told below
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failures, failures
    assert [(one[0], one[-1]) for one in seen] == [("first", "second")] * READERS
    assert all(len(one) > 2 for one in seen)


@pytest.fixture
def pair(blobs):
    """A model that is used, and a newer one that differs in all that may differ."""
    X, y = blobs
    old, newer = nnswift.Model(BINARY), nnswift.Model({**BINARY, "seed": 2})
    old.train(X, y == 0, epochs=1)
    old.notes["build"], old.notes["old"] = "1", "alone"
    newer.train(X * 2 + 1, y == 1, epochs=3, optimizer="adam")
    newer.threshold = 0.25
    newer.notes["build"] = "2"
    return old, newer


def all_of(model):
    """The bytes of the file: weights, statistics, scaling, threshold, notes, optimiser, history."""
    return model.to_bytes(training=True)


def test_all_that_belongs_to_the_weights_comes_with_them(blobs, pair):
    X, y = blobs
    old, newer = pair
    same = newer.copy()
    scaling, history, weights = newer.scaling, newer.history, newer.weights
    expected = newer.predict(X), newer.predict(X, "label")
    old.swap(newer)
    assert old.threshold == old.spec["threshold"] == 0.25
    assert dict(old.notes) == {"build": "2"}
    assert all(np.array_equal(now, wanted) for now, wanted in zip(old.scaling, scaling))
    assert old.history == history
    assert sorted(old.weights) == sorted(weights)  # the running statistics, too
    assert all(np.array_equal(old.weights[name], weights[name]) for name in weights)
    assert np.array_equal(old.predict(X), expected[0]) and np.array_equal(old.predict(X, "label"), expected[1])
    # What the old model had is gone, so that a swap back brings nothing but the copy.
    old.threshold = 0.75
    old.notes["build"] = "3"
    old.swap(same)
    assert old.threshold == 0.25 and dict(old.notes) == {"build": "2"}


def test_the_optimiser_comes_too_and_goes_on(blobs, pair):
    X, y = blobs
    old, newer = pair
    other = nnswift.from_bytes(all_of(newer))
    old.swap(newer)
    for model in (old, other):
        model.train(X, y == 1, epochs=2, optimizer="adam", continue_=True)
    assert old.history["epoch"] == other.history["epoch"] and old.history["epoch"][-1] == 5
    assert all(np.array_equal(old.weights[name], other.weights[name]) for name in other.weights)


def test_scaling_that_was_never_fitted_comes_as_such(pair):
    old, _ = pair
    old.swap(nnswift.Model(BINARY))
    with pytest.raises(nnswift.StateError):
        old.scaling  # noqa: B018


@pytest.mark.parametrize(
    "change",
    [{"layers": [{"type": "dense", "units": 1}]}, {"features": ["a", "b", "c", "d"]}, {"classes": ["no", "yes"]},
     {"preprocess": "minmax"}],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_another_spec_changes_nothing(pair, change):
    old, _ = pair
    newer = nnswift.Model({**BINARY, **change})
    before, kept = all_of(old), all_of(newer)
    with pytest.raises(nnswift.ShapeError, match="but for seed and threshold"):
        old.swap(newer)
    assert all_of(old) == before and all_of(newer) == kept


def test_a_model_with_itself(pair):
    old, _ = pair
    before = all_of(old)
    with pytest.raises(nnswift.ArgumentError):
        old.swap(old)
    assert all_of(old) == before


@pytest.mark.parametrize("trains", ["old", "newer"])
def test_while_one_of_them_is_trained(blobs, pair, trains):
    X, y = blobs
    old, newer = pair
    refused = []

    def swap(progress):
        try:
            old.swap(newer)
        except nnswift.BusyError:
            refused.append(progress.epoch)

    (old if trains == "old" else newer).train(X, y == 1, epochs=2, callback=swap)
    assert refused == [1, 2]
    old.swap(newer)
