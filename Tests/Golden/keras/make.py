"""What Keras 3 computes in float64 where its formulas or defaults are not PyTorch's, each with the spec or config of
this library that gives the same. What no option gives is in docs/other-frameworks.md.

    pip install -r ../requirements.txt && python make.py
"""

import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "torch"
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import golden  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from losses import TENSORS, add_losses  # noqa: E402

keras.config.set_floatx("float64")
K, S, L = keras.optimizers, keras.optimizers.schedules, keras.layers

# Every second step is kept.
STEPS, ROWS, EVERY = 50, 16, 2
# Adam adds epsilon to another number than ours, RMSprop inside the root: there it is so small that it does not matter.
TINY = 1e-14

# (optimizer of ours, the rest of our config, Keras' optimizer)
OPTIMIZERS = [
    ({"type": "sgd", "learning_rate": 0.05, "momentum": 0.9}, {}, lambda: K.SGD(0.05, momentum=0.9)),
    ({"type": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": True}, {},
     lambda: K.SGD(0.05, momentum=0.9, nesterov=True)),
    # Decoupled or in the gradient: without momentum it is the same.
    ({"type": "sgd", "learning_rate": 0.05, "weight_decay": 0.1}, {}, lambda: K.SGD(0.05, weight_decay=0.1)),
    ({"type": "sgd", "learning_rate": 0.5}, {"clip_value": 0.05}, lambda: K.SGD(0.5, clipvalue=0.05)),
    ({"type": "sgd", "learning_rate": 0.5}, {"clip_norm": 0.1}, lambda: K.SGD(0.5, global_clipnorm=0.1)),
    ({"type": "adam", "learning_rate": 0.01, "eps": TINY}, {}, lambda: K.Adam(0.01, epsilon=TINY)),
    ({"type": "adam", "learning_rate": 0.01, "beta1": 0.8, "beta2": 0.9, "amsgrad": True, "eps": TINY}, {},
     lambda: K.Adam(0.01, beta_1=0.8, beta_2=0.9, amsgrad=True, epsilon=TINY)),
    ({"type": "adamw", "learning_rate": 0.01, "weight_decay": 0.1, "eps": TINY}, {},
     lambda: K.Adam(0.01, weight_decay=0.1, epsilon=TINY)),
    ({"type": "adamw", "learning_rate": 0.01, "weight_decay": 0.004, "eps": TINY}, {},
     lambda: K.AdamW(0.01, epsilon=TINY)),
    ({"type": "adamw", "learning_rate": 0.01, "weight_decay": 0.1, "decay_bias": False, "eps": TINY}, {},
     lambda: without_bias(K.AdamW(0.01, weight_decay=0.1, epsilon=TINY))),
    ({"type": "nadam", "learning_rate": 0.01, "momentum_decay": 1, "eps": 1e-7}, {}, lambda: K.Nadam(0.01)),
    ({"type": "nadam", "learning_rate": 0.01, "beta1": 0.8, "beta2": 0.95, "momentum_decay": 1, "eps": 1e-7}, {},
     lambda: K.Nadam(0.01, beta_1=0.8, beta_2=0.95)),
    ({"type": "rmsprop", "learning_rate": 0.005, "alpha": 0.9, "eps": TINY}, {},
     lambda: K.RMSprop(0.005, epsilon=TINY**2)),
    ({"type": "rmsprop", "learning_rate": 0.005, "alpha": 0.95, "momentum": 0.5, "eps": TINY}, {},
     lambda: K.RMSprop(0.005, rho=0.95, momentum=0.5, epsilon=TINY**2)),
    ({"type": "rmsprop", "learning_rate": 0.005, "alpha": 0.9, "centered": True, "eps": TINY}, {},
     lambda: K.RMSprop(0.005, centered=True, epsilon=TINY**2)),
    # √(sum + epsilon) is the root of a sum that begins with epsilon more.
    ({"type": "adagrad", "learning_rate": 0.05, "initial_accumulator": 0.1 + 1e-7, "eps": 1e-30}, {},
     lambda: K.Adagrad(0.05)),
    ({"type": "adagrad", "learning_rate": 0.05, "initial_accumulator": 1e-4, "eps": 1e-30, "lr_decay": 0.3 / 4}, {},
     lambda: K.Adagrad(S.InverseTimeDecay(0.05, 4, 0.3), initial_accumulator_value=0.0, epsilon=1e-4)),
    ({"type": "adadelta", "learning_rate": 0.001, "rho": 0.95, "eps": 1e-7}, {}, lambda: K.Adadelta()),
    ({"type": "adadelta", "learning_rate": 1.0, "rho": 0.8, "eps": 1e-5}, {},
     lambda: K.Adadelta(1.0, rho=0.8, epsilon=1e-5)),
]
# (our schedule, Keras'), with plain SGD
RATE = 0.5
SCHEDULES = [
    ({"type": "exponential", "gamma": 0.7 ** (1 / 7)}, lambda: S.ExponentialDecay(RATE, 7, 0.7)),
    ({"type": "step", "every": 7, "gamma": 0.7}, lambda: S.ExponentialDecay(RATE, 7, 0.7, staircase=True)),
    ({"type": "cosine", "epochs": 30, "minimum": 0.1 * RATE}, lambda: S.CosineDecay(RATE, 30, alpha=0.1)),
    ({"type": "cosine", "epochs": 8, "minimum": 0.1 * RATE, "restarts": True, "multiplier": 2},
     lambda: S.CosineDecayRestarts(RATE, 8, alpha=0.1)),
    ({"type": "cosine", "epochs": 8, "restarts": True}, lambda: S.CosineDecayRestarts(RATE, 8, t_mul=1.0)),
    ({"type": "polynomial", "power": 2}, lambda: S.PolynomialDecay(RATE, STEPS, end_learning_rate=0.0, power=2.0)),
    # A boundary belongs to the part before it.
    ({"type": "multi_step", "at": [6, 21], "gamma": 0.3},
     lambda: S.PiecewiseConstantDecay([5, 20], [RATE, 0.3 * RATE, 0.09 * RATE])),
]
# (patience and cooldown of ours, Keras')
PLATEAUS = [((1, 0), (2, 0)), ((0, 1), (1, 2)), ((1, 0), (2, 1)), ((1, 2), (2, 3))]
MOMENTUM = 0.2


def without_bias(optimizer):
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def plain(weights, **options):
    """The network of Tests/Golden/trajectories."""
    return filled(keras.Sequential([keras.Input((3,)), L.Dense(4, "tanh", **options), L.Dense(3, **options)]), weights)


def normed(weights):
    """Its network with running statistics."""
    return filled(keras.Sequential([
        keras.Input((3,)), L.Dense(6, use_bias=False), L.BatchNormalization(momentum=1 - MOMENTUM, epsilon=1e-5),
        L.Activation("tanh"), L.LayerNormalization(epsilon=1e-5), L.Dense(3)]), weights)


def filled(network, weights):
    """The network with tensors by our names."""
    for index, layer in enumerate(network.layers):
        names = [f"layers.{index}.{name}" for name in TENSORS if f"layers.{index}.{name}" in weights]
        layer.set_weights([weights[name].T for name in names])
    return network


def values(network):
    """All tensors as this library joins them: parameters, then running statistics."""
    parameters = [variable for layer in network.layers for variable in layer.trainable_variables]
    running = [variable for variable in network.non_trainable_variables if variable.name.startswith("moving")]
    return np.concatenate([keras.ops.convert_to_numpy(variable).T.ravel() for variable in parameters + running])


def trajectory(network, optimizer, x, y):
    """[steps kept x values], by train_on_batch."""
    network.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    steps = []
    for start in range(0, STEPS * ROWS, ROWS):
        network.train_on_batch(x[start : start + ROWS].astype(float), y[start : start + ROWS])
        steps.append(values(network))
    return np.array(steps[EVERY - 1 :: EVERY])


def plateau_trajectory(network, x, y, patience, cooldown):
    """By fit, of one batch; whole numbers of right rows are the metric, so that rounding decides nothing."""
    network.compile(
        K.SGD(RATE), keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["sparse_categorical_accuracy"])
    steps = []
    callbacks = [
        keras.callbacks.ReduceLROnPlateau(
            "sparse_categorical_accuracy", factor=0.8, patience=patience, min_delta=0.0, cooldown=cooldown,
            min_lr=0.05),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: steps.append(values(network))),
    ]
    network.fit(
        x.astype(float), y, batch_size=len(x), epochs=STEPS, shuffle=False, callbacks=callbacks, verbose=0)
    return np.array(steps[EVERY - 1 :: EVERY])


def part(arrays, prefix):
    return {name[len(prefix):]: value for name, value in arrays.items() if name.startswith(prefix)}


def add_trajectories(add, arrays):
    x, y, start = arrays["x"], arrays["y"], part(arrays, "weight.")

    def keep(theirs, optimizer, steps, **more):
        config = {"optimizer": optimizer, "epochs": STEPS, **more.pop("config", {})}
        add({"row": f"Keras {theirs}", "config": config, "every": EVERY, **more}, steps)

    for ours, more, make in OPTIMIZERS:
        optimizer = make()
        keep(type(optimizer).__name__, ours, trajectory(plain(start), optimizer, x, y), config=more)
    sgd = {"type": "sgd", "learning_rate": RATE}
    for ours, make in SCHEDULES:
        schedule = make()
        steps = trajectory(plain(start), K.SGD(schedule), x, y)
        keep(type(schedule).__name__, sgd, steps, config={"schedule": {**ours, "per": "step"}})
    # Keras' penalty is l2 · Σ w², without the half.
    penalised = plain(start, kernel_regularizer=keras.regularizers.L1L2(0.02, 0.05))
    ours = {"type": "adam", "learning_rate": 0.01, "eps": TINY, "weight_decay": 0.1, "l1": 0.02, "decay_bias": False}
    keep("L1L2", ours, trajectory(penalised, K.Adam(0.01, epsilon=TINY), x, y))
    for (patience, cooldown), theirs in PLATEAUS:
        rows = 4 * ROWS
        steps = plateau_trajectory(plain(start), x[:rows], y[:rows], *theirs)
        schedule = {"type": "reduce_on_plateau", "metric": "accuracy", "factor": 0.8, "patience": patience,
                    "threshold": 0, "cooldown": cooldown, "minimum": 0.05}
        keep("ReduceLROnPlateau", sgd, steps, config={"schedule": schedule, "metrics": ["accuracy"]}, rows=rows)
    steps = trajectory(normed(part(arrays, "normed.")), K.SGD(0.05), x, y)
    keep("BatchNormalization", {**sgd, "learning_rate": 0.05}, steps, momentum=MOMENTUM, batch=ROWS)


def main():
    # Weights and batches are those of the trajectories by PyTorch.
    arrays = {name: value for name, value in golden.read("trajectories")[1].items() if not name[0].isdigit()}
    listed = []

    def add(case, result):
        """A trajectory, or the arrays of a batch by name."""
        number = str(len(listed))
        arrays.update({f"{number}.{k}": v for k, v in result.items()} if isinstance(result, dict) else {number: result})
        listed.append(case)

    add_trajectories(add, arrays)
    add_losses(add)
    golden.write("keras", listed, {k: np.ascontiguousarray(v) for k, v in arrays.items()},
                 keras=keras.__version__, torch=torch.__version__, numpy=np.__version__)
    print(len(listed), "cases")


if __name__ == "__main__":
    main()
