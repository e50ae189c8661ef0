"""NumPy from scratch: the textbook algorithm, a batch at a time.

Variants: f32; f64, the reference of the check; f64-SEED, the same with weights that are moved by up to half of
float32's last place before each step: what rounding may do to a program in float32 that is otherwise exact.
"""

import numpy as np

import protocol
import workloads
from workloads import ADAM_EPS, ALPHA, BETA1, BETA2, RMSPROP_EPS

ACTIVATIONS = {  # f(z), and f'(z) from f(z)
    "relu": (lambda z: np.maximum(z, 0), lambda a: a > 0),
    "tanh": (np.tanh, lambda a: 1 - a * a),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
}


class Network:
    def __init__(self, name, dtype):
        self.workload = workloads.WORKLOADS[name]
        self.dtype = dtype
        self.layers = [[weight.astype(dtype), bias.astype(dtype)] for weight, bias in workloads.start_weights(name)]
        self.means = [[np.zeros_like(tensor) for tensor in layer] for layer in self.layers]
        self.squares = [[np.zeros_like(tensor) for tensor in layer] for layer in self.layers]
        self.steps = 0
        self.activate, self.slope = ACTIVATIONS[self.workload.activation]

    def predict(self, features):
        self.outputs = [features]
        for index, (weight, bias) in enumerate(self.layers):
            z = self.outputs[-1] @ weight + bias
            self.outputs.append(self.activate(z) if index < len(self.layers) - 1 else z)
        if self.workload.loss == "softmax":
            e = np.exp(z - z.max(1, keepdims=True))
            return e / e.sum(1, keepdims=True)
        return 1 / (1 + np.exp(-z)) if self.workload.loss == "bce" else z

    def round_like_float32(self, generator):
        for layer in self.layers:
            for tensor in layer:
                tensor *= 1 + generator.uniform(-(2.0**-24), 2.0**-24, tensor.shape)

    def step(self, features, targets):
        delta = self.predict(features)
        if self.workload.loss == "softmax":
            delta[np.arange(len(features)), targets] -= 1
        else:
            delta = delta - targets[:, None]
        if self.workload.loss == "mse":
            delta = 2 * delta
        gradients = self._gradients(delta / self.dtype(len(features)))
        self.steps += 1
        for tensors in zip(self.layers, gradients, self.means, self.squares):
            for index, (_, gradient, mean, square) in enumerate(zip(*tensors)):
                tensors[0][index] -= self._change(tensors[2], tensors[3], index, gradient, mean, square)

    def _gradients(self, delta):
        gradients = [None] * len(self.layers)
        for index in reversed(range(len(self.layers))):
            gradients[index] = (self.outputs[index].T @ delta, delta.sum(0))
            if index:
                delta = (delta @ self.layers[index][0].T) * self.slope(self.outputs[index])
        return gradients

    def _change(self, means, squares, index, gradient, mean, square):
        """Returns what a tensor goes down by, and remembers the optimiser's averages."""
        dtype, rate = self.dtype, self.dtype(self.workload.rate)
        if self.workload.optimizer == "sgd":
            return rate * gradient
        if self.workload.optimizer == "rmsprop":
            squares[index] = dtype(ALPHA) * square + dtype(1 - ALPHA) * gradient * gradient
            return rate * gradient / (np.sqrt(squares[index]) + dtype(RMSPROP_EPS))
        means[index] = dtype(BETA1) * mean + dtype(1 - BETA1) * gradient
        squares[index] = dtype(BETA2) * square + dtype(1 - BETA2) * gradient * gradient
        mean, square = means[index] / dtype(1 - BETA1**self.steps), squares[index] / dtype(1 - BETA2**self.steps)
        return rate * mean / (np.sqrt(square) + dtype(ADAM_EPS))


def main():
    asked, workload = protocol.arguments()
    kind, _, seed = asked.variant.partition("-")
    generator = np.random.default_rng(int(seed)) if seed else None
    dtype = {"f32": np.float32, "f64": np.float64}[kind]
    network = Network(asked.workload, dtype)
    if not workload.is_training:
        return protocol.time_predictions(asked, network.predict, lambda rows: rows.astype(dtype))
    features, targets = workloads.load(asked.workload)
    features = features.astype(dtype)
    targets = targets if workload.loss == "softmax" else targets.astype(dtype)
    orders = workloads.orders(asked.workload)

    def step(x, y):
        if generator:
            network.round_like_float32(generator)
        network.step(x, y)

    def run(first, count):
        for epoch in range(first, first + count):
            if orders is None:
                step(features, targets)
                continue
            order = orders[epoch % len(orders)]
            for start in range(0, len(order), workload.batch):
                rows = order[start : start + workload.batch]
                step(features[rows], targets[rows])

    protocol.time_training(asked, run, lambda: network.layers)


main()
