"""`nnswift convert`: model files of this library to and from those of others, told by the endings of their names."""

from __future__ import annotations

import argparse
import importlib.util
import os
import pickle
from typing import Any, Callable, Dict

from .. import convert as frameworks
from ..model import Model
from ._complaint import Complaint, tell
from ._model import loaded

_OWN = ".safetensors"
_PACKAGES = {".onnx": "onnx", ".keras": "keras", ".pt": "torch", ".joblib": "scikit-learn", ".pkl": "scikit-learn"}
# Files that run code when they are opened.
_TRUSTED = (".pt", ".joblib", ".pkl")


def run(options: argparse.Namespace) -> None:
    source, destination = _ending(options.source), _ending(options.destination)
    if (source == _OWN) == (destination == _OWN):
        raise Complaint(f"one of the two files must end in {_OWN}, got {options.source} and {options.destination}")
    other = destination if source == _OWN else source
    try:
        if source == _OWN:
            model = loaded(options.source)
            _WRITERS[other](model, options.destination)
        else:
            if not os.path.exists(options.source):
                raise Complaint(f"{options.source} must be a file, there is none")
            if other in _TRUSTED and not options.trust:
                raise Complaint(
                    f"{options.source} runs code when it is opened; if you know where it is from, say so with --trust"
                )
            _read(other, options).save(options.destination)
    except ImportError as problem:
        if problem.name and problem.name.split(".")[0] in ("onnx", "keras", "torch", "sklearn", "joblib"):
            raise Complaint(f"{other} files need {_PACKAGES[other]}: pip install {_PACKAGES[other]}") from None
        raise
    except ValueError as problem:
        raise Complaint(f"{options.source} cannot become {options.destination}: {problem}") from None
    tell(f"{options.destination} is written, {os.path.getsize(options.destination):,} bytes")


def _ending(path: str) -> str:
    ending = os.path.splitext(path)[1].lower()
    if ending not in (_OWN, *_PACKAGES):
        raise Complaint(f'"{path}" must end in {_OWN}, {", ".join(_PACKAGES)}: the ending names the format')
    return ending


def _choose_backend() -> None:
    """Lets Keras compute with what is installed; it would take TensorFlow alone."""
    for package, backend in (("tensorflow", "tensorflow"), ("torch", "torch"), ("jax", "jax")):
        if importlib.util.find_spec(package):
            os.environ.setdefault("KERAS_BACKEND", backend)
            return


def _to_keras(model: Model, path: str) -> None:
    _choose_backend()
    frameworks.to_keras(model, kind="proba").save(path)


def _to_torch(model: Model, path: str) -> None:
    network = frameworks.to_torch(model)
    import torch

    torch.save(network, path)


def _to_sklearn(model: Model, path: str) -> None:
    import joblib

    joblib.dump(_estimator(model), path)


def _estimator(model: Model) -> Any:
    """Returns a fitted estimator of the same form, with the model's weights."""
    import warnings

    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    spec = model.spec
    dense = [layer for layer in spec["layers"] if layer["type"] == "dense"]
    activation = dense[0].get("activation", {"type": "identity"})["type"] if len(dense) > 1 else "identity"
    names = {"sigmoid": "logistic", "identity": "identity"}
    form = {
        "hidden_layer_sizes": tuple(layer["units"] for layer in dense[:-1]),
        "activation": names.get(activation, activation), "max_iter": 1,
    }  # fmt: skip
    is_regression = spec["loss"]["type"] == "mse"
    outputs = model.output_size
    classes = np.array(model.classes or range(max(outputs, 2)))
    y = np.zeros((2, outputs)) if is_regression else np.resize(classes, max(2, len(classes)))
    if is_regression and outputs == 1:
        y = y[:, 0]
    network = (MLPRegressor if is_regression else MLPClassifier)(**form)
    with warnings.catch_warnings():
        # A step makes the arrays that the weights go into.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(np.zeros((len(y), model.input_size)), y)
    return frameworks.to_sklearn(model, network)


_WRITERS: Dict[str, Callable[[Model, str], Any]] = {
    ".onnx": frameworks.to_onnx, ".keras": _to_keras, ".pt": _to_torch, ".joblib": _to_sklearn, ".pkl": _to_sklearn,
}  # fmt: skip


def _read(ending: str, options: argparse.Namespace) -> Model:
    path, loss = options.source, options.loss
    if ending == ".onnx":
        return frameworks.from_onnx(path, loss)
    if ending in (".joblib", ".pkl"):
        return frameworks.from_sklearn(_unpickled(path))
    if loss is None:
        raise Complaint(f"--loss must say what the outputs of {path} are for, such as softmax_cross_entropy or mse")
    if ending == ".keras":
        _choose_backend()
        import keras

        return frameworks.from_keras(keras.saving.load_model(path, compile=False), loss)
    import torch

    return frameworks.from_torch(torch.load(path, weights_only=False, map_location="cpu"), loss)


def _unpickled(path: str) -> Any:
    try:
        import joblib
    except ImportError:
        with open(path, "rb") as file:
            return pickle.load(file)
    return joblib.load(path)
