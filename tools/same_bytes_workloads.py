"""The workloads W1 to W8 of Tests/Benchmarks, an epoch of fewer rows, and the studies in short."""

import csv
import functools
import gzip
import os
import pathlib

import numpy as np
from same_bytes_outcome import ROWS, trained

ROOT = pathlib.Path(__file__).resolve().parents[1]

# name: (data, rows, sizes, activation, batch, optimizer, rate)
WORKLOADS = {
    "W1": ("pixels", 6000, (784, 64, 10), "relu", 32, "sgd", 1e-3),
    "W2": ("pixels", 6000, (784, 64, 10), "relu", 32, "adam", 1e-3),
    "W3": ("pixels", 6000, (784, 10), "relu", 32, "sgd", 1e-2),
    "W4s": ("pixels", 6000, (784, 100, 100, 10), "relu", 64, "sgd", 1e-2),
    "W4a": ("pixels", 6000, (784, 100, 100, 10), "relu", 64, "adam", 1e-3),
    "W5": ("table", 20000, (14, 64, 32, 1), "relu", 256, "adam", 1e-3),
    "W6s": ("table", 2000, (14, 16, 1), "relu", 0, "sgd", 1e-1),
    "W6a": ("table", 2000, (14, 16, 1), "relu", 0, "adam", 1e-2),
    "W7-10-tanh-adam": ("numbers", 400, (13, 10, 1), "tanh", 16, "adam", 1e-3),
    "W7-128-sigmoid-rmsprop": ("numbers", 400, (13, 128, 1), "sigmoid", 16, "rmsprop", 1e-3),
    "W7-128x128-relu-sgd": ("numbers", 400, (13, 128, 128, 1), "relu", 16, "sgd", 1e-2),
    "W8": ("pixels", 1280, (784, 1024, 1024, 10), "relu", 256, "adam", 1e-3),
}
LOSSES = {"pixels": "softmax_cross_entropy", "table": "binary_cross_entropy", "numbers": "mse"}


def cases():
    """Yields (name, function that yields (part, value))."""
    for name in WORKLOADS:
        for threads in (1, 2):
            yield f"workload {name}, threads {threads}", functools.partial(workload, name, threads)
    made = mnist()
    if made:
        for name in ("W1", "W2", "W3", "W4s", "W8"):
            yield f"MNIST {name}", functools.partial(workload, name, 1, made)
    images, where = made or arrays("pixels", 3000), "MNIST" if made else "pixels"
    for name, (layers, loss, config) in image_studies().items():
        spec = {"input": 784, "preprocess": {"type": "scale", "factor": 1 / 255}, "layers": layers, "loss": loss}
        x, y = (values[:3000] for values in images)
        yield f"study {name} on {where}", functools.partial(trained, spec | {"seed": 1}, config | {"seed": 1}, x, y, ROWS)
    yield from table_studies()


def workload(name, threads, data=None):
    kind, rows, sizes, activation, batch, optimizer, rate = WORKLOADS[name]
    x, y = (values[:rows] for values in data or arrays(kind, rows))
    layers = [{"type": "dense", "units": units, "activation": activation} for units in sizes[1:-1]]
    layers.append({"type": "dense", "units": sizes[-1]})
    spec = {"input": sizes[0], "layers": layers, "loss": LOSSES[kind], "seed": 7}
    if data:
        spec["preprocess"] = {"type": "scale", "factor": 1 / 255}
    epochs = {"W6s": 50, "W6a": 50}.get(name, 5 if name.startswith("W7") else 1)
    config = {"epochs": epochs, "batch_size": batch, "seed": 7, "threads": threads, "shuffle": batch != 0}
    config["optimizer"] = {"type": optimizer, "learning_rate": rate}
    yield from trained(spec, config, x, y, ROWS)


def arrays(kind, rows):
    """Returns features and targets like those of Tests/Benchmarks/workloads.py."""
    generator = np.random.default_rng(20240601)
    if kind == "pixels":
        x = generator.random((rows, 784), dtype=np.float32)
        x[generator.random((rows, 784), dtype=np.float32) < 0.8] = 0
        teacher = generator.standard_normal((784, 10))
        return x, ((x - x.mean(0)) @ teacher).argmax(1)
    x = generator.standard_normal((rows, 14 if kind == "table" else 13)).astype(np.float32)
    score = x.astype(np.float64) @ generator.standard_normal(x.shape[1]) + np.sin(3 * x[:, 0])
    return x, (score > 0).astype(np.float32) if kind == "table" else score.astype(np.float32)


def mnist():
    """Returns 6,000 images and labels out of NNSWIFT_DATA_DIR, or None."""
    folder = pathlib.Path(os.environ.get("NNSWIFT_DATA_DIR", ROOT / "build/data"), "mnist")

    def content(name, header, size):
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                raw = gzip.open(path).read(header + size) if path.suffix == ".gz" else path.read_bytes()
                return np.frombuffer(raw[header : header + size], np.uint8)
        return None

    images, labels = content("train-images-idx3-ubyte", 16, 6000 * 784), content("train-labels-idx1-ubyte", 8, 6000)
    return None if images is None or labels is None else (images.reshape(-1, 784), labels.astype(np.int64))


def image_studies():
    """Returns {name: (layers, loss, config)} of the studies B, C and E."""
    once, output = "softmax_cross_entropy", {"type": "dense", "units": 10}
    smoothed = {"type": once, "label_smoothing": 0.05}

    def dense(units):
        return {"type": "dense", "units": units, "activation": "relu"}

    def config(epochs, optimizer, rate, batch=32, **more):
        return {"epochs": epochs, "batch_size": batch, "optimizer": {"type": optimizer, "learning_rate": rate}, **more}

    normed = [{"type": "dense", "units": 100, "init": "he_uniform"}, {"type": "batch_norm"}, {"type": "relu"}]
    l2 = {"init": {"type": "normal_l2", "std": 0.1}, "bias_init": {"type": "normal_l2", "std": 0.1}}
    straight = {"type": "relu", "straight_through": True}
    drop = {"type": "dropout", "rate": 0.2}
    return {
        "B rules": ([dense(64), output], once, config(2, "sgd", 0.001)),
        "B twice": ([dense(64), output, {"type": "softmax"}], once, config(2, "adam", 0.001)),
        "B best": ([drop, *normed, output], smoothed, config(2, "adam", 0.003, 64, schedule="cosine")),
        "C one": ([dense(100), output], once, config(2, "sgd", 0.001)),
        "C two": ([dense(100), dense(100), output], once, config(2, "sgd", 0.001)),
        "C best": ([drop, *normed, *normed, output], smoothed, config(2, "adam", 0.003, 64, schedule="cosine")),
        "E straight": ([output | l2 | {"activation": straight}], once, config(3, "sgd", 0.01)),
        "E true": ([output | l2 | {"activation": "relu"}], once, config(3, "sgd", 0.01)),
        "E best": ([{"type": "dropout", "rate": 0.3}, output], once, config(3, "adam", 0.001, schedule="cosine")),
    }


def table_studies():
    """Yields the cases of the studies A (on rows like its own) and D (cars and wines)."""
    x, y = arrays("table", 10000)
    wide, narrow = {"type": "normal"}, {"type": "normal", "std": 0.01}
    hidden = {"type": "dense", "units": 16, "activation": "sigmoid", "init": narrow, "bias_init": wide}
    last = {"type": "dense", "units": 1, "init": wide, "bias_init": wide}
    full = {"epochs": 50, "batch_size": 0, "seed": 1}
    adamw = {"type": "adamw", "learning_rate": 0.002, "weight_decay": 0.01}
    rules = {
        "scratch": ([hidden, last], full | {"optimizer": {"type": "sgd", "learning_rate": 0.1}}, 2000),
        "adam": ([{"type": "dense", "units": 16, "activation": "relu"}, {"type": "dense", "units": 1}],
                 full | {"epochs": 20, "optimizer": {"type": "adam", "learning_rate": 0.01}}, 10000),
        "best": ([{"type": "dense", "units": 64, "activation": "relu"}, {"type": "dropout", "rate": 0.2},
                  {"type": "dense", "units": 1}],
                 {"epochs": 2, "batch_size": 256, "schedule": "cosine", "optimizer": adamw, "seed": 1}, 10000),
    }  # fmt: skip
    for name, (layers, config, rows) in rules.items():
        spec = {"input": 14, "preprocess": "standardize", "layers": layers, "loss": LOSSES["table"], "seed": 1}
        yield f"study A {name}", functools.partial(trained, spec, config, x[:rows], y[:rows], ROWS)
    for task, (x, y, outputs, loss) in {"cars": cars(), "wines": wines()}.items():
        for net in ([10], [128], [10, 10]):
            for activation in ("relu", "sigmoid", "tanh"):
                for optimizer in ("sgd", "adam", "rmsprop"):
                    layers = [{"type": "dense", "units": units, "activation": activation} for units in net]
                    layers.append({"type": "dense", "units": outputs})
                    spec = {"input": x.shape[1], "preprocess": "standardize", "layers": layers, "loss": loss, "seed": 1}
                    config = {"epochs": 10, "seed": 1, "optimizer": {"type": optimizer, "learning_rate": 0.01}}
                    name = f"study D {task} {net} {activation} {optimizer}"
                    yield name, functools.partial(trained, spec, config, x, y)


def table(name):
    with open(ROOT / "examples/data" / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cars():
    rows = [row for row in table("auto-mpg.csv") if row["horsepower"]]
    names = ("cylinders", "displacement", "horsepower", "weight", "acceleration", "model_year")
    x = [[float(row[name]) for name in names] + [row["origin"] == kind for kind in "123"] for row in rows]
    return np.array(x, np.float32), np.array([float(row["mpg"]) for row in rows], np.float32), 1, "mse"


def wines():
    rows = table("wine.csv")
    x = [[float(value) for name, value in row.items() if name != "cultivar"] for row in rows]
    return np.array(x, np.float32), np.array([int(row["cultivar"]) for row in rows]), 3, "softmax_cross_entropy"
