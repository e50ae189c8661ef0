"""Weights after each of 50 steps, for every optimiser with its options and for every schedule, by
PyTorch in float64, from the same weights on the same batches.

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
    "input": 5, "loss": "softmax_cross_entropy",
    "layers": [{"type": "dense", "units": 8, "activation": "tanh"}, {"type": "dense", "units": 3}],
}
# No bias before batch_norm: its gradient is 0 but for rounding, and Adam would make steps of that.
NORM = {
    "input": 5, "loss": "softmax_cross_entropy",
    "layers": [{"type": "dense", "units": 6, "bias": False}, {"type": "batch_norm", "momentum": 0.2}, {"type": "tanh"},
               {"type": "layer_norm"}, {"type": "dense", "units": 3}],
}
ADAM = {"type": "adam", "learning_rate": 0.01}

OPTIMIZERS = [
    ({"type": "sgd", "learning_rate": 0.05}, lambda p: optim.SGD(p, lr=0.05)),
    ({"type": "sgd", "learning_rate": 0.05, "momentum": 0.9, "dampening": 0.3}, lambda p: optim.SGD(p, lr=0.05, momentum=0.9, dampening=0.3)),
    ({"type": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True}, lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True)),
    ({"type": "sgd", "learning_rate": 0.05, "weight_decay": 0.1}, lambda p: optim.SGD(p, lr=0.05, weight_decay=0.1)),
    (ADAM, lambda p: optim.Adam(p, lr=0.01)),
    ({"type": "adam", "learning_rate": 0.01, "beta1": 0.8, "beta2": 0.95, "eps": 1e-6, "weight_decay": 0.1}, lambda p: optim.Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)),
    ({"type": "adam", "learning_rate": 0.01, "amsgrad": True}, lambda p: optim.Adam(p, lr=0.01, amsgrad=True)),
    ({"type": "adamw", "learning_rate": 0.01}, lambda p: optim.AdamW(p, lr=0.01)),
    ({"type": "adamw", "learning_rate": 0.01, "weight_decay": 0.1, "amsgrad": True}, lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.1, amsgrad=True)),
    ({"type": "nadam", "learning_rate": 0.01}, lambda p: optim.NAdam(p, lr=0.01)),
    ({"type": "nadam", "learning_rate": 0.01, "beta1": 0.8, "momentum_decay": 0.01, "weight_decay": 0.1}, lambda p: optim.NAdam(p, lr=0.01, betas=(0.8, 0.999), momentum_decay=0.01, weight_decay=0.1)),
    ({"type": "rmsprop", "learning_rate": 0.005}, lambda p: optim.RMSprop(p, lr=0.005)),
    ({"type": "rmsprop", "learning_rate": 0.005, "alpha": 0.9, "momentum": 0.5}, lambda p: optim.RMSprop(p, lr=0.005, alpha=0.9, momentum=0.5)),
    ({"type": "rmsprop", "learning_rate": 0.005, "centered": True, "weight_decay": 0.1}, lambda p: optim.RMSprop(p, lr=0.005, centered=True, weight_decay=0.1)),
    ({"type": "adagrad", "learning_rate": 0.05}, lambda p: optim.Adagrad(p, lr=0.05)),
    ({"type": "adagrad", "learning_rate": 0.05, "lr_decay": 0.01, "initial_accumulator": 0.1}, lambda p: optim.Adagrad(p, lr=0.05, lr_decay=0.01, initial_accumulator_value=0.1)),
    ({"type": "adadelta"}, lambda p: optim.Adadelta(p)),
    ({"type": "adadelta", "learning_rate": 0.5, "rho": 0.8, "eps": 1e-5}, lambda p: optim.Adadelta(p, lr=0.5, rho=0.8, eps=1e-5)),
    ({"type": "rprop"}, lambda p: optim.Rprop(p)),
    ({"type": "rprop", "learning_rate": 0.005, "shrink": 0.4, "grow": 1.1}, lambda p: optim.Rprop(p, lr=0.005, etas=(0.4, 1.1))),
]
SCHEDULES = [
    ({"type": "step", "every": 7, "gamma": 0.7}, lambda o: schedules.StepLR(o, 7, 0.7)),
    ({"type": "multi_step", "at": [5, 20], "gamma": 0.3}, lambda o: schedules.MultiStepLR(o, [5, 20], 0.3)),
    ({"type": "exponential", "gamma": 0.95}, lambda o: schedules.ExponentialLR(o, 0.95)),
    ({"type": "cosine", "minimum": 0.001}, lambda o: schedules.CosineAnnealingLR(o, STEPS, 0.001)),
    ({"type": "cosine", "epochs": 8, "restarts": True, "multiplier": 2}, lambda o: schedules.CosineAnnealingWarmRestarts(o, 8, 2)),
    ({"type": "one_cycle", "maximum": 0.05}, lambda o: schedules.OneCycleLR(o, 0.05, total_steps=STEPS, cycle_momentum=False)),
    ({"type": "polynomial", "power": 2}, lambda o: schedules.PolynomialLR(o, STEPS, 2)),
    ({"type": "exponential", "gamma": 0.9, "per": "step", "warmup_steps": 5},
     lambda o: schedules.SequentialLR(o, [schedules.LinearLR(o, 1 / 5, 1, 4), schedules.ExponentialLR(o, 0.9)], [5])),
    ({"type": "constant", "warmup_steps": 10}, lambda o: schedules.LinearLR(o, 1 / 10, 1, 9)),
]


def trajectory(weights, batches, make_optimizer, make_schedule=None, spec=SPEC):
    """[steps x values]: all tensors after each step, running statistics behind the parameters."""
    network = Network(spec, weights)
    optimizer = make_optimizer(network.parameters)
    schedule = make_schedule(optimizer) if make_schedule else None
    steps = []
    for x, y in batches:
        optimizer.zero_grad()
        loss(spec["loss"], network(x, True), y).backward()
        optimizer.step()
        if schedule:
            schedule.step()
        steps.append(np.concatenate([t.detach().numpy().ravel() for t in network.tensors.values()]))
    return np.array(steps)


def main():
    rng = np.random.default_rng(20260102)
    x = rng.normal(size=(STEPS * ROWS, 5)).astype(np.float32)
    y = rng.integers(0, 3, STEPS * ROWS)
    shapes = {"layers.0.weight": (8, 5), "layers.0.bias": (8,), "layers.1.weight": (3, 8), "layers.1.bias": (3,)}
    weights = {name: (0.5 * rng.normal(size=shape)).astype(np.float32) for name, shape in shapes.items()}
    batches = [
        (torch.tensor(x[k : k + ROWS].astype(float)), torch.tensor(y[k : k + ROWS]))
        for k in range(0, STEPS * ROWS, ROWS)
    ]
    arrays = {"x": x, "y": y, **{"weight." + name: value for name, value in weights.items()}}
    listed = []
    for options, make in OPTIMIZERS:
        listed.append({"row": f"optimizer {options['type']}", "config": {"optimizer": options, "epochs": STEPS}})
        arrays[f"{len(listed) - 1}"] = trajectory(weights, batches, make)
    for options, make in SCHEDULES:
        listed.append({"row": f"schedule {options['type']}", "config": {"optimizer": ADAM, "schedule": options, "epochs": STEPS}})
        arrays[f"{len(listed) - 1}"] = trajectory(weights, batches, OPTIMIZERS[4][1], make)
    shapes = {"layers.0.weight": (6, 5), "layers.1.weight": (6,), "layers.1.bias": (6,),
              "layers.3.weight": (6,), "layers.3.bias": (6,), "layers.4.weight": (3, 6), "layers.4.bias": (3,)}
    normed = {name: (0.5 * rng.normal(size=shape)).astype(np.float32) for name, shape in shapes.items()}
    normed |= {"layers.1.running_mean": np.zeros(6, np.float32), "layers.1.running_var": np.ones(6, np.float32)}
    for options, make in (OPTIMIZERS[1], OPTIMIZERS[4]):
        listed.append({"row": "running statistics", "spec": NORM, "config": {"optimizer": options, "epochs": STEPS}})
        arrays[f"{len(listed) - 1}"] = trajectory(normed, batches, make, spec=NORM)
    arrays.update({"normed." + name: value for name, value in normed.items()})
    golden.write("trajectories", listed, arrays, torch=torch.__version__, numpy=np.__version__)
    print(len(listed), "trajectories")


if __name__ == "__main__":
    main()
