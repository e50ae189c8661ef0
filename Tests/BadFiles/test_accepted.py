"""Files that are odd but valid, and what becomes of them."""

import json
import time

import cases
import numpy as np
import pytest

import nnswift

modelfile = cases.modelfile

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)
Y = np.arange(8) % 2


@pytest.mark.parametrize(
    "optimizer, slot",
    [("adam", "exp_avg_sq"), ("adadelta", "acc_delta"), ("rmsprop", "square_avg"), ("adagrad", "sum")],
)
def test_a_memory_that_makes_the_training_diverge_is_saved_as_numbers(optimizer, slot):
    """The mean of squares is never negative; its root is NaN, and NaN would stay in the memory."""
    model = nnswift.Model(cases.NETWORK)
    model.train(X, Y, {"epochs": 1, "optimizer": optimizer})
    header, data = modelfile.parsed(model.to_bytes(training=True))
    start = header[f"optimizer.layers.0.weight.{slot}"]["data_offsets"][0]
    data = data[:start] + np.float32(-1e30).tobytes() + data[start + 4 :]
    damaged = nnswift.from_bytes(modelfile.written(header, data))
    weights = damaged.to_bytes()
    with pytest.raises(nnswift.DivergedError):
        damaged.train(X, Y, {"epochs": 2, "optimizer": optimizer, "continue": True})
    assert damaged.to_bytes() == weights
    again = nnswift.from_bytes(damaged.to_bytes(training=True))
    assert again.to_bytes() == weights


def test_the_largest_epoch_can_be_trained_on_and_saved():
    header, data = modelfile.parsed(cases.WHOLE)
    training = json.loads(header["__metadata__"]["nnswift.training"])
    training["epoch"] = training["step"] = 2**40 - 1
    header["__metadata__"]["nnswift.training"] = json.dumps(training)
    model = nnswift.from_bytes(modelfile.written(header, data))
    model.train(X, Y, {"epochs": 3, "optimizer": {"type": "sgd", "momentum": 0.9}, "continue": True})
    again = nnswift.from_bytes(model.to_bytes(training=True))
    assert again.history["epoch"][-1] == 2**40 + 2


def test_many_tensors_are_read_in_time():
    """Looking each name up among all the others once took 2.4 s."""
    model = nnswift.Model({"input": 1, "layers": [{"type": "dense", "units": 1}] * 1000, "loss": "mse"})
    zeros = np.zeros((4, 1), np.float32)
    model.train(zeros, zeros, {"epochs": 1, "optimizer": {"type": "adam", "amsgrad": True}})
    content = model.to_bytes(training=True)
    began = time.monotonic()
    again = nnswift.from_bytes(content)
    assert time.monotonic() - began < 1
    assert again.to_bytes(training=True) == content


def test_junk_before_the_tensors_is_read_in_time():
    header, data = cases.HEADER, cases.DATA
    layers = [{"type": "dense", "units": 1}] * 1000
    notes = {**header["__metadata__"], "nnswift.spec": json.dumps({"input": 1, "layers": layers, "loss": "mse"})}
    tensors = {"__metadata__": notes, **{f"layers.1{number:06}": 0 for number in range(20_000)}}
    place = 0
    for layer in range(1000):
        for name, shape in [("weight", [1, 1]), ("bias", [1])]:
            tensors[f"layers.{layer}.{name}"] = {"dtype": "F32", "shape": shape, "data_offsets": [place, place + 4]}
            place += 4
    content = modelfile.written(tensors, bytes(place))
    assert len(content) - len(data) < 1 << 20
    began = time.monotonic()
    with pytest.raises(nnswift.FormatError, match="22000 tensors"):
        nnswift.from_bytes(content)
    assert time.monotonic() - began < 1
