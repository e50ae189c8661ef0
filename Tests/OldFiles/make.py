"""Writes the kept model files, and what they predict: a folder for each release that changed what
a file can hold.

    PYTHONPATH=bindings/python NNSWIFT_LIBRARY=build/libnnswift.so python Tests/OldFiles/make.py

A file that is there is never written again. From the release of 1.0.0 on, each is what that release
wrote, and every later 1.x must read it: a file or a prediction that is made anew hides a broken
promise.

A release that adds something to files (a kind of layer with tensors of its own, a key of
`__metadata__`, a slot of an optimiser) adds a folder such as 1.1 to FILES, with one file for each
thing that is new, made by that release. So does one that raises nnswift.version: the folders before
it then prove that files of the old version are still read.
"""

import json
import pathlib
import shutil
import tempfile

import numpy as np

import nnswift

HERE = pathlib.Path(__file__).resolve().parent
ROWS = 24
# Values that float32 holds exactly, so that every machine trains on the same numbers.
X = ((np.arange(ROWS * 4) * 37 % 97 - 48) / 16).reshape(ROWS, 4).astype(np.float32)
CLASSES = (X[:, 0] > 0).astype(np.int64) + (X[:, 1] > 0.5)
BITS = (X[:, 2] > X[:, 3]).astype(np.int64)
VALUES = X[:, :1] - 0.5 * X[:, 1:2] * X[:, 2:3]
ASKED = X[[1, 8, 14]] + np.float32(0.125)
# In order, so that what an epoch does depends on nothing but the file.
CONFIG = {"batch_size": 8, "shuffle": False, "optimizer": {"type": "adam", "learning_rate": 0.0625}}
STOP = {"early_stopping": {"metric": "loss", "patience": 9, "restore_best": True}}


def dense(units, activation=None):
    return {"type": "dense", "units": units, **({"activation": activation} if activation else {})}


def trained(layers, loss, y, **members):
    model = nnswift.Model({"input": 4, "layers": layers, "loss": loss, "seed": 5, **members})
    model.train(X, y, CONFIG, epochs=20)
    return model.to_bytes()


def regression():
    return trained([dense(5, "tanh"), dense(1)], "mse", VALUES)


def classifier():
    kinds = ["standardize", {"type": "clip", "limit": 1.5}, "minmax"]
    names = {"classes": ["low", "middle", "high"], "features": ["a", "b", "c", "größe"]}
    return trained([dense(5, "relu"), dense(3)], "softmax_cross_entropy", CLASSES, preprocess=kinds, **names)


def batch_norm():
    layers = [dense(4), {"type": "batch_norm", "momentum": 0.25}, "gelu", dense(3)]
    return trained(layers, "softmax_cross_entropy", CLASSES)


def residual():
    block = {"type": "residual", "layers": ["rms_norm", dense(4, "silu"), dense(3)], "shortcut": [dense(3)]}
    return trained([block, dense(1)], {"type": "huber", "delta": 0.5}, VALUES)


def threshold():
    model = nnswift.from_bytes(trained([dense(3, "tanh"), dense(1)], "binary_cross_entropy", BITS))
    model.threshold = 0.375
    model.notes["build"] = "4711"
    model.notes["größe"] = "zwei\nZeilen"
    return model.to_bytes()


def checkpoint():
    """After the second epoch of three, as the training itself saved it: with the best weights so far."""
    model = nnswift.Model({"input": 4, "layers": [dense(3, "tanh"), dense(1)], "loss": "mse", "seed": 5})
    with tempfile.TemporaryDirectory() as folder:
        path, kept = pathlib.Path(folder, "run.safetensors"), pathlib.Path(folder, "kept.safetensors")

        def keep(progress):
            if progress.epoch == 2:
                shutil.copy(path, kept)

        model.train(X, VALUES, {**CONFIG, **STOP}, epochs=3, checkpoint={"path": str(path)}, callback=keep)
        return kept.read_bytes()


FILES = {"1.0": [regression, classifier, batch_norm, residual, threshold, checkpoint]}


def rows(predictions):
    """A list a row, also of one value."""
    return predictions.reshape(len(predictions), -1)


def floats(values):
    return [[float(value) for value in row] for row in values]


def expectation(content):
    """What a model predicts and tells of itself, as JSON; a double of JSON holds every float32 exactly."""
    model = nnswift.from_bytes(content)
    told = {"x": floats(ASKED), "proba": floats(rows(model.predict(ASKED))), "raw": floats(rows(model.predict(ASKED, "raw")))}
    loss = model.spec["loss"]["type"]
    if "cross_entropy" in loss:
        told["label"] = model.predict(ASKED, "label").tolist()
    if loss == "binary_cross_entropy":
        told["threshold"] = model.threshold
    told.update({key: model.spec[key] for key in ("classes", "features") if key in model.spec})
    told["notes"] = dict(model.notes)
    if model.history.stopped != "none":
        config = {**CONFIG, **STOP, "epochs": 1, "continue": True}
        epochs = list(model.history["epoch"])
        model.train(X, VALUES, config)
        after = floats(rows(model.predict(ASKED, "raw")))
        told["training"] = {"config": config, "x": floats(X), "y": floats(VALUES), "epoch": epochs, "raw": after}
    return told


def text(told):
    """JSON with a line for each member."""
    lines = [json.dumps({key: value}, ensure_ascii=False)[1:-1] for key, value in told.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main():
    for release, functions in FILES.items():
        folder = HERE / release
        folder.mkdir(exist_ok=True)
        for function in functions:
            file, expected = (folder / f"{function.__name__}.{end}" for end in ("safetensors", "json"))
            if file.exists():
                print(f"{release}/{file.name}: kept")
                continue
            content = function()
            file.write_bytes(content)
            expected.write_text(text(expectation(content)), encoding="utf-8")
            print(f"{release}/{file.name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
