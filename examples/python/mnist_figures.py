"""The library's figures on MNIST, each with the training that gives it.

    mnist_figures.py [--part a|b|c] [--folder DIR] [--seeds 0 1 2] [--epochs N] [--threads N]

a  784-64-10, Adam 0.001, batch 32, 20 epochs: test accuracy must be >= 0.970 for each seed
b  784-64-10, plain SGD 0.001, weights and biases uniform(-0.5, 0.5), the first 42,000 images split at random into
   33,600 and 8,400, 100 epochs, batch 32: accuracy on the 8,400 must land in 0.900-0.925
c  784-800-10, dropout 0.2 on the pixels and 0.5 on the hidden layer, Adam with a cosine schedule to 0, batch 128: mean
   test error of the seeds must be <= 1.5 %

Every figure is that of the last epoch; no epoch is chosen by its test result. Exit status 1 when one is missed.
"""

import argparse
import os
import sys
import time

import nnswift
from idx import has_mnist, read_mnist

SCALE = {"type": "scale", "factor": 0.00392156862745098}
EPOCHS = {"a": 20, "b": 100, "c": 60}


def spec(layers, seed):
    return {"input": 784, "preprocess": SCALE, "layers": layers, "loss": "softmax_cross_entropy", "seed": seed}


def small_network(seed, options=None):
    """784-64-10; options: how every dense layer is initialised, the default when None."""
    hidden = {"type": "dense", "units": 64, "activation": "relu"} | (options or {})
    return spec([hidden, {"type": "dense", "units": 10} | (options or {})], seed)


def wide_network(seed):
    return spec(
        [
            {"type": "dropout", "rate": 0.2},
            {"type": "dense", "units": 800, "activation": "relu", "init": "he_uniform"},
            {"type": "dropout", "rate": 0.5},
            {"type": "dense", "units": 10},
        ],
        seed,
    )


def train_and_score(model_spec, train, test, config):
    """Returns the accuracy after the last epoch and the seconds of the training."""
    model = nnswift.Model(model_spec)
    begun = time.monotonic()
    model.train(*train, config, callback=nnswift.callbacks.ProgressBar(leave=False))
    seconds = time.monotonic() - begun
    return model.evaluate(*test, metrics=["accuracy"])["accuracy"], seconds


def part_a(train, test, seed, config):
    config = config | {"batch_size": 32, "optimizer": {"type": "adam", "learning_rate": 0.001}}
    return train_and_score(small_network(seed), train, test, config)


def part_b(train, _, seed, config):
    uniform = {"type": "uniform", "low": -0.5, "high": 0.5}
    config = config | {"batch_size": 32, "optimizer": {"type": "sgd", "learning_rate": 0.001}}
    images, labels = train
    rest, part, rest_labels, part_labels = nnswift.split(
        images[:42000], labels[:42000], fraction=0.2, kind="random", seed=seed
    )
    network = small_network(seed, {"init": uniform, "bias_init": uniform})
    return train_and_score(network, (rest, rest_labels), (part, part_labels), config)


def part_c(train, test, seed, config):
    config = config | {
        "batch_size": 128,
        "optimizer": {"type": "adam", "learning_rate": 0.001},
        "schedule": {"type": "cosine", "epochs": config["epochs"], "minimum": 0},
    }
    return train_and_score(wide_network(seed), train, test, config)


def run(part, train, test, options):
    """Prints a line for each seed and the verdict; returns whether the figure was reached."""
    epochs = options.epochs or EPOCHS[part]
    accuracies = []
    print(f"part {part}: {epochs} epochs\n  seed  accuracy  error %  seconds")
    for seed in options.seeds:
        config = {"epochs": epochs, "seed": seed, "threads": options.threads}
        accuracy, seconds = PARTS[part](train, test, seed, config)
        accuracies.append(accuracy)
        print(f"  {seed:4d}  {accuracy:8.4f}  {100 * (1 - accuracy):7.2f}  {seconds:7.1f}", flush=True)
    mean = sum(accuracies) / len(accuracies)
    verdicts = {
        "a": (min(accuracies) >= 0.970, "each >= 0.970"),
        "b": (all(0.900 <= value <= 0.925 for value in accuracies), "each in 0.900-0.925"),
        "c": (1 - mean <= 0.015, "mean error <= 1.5 %"),
    }
    reached, wanted = verdicts[part]
    print(f"  mean  {mean:8.4f}  {100 * (1 - mean):7.2f}  wanted: {wanted}: {'reached' if reached else 'MISSED'}\n")
    return reached


PARTS = {"a": part_a, "b": part_b, "c": part_c}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=sorted(PARTS), action="append", help="only this part; may be repeated")
    parser.add_argument("--folder", default=os.environ.get("NNSWIFT_DATA_DIR") or "build/data")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, help="instead of the part's own number")
    parser.add_argument("--threads", type=int, default=0, help="0: by the size of the work")
    options = parser.parse_args()
    if not has_mnist(options.folder):
        print(f'skipped: there is no MNIST in {options.folder}/mnist; "make data" fetches it')
        return 0
    train, test = read_mnist(options.folder, "train"), read_mnist(options.folder, "test")
    reached = [run(part, train, test, options) for part in options.part or sorted(PARTS)]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
