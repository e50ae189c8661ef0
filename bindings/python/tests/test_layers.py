"""Layers as objects: each of the library's has one, with its options and defaults; a sequence of them is a model."""

import copy
import inspect
import pickle

import numpy as np
import pytest

import nnswift
from nnswift import layers
from nnswift.layers import Dense, Dropout, Layer, LayerNorm, LeakyReLU, Residual

CLASSES = {
    name: kind
    for name, kind in vars(layers).items()
    if inspect.isclass(kind) and issubclass(kind, Layer) and kind is not Layer
}
MEMBERS = {member["name"]: member for member in nnswift.registry()["layer"]}


def _made(member):
    """Returns a layer of the library's example as an object."""
    options = {key: value for key, value in member["example"].items() if key != "type"}
    return _class_of(member["name"])(**options)


def _class_of(name):
    found = [kind for kind in CLASSES.values() if kind.__name__.lower() == name.replace("_", "")]
    assert found, f"nnswift.layers has no class for the layer {name}"
    return found[0]


def test_every_layer_of_the_library_has_a_class_and_no_other():
    assert sorted(name.lower() for name in CLASSES) == sorted(name.replace("_", "") for name in MEMBERS)


@pytest.mark.parametrize("name", MEMBERS)
def test_options_and_defaults_are_the_librarys(name):
    parameters = inspect.signature(_class_of(name)).parameters
    options = MEMBERS[name]["options"]
    assert list(parameters) == [option["name"] for option in options]
    for option in options:
        default = parameters[option["name"]].default
        if "default" not in option:
            assert default is inspect.Parameter.empty
        elif option["type"] == "layers":
            assert list(default) == option["default"]
        else:
            assert default == option["default"], option["name"]


@pytest.mark.parametrize("name", MEMBERS)
def test_an_object_is_the_dict_of_its_spec(name):
    layer, example = _made(MEMBERS[name]), MEMBERS[name]["example"]
    made = nnswift.Sequential(4, [layer, Dense(3)])
    assert made.spec == nnswift.Model(input=4, layers=[example, {"type": "dense", "units": 3}],
                                      loss="softmax_cross_entropy").spec  # fmt: skip
    assert pickle.loads(pickle.dumps(layer)) == layer == copy.deepcopy(layer) == dict(layer)


def test_a_sequence_learns(blobs):
    X, y = blobs
    block = Residual([LayerNorm(), Dense(16, LeakyReLU(0.1))])
    model = nnswift.Sequential(4, [Dense(16, "relu"), block, Dropout(0.1), Dense(3)], preprocess="standardize", seed=7)
    model.train(X, y, epochs=30, optimizer={"type": "adam", "learning_rate": 0.01})
    assert model.evaluate(X, y, "accuracy")["accuracy"] > 0.9
    assert model.spec["layers"][1]["layers"][1]["activation"] == {"type": "leaky_relu", "slope": 0.1}
    assert nnswift.Model(model.spec).spec == model.spec


def test_layers_and_dicts_stand_beside_each_other():
    spec = {"input": 2, "layers": [{"type": "dense", "units": np.int64(4)}, "relu", Dense(1)], "loss": "mse"}
    assert [layer["type"] for layer in nnswift.Model(spec).spec["layers"]] == ["dense", "relu", "dense"]


def test_what_a_layer_shows():
    assert repr(Dense(3)) == "Dense(units=3)" and repr(Layer("new", size=3)) == "Layer(type='new', size=3)"
    assert repr(Dense(3, LeakyReLU(0.5), bias=False)) == "Dense(units=3, activation=LeakyReLU(slope=0.5), bias=False)"


@pytest.mark.parametrize("arguments", [([Dense(3)],), (4, Dense(3)), (4, "dense"), (4, None)])
def test_a_sequence_needs_features_and_a_list(arguments):
    with pytest.raises(nnswift.ArgumentError, match=r"such as nnswift.Sequential\(4, \[Dense"):
        nnswift.Sequential(*arguments)


@pytest.mark.parametrize("layer, sentence", [
    (lambda: Dense("3"), 'units must be an integer.*got "3"'), (lambda: Dense(3, "rely"), 'did you mean "relu"'),
    (lambda: Dropout(1), "0 <= rate < 1, got 1"), (lambda: Dense, "dicts, lists.*Dense"),
])  # fmt: skip
def test_the_librarys_sentences_come_through(layer, sentence):
    with pytest.raises(nnswift.ArgumentError, match=sentence):
        nnswift.Sequential(4, [layer(), Dense(3)])
