"""Compares the library with the golden files: each generator yields one Compared for each case."""

import json
import pathlib
import typing

import golden
import numpy as np

import nnswift

# Errors are norm-wise, see golden.difference. 2e-6 is about 17 roundings of float32 (6e-8 each,
# 1.2e-7 in a relative norm); 50 steps may add up, so 1e-5.
FORWARD, STEPS_LIMIT = 2e-6, 1e-5
# Both sides compute in float64; sums of many rows in another order.
METRICS_LIMIT = 1e-12
DIGITS = pathlib.Path(__file__).resolve().parents[2] / "examples" / "data" / "digits.u8"
# The network of Tests/Golden/trajectories.
SPEC = {
    "input": 3, "loss": "softmax_cross_entropy",
    "layers": [{"type": "dense", "units": 4, "activation": "tanh"}, {"type": "dense", "units": 3}],
}


# Cases of one row and one output in which the loss is a small difference of larger numbers: for mse
# an output of 0.400 and a target of 0.277, off by 2e-7, the rounding of sums of terms near 1 in
# float32, and so off by 2 * 2e-7 / 0.12 = 3.5e-6 of itself; for quantile 1.296 and 1.347, off by
# 1.2e-7 / 0.05 = 2.4e-6. Shown by `emulated`: the loss in float64 of the float32 outputs is the
# library's loss.
EXCUSED = {("loss mse", "loss"), ("loss quantile", "loss")}


class Compared(typing.NamedTuple):
    """One comparison: the row of the table, what was compared there, and how far the two sides are apart."""

    row: str
    what: str
    absolute: float
    relative: float
    limit: float

    @property
    def is_equal(self):
        return self.relative <= self.limit


def emulated(raw, case, loss):
    """The loss (mse or quantile) in float64 of given float32 outputs."""
    difference = case["y"].reshape(raw.shape) - raw.astype(float)
    q = np.asarray(loss.get("q", 0.5))
    losses = difference**2 if loss["type"] == "mse" else np.maximum(q * difference, (q - 1) * difference)
    return np.average(losses.mean(axis=1), weights=case.get("w"))


def prefixed(arrays, prefix):
    return {name[len(prefix):]: value for name, value in arrays.items() if name.startswith(prefix)}


def joined(tensors):
    return np.concatenate([value.ravel() for value in tensors.values()])


def layers(folder="layers"):
    """Forward, loss and gradients of every layer, activation and loss; 5 steps of residual networks."""
    metadata, arrays = golden.read(folder)
    for number, case in enumerate(json.loads(metadata["cases"])):
        own = prefixed(arrays, f"{number}.")
        model = nnswift.Model(case["spec"])
        model.set_weights({k: v.astype(np.float32) for k, v in prefixed(own, "weight.").items()})
        model.configure({"class_weight": case["class_weight"]} if case["class_weight"] else {})
        raw = model.predict(own["x"], kind="raw").reshape(own["raw"].shape)
        yield Compared(case["row"], "forward", *golden.difference(raw, own["raw"]), FORWARD)
        loss, gradients = model.loss_grad(own["x"], own["y"], own.get("w"))
        is_excused = (case["row"], "loss") in EXCUSED
        reference = emulated(raw, own, model.spec["loss"]) if is_excused else own["loss"]
        yield Compared(case["row"], "loss", *golden.difference(loss, reference), FORWARD)
        wanted = prefixed(own, "grad.")
        ours = joined({name: gradients[name] for name in wanted})
        yield Compared(case["row"], "gradient", *golden.difference(ours, joined(wanted)), FORWARD)
        if "steps" in own:
            model.configure(case["config"])
            steps = []
            for _ in own["steps"]:
                model.train_batch(own["x"], own["y"])
                steps.append(joined(model.weights))
            yield worst(case["row"], "5 steps", steps, own["steps"])


def trajectories():
    """Weights after each of 50 steps: every optimiser with its options under every schedule."""
    metadata, arrays = golden.read("trajectories")
    starts = {False: prefixed(arrays, "weight."), True: prefixed(arrays, "normed.")}
    for number, case in enumerate(json.loads(metadata["cases"])):
        reference = arrays[str(number)]
        model = nnswift.Model(case.get("spec", SPEC))
        model.set_weights(starts["spec" in case])
        run = same_batch if case.get("same_batch") or "rows" in case else changing_batches
        steps = run(model, case, arrays, len(reference))
        yield worst(case["row"], case.get("column", "50 steps"), steps, reference, arrays.get(f"{number}.spread"))


def worst(row, what, steps, reference, spread=None):
    """The step that differs most, tensors joined.

    spread: how far PyTorch's own float32 is from its float64 at each step, for the one rule that magnifies rounding.
    """
    limits = np.full(len(reference), STEPS_LIMIT)
    if spread is not None:
        limits = np.maximum(limits, 2 * spread)
    pairs = [golden.difference(ours, wanted) for ours, wanted in zip(steps, reference)]
    assert len(pairs) == len(reference)
    step = max(range(len(pairs)), key=lambda k: pairs[k][1] / limits[k])
    return Compared(row, what, *pairs[step], limits[step])


def changing_batches(model, case, arrays, count):
    """Another batch at each step, by train_batch."""
    model.configure(case["config"])
    rows = len(arrays["x"]) // count
    for start in range(0, count * rows, rows):
        model.train_batch(arrays["x"][start : start + rows], arrays["y"][start : start + rows])
        yield joined(model.weights)


def same_batch(model, case, arrays, count):
    """One batch an epoch, the same each time, by train."""
    rows = case.get("rows", len(arrays["x"]) // count)
    steps = []
    config = {"shuffle": False, "batch_size": 0, **case["config"]}
    model.train(
        arrays["x"][:rows], arrays["y"][:rows], config, callback=lambda _: steps.append(joined(model.weights)))
    return steps


def studies():
    """The from-scratch trainings of studies B and E, step for step."""
    metadata, arrays = golden.read("studies")
    digits = np.fromfile(DIGITS, np.uint8).reshape(-1, 65)[arrays["order"]]
    x, y = digits[:, :64] / 16.0, digits[:, 64]
    for number, case in enumerate(json.loads(metadata["cases"])):
        model = nnswift.Model(case["spec"])
        model.set_weights(prefixed(arrays, f"{number}.weight."))
        model.configure(case["config"])
        steps = []
        for step in range(len(x) // 32):
            part = slice(step * 32, (step + 1) * 32)
            model.train_batch(x[part], y[part])
            if (step + 1) % case["every"] == 0:
                steps.append(joined(model.weights))
        yield worst(case["row"], "200 steps", steps, arrays[f"{number}.trajectory"])


def number(value):
    """JSON has neither NaN nor infinity: null and "inf"."""
    return np.nan if value is None else float(value)


def metrics():
    """Every value of metrics.json, through nnswift.metrics."""
    document = golden.read_metrics()
    inputs = []
    for entry in document["inputs"]:
        shape = (entry["rows"], entry["columns"])
        truth = np.array([number(v) for v in entry["truth"]]).reshape(entry["rows"], -1)
        inputs.append({**entry, "truth": truth, "scores": np.array([number(v) for v in entry["scores"]]).reshape(shape)})
    for index, metric, value in document["values"]:
        name = metric if isinstance(metric, str) else metric["type"]
        ours = metric_value(metric, inputs[index])
        if ours is not None:
            yield scalar(name, ours, number(value))


def metric_value(metric, entry):
    """The library's value; None where nns_metric has no place for the input's threshold."""
    truth, scores = entry["truth"], entry["scores"]
    if entry["task"] in ("binary", "multilabel") and entry["threshold"] != 0.5:
        return None
    if entry["task"] == "labels":
        truth, scores = truth.astype(np.int64), scores[:, 0].astype(np.int64)
    elif entry["task"] != "regression":
        truth = truth.astype(np.int64)
    truth = truth[:, 0] if truth.ndim == 2 and truth.shape[1] == 1 else truth
    return nnswift.metrics.compute(metric, truth, scores, entry["weights"])


def scalar(row, ours, wanted):
    """Relative to values above 1: metrics are mostly between 0 and 1."""
    if np.isnan(wanted) or np.isnan(ours):
        far = 0.0 if np.isnan(wanted) and np.isnan(ours) else np.inf
        return Compared(row, "value", far, far, METRICS_LIMIT)
    far = abs(ours - wanted) if ours != wanted else 0.0
    return Compared(row, "value", far, far / max(1.0, abs(wanted)), METRICS_LIMIT)


ALL = {"layers": layers, "trajectories": trajectories, "studies": studies, "metrics": metrics}
