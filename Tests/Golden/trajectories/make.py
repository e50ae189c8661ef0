"""Weights after each of 50 steps, for every optimiser with its options under every schedule, by PyTorch
in float64, from the same weights on the same batches.

    pip install -r ../requirements.txt && python make.py
"""

import pathlib
import sys

import numpy as np
import torch
from torch import optim
from torch.optim import lr_scheduler as schedules

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import golden  # noqa: E402
from network import Network, loss  # noqa: E402

STEPS, ROWS = 50, 16
SPEC = {
    "input": 3, "loss": "softmax_cross_entropy",
    "layers": [{"type": "dense", "units": 4, "activation": "tanh"}, {"type": "dense", "units": 3}],
}
# No bias before batch_norm: its gradient is 0 but for rounding, and Adam would make steps of that.
NORM = {
    "input": 3, "loss": "softmax_cross_entropy",
    "layers": [{"type": "dense", "units": 6, "bias": False}, {"type": "batch_norm", "momentum": 0.2}, {"type": "tanh"},
               {"type": "layer_norm"}, {"type": "dense", "units": 3}],
}


class Lion(optim.Optimizer):
    """Algorithm 2 of Chen et al. 2023 (arXiv 2302.06675); PyTorch has none."""

    def __init__(self, params, lr, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for tensor in group["params"]:
                mean = self.state[tensor].setdefault("mean", torch.zeros_like(tensor))
                direction = torch.sign(first * mean + (1 - first) * tensor.grad)
                tensor -= group["lr"] * (direction + group["weight_decay"] * tensor)
                mean.mul_(second).add_((1 - second) * tensor.grad)


# (ours, PyTorch's class and arguments). Both get the learning rate.
OPTIMIZERS = [
    ("sgd", 0.05, {}, optim.SGD, {}),
    ("sgd", 0.05, {"momentum": 0.9, "dampening": 0.3}, optim.SGD, {"momentum": 0.9, "dampening": 0.3}),
    ("sgd", 0.05, {"momentum": 0.9, "nesterov": True}, optim.SGD, {"momentum": 0.9, "nesterov": True}),
    ("sgd", 0.05, {"weight_decay": 0.1}, optim.SGD, {"weight_decay": 0.1}),
    ("sgd", 0.05, {"momentum": 0.5, "l1": 0.02, "weight_decay": 0.1, "decay_bias": False}, optim.SGD, {"momentum": 0.5, "weight_decay": 0.1}),
    ("adam", 0.01, {}, optim.Adam, {}),
    ("adam", 0.01, {"beta1": 0.8, "beta2": 0.95, "eps": 1e-6, "weight_decay": 0.1}, optim.Adam, {"betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1}),
    ("adam", 0.01, {"beta2": 0.9, "amsgrad": True}, optim.Adam, {"betas": (0.9, 0.9), "amsgrad": True}),
    ("adamw", 0.01, {}, optim.AdamW, {}),
    ("adamw", 0.01, {"weight_decay": 0.1, "amsgrad": True, "decay_bias": False}, optim.AdamW, {"weight_decay": 0.1, "amsgrad": True}),
    ("nadam", 0.01, {}, optim.NAdam, {}),
    ("nadam", 0.01, {"beta1": 0.8, "momentum_decay": 0.01, "weight_decay": 0.1}, optim.NAdam, {"betas": (0.8, 0.999), "momentum_decay": 0.01, "weight_decay": 0.1}),
    ("rmsprop", 0.005, {}, optim.RMSprop, {}),
    ("rmsprop", 0.005, {"alpha": 0.9, "momentum": 0.5}, optim.RMSprop, {"alpha": 0.9, "momentum": 0.5}),
    ("rmsprop", 0.005, {"centered": True, "weight_decay": 0.1}, optim.RMSprop, {"centered": True, "weight_decay": 0.1}),
    ("adagrad", 0.05, {}, optim.Adagrad, {}),
    ("adagrad", 0.05, {"lr_decay": 0.01, "initial_accumulator": 0.1, "weight_decay": 0.1}, optim.Adagrad, {"lr_decay": 0.01, "initial_accumulator_value": 0.1, "weight_decay": 0.1}),
    ("adadelta", 1.0, {}, optim.Adadelta, {}),
    ("adadelta", 0.5, {"rho": 0.8, "eps": 1e-5, "weight_decay": 0.1}, optim.Adadelta, {"rho": 0.8, "eps": 1e-5, "weight_decay": 0.1}),
    ("rprop", 0.01, {}, optim.Rprop, {}),
    ("rprop", 0.005, {"shrink": 0.4, "grow": 1.1, "min_step": 1e-4, "max_step": 0.1}, optim.Rprop, {"etas": (0.4, 1.1), "step_sizes": (1e-4, 0.1)}),
    ("lion", 0.005, {}, Lion, {}),
    ("lion", 0.005, {"beta1": 0.8, "beta2": 0.95, "weight_decay": 0.1}, Lion, {"betas": (0.8, 0.95), "weight_decay": 0.1}),
]
SCHEDULES = [
    ({"type": "constant"}, lambda o: schedules.ConstantLR(o, 1.0, 1)),
    ({"type": "constant", "warmup_steps": 10}, lambda o: schedules.LinearLR(o, 1 / 10, 1, 9)),
    ({"type": "step", "every": 7, "gamma": 0.7}, lambda o: schedules.StepLR(o, 7, 0.7)),
    ({"type": "multi_step", "at": [5, 20], "gamma": 0.3}, lambda o: schedules.MultiStepLR(o, [5, 20], 0.3)),
    ({"type": "exponential", "gamma": 0.9, "per": "step", "warmup_steps": 5},
     lambda o: schedules.SequentialLR(o, [schedules.LinearLR(o, 1 / 5, 1, 4), schedules.ExponentialLR(o, 0.9)], [5])),
    ({"type": "cosine", "minimum": 0.001}, lambda o: schedules.CosineAnnealingLR(o, STEPS, 0.001)),
    ({"type": "cosine", "epochs": 8, "restarts": True, "multiplier": 2}, lambda o: schedules.CosineAnnealingWarmRestarts(o, 8, 2)),
    ({"type": "one_cycle", "maximum": 0.05}, lambda o: schedules.OneCycleLR(o, 0.05, total_steps=STEPS, cycle_momentum=False)),
    ({"type": "polynomial", "power": 2}, lambda o: schedules.PolynomialLR(o, STEPS, 2)),
    ({"type": "reduce_on_plateau", "metric": "loss", "factor": 0.6, "patience": 1, "threshold": 0.02, "cooldown": 1, "minimum": 0.001},
     lambda o: schedules.ReduceLROnPlateau(o, factor=0.6, patience=1, threshold=0.02, cooldown=1, min_lr=0.001, eps=0)),
]
LBFGS = [
    ({"max_iterations": 1}, {"max_iter": 1}),
    ({"learning_rate": 0.5, "max_iterations": 3, "history": 5, "weight_decay": 0.1}, {"lr": 0.5, "max_iter": 3, "history_size": 5}),
    ({"max_iterations": 2, "line_search": "strong_wolfe", "weight_decay": 0.1}, {"max_iter": 2, "line_search_fn": "strong_wolfe"}),
]


def groups(network, options, arguments):
    """Parameter groups: without decay_bias the biases decay by 0."""
    if options.get("decay_bias", True):
        return network.parameters
    weights = [t for t in network.parameters if t.ndim == 2]
    biases = [t for t in network.parameters if t.ndim == 1]
    return [{"params": weights}, {"params": biases, "weight_decay": 0.0}]


def values(network):
    return np.concatenate([tensor.detach().numpy().ravel() for tensor in network.tensors.values()])


def trajectory(weights, batches, optimizer, make_schedule, spec=SPEC):
    """[steps x values]: all tensors after each step, running statistics behind the parameters."""
    _, rate, options, kind, arguments = optimizer
    network = Network(spec, weights)
    optimizer = kind(groups(network, options, arguments), lr=rate, **arguments)
    schedule = make_schedule(optimizer)
    steps = []
    for x, y in batches:
        optimizer.zero_grad()
        value = loss(spec["loss"], network(x, True), y)
        value.backward()
        for tensor in network.parameters:
            if options.get("decay_bias", True) or tensor.ndim == 2:
                tensor.grad += options.get("l1", 0.0) * torch.sign(tensor.detach())
        optimizer.step()
        if isinstance(schedule, schedules.ReduceLROnPlateau):
            schedule.step(value.item())
        else:
            schedule.step()
        steps.append(values(network))
    return np.array(steps)


def lbfgs_trajectory(weights, x, y, options, arguments, dtype=torch.float64):
    """50 calls of step on the same rows; weight decay joins the loss."""
    network = Network(SPEC, weights)
    network.tensors = {name: t.detach().to(dtype).requires_grad_() for name, t in network.tensors.items()}
    x = x.to(dtype)
    optimizer = optim.LBFGS(network.parameters, **arguments)

    def closure():
        optimizer.zero_grad()
        value = loss(SPEC["loss"], network(x, True), y)
        value = value + options.get("weight_decay", 0.0) / 2 * sum((t * t).sum() for t in network.parameters)
        value.backward()
        return value

    steps = []
    for _ in range(STEPS):
        optimizer.step(closure)
        steps.append(values(network))
    return np.array(steps)


def float32_spread(rng, weights, x, y, options, arguments, exact):
    """How far PyTorch's own float32 is from its float64 at each step: the largest of 64 orders of the rows."""
    orders = [torch.tensor(rng.permutation(len(x))) for _ in range(64)]
    runs = [lbfgs_trajectory(weights, x[o], y[o], options, arguments, torch.float32) for o in orders]
    return np.max([[golden.error(a, b) for a, b in zip(run, exact)] for run in runs], axis=0)


def random_weights(rng, spec_shapes):
    return {name: (0.5 * rng.normal(size=shape)).astype(np.float32) for name, shape in spec_shapes.items()}


def main():
    rng = np.random.default_rng(20260102)
    x = rng.normal(size=(STEPS * ROWS, 3)).astype(np.float32)
    y = rng.integers(0, 3, STEPS * ROWS)
    start = random_weights(rng, {
        "layers.0.weight": (4, 3), "layers.0.bias": (4,), "layers.1.weight": (3, 4), "layers.1.bias": (3,)})
    normed = random_weights(rng, {
        "layers.0.weight": (6, 3), "layers.1.weight": (6,), "layers.1.bias": (6,), "layers.3.weight": (6,),
        "layers.3.bias": (6,), "layers.4.weight": (3, 6), "layers.4.bias": (3,)})
    normed |= {"layers.1.running_mean": np.zeros(6, np.float32), "layers.1.running_var": np.ones(6, np.float32)}
    tensor = lambda part: (torch.tensor(x[part].astype(float)), torch.tensor(y[part]))  # noqa: E731
    changing = [tensor(slice(k, k + ROWS)) for k in range(0, STEPS * ROWS, ROWS)]
    arrays = {"x": x, "y": y}
    arrays |= {"weight." + name: value for name, value in start.items()}
    arrays |= {"normed." + name: value for name, value in normed.items()}
    listed = []

    def add(case, steps):
        arrays[str(len(listed))] = steps
        listed.append(case)

    for optimizer in OPTIMIZERS:
        ours = {"type": optimizer[0], "learning_rate": optimizer[1], **optimizer[2]}
        for schedule, make in SCHEDULES:
            config = {"optimizer": ours, "schedule": schedule, "epochs": STEPS}
            # A plateau is an epoch's matter: one batch, the same each time.
            same = schedule["type"] == "reduce_on_plateau"
            batches = [changing[0]] * STEPS if same else changing
            case = {"row": ours["type"], "column": schedule["type"], "config": config, "same_batch": same}
            add(case, trajectory(start, batches, optimizer, make))
    for options, arguments in LBFGS:
        config = {"optimizer": {"type": "lbfgs", **options}, "epochs": STEPS, "batch_size": 0}
        given = (start, *tensor(slice(0, 4 * ROWS)), options, arguments)
        steps = lbfgs_trajectory(*given)
        arrays[f"{len(listed)}.spread"] = float32_spread(rng, *given, steps)
        add({"row": "lbfgs", "column": "constant", "config": config, "rows": 4 * ROWS}, steps)
    for optimizer in (OPTIMIZERS[1], OPTIMIZERS[5]):
        config = {"optimizer": {"type": optimizer[0], "learning_rate": optimizer[1], **optimizer[2]}, "epochs": STEPS}
        steps = trajectory(normed, changing, optimizer, SCHEDULES[0][1], NORM)
        add({"row": "running statistics", "spec": NORM, "config": config}, steps)
    golden.write("trajectories", listed, {k: np.ascontiguousarray(v) for k, v in arrays.items()},
                 torch=torch.__version__, numpy=np.__version__)
    print(len(listed), "trajectories")


if __name__ == "__main__":
    main()
