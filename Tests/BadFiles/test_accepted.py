"""Files that are odd but valid, and what becomes of them."""

import json
import struct
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


def compact(header, data):
    """A file as the safetensors package writes it: no spaces, tensors and metadata in an order of its own."""
    header = dict(sorted(header.items()))
    header[cases.META] = dict(sorted(header[cases.META].items(), reverse=True))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def with_key(header, data):
    """A file in our form with a key of another program behind ours."""
    text = json.dumps({**header, cases.META: {**header[cases.META], "author": "somebody"}}).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize("rewritten", [compact, with_key])
def test_a_file_that_another_program_wrote_anew(rewritten):
    content = rewritten(cases.HEADER, cases.DATA)
    with pytest.raises(nnswift.ChecksumError, match="another program.*verify=False"):
        nnswift.from_bytes(content)
    model = nnswift.from_bytes(content, verify=False)
    ours = nnswift.from_bytes(cases.WHOLE)
    # The model's own again: nothing of the other program is in it.
    assert model.to_bytes(training=True) == ours.to_bytes(training=True)
    assert list(model.notes) == []


# What nothing but the checksum and the list of known keys refuses.
TAKEN = {
    "no-checksum", "checksum-short", "checksum-of-another-kind", "unknown-key", "version-1-new-key",
    "version-1-other-checksum",
}  # fmt: skip


CASES = [case for case in cases.cases() if case[2] != cases.CHECKSUM]


@pytest.mark.parametrize("name, content, status", CASES, ids=[name for name, _, _ in CASES])
def test_without_the_checksum_all_else_is_checked(name, content, status):
    try:
        nnswift.from_bytes(content, verify=False)
    except nnswift.Error as refusal:
        assert refusal.status == status and name not in TAKEN
    else:
        assert status == cases.OK or name in TAKEN


def test_damage_is_not_called_another_program():
    for place in (len(cases.WHOLE) - 1, cases.WHOLE.index(b"units")):
        with pytest.raises(nnswift.ChecksumError, match="get an undamaged copy"):
            nnswift.from_bytes(cases.damaged(place))


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
