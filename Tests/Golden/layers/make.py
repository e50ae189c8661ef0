"""Forward, loss and every gradient of each layer, activation and loss, by PyTorch in float64; of residual networks the
weights after each of 5 steps, too.

    pip install -r ../requirements.txt && python make.py
"""

import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import activations  # noqa: E402
import golden  # noqa: E402
from network import Network, loss  # noqa: E402

rng = np.random.default_rng(20260101)

ACTIVATIONS = [
    "identity", "relu", {"type": "leaky_relu", "slope": 0.1}, {"type": "elu", "alpha": 0.7}, "selu", "gelu",
    {"type": "gelu", "approximate": "tanh"}, "silu", "sigmoid", "tanh", {"type": "softplus", "beta": 2.0},
    "hard_sigmoid", "softmax", "log_softmax",
]
NORMS = [{"type": "batch_norm"}, {"type": "batch_norm", "affine": False, "eps": 1e-3}, {"type": "layer_norm"},
         {"type": "layer_norm", "affine": False}]
# rows, features, units: one of each, 33 rows, primes
SHAPES = [(1, 3, 4), (5, 1, 2), (33, 7, 5), (13, 11, 17), (4, 2, 1)]
LOSSES = [
    ("softmax_cross_entropy", 5), ({"type": "softmax_cross_entropy", "label_smoothing": 0.1}, 3),
    ("binary_cross_entropy", 1), ({"type": "binary_cross_entropy", "pos_weight": 2.5, "label_smoothing": 0.1}, 1),
    ({"type": "binary_cross_entropy", "pos_weight": [0.5, 2.0, 3.0]}, 3), ("mse", 1), ("mse", 3), ("mae", 2),
    ({"type": "huber", "delta": 0.5}, 2), ({"type": "quantile", "q": 0.9}, 1),
    ({"type": "quantile", "q": [0.1, 0.5, 0.9]}, 3), ("poisson", 2),
]


def dense(units, activation="identity"):
    return {"type": "dense", "units": units, "activation": activation}


def residual(*layers, shortcut=()):
    return {"type": "residual", "layers": list(layers), "shortcut": list(shortcut)}


NESTED = residual(dense(4, "silu"), residual(dense(4, "tanh")), dense(6), shortcut=[dense(6, "softplus")])
# Identity and layers in the shortcut; normalisations and activations alone; one inside the other; two in a row.
RESIDUALS = [
    ("mse", [residual(dense(6, "gelu"))]),
    ("softmax_cross_entropy", [residual(dense(8, "tanh"), dense(4), shortcut=[dense(4)]), {"type": "silu"}]),
    ("mse", [residual({"type": "layer_norm"}, {"type": "tanh"}, shortcut=[{"type": "sigmoid"}])]),
    ("softmax_cross_entropy", [residual({"type": "batch_norm"}, dense(6, "silu"), shortcut=[{"type": "layer_norm"}])]),
    ("huber", [NESTED, residual({"type": "layer_norm"}, dense(6), {"type": "gelu"}, dense(6))]),
]

# SGD with momentum, each step on all rows.
STEPS = 5
CONFIG = {"optimizer": {"type": "sgd", "learning_rate": 0.05, "momentum": 0.9}}


class Branched(Network):
    """A network with rms_norm, the kinds of activations.py, and with residual layers, y = layers(x) + shortcut(x)."""

    def layer(self, prefix, layer, x, training):
        if layer["type"] == "rms_norm":
            # The default is the smallest step of float32 at 1, as PyTorch's is for float32.
            return F.rms_norm(x, x.shape[1:], self.tensors.get(prefix + "weight"), layer.get("eps", 2.0**-23))
        if layer["type"] != "residual":
            value = activations.layer(layer, x, lambda name: self.tensors.get(prefix + name))
            return super().layer(prefix, layer, x, training) if value is None else value
        ends = []
        for branch in ("layers", "shortcut"):
            value = x
            for index, inner in enumerate(layer.get(branch, [])):
                value = self.layer(f"{prefix}{branch}.{index}.", inner, value, training)
            ends.append(value)
        return ends[0] + ends[1]


def single(*shape):
    """Normal numbers that float32 holds exactly, so that both sides begin with the same."""
    return rng.normal(size=shape).astype(np.float32).astype(np.float64)


def weights_of(spec):
    """Random tensors of the shapes a spec asks for, and the size of the output."""
    tensors, statistics = {}, {}
    size = draw(spec["layers"], "layers.", spec["input"], tensors, statistics)
    return {**tensors, **{k: v.astype(np.float32).astype(np.float64) for k, v in statistics.items()}}, size


def draw(layers, path, size, tensors, statistics):
    """Draws the tensors of layers into two dicts, and returns the size of their output."""
    for index, layer in enumerate(layers):
        name = f"{path}{index}."
        if layer["type"] == "residual":
            ends = [draw(layer.get(b, []), f"{name}{b}.", size, tensors, statistics) for b in ("layers", "shortcut")]
            size = ends[0]
        elif layer["type"] == "dense":
            tensors[name + "weight"] = single(layer["units"], size)
            tensors[name + "bias"] = single(layer["units"])
            size = layer["units"]
        elif layer["type"] == "prelu":
            tensors[name + "weight"] = single(1 if layer.get("shared", True) else size)
        elif layer["type"].endswith("_norm"):
            if layer.get("affine", True):
                tensors[name + "weight"] = single(size)
                if layer["type"] != "rms_norm":
                    tensors[name + "bias"] = single(size)
            if layer["type"] == "batch_norm":
                statistics[name + "running_mean"] = single(size)
                statistics[name + "running_var"] = np.abs(single(size)) + np.float64(0.5)
    return size


def targets_for(options, rows, outputs, soft):
    kind = options if isinstance(options, str) else options["type"]
    if kind == "softmax_cross_entropy":
        if soft:
            return rng.dirichlet(np.ones(outputs), rows).astype(np.float32).astype(np.float64)
        return rng.integers(0, outputs, rows)
    if kind == "binary_cross_entropy":
        values = rng.random((rows, outputs)) if soft else rng.integers(0, 2, (rows, outputs))
        return np.asarray(values, np.float32).astype(np.float64)
    if kind == "poisson":
        return rng.integers(0, 5, (rows, outputs)).astype(np.float64)
    return single(rows, outputs)


def cases():
    """(row of the table, spec, features, soft targets, sample weights, class weights)"""
    for rows, features, units in SHAPES:
        for function in ACTIVATIONS:
            layers = [{"type": "dense", "units": units, "activation": function}, {"type": "dense", "units": 2}]
            name = function if isinstance(function, str) else function["type"]
            yield f"activation {name}", {"input": features, "layers": layers, "loss": "mse"}, single(rows, features), False, False, None
        for norm in NORMS:
            if norm["type"] == "batch_norm" and rows == 1:
                continue
            layers = [{"type": "dense", "units": units}, norm, {"type": "dense", "units": 2}]
            yield f"layer {norm['type']}", {"input": features, "layers": layers, "loss": "mse"}, single(rows, features), False, False, None
    for options, outputs in LOSSES:
        name = options if isinstance(options, str) else options["type"]
        spec = {"input": 6, "layers": [{"type": "dense", "units": 7, "activation": "tanh"}, {"type": "dense", "units": outputs}], "loss": options}
        classes = outputs if name == "softmax_cross_entropy" else 2 if name == "binary_cross_entropy" and outputs == 1 else None
        for rows in (1, 33):
            for soft in (False, True) if "cross_entropy" in name else (False,):
                for weighted in (False, True):
                    weights = (rng.random(classes) + 0.5).tolist() if weighted and classes else None
                    yield f"loss {name}", spec, single(rows, 6), soft, weighted, weights
    hurt = single(9, 4)
    hurt[2], hurt[:, 1] = 0, 3
    for loss_name in ("softmax_cross_entropy", "mse"):
        layers = [{"type": "dense", "units": 6, "activation": "relu"}, {"type": "batch_norm"}, {"type": "dense", "units": 3}]
        yield "zero row, constant column", {"input": 4, "layers": layers, "loss": loss_name}, hurt, False, False, None
    for loss_name, outputs in (("softmax_cross_entropy", 4), ("binary_cross_entropy", 1), ("binary_cross_entropy", 3)):
        spec = {"input": 3, "layers": [{"type": "dense", "units": outputs}], "loss": loss_name}
        yield "logits of 1e4", spec, (single(8, 3) * 1e4).astype(np.float32).astype(np.float64), False, False, None
    for loss_name, block in RESIDUALS:
        layers = [{"type": "dense", "units": 6, "activation": "tanh"}, *block, {"type": "dense", "units": 3}]
        yield "layer residual", {"input": 5, "layers": layers, "loss": loss_name}, single(21, 5), False, False, None
    for rows, features, units in SHAPES:
        for norm in ({"type": "rms_norm"}, {"type": "rms_norm", "affine": False, "eps": 1e-3}):
            layers = [{"type": "dense", "units": units}, norm, {"type": "dense", "units": 2}]
            yield "layer rms_norm", {"input": features, "layers": layers, "loss": "mse"}, single(rows, features), False, False, None
    for rows, features, units in SHAPES:
        for function in activations.ACTIVATIONS:
            name = function if isinstance(function, str) else function["type"]
            layers = [dense(units, function), dense(2)]
            yield f"activation {name}", {"input": features, "layers": layers, "loss": "mse"}, single(rows, features), False, False, None
        for prelu in activations.PRELUS:
            layers = [dense(units), prelu, dense(2)]
            yield "layer prelu", {"input": features, "layers": layers, "loss": "mse"}, single(rows, features), False, False, None


def trained(spec, weights, x, y):
    """[steps x values]: all tensors after each step, running statistics behind the parameters."""
    network = Branched(spec, weights)
    rule = CONFIG["optimizer"]
    optimizer = torch.optim.SGD(network.parameters, lr=rule["learning_rate"], momentum=rule["momentum"])
    steps = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(spec["loss"], network(torch.tensor(x), training=True), torch.tensor(y)).backward()
        optimizer.step()
        steps.append(np.concatenate([tensor.detach().numpy().ravel() for tensor in network.tensors.values()]))
    return np.array(steps)


def main():
    listed, arrays = [], {}
    for number, (row, spec, x, soft, weighted, class_weight) in enumerate(cases()):
        weights, outputs = weights_of(spec)
        y = targets_for(spec["loss"], len(x), outputs, soft)
        sample_weight = (rng.random(len(x)) + 0.5).astype(np.float32).astype(np.float64) if weighted else None
        if class_weight:
            class_weight = [float(np.float32(value)) for value in class_weight]
        network = Branched(spec, weights)
        raw = network(torch.tensor(x), training=False).detach().numpy()
        value = loss(spec["loss"], network(torch.tensor(x), training=True), torch.tensor(y), sample_weight, class_weight)
        value.backward()
        prefix = f"{number}."
        arrays.update({prefix + "x": x, prefix + "y": y, prefix + "raw": raw, prefix + "loss": value.detach().numpy().reshape(1)})
        if weighted:
            arrays[prefix + "w"] = sample_weight
        for name, tensor in network.tensors.items():
            arrays[prefix + "weight." + name] = weights[name]
            if tensor.requires_grad:
                arrays[prefix + "grad." + name] = tensor.grad.numpy().copy()
        listed.append({"row": row, "spec": spec, "class_weight": class_weight})
        if row == "layer residual":
            listed[-1]["config"] = CONFIG
            arrays[prefix + "steps"] = trained(spec, weights, x, y)
    golden.write("layers", listed, {k: np.ascontiguousarray(v) for k, v in arrays.items()},
                 torch=torch.__version__, numpy=np.__version__)
    print(len(listed), "cases")


if __name__ == "__main__":
    main()
