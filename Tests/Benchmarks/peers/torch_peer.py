"""PyTorch on the processor, tensors in memory.

Variants of a training: eager (rows of an epoch gathered at once, default optimiser), fused (the same, fused optimiser),
index (rows gathered in each step, fused optimiser); of predictions: eager, script (traced and frozen).
"""

import torch
import torch.nn.functional as F
from torch import nn

import protocol
import workloads

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
LOSSES = {"softmax": F.cross_entropy, "bce": F.binary_cross_entropy_with_logits, "mse": F.mse_loss}
OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop}


def network(name):
    layers = []
    for weight, bias in workloads.start_weights(name):
        layer = nn.Linear(*weight.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight.T.copy()))
            layer.bias.copy_(torch.from_numpy(bias))
        layers += [layer, ACTIVATIONS[workloads.WORKLOADS[name].activation]()]
    return nn.Sequential(*layers[:-1])


def time_predictions(asked, workload):
    model = nn.Sequential(network(asked.workload), nn.Softmax(1) if workload.loss == "softmax" else nn.Sigmoid()).eval()
    if asked.variant == "script":
        model = torch.jit.freeze(torch.jit.trace(model, torch.zeros(workload.batch, workload.sizes[0])))
    with torch.inference_mode():
        protocol.time_predictions(asked, model, torch.from_numpy)


def time_training(asked, workload):
    model = network(asked.workload)
    features, targets = map(torch.from_numpy, workloads.load(asked.workload))
    targets = targets.long() if workload.loss == "softmax" else targets[:, None]
    # RMSprop has no fused form.
    is_fused = asked.variant != "eager" and workload.optimizer != "rmsprop"
    options = {"fused": True} if is_fused else {}
    optimizer = OPTIMIZERS[workload.optimizer](model.parameters(), lr=workload.rate, **options)
    loss = LOSSES[workload.loss]
    orders = workloads.orders(asked.workload)
    orders = orders and [torch.from_numpy(order) for order in orders]

    def batches(epoch):
        if orders is None:
            yield features, targets
            return
        order = orders[epoch % len(orders)]
        if asked.variant == "index":
            for rows in order.split(workload.batch):
                yield features[rows], targets[rows]
        else:
            yield from zip(features[order].split(workload.batch), targets[order].split(workload.batch))

    def run(first, count):
        for epoch in range(first, first + count):
            for x, y in batches(epoch):
                optimizer.zero_grad(set_to_none=True)
                loss(model(x), y).backward()
                optimizer.step()

    def layers():
        linear = [layer for layer in model if isinstance(layer, nn.Linear)]
        return [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in linear]

    protocol.time_training(asked, run, layers)


def main():
    asked, workload = protocol.arguments()
    torch.set_num_threads(asked.threads)
    (time_training if workload.is_training else time_predictions)(asked, workload)


main()
