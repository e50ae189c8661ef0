"""The networks of the studies in PyTorch and in Keras, each as its users would write it."""

import numpy as np
from common import keras, torch, torch_fit


def torch_dense(sizes, activation, last=None):
    """Returns a torch.nn.Sequential; sizes: inputs, units of the hidden layers, outputs."""
    nn = torch().nn
    kinds = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "silu": nn.SiLU}
    layers = []
    for inputs, units in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, units), kinds[activation]()]
    return nn.Sequential(*layers[:-1], *([last] if last else []))


def scaled(X, *others):
    """Returns arrays scaled by the mean and deviation of the first."""
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    deviation[deviation == 0] = 1
    return [((values - mean) / deviation).astype(np.float32) for values in (X, *others)]


def torch_train(task, hidden, activation, optimizer, rate=0.01, epochs=100, twice=False, seed=0, batch_size=32):
    """Trains in PyTorch; returns outputs for the test part and each epoch's loss. twice: a softmax before the loss."""
    torch_ = torch()
    torch_.manual_seed(seed)
    X, X_test = map(torch_.from_numpy, scaled(task.X, task.X_test))
    regression = task.loss == "mse"
    y = torch_.from_numpy(task.y.reshape(-1, 1) if regression else task.y)
    network = torch_dense([X.shape[1], *hidden, task.outputs], activation, torch_.nn.Softmax(1) if twice else None)
    loss = torch_.nn.MSELoss() if regression else torch_.nn.CrossEntropyLoss()
    kinds = {"sgd": torch_.optim.SGD, "adam": torch_.optim.Adam, "rmsprop": torch_.optim.RMSprop}
    losses = torch_fit(network, kinds[optimizer](network.parameters(), lr=rate), loss, X, y, epochs, batch_size)
    with torch_.no_grad():
        return network(X_test).numpy(), losses


def keras_train(task, hidden, activation, optimizer, rate=0.01, epochs=100, twice=False, seed=0, batch_size=32):
    """The same in Keras."""
    keras_ = keras()
    keras_.utils.set_random_seed(seed)
    X, X_test = scaled(task.X, task.X_test)
    layers = [keras_.layers.Dense(units, activation=activation) for units in hidden]
    layers.append(keras_.layers.Dense(task.outputs, activation="softmax" if twice else None))
    network = keras_.Sequential([keras_.Input((X.shape[1],)), *layers])
    kinds = {"sgd": keras_.optimizers.SGD, "adam": keras_.optimizers.Adam, "rmsprop": keras_.optimizers.RMSprop}
    # from_logits: with a softmax in the network it is applied twice, as the report did.
    loss = "mse" if task.loss == "mse" else keras_.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(kinds[optimizer](rate), loss)
    history = network.fit(X, task.y, batch_size, epochs, verbose=0)
    return network.predict(X_test, verbose=0), history.history["loss"]
