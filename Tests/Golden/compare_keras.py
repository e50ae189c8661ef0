"""Compares the library with keras/golden.safetensors: what Keras 3 computes where it is not what PyTorch does."""

import json

import compare as common
import golden
import numpy as np

import nnswift

# The network of Tests/Golden/trajectories with running statistics.
NORM = {
    "input": 3, "loss": "softmax_cross_entropy",
    "layers": [{"type": "dense", "units": 6, "bias": False}, {"type": "batch_norm", "momentum": 0.2}, {"type": "tanh"},
               {"type": "layer_norm"}, {"type": "dense", "units": 3}],
}


def compare():
    """One Compared for each trajectory; three for each loss: output, loss and gradient."""
    metadata, arrays = golden.read("keras")
    for number, case in enumerate(json.loads(metadata["cases"])):
        if "spec" in case:
            yield from one_batch(case, common.prefixed(arrays, f"{number}."))
        else:
            yield common.worst(case["row"], "50 steps", list(trajectory(case, arrays)), arrays[str(number)])


def one_batch(case, arrays):
    """Output, loss and gradients of one batch."""
    model = nnswift.Model(case["spec"])
    model.set_weights({k: v.astype(np.float32) for k, v in common.prefixed(arrays, "weight.").items()})
    model.configure(case["config"])
    output = model.predict(arrays["x"], kind=case["kind"])
    yield compared(case["row"], "forward", output, arrays["output"])
    loss, gradients = model.loss_grad(arrays["x"], arrays["y"], arrays.get("w"))
    yield compared(case["row"], "loss", loss, arrays["loss"])
    wanted = common.prefixed(arrays, "grad.")
    ours = common.joined({name: gradients[name] for name in wanted})
    yield compared(case["row"], "gradient", ours, common.joined(wanted))


def compared(row, what, ours, wanted):
    return common.Compared(row, what, *golden.difference(ours, wanted), common.FORWARD)


def trajectory(case, arrays):
    """The library's weights after the steps that the file keeps."""
    is_normed = "momentum" in case
    model = nnswift.Model(NORM if is_normed else common.SPEC)
    model.set_weights(common.prefixed(arrays, "normed." if is_normed else "weight."))
    run = common.same_batch if "rows" in case else common.changing_batches
    for step, values in enumerate(run(model, case, arrays, case["config"]["epochs"]), 1):
        if step % case["every"] == 0:
            yield with_biased_variance(case, values, step) if is_normed else values


def with_biased_variance(case, values, step):
    """Keras gathers the biased variance: of what batches gave it has (rows - 1) / rows, of the 1 at first the same."""
    features = NORM["layers"][0]["units"]
    first = (1 - case["momentum"]) ** step
    gathered = values[-features:].astype(float) - first
    return np.concatenate([values[:-features], first + gathered * (case["batch"] - 1) / case["batch"]])
