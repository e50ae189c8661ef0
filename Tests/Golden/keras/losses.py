"""Losses, weights, activations and normalisations of Keras: output, loss and gradients of one batch."""

import keras
import numpy as np

L = keras.layers
ROWS, FEATURES = 13, 6
# In Keras' order.
TENSORS = ("weight", "bias", "running_mean", "running_var")
WEIGHTED, BALANCED = "mean_with_sample_weight", "balanced"


def single(values):
    """Numbers that float32 holds exactly, so that both sides begin with the same."""
    return np.asarray(values, np.float32).astype(np.float64)


def loss_cases():
    """(row, our loss, outputs, last activation, Keras' loss, targets, weights)"""
    K = keras.losses
    smoothed = {"type": "softmax_cross_entropy", "label_smoothing": 0.1}
    smoothed_binary = {"type": "binary_cross_entropy", "label_smoothing": 0.1}
    for logits in (False, True):
        softmax, sigmoid = (None, None) if logits else ("softmax", "sigmoid")
        sparse = K.SparseCategoricalCrossentropy(from_logits=logits)
        yield "SparseCategoricalCrossentropy", "softmax_cross_entropy", 3, softmax, sparse, "classes", None
        categorical = K.CategoricalCrossentropy(from_logits=logits, label_smoothing=0.1)
        yield "CategoricalCrossentropy", smoothed, 4, softmax, categorical, "one-hot", None
        yield "CategoricalCrossentropy", smoothed, 4, softmax, categorical, "shares", None
        binary = K.BinaryCrossentropy(from_logits=logits, label_smoothing=0.1)
        yield "BinaryCrossentropy", smoothed_binary, 1, sigmoid, binary, "binary", None
        yield "BinaryCrossentropy", smoothed_binary, 3, sigmoid, binary, "binary", None
    yield "MeanSquaredError", "mse", 3, None, K.MeanSquaredError(), "real", None
    yield "MeanAbsoluteError", "mae", 3, None, K.MeanAbsoluteError(), "real", None
    yield "Huber", {"type": "huber", "delta": 0.5}, 3, None, K.Huber(delta=0.5), "real", None
    yield "Poisson", "poisson", 2, "exponential", K.Poisson(), "counts", None


def weighted_cases():
    """As above. Keras divides by the rows unless told to divide by the weights; with a mean of 1 it is the same."""
    K = keras.losses
    for weights, reduction in (("any", WEIGHTED), ("mean 1", "sum_over_batch_size")):
        given = {"from_logits": True, "reduction": reduction}
        sparse = K.SparseCategoricalCrossentropy(**given)
        yield "sample_weight", "softmax_cross_entropy", 3, None, sparse, "classes", weights
        binary = K.BinaryCrossentropy(**given)
        yield "sample_weight", "binary_cross_entropy", 2, None, binary, "binary", weights
        yield "sample_weight", "mse", 2, None, K.MeanSquaredError(reduction=reduction), "real", weights
        yield "sample_weight", {"type": "huber"}, 2, None, K.Huber(reduction=reduction), "real", weights
    sparse = K.SparseCategoricalCrossentropy(from_logits=True)
    yield "class_weight", "softmax_cross_entropy", 3, None, sparse, "classes", BALANCED
    binary = K.BinaryCrossentropy(from_logits=True)
    yield "class_weight", "binary_cross_entropy", 1, None, binary, "binary", BALANCED


def layer_cases():
    """(row, our layer behind the first dense one, Keras')"""
    yield "LeakyReLU", {"type": "leaky_relu", "slope": 0.3}, L.LeakyReLU()
    yield "leaky_relu", {"type": "leaky_relu", "slope": 0.2}, L.Activation("leaky_relu")
    yield "ReLU", {"type": "leaky_relu", "slope": 0.4}, L.ReLU(negative_slope=0.4)
    yield "ELU", {"type": "elu"}, L.ELU()
    for name in ("selu", "gelu", "silu", "softplus", "hard_sigmoid", "softmax", "log_softmax"):
        yield name, {"type": name}, L.Activation(name)
    yield "LayerNormalization", {"type": "layer_norm", "eps": 1e-3}, L.LayerNormalization()
    yield "BatchNormalization", {"type": "batch_norm", "eps": 1e-3, "momentum": 0.01}, L.BatchNormalization()


def targets(rng, kind, outputs):
    """(Keras' targets, ours)"""
    classes = rng.integers(0, max(2, outputs), ROWS)
    if kind == "classes":
        return classes, classes
    made = {
        "one-hot": lambda: np.eye(outputs)[classes],
        "shares": lambda: rng.dirichlet(np.ones(outputs), ROWS),
        "binary": lambda: rng.integers(0, 2, (ROWS, outputs)),
        "counts": lambda: rng.integers(0, 5, (ROWS, outputs)),
        "real": lambda: rng.normal(size=(ROWS, outputs)),
    }[kind]()
    return single(made), single(made)


def weights(rng, kind, classes):
    """(Keras' argument of train_on_batch, our sample weights)"""
    if kind is None:
        return {}, None
    if kind == BALANCED:
        counts = np.bincount(np.ravel(classes).astype(int))
        return {"class_weight": {c: ROWS / (len(counts) * n) for c, n in enumerate(counts)}}, None
    values = rng.random(ROWS) + 0.5
    values = single(values if kind == "any" else values / values.mean())
    return {"sample_weight": values}, values


def add_losses(add):
    rng = np.random.default_rng(20260104)
    for row, ours, outputs, last, loss, kind, weighted in (*loss_cases(), *weighted_cases()):
        network = keras.Sequential([keras.Input((FEATURES,)), L.Dense(7, "tanh"), L.Dense(outputs, last)])
        layers = [{"type": "dense", "units": 7, "activation": "tanh"}, {"type": "dense", "units": outputs}]
        case = {"row": f"Keras {row}", "spec": {"input": FEATURES, "layers": layers, "loss": ours},
                "kind": "proba" if last else "raw",
                "config": {"class_weight": BALANCED} if weighted == BALANCED else {}}
        add(case, one_step(rng, network, layers, loss, targets(rng, kind, outputs), weighted))
    for row, ours, theirs in layer_cases():
        network = keras.Sequential([keras.Input((FEATURES,)), L.Dense(5), theirs, L.Dense(2)])
        layers = [{"type": "dense", "units": 5}, ours, {"type": "dense", "units": 2}]
        case = {"row": f"Keras {row}", "spec": {"input": FEATURES, "layers": layers, "loss": "mse"}, "kind": "raw",
                "config": {}}
        add(case, one_step(rng, network, layers, keras.losses.MeanSquaredError(), targets(rng, "real", 2), None))


def one_step(rng, network, layers, loss, both, weighted):
    """The arrays of a case; a step of SGD with rate 1 shows the gradient."""
    theirs, ours = both
    x = single(rng.normal(size=(ROWS, FEATURES)))
    for layer in network.layers:
        layer.set_weights(random_weights(rng, layer))
    before = tensors(network, layers)
    output = keras.ops.convert_to_numpy(network(x, training=False))
    network.compile(keras.optimizers.SGD(1.0), loss)
    argument, own = weights(rng, weighted, ours)
    value = network.train_on_batch(x, theirs, return_dict=True, **argument)["loss"]
    after = tensors(network, layers)
    arrays = {"x": x, "y": ours, "output": output, "loss": np.reshape(value, 1).astype(float)}
    if own is not None:
        arrays["w"] = own
    arrays.update({"weight." + name: tensor for name, tensor in before.items()})
    arrays.update({"grad." + n: before[n] - after[n] for n in before if "running" not in n})
    return arrays


def random_weights(rng, layer):
    """Normal numbers, variances above 0."""
    made = [single(rng.normal(size=value.shape)) for value in layer.get_weights()]
    return made if len(made) < 4 else [*made[:3], np.abs(made[3]) + 0.5]


def tensors(network, layers):
    """The network's tensors by our names."""
    found = {}
    for index, (layer, ours) in enumerate(zip(network.layers, layers)):
        for name, value in zip(TENSORS, layer.get_weights()):
            found[f"layers.{index}.{name}"] = value.T.copy()
    return found
