"""Activations that network.py does not have: that one is a part of every golden file's hash."""

import torch.nn.functional as F

ACTIVATIONS = [
    "relu6", "hard_tanh", {"type": "hard_tanh", "min": -0.25, "max": 1.5}, "celu", {"type": "celu", "alpha": 0.6}, "mish",
    "hard_swish", "log_sigmoid", "tanh_shrink", "softsign",
]
PRELUS = [{"type": "prelu"}, {"type": "prelu", "shared": False}]


def activation(options, z):
    """The activation that a spec names; None if it is not one of these."""
    kind = options if isinstance(options, str) else options["type"]
    get = (lambda key, standard: standard) if isinstance(options, str) else options.get
    functions = {
        "relu6": lambda: F.relu6(z),
        "hard_tanh": lambda: F.hardtanh(z, get("min", -1.0), get("max", 1.0)),
        "celu": lambda: F.celu(z, get("alpha", 1.0)),
        "mish": lambda: F.mish(z),
        "hard_swish": lambda: F.hardswish(z),
        "log_sigmoid": lambda: F.logsigmoid(z),
        "tanh_shrink": lambda: F.tanhshrink(z),
        "softsign": lambda: F.softsign(z),
    }
    return functions[kind]() if kind in functions else None


def layer(options, x, tensor):
    """What a layer of these kinds gives; None for other layers. tensor finds its tensors by name."""
    if options["type"] == "prelu":
        return F.prelu(x, tensor("weight"))
    if options["type"] == "dense":
        return activation(options.get("activation", "identity"), F.linear(x, tensor("weight"), tensor("bias")))
    return activation(options, x)
