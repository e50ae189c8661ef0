"""Files, bytes, pickles, copies, weights; the end of a model's life."""

import copy
import json
import multiprocessing
import os
import pathlib
import pickle
import struct
import subprocess
import sys

import numpy as np
import pytest

import nnswift
from nnswift import _library

NORMALISED = {
    "input": 4,
    "preprocess": "standardize",
    "layers": [
        {"type": "dense", "units": 6, "activation": "tanh"},
        {"type": "batch_norm"},
        {"type": "dense", "units": 3},
    ],
    "loss": "softmax_cross_entropy",
    "classes": ["a", "b", "c"],
    "seed": 3,
}


@pytest.fixture
def trained(blobs):
    model = nnswift.Model(NORMALISED)
    model.train(*blobs, epochs=3)
    return model


def by_file(model, folder):
    model.save(folder / "model.safetensors")
    return nnswift.load(str(folder / "model.safetensors"))


ROUND_TRIPS = {
    "file": by_file,
    "bytes": lambda model, _: nnswift.from_bytes(model.to_bytes()),
    "bytearray": lambda model, _: nnswift.from_bytes(bytearray(model.to_bytes())),
    "training state": lambda model, _: nnswift.from_bytes(model.to_bytes(training=True)),
    "pickle": lambda model, _: pickle.loads(pickle.dumps(model)),
    "old pickle": lambda model, _: pickle.loads(pickle.dumps(model, protocol=2)),
    "copy": lambda model, _: model.copy(),
    "copy.copy": lambda model, _: copy.copy(model),
    "copy.deepcopy": lambda model, _: copy.deepcopy([model])[0],
}


@pytest.mark.parametrize("way", ROUND_TRIPS)
def test_round_trips_predict_the_same(trained, blobs, tmp_path, way):
    again = ROUND_TRIPS[way](trained, tmp_path)
    for kind in ("proba", "raw", "label"):
        np.testing.assert_array_equal(again.predict(blobs[0], kind), trained.predict(blobs[0], kind))
    assert again.spec == trained.spec
    assert again.to_bytes() == trained.to_bytes()
    again.train(*blobs, epochs=1)
    assert again.to_bytes() != trained.to_bytes()


def test_a_subclass_stays_one(blobs):
    made = Named.mlp([4, 3])
    for again in (pickle.loads(pickle.dumps(made)), made.copy(), copy.deepcopy(made)):
        assert type(again) is Named
        np.testing.assert_array_equal(again.predict(blobs[0]), made.predict(blobs[0]))


class Named(nnswift.Model):
    pass


def test_what_travels_of_a_training(trained):
    assert dict(trained.copy().history) == dict(trained.history)
    assert dict(nnswift.from_bytes(trained.to_bytes(training=True)).history) == dict(trained.history)
    assert nnswift.from_bytes(trained.to_bytes())._classes == ["a", "b", "c"]


def test_a_continued_training_equals_an_uninterrupted_one(spec, blobs):
    whole, half = nnswift.Model(spec), nnswift.Model(spec)
    whole.train(*blobs, epochs=6)
    half.train(*blobs, epochs=3)
    resumed = nnswift.from_bytes(half.to_bytes(training=True))
    resumed.train(*blobs, epochs=3, continue_=True)
    assert resumed.to_bytes() == whole.to_bytes()


def test_path_types_and_damage(trained, tmp_path):
    path = tmp_path / "mödel.safetensors"
    for form in (path, str(path), str(path).encode()):
        trained.save(form)
        assert nnswift.load(form).to_bytes() == path.read_bytes()
    with pytest.raises(OSError, match="nowhere") as caught:
        nnswift.load(tmp_path / "nowhere" / "x")
    assert isinstance(caught.value, nnswift.FileError)
    with pytest.raises(OSError):
        trained.save(tmp_path / "nowhere" / "x")
    with pytest.raises(ValueError, match="byte 0"):
        nnswift.load("a\0b")
    data = bytearray(trained.to_bytes())
    with pytest.raises(nnswift.FormatError):
        nnswift.from_bytes(data[:-3])
    with pytest.raises(nnswift.FormatError):
        nnswift.from_bytes(b"")
    data[-1] ^= 1
    with pytest.raises(nnswift.ChecksumError):
        nnswift.from_bytes(data)


def test_limits(trained):
    data = trained.to_bytes()
    nnswift.from_bytes(data, limits={"max_parameters": 1000})
    for name in ("max_parameters", "max_layers", "max_file_bytes", "max_header_bytes"):
        with pytest.raises(nnswift.LimitError):
            nnswift.from_bytes(data, limits={name: 2})
    with pytest.raises(ValueError, match="known limits"):
        nnswift.from_bytes(data, limits={"max_layer": 2})


def test_a_file_saved_again_by_safetensors(trained, blobs, tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "model.safetensors"
    trained.save(path)
    (length,) = struct.unpack_from("<Q", path.read_bytes())
    metadata = json.loads(path.read_bytes()[8 : 8 + length])["__metadata__"]
    safetensors.save_file(safetensors.load_file(path), path, {**metadata, "author": "somebody"})
    with pytest.raises(nnswift.ChecksumError, match="another program.*verify=False"):
        nnswift.load(path)
    again = nnswift.load(path, verify=False)
    assert again.to_bytes() == trained.to_bytes()
    assert nnswift.from_bytes(path.read_bytes(), {"max_layers": 9}, verify=False).to_bytes() == trained.to_bytes()
    with pytest.raises(nnswift.LimitError):
        nnswift.load(path, {"max_parameters": 2}, verify=False)


def test_weights_by_name(trained):
    weights = trained.weights
    assert {name: array.shape for name, array in weights.items()} == {
        "layers.0.weight": (6, 4),
        "layers.0.bias": (6,),
        "layers.1.weight": (6,),
        "layers.1.bias": (6,),
        "layers.2.weight": (3, 6),
        "layers.2.bias": (3,),
        "layers.1.running_mean": (6,),
        "layers.1.running_var": (6,),
    }
    assert all(array.dtype == np.float32 and array.flags.owndata for array in weights.values())
    weights["layers.0.weight"][:] = 9
    assert not (trained.weights["layers.0.weight"] == 9).any()


def test_set_weights(trained, blobs):
    fresh = nnswift.Model(NORMALISED)
    fresh.fit_preprocess(blobs[0])
    fresh.set_weights(trained.weights)
    np.testing.assert_array_equal(fresh.predict(blobs[0]), trained.predict(blobs[0]))
    before = fresh.weights
    fresh.set_weights({"layers.2.bias": [1, 2, 3]})
    after = fresh.weights
    assert after.pop("layers.2.bias").tolist() == [1, 2, 3]
    assert all((after[name] == before[name]).all() for name in after)
    with pytest.raises(ValueError, match='did you mean "layers.2.bias"'):
        fresh.set_weights({"layers.2.bais": [1, 2, 3]})
    with pytest.raises(nnswift.ShapeError, match=r"must have shape \(3,\), got \(2,\)"):
        fresh.set_weights({"layers.2.bias": [1, 2]})
    for value in (np.nan, 1e300):
        with pytest.raises(nnswift.ArgumentError, match="finite"):
            fresh.set_weights({"layers.2.bias": [1, 2, value]})
    for value in (np.array([1, 2, 3j]), ["1", "2", "3"], [1, 2, None], np.array(["a", "b", "c"], object)):
        with pytest.raises(nnswift.DtypeError, match='weights: "layers.2.bias" must be float32'):
            fresh.set_weights({"layers.2.bias": value})
    for value in (np.float16, np.int8, np.uint64, bool):
        fresh.set_weights({"layers.2.bias": np.ones(3, value)})
        assert fresh.weights["layers.2.bias"].tolist() == [1, 1, 1]
    fresh.set_weights({"layers.2.bias": [1, 2, 3]})
    assert fresh.weights["layers.2.bias"].tolist() == [1, 2, 3]


def test_the_forward_pass_is_what_the_weights_say(blobs):
    model = nnswift.Model.mlp([4, 8, 3], "tanh", seed=5)
    w = {name: array.astype(float) for name, array in model.weights.items()}
    hidden = np.tanh(blobs[0] @ w["layers.0.weight"].T + w["layers.0.bias"])
    raw = hidden @ w["layers.1.weight"].T + w["layers.1.bias"]
    np.testing.assert_allclose(model.predict(blobs[0], "raw"), raw, atol=2e-6)


def test_a_released_model_is_a_state_error(model):
    _library.lib.nns_free(model._handle)
    for call in (lambda: model.predict(np.ones(4)), model.to_bytes, lambda: model.history, model.cancel):
        with pytest.raises(nnswift.StateError):
            call()


def test_models_and_sessions_are_released_with_their_last_name():
    model = nnswift.Model.mlp([2, 2])
    session = model.session(1)
    releases = model._release, session._release
    handle = model._handle
    del model
    assert [release.alive for release in releases] == [False, True]
    with pytest.raises(nnswift.StateError):
        _library.lib.nns_cancel(handle)
    assert session.predict([1.0, 2.0]).shape == (2,)
    del session
    assert not releases[1].alive


def test_the_interpreter_ends_quietly():
    code = """if True:
        import nnswift, numpy as np
        model = nnswift.Model.mlp([4, 3])
        session = model.session(2)
        model.circle = model
        import atexit
        atexit.register(lambda: model.train(np.ones((4, 4)), [0, 1, 2, 0], epochs=2))
    """
    done = _python(code)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_forked_child_uses_the_model(trained, blobs):
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    child = context.Process(target=lambda: queue.put(trained.predict(blobs[0])))
    child.start()
    np.testing.assert_array_equal(queue.get(), trained.predict(blobs[0]))
    child.join(20)
    assert child.exitcode == 0


def _python(code):
    package = str(pathlib.Path(nnswift.__file__).resolve().parents[1])
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {package!r})\n{code}"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_what_killed_writers_left_goes_with_the_next_save(tmp_path):
    model = nnswift.Model.mlp([2, 2])
    left = [tmp_path / f"m.safetensors.nnswift{number}.tmp" for number in (0, 1, 3, 9)]
    for path in left:
        path.write_bytes(b"half")
    model.save(tmp_path / "m.safetensors")
    assert os.listdir(tmp_path) == ["m.safetensors"]
