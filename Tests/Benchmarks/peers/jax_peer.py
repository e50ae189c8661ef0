"""JAX on the processor: a whole epoch, or all of them, is one compiled function that gives its buffers back.

Variants: scan (rows of an epoch gathered at once), scang (rows gathered in each step: no second copy of the data).
"""

import functools
import os

import protocol
import workloads
from workloads import ADAM_EPS, ALPHA, BETA1, BETA2, RMSPROP_EPS

ASKED, WORKLOAD = protocol.arguments()
os.environ["JAX_PLATFORMS"] = "cpu"
if ASKED.threads == 1:
    os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false"

import jax  # noqa: E402  (reads both variables)
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

ACTIVATE = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}[WORKLOAD.activation]
on_tensors = jax.tree_util.tree_map


def logits(layers, x):
    for weight, bias in layers[:-1]:
        x = ACTIVATE(x @ weight + bias)
    weight, bias = layers[-1]
    return x @ weight + bias


def predict(layers, x):
    z = logits(layers, x)
    return jax.nn.softmax(z) if WORKLOAD.loss == "softmax" else jax.nn.sigmoid(z)


def loss(layers, x, y):
    z = logits(layers, x)
    if WORKLOAD.loss == "softmax":
        return -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1).mean()
    z = z[:, 0]
    if WORKLOAD.loss == "bce":
        return (jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))).mean()
    return ((z - y) ** 2).mean()


def step(state, x, y):
    layers, means, squares, count = state
    gradients = jax.grad(loss)(layers, x, y)
    count, rate = count + 1, WORKLOAD.rate
    if WORKLOAD.optimizer == "sgd":
        layers = on_tensors(lambda w, g: w - rate * g, layers, gradients)
    elif WORKLOAD.optimizer == "rmsprop":
        squares = on_tensors(lambda v, g: ALPHA * v + (1 - ALPHA) * g * g, squares, gradients)
        change = on_tensors(lambda g, v: rate * g / (jnp.sqrt(v) + RMSPROP_EPS), gradients, squares)
        layers = on_tensors(jnp.subtract, layers, change)
    else:
        means = on_tensors(lambda m, g: BETA1 * m + (1 - BETA1) * g, means, gradients)
        squares = on_tensors(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, squares, gradients)
        # 1 - beta^t in float32 would lose four digits.
        part1, part2 = (-jnp.expm1(count * np.log(beta).astype(np.float32)) for beta in (BETA1, BETA2))
        layers = on_tensors(
            lambda w, m, v: w - rate * (m / part1) / (jnp.sqrt(v / part2) + ADAM_EPS), layers, means, squares
        )
    return layers, means, squares, count


def learn_epoch(state, x, y, order):
    batch = WORKLOAD.batch
    whole = len(order) // batch * batch
    if ASKED.variant == "scang":
        rows = order[:whole].reshape(-1, batch)
        state, _ = jax.lax.scan(lambda state, rows: (step(state, x[rows], y[rows]), None), state, rows)
        return state if whole == len(order) else step(state, x[order[whole:]], y[order[whole:]])
    x, y = x[order], y[order]
    batches = (x[:whole].reshape(-1, batch, x.shape[1]), y[:whole].reshape(-1, batch))
    state, _ = jax.lax.scan(lambda state, xy: (step(state, *xy), None), state, batches)
    return state if whole == len(order) else step(state, x[whole:], y[whole:])


@functools.partial(jax.jit, donate_argnums=0, static_argnums=3)
def learn(state, x, y, count, orders):
    if orders is None:
        return jax.lax.fori_loop(0, count, lambda _, state: step(state, x, y), state)
    if count == 1:
        return learn_epoch(state, x, y, orders[0])
    return jax.lax.scan(lambda state, order: (learn_epoch(state, x, y, order), None), state, orders)[0]


def time_training(layers):
    def zeros(is_needed):
        return on_tensors(jnp.zeros_like, layers) if is_needed else ()

    state = (layers, zeros(WORKLOAD.optimizer == "adam"), zeros(WORKLOAD.optimizer != "sgd"), jnp.float32(0))
    x, y = map(jnp.array, workloads.load(ASKED.workload))
    orders = workloads.orders(ASKED.workload)
    orders = None if orders is None else jnp.array(np.stack(orders).astype(np.int32))

    def run(first, count):
        nonlocal state
        start = first % len(orders) if orders is not None and count == 1 else 0
        part = None if orders is None else jax.lax.dynamic_slice_in_dim(orders, start, count)
        state = jax.block_until_ready(learn(state, x, y, count, part))

    protocol.time_training(ASKED, run, lambda: [tuple(map(np.asarray, layer)) for layer in state[0]])


def main():
    layers = [tuple(map(jnp.array, layer)) for layer in workloads.start_weights(ASKED.workload)]
    if WORKLOAD.is_training:
        return time_training(layers)
    call = jax.jit(lambda x: predict(layers, x))
    protocol.time_predictions(ASKED, lambda x: call(x).block_until_ready(), jnp.array)


main()
