"""Names that other libraries have: refused with the name that is meant here."""

import copy
import pickle
import re

import numpy as np
import pytest

import nnswift
from nnswift import _hints, _json, _library

X = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
Y = np.arange(60) % 3
pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")


def _model(**keys):
    return nnswift.Model.mlp([4, 8, 3], **keys)


@pytest.mark.parametrize("options, cure", [
    ({"learning_rate": 0.1}, r'belongs to the optimizer: optimizer=\{"type": "adam", "learning_rate": 0.1\}'),
    ({"alpha": 0.5}, r'weight_decay: optimizer=\{"type": "adam", "weight_decay": 0.5\}'),
    ({"momentum": 0.9}, r'optimizer=\{"type": "sgd", "momentum": 0.9\}'),
    ({"patience": 5}, r'early_stopping=\{"patience": 5\}'),
    ({"restore_best_weights": True}, r'early_stopping=\{"restore_best": True\}'),
    ({"n_jobs": -1}, "threads="), ({"validation_data": (X, Y)}, r"write validation=\(X, y\)"),
    ({"validation_split": 0.2}, "write validation_fraction=0.2"), ({"callbacks": [print]}, "write callback="),
    ({"verbosity": 1}, r"train\(X, y, verbose=1\)"), ({"random_state": 3}, "write seed=3"),
    ({"max_iter": 20}, "write epochs=20"), ({"loss": "mse"}, "belongs to the spec"),
    ({"early_stopping": {"monitor": "val_loss"}}, 'write "metric"'),
    ({"early_stopping": {"restore_best_weights": True}}, 'write "restore_best"'),
])  # fmt: skip
def test_options_of_other_libraries(options, cure):
    for call in (lambda: _model().train(X, Y, **options), lambda: _model().configure(options)):
        with pytest.raises(nnswift.ArgumentError, match=f"unknown option.*{cure}"):
            call()


@pytest.mark.parametrize("name", _hints._OPTIONS)
def test_no_hint_hides_an_option_of_ours(name):
    with pytest.raises(nnswift.ArgumentError, match=f'unknown option "{name}"'):
        _library.lib.nns_configure(_model()._handle, _json.encode({name: 1}, "config"))


@pytest.mark.parametrize("options", [
    {"optimizer": {"type": "adam", "learning_rate": 0.1}}, {"optimizer": {"type": "adam", "weight_decay": 0.5}},
    {"optimizer": {"type": "sgd", "momentum": 0.9}}, {"threads": 0}, {"validation_fraction": 0.2}, {"seed": 3},
    {"validation_fraction": 0.2, "early_stopping": {"metric": "val_loss", "patience": 5, "restore_best": True, "min_delta": 0}},
])  # fmt: skip
def test_what_the_hints_say_is_taken(options):
    assert _model().train(X, Y, epochs=1, **options).stopped == "completed"


def test_a_history_with_a_warning_has_a_repr():
    history = _model().train(X, np.zeros(60, int), epochs=2)
    assert history.warnings and "warnings" not in history.curves() and "2 epochs, loss" in repr(history)


def test_short_forms():
    history = _model().train(X, Y, epochs=2, metrics="accuracy", early_stopping=True, validation=(X, Y))
    same = _model().train(X, Y, epochs=2, metrics=["accuracy"], early_stopping={}, validation=(X, Y))
    assert history["val_accuracy"] == same["val_accuracy"] and len(history["accuracy"]) == 2
    top = _model().train(X, Y, epochs=1, metrics={"type": "top_k", "k": 2})
    assert 0 <= top["top_k"][0] <= 1
    plain = _model().train(X, Y, epochs=2)
    nothing = {"early_stopping": None, "metrics": None, "class_weight": None, "schedule": None, "clip_norm": None}
    assert _model().train(X, Y, epochs=2, **nothing)["loss"] == plain["loss"]
    assert _model().train(X, Y, epochs=2, early_stopping=False)["loss"] == plain["loss"]
    with pytest.raises(nnswift.ArgumentError, match='"val_loss" is not recorded.*validation_fraction'):
        _model().train(X, Y, early_stopping=True)


@pytest.mark.parametrize("callback", ["print", 3, [print, 3], nnswift.callbacks.Log])
def test_a_callback_that_cannot_be_called_is_refused_before_the_first_epoch(callback):
    model = _model()
    with pytest.raises(nnswift.ArgumentError, match="a callback must be a function"):
        model.train(X, Y, callback=callback)
    assert model.history.stopped == "none"


@pytest.mark.parametrize("name", _hints._ATTRIBUTES)
def test_methods_of_other_libraries(name):
    model = _model()
    assert not hasattr(model, name)
    with pytest.raises(AttributeError, match=f"'{name}'; use ") as caught:
        getattr(model, name)
    named = re.search(r"use (nnswift\.)?(\w+)", str(caught.value))
    assert hasattr(nnswift if named[1] or named[2] == "Model" else model, named[2])


def test_other_missing_attributes():
    with pytest.raises(AttributeError, match="Model has no attribute 'predicts'; did you mean 'predict'"):
        _model().predicts
    with pytest.raises(AttributeError, match="'zzz'$"):
        _model().zzz
    model = _model()
    for twin in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert (twin.predict(X) == model.predict(X)).all()


def test_specs_by_keyword():
    spec = {"input": 4, "layers": [{"type": "dense", "units": 3}], "loss": "softmax_cross_entropy", "seed": 2}
    assert nnswift.Model(**spec).spec == nnswift.Model(spec).spec
    assert nnswift.Model(spec, seed=5).spec == {**nnswift.Model(spec).spec, "seed": 5}
    with pytest.raises(nnswift.ArgumentError, match=r"got \[4, 16, 3\]; nnswift.Model.mlp\(\[4, 16, 3\]\)"):
        nnswift.Model([4, 16, 3])
    for wrong in ("x", 3, None, [], [[1]]):
        with pytest.raises(nnswift.ArgumentError, match="spec must be a dict"):
            nnswift.Model(wrong)
    with pytest.raises(nnswift.ArgumentError, match="unknown"):
        nnswift.Model(spec, units=3)


def test_mlp_takes_keys_of_the_spec():
    model = _model(seed=4, preprocess="standardize", classes=["a", "b", "c"])
    plain = nnswift.Model.mlp([4, 8, 3], seed=4)
    assert model.spec["preprocess"] == {"type": "standardize"} or model.spec["preprocess"] == "standardize"
    assert model.classes == ["a", "b", "c"] and model.spec["layers"] == plain.spec["layers"]
    assert all((model.weights[name] == values).all() for name, values in plain.weights.items())
    model.train(X, np.array(["a", "b", "c"])[Y], epochs=1)
    learns = _model(preprocess="minmax")
    learns.train(X, Y + 1, epochs=1)
    assert learns.classes == [1, 2, 3]
    for name in ("layers", "input"):
        with pytest.raises(nnswift.ArgumentError, match=f'mlp has no "{name}"'):
            _model(**{name: 3})
