"""The cases of Tests/Golden: the networks of its files, trained as they say."""

import functools
import json
import pathlib
import sys

import numpy as np
from same_bytes import digest, file_parts
from same_bytes_outcome import joined, outcome, predictions, train, weights

import nnswift

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "Tests/Golden"))
import golden  # noqa: E402

# The networks of trajectories that name none.
PLAIN = {
    "input": 3, "loss": "softmax_cross_entropy",
    "layers": [{"type": "dense", "units": 4, "activation": "tanh"}, {"type": "dense", "units": 3}],
}  # fmt: skip
NORMED = {
    "input": 3, "loss": "softmax_cross_entropy",
    "layers": [{"type": "dense", "units": 6, "bias": False}, {"type": "batch_norm", "momentum": 0.2}, {"type": "tanh"},
               {"type": "layer_norm"}, {"type": "dense", "units": 3}],
}  # fmt: skip


def cases():
    """Yields (name, function that yields (part, value))."""
    for folder in ("layers", "trajectories", "studies", "keras"):
        metadata, arrays = golden.read(folder)
        for number, case in enumerate(json.loads(metadata["cases"])):
            name = " ".join(filter(None, ("golden", folder, case["row"], case.get("column", ""))))
            if folder == "studies":
                yield name, functools.partial(study, case, arrays, number)
            elif folder == "layers" or "spec" in case and folder == "keras":
                yield name, functools.partial(one_batch, case, prefixed(arrays, f"{number}."))
            else:
                yield name, functools.partial(trajectory, case, arrays)
    yield "golden metrics", metrics


def prefixed(arrays, prefix):
    return {name[len(prefix) :]: value for name, value in arrays.items() if name.startswith(prefix)}


def one_batch(case, arrays):
    """Outputs, loss and gradient; then a step by train_batch and one by apply_grad."""
    model = nnswift.Model(case["spec"])
    model.set_weights({key: value.astype(np.float32) for key, value in prefixed(arrays, "weight.").items()})
    config = dict(case.get("config") or {})
    if case.get("class_weight"):
        config["class_weight"] = case["class_weight"]
    model.configure(config)
    yield from predictions(model, arrays["x"])
    data = (arrays["x"], arrays["y"], arrays.get("w"))
    loss, gradient = model.loss_grad(*data)
    yield "loss", np.float64(loss).tobytes()
    yield "gradient", {name: np.asarray(value) for name, value in gradient.items()}
    model.train_batch(*data)
    yield "weights after train_batch", weights(model)
    model.apply_grad(gradient)
    yield "weights after apply_grad", weights(model)
    yield "predictions at last", model.predict(arrays["x"], kind="raw")
    yield from file_parts(model.to_bytes())


def trajectory(case, arrays):
    """The weights of every step, and the outcome."""
    is_normed = "spec" in case or "momentum" in case
    model = nnswift.Model(case.get("spec", NORMED if is_normed else PLAIN))
    model.set_weights(prefixed(arrays, "normed." if is_normed else "weight."))
    count = case["config"]["epochs"]
    rows = case.get("rows", len(arrays["x"]) // count)
    steps = []
    if case.get("same_batch") or "rows" in case:
        x, y = arrays["x"][:rows], arrays["y"][:rows]
        config = {"shuffle": False, "batch_size": 0, **case["config"]}
        train(model, x, y, config=config, callback=lambda _: steps.append(joined(model.weights)))
    else:
        model.configure(case["config"])
        for start in range(0, count * rows, rows):
            model.train_batch(arrays["x"][start : start + rows], arrays["y"][start : start + rows])
            steps.append(joined(model.weights))
    yield "steps", [digest(step) for step in steps]
    yield from outcome(model, arrays["x"])


def study(case, arrays, number):
    digits = np.fromfile(ROOT / "examples/data/digits.u8", np.uint8).reshape(-1, 65)[arrays["order"]]
    x, y = digits[:, :64] / 16.0, digits[:, 64]
    model = nnswift.Model(case["spec"])
    model.set_weights(prefixed(arrays, f"{number}.weight."))
    model.configure(case["config"])
    for step in range(len(x) // 32):
        model.train_batch(x[step * 32 : (step + 1) * 32], y[step * 32 : (step + 1) * 32])
    yield from outcome(model, x, (1, 3))


def metrics():
    """All values of metrics.json; errors by their name."""
    document = golden.read_metrics()
    for number, (index, metric, _) in enumerate(document["values"]):
        entry = document["inputs"][index]
        yield f"{number} {metric if isinstance(metric, str) else metric['type']}", metric_value(metric, entry)


def metric_value(metric, entry):
    def numbers(values):
        return np.array([np.nan if value is None else float(value) for value in values])

    truth = numbers(entry["truth"]).reshape(entry["rows"], -1)
    scores = numbers(entry["scores"]).reshape(entry["rows"], entry["columns"])
    if entry["task"] == "labels":
        truth, scores = truth.astype(np.int64), scores[:, 0].astype(np.int64)
    elif entry["task"] != "regression":
        truth = truth.astype(np.int64)
    truth = truth[:, 0] if truth.shape[1] == 1 else truth
    try:
        return np.float64(nnswift.metrics.compute(metric, truth, scores, entry["weights"])).tobytes()
    except nnswift.Error as error:
        return type(error).__name__.encode()
