"""What is measured: every network, its data, start weights and batch order, and the files that hand them to the peers.

Run as a script it makes the data. Python peers import this module; C peers read the files.
"""

import dataclasses
import os
import pathlib

import numpy as np

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("NNSWIFT_BENCH_DATA", REPOSITORY / "build/bench/data"))
FORMAT = "1"  # of the files; a new one has them made anew
ORDERS = 8  # orders of the rows made ahead; one-epoch workloads cycle through them

BETA1, BETA2, ADAM_EPS = 0.9, 0.999, 1e-8
ALPHA, RMSPROP_EPS = 0.99, 1e-8


@dataclasses.dataclass(frozen=True)
class Workload:
    """One row of the table: `epochs` epochs of a training are timed as a whole, or calls of `batch` rows."""

    data: str
    rows: int
    sizes: tuple
    activation: str
    loss: str
    batch: int
    optimizer: str = "none"
    rate: float = 0.0
    epochs: int = 1
    check_epochs: int = 1
    is_shuffled: bool = True

    @property
    def is_training(self):
        return self.optimizer != "none"

    @property
    def steps(self):
        """How many of the steps (or calls) that are told apart one time is for."""
        return self.epochs * -(-self.rows // self.batch) if self.is_training else 1

    @property
    def orders(self):
        return max(ORDERS, self.epochs) if self.is_training and self.is_shuffled else 0


def _studies():
    """Yields the small networks of W7, 100 epochs each."""
    for hidden_name, hidden in (("10", (10,)), ("128", (128,)), ("128x128", (128, 128))):
        for activation in ("tanh", "sigmoid", "relu"):
            for optimizer, rate in (("adam", 1e-3), ("rmsprop", 1e-3), ("sgd", 1e-2)):
                workload = Workload(
                    "reg", 400, (13, *hidden, 1), activation, "mse", 16, optimizer, rate, epochs=100, check_epochs=5
                )
                yield f"W7-{hidden_name}-{activation}-{optimizer}", workload


_FULL_BATCH = {"epochs": 1000, "check_epochs": 200, "is_shuffled": False}

WORKLOADS = {
    "W1": Workload("mnist", 33600, (784, 64, 10), "relu", "softmax", 32, "sgd", 1e-3),
    "W2": Workload("mnist", 33600, (784, 64, 10), "relu", "softmax", 32, "adam", 1e-3),
    "W3": Workload("mnist", 30000, (784, 10), "relu", "softmax", 32, "sgd", 1e-2),
    "W4s": Workload("mnist", 33600, (784, 100, 100, 10), "relu", "softmax", 64, "sgd", 1e-2),
    "W4a": Workload("mnist", 33600, (784, 100, 100, 10), "relu", "softmax", 64, "adam", 1e-3),
    "W5": Workload("tab", 88421, (14, 64, 32, 1), "relu", "bce", 256, "adam", 1e-3),
    "W6s": Workload("small", 2000, (14, 16, 1), "relu", "bce", 2000, "sgd", 1e-1, **_FULL_BATCH),
    "W6a": Workload("small", 2000, (14, 16, 1), "relu", "bce", 2000, "adam", 1e-2, **_FULL_BATCH),
    **dict(_studies()),
    "W8": Workload("mnist", 8192, (784, 1024, 1024, 10), "relu", "softmax", 256, "adam", 1e-3),
    "I1a": Workload("mnist", 1000, (784, 64, 10), "relu", "softmax", 1),
    "I1b": Workload("tab", 1000, (14, 64, 32, 1), "relu", "bce", 1),
    "I2a": Workload("mnist", 10000, (784, 64, 10), "relu", "softmax", 10000),
    "I2b": Workload("mnist", 10000, (784, 64, 10), "relu", "softmax", 32),
}

STUDIES = ["W7-10-tanh-adam", "W7-128-sigmoid-rmsprop", "W7-128x128-relu-sgd"]
TRAINING = ["W1", "W2", "W3", "W4s", "W4a", "W5", "W6s", "W6a", *STUDIES, "W8"]
INFERENCE = ["I1a", "I1b", "I2a", "I2b"]


# -------- Data ------------------------------------------------------------------------------------


def load(name):
    """Returns features [rows x inputs] float32 and targets [rows], int32 for classes, else float32."""
    workload = WORKLOADS[name]
    features = np.fromfile(DATA / f"{workload.data}_X.f32", np.float32, workload.rows * workload.sizes[0])
    is_classes = workload.data == "mnist"
    path, dtype = DATA / f"{workload.data}_y.{'i32' if is_classes else 'f32'}", np.int32 if is_classes else np.float32
    return features.reshape(workload.rows, -1), np.fromfile(path, dtype, workload.rows)


def order(name, epoch):
    """Returns the rows of an epoch in the order in which they are learned."""
    workload = WORKLOADS[name]
    if not workload.orders:
        return np.arange(workload.rows)
    return np.random.default_rng(1000 + epoch % workload.orders).permutation(workload.rows)


def orders(name):
    """Returns all orders of a workload, None where the rows are not shuffled."""
    count = WORKLOADS[name].orders
    return [order(name, epoch) for epoch in range(count)] if count else None


def start_weights(name):
    """Returns (W [inputs x outputs], b [outputs]) for each layer, uniform in +-1/sqrt(inputs)."""
    sizes = WORKLOADS[name].sizes
    generator = np.random.default_rng(7)
    layers = []
    for inputs, outputs in zip(sizes[:-1], sizes[1:]):
        bound = 1 / np.sqrt(inputs)
        weight = generator.uniform(-bound, bound, (inputs, outputs)).astype(np.float32)
        layers.append((weight, generator.uniform(-bound, bound, outputs).astype(np.float32)))
    return layers


def make_data():
    """Writes all files, unless they are there."""
    stamp = DATA / "format"
    if stamp.exists() and stamp.read_text() == FORMAT:
        return
    DATA.mkdir(parents=True, exist_ok=True)
    _make_arrays()
    for name in WORKLOADS:
        _write_workload(name)
    stamp.write_text(FORMAT)


def _make_arrays():
    generator = np.random.default_rng(20240601)
    pixels = generator.random((33600, 784), dtype=np.float32)
    pixels[generator.random((33600, 784), dtype=np.float32) < 0.8] = 0
    teacher = generator.standard_normal((784, 10)).astype(np.float32)
    _write("mnist", pixels, ((pixels - pixels.mean(0)) @ teacher).argmax(1), "i32")

    table = generator.standard_normal((88421, 14)).astype(np.float32)
    weights = generator.standard_normal((14,))
    score = table @ weights + 0.5 * table[:, 0] * table[:, 1] + generator.standard_normal(88421)
    _write("tab", table, score > 0, "f32")
    _write("small", table[:2000], score[:2000] > 0, "f32")

    features = generator.standard_normal((400, 13)).astype(np.float32)
    curve = features @ generator.standard_normal(13) * 0.4 + np.sin(features[:, 0])
    _write("reg", features, curve + 0.1 * generator.standard_normal(400), "f32")


def _write(name, features, targets, kind):
    features.tofile(DATA / f"{name}_X.f32")
    targets.astype(np.int32 if kind == "i32" else np.float32).tofile(DATA / f"{name}_y.{kind}")


def _write_workload(name):
    """Writes what the C peers read besides the data: a line for each key, start weights, orders of the rows."""
    workload = WORKLOADS[name]
    lines = {
        "kind": "train" if workload.is_training else "infer",
        "data": workload.data,
        "n": workload.rows,
        "layers": " ".join(map(str, (len(workload.sizes), *workload.sizes))),
        "act": workload.activation,
        "loss": workload.loss,
        "batch": workload.batch,
        "opt": workload.optimizer,
        "lr": workload.rate,
        "epochs": workload.epochs,
        "check_epochs": workload.check_epochs,
        "orders": workload.orders,
    }
    (DATA / f"{name}.cfg").write_text("".join(f"{key} {value}\n" for key, value in lines.items()))
    np.concatenate([tensor.ravel() for layer in start_weights(name) for tensor in layer]).tofile(DATA / f"{name}.init")
    if workload.orders:
        np.stack(orders(name)).astype(np.int32).tofile(DATA / f"{name}.orders")


# -------- Reference in float64 --------------------------------------------------------------------


def unpacked(name, values):
    """Returns the layers (W, b) out of all weights in one array."""
    layers, position = [], 0
    for inputs, outputs in zip(WORKLOADS[name].sizes[:-1], WORKLOADS[name].sizes[1:]):
        end = position + inputs * outputs
        layers.append((values[position:end].reshape(inputs, outputs), values[end : end + outputs]))
        position = end + outputs
    return layers


def _outputs(name, layers, features):
    activations = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
    activate = activations[WORKLOADS[name].activation]
    values = features.astype(np.float64)
    for index, (weight, bias) in enumerate(layers):
        values = values @ weight.astype(np.float64) + bias.astype(np.float64)
        if index < len(layers) - 1:
            values = activate(values)
    return values


def reference_outputs(name, features):
    """Returns the start network's predictions in float64."""
    z = _outputs(name, start_weights(name), features)
    if WORKLOADS[name].loss == "bce":
        return 1 / (1 + np.exp(-z))
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def reference_loss(name, layers):
    """Returns the mean loss over all rows in float64."""
    features, targets = load(name)
    z = _outputs(name, layers, features)
    if WORKLOADS[name].loss == "softmax":
        peak = z.max(1, keepdims=True)
        log_sum = peak[:, 0] + np.log(np.exp(z - peak).sum(1))
        return float((log_sum - z[np.arange(len(z)), targets]).mean())
    z = z[:, 0]
    if WORKLOADS[name].loss == "bce":
        return float((np.maximum(z, 0) - z * targets + np.log1p(np.exp(-np.abs(z)))).mean())
    return float(((z - targets) ** 2).mean())


if __name__ == "__main__":
    make_data()
