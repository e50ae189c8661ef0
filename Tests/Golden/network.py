"""A spec of this library as PyTorch functions in float64: the independent side of the comparison."""

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def activation(options, z):
    """The activation that a spec names."""
    kind = options if isinstance(options, str) else options["type"]
    get = (lambda key, standard: standard) if isinstance(options, str) else options.get
    functions = {
        "identity": lambda: z,
        "relu": lambda: F.relu(z),
        "leaky_relu": lambda: F.leaky_relu(z, get("slope", 0.01)),
        "elu": lambda: F.elu(z, get("alpha", 1.0)),
        "selu": lambda: F.selu(z),
        "gelu": lambda: F.gelu(z, approximate=get("approximate", "none")),
        "silu": lambda: F.silu(z),
        "sigmoid": lambda: torch.sigmoid(z),
        "tanh": lambda: torch.tanh(z),
        "softplus": lambda: F.softplus(z, get("beta", 1.0), get("threshold", 20.0)),
        "hard_sigmoid": lambda: F.hardsigmoid(z),
        "softmax": lambda: F.softmax(z, 1),
        "log_softmax": lambda: F.log_softmax(z, 1),
    }
    return functions[kind]()


class Network:
    """Layers of a spec with given weights: {"layers.0.weight": array, ...}."""

    def __init__(self, spec, weights):
        self.layers = spec["layers"]
        self.tensors = {
            name: torch.tensor(value, dtype=torch.float64, requires_grad="running" not in name)
            for name, value in weights.items()
        }

    @property
    def parameters(self):
        return [tensor for tensor in self.tensors.values() if tensor.requires_grad]

    def __call__(self, x, training):
        for index, layer in enumerate(self.layers):
            x = self.layer(f"layers.{index}.", layer, x, training)
        return x

    def layer(self, prefix, layer, x, training):
        tensor = lambda name: self.tensors.get(prefix + name)  # noqa: E731
        if layer["type"] == "dense":
            return activation(layer.get("activation", "identity"), F.linear(x, tensor("weight"), tensor("bias")))
        if layer["type"] == "batch_norm":
            return F.batch_norm(
                x, tensor("running_mean"), tensor("running_var"), tensor("weight"), tensor("bias"),
                training, layer.get("momentum", 0.1), layer.get("eps", 1e-5))
        if layer["type"] == "layer_norm":
            return F.layer_norm(x, x.shape[1:], tensor("weight"), tensor("bias"), layer.get("eps", 1e-5))
        return activation(layer, x)


def loss(options, outputs, targets, sample_weight=None, class_weight=None):
    """The loss that a spec names, weighted as this library documents it."""
    kind = options if isinstance(options, str) else options["type"]
    get = (lambda key, standard: standard) if isinstance(options, str) else options.get
    rows = outputs.shape[0]
    weight = torch.ones(rows) if sample_weight is None else torch.tensor(sample_weight)
    classes = None if class_weight is None else torch.tensor(class_weight)
    if kind == "softmax_cross_entropy":
        each = F.cross_entropy(
            outputs, targets, weight=classes, label_smoothing=get("label_smoothing", 0.0), reduction="none")
        if classes is None:
            share = torch.ones(rows) if targets.ndim == 1 else targets.sum(1)
        else:
            share = classes[targets] if targets.ndim == 1 else targets @ classes
        return (weight * each).sum() / (weight * share).sum()
    if kind == "binary_cross_entropy":
        smoothing = get("label_smoothing", 0.0)
        smooth = targets * (1 - smoothing) + smoothing / 2
        each = F.binary_cross_entropy_with_logits(
            outputs, smooth, pos_weight=torch.tensor(get("pos_weight", 1.0)).reshape(-1), reduction="none")
        if classes is not None:
            weight = weight * (targets[:, 0] * classes[1] + (1 - targets[:, 0]) * classes[0])
    elif kind == "quantile":
        q = torch.tensor(get("q", 0.5))
        distance = targets - outputs
        each = torch.maximum(q * distance, (q - 1) * distance)
    else:
        each = {
            "mse": lambda: F.mse_loss(outputs, targets, reduction="none"),
            "mae": lambda: F.l1_loss(outputs, targets, reduction="none"),
            "huber": lambda: F.huber_loss(outputs, targets, delta=get("delta", 1.0), reduction="none"),
            "poisson": lambda: F.poisson_nll_loss(outputs, targets, reduction="none"),
        }[kind]()
    return (weight * each.mean(1)).sum() / weight.sum()
