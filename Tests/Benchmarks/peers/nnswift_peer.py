"""nnswift from Python. Variants: predict (Model.predict; any training), session (Session.predict, same arrays)."""

import nnswift
import numpy as np

import protocol
import workloads

LOSSES = {"softmax": "softmax_cross_entropy", "bce": "binary_cross_entropy", "mse": "mse"}


def network(name, workload):
    layers = [{"type": "dense", "units": units, "activation": workload.activation} for units in workload.sizes[1:]]
    layers[-1]["activation"] = "identity"
    model = nnswift.Model({"input": workload.sizes[0], "layers": layers, "loss": LOSSES[workload.loss]})
    weights = {}
    for index, (weight, bias) in enumerate(workloads.start_weights(name)):
        weights[f"layers.{index}.weight"], weights[f"layers.{index}.bias"] = weight.T, bias
    model.set_weights(weights)
    return model


def time_predictions(asked, workload, model):
    if asked.variant == "predict":
        return protocol.time_predictions(asked, model.predict)
    session = model.session(workload.batch)
    rows = np.empty((workload.batch, workload.sizes[0]), np.float32)
    out = np.empty((workload.batch, workload.sizes[-1]), np.float32)

    def call(features):
        rows[...] = features
        return session.predict(rows, out=out)

    protocol.time_predictions(asked, call)


def time_training(asked, workload, model):
    features, targets = workloads.load(asked.workload)
    orders = workloads.orders(asked.workload)
    config = {
        "batch_size": workload.batch,
        "optimizer": {"type": workload.optimizer, "learning_rate": workload.rate},
        "threads": asked.threads,
    }

    def run(first, count):
        continues = first > 0 and workload.epochs == 1
        config.update({"epochs": count, "shuffle": orders is not None, "seed": first, "continue": continues})
        model.train(features, targets, config)

    def run_in_order(first, count):
        for epoch in range(first, first + count):
            rows = workloads.order(asked.workload, epoch)
            config.update({"epochs": 1, "shuffle": False, "continue": epoch > 0})
            model.train(features[rows], targets[rows], config)

    def layers():
        weights = model.weights
        count = len(workload.sizes) - 1
        return [(weights[f"layers.{index}.weight"].T, weights[f"layers.{index}.bias"]) for index in range(count)]

    protocol.time_training(asked, run_in_order if asked.check else run, layers)


def main():
    asked, workload = protocol.arguments()
    model = network(asked.workload, workload)
    (time_training if workload.is_training else time_predictions)(asked, workload, model)


main()
