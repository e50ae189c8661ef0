"""What a model gives, in named parts: the weights, the predictions, the files, the history."""

import numpy as np
from same_bytes import file_parts, without_times

import nnswift

ROWS = (1, 3, 64, 1000)
WITHOUT_LABELS = ("mse", "mae", "huber", "quantile", "poisson")


def method(thing, *names):
    """Returns the first of a thing's methods that it has: versions may call it otherwise."""
    return next(getattr(thing, name) for name in names if hasattr(thing, name))


def train(model, *data, **options):
    """Trains and returns the history."""
    return method(model, "train", "fit")(*data, **options)


def joined(tensors):
    """Returns all values of {name: array} in one array."""
    return np.concatenate([np.ravel(value) for value in tensors.values()])


def weights(model):
    """Returns the tensors, hashed by name."""
    return {name: np.asarray(value, np.float32) for name, value in model.weights.items()}


def kinds(model):
    """Returns the kinds of prediction that the model's loss allows."""
    loss = model.spec["loss"]
    has_labels = (loss if isinstance(loss, str) else loss["type"]) not in WITHOUT_LABELS
    return ("raw", "proba", "label") if has_labels else ("raw", "proba")


def predictions(model, x, rows=()):
    """Yields predictions of every kind for x, and for so many of its rows (repeated at need)."""
    for kind in kinds(model):
        yield kind, np.asarray(model.predict(x, kind=kind))
        for count in rows:
            part = np.ascontiguousarray(np.resize(x, (count, np.shape(x)[1])))
            yield f"{kind} of {count}", np.asarray(model.predict(part, kind=kind))


def files(model):
    """Yields the parts of both forms of file."""
    yield from file_parts(model.to_bytes())
    yield from file_parts(model.to_bytes(training=True), "training file", has_times=True)


def outcome(model, x, rows=()):
    """Yields everything."""
    yield "weights", weights(model)
    yield from predictions(model, x, rows)
    yield from files(model)
    yield "history", without_times(model.history)


def trained(spec, config, x, y, rows=(), **options):
    """Makes a network, trains it and yields the outcome."""
    model = nnswift.Model(spec)
    train(model, x, y, config=config, **options)
    yield from outcome(model, x, rows)
