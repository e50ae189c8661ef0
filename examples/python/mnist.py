"""Learns MNIST from its bytes; no copy of the images in float is made.

    mnist.py [EPOCHS [FOLDER [MODEL]]]

EPOCHS: 5 unless said. FOLDER: holds mnist/train-images-idx3-ubyte.gz and the other three files; else the environment
variable NNSWIFT_DATA_DIR, else build/data. MODEL: where to save, if at all.
The same task, seed and printed numbers as the C program examples/c/mnist.c, but for times and memory.
"""

import os
import resource
import sys
import time

import numpy as np

import nnswift
from confusion import print_confusion
from idx import has_mnist, read_mnist

SPEC = {
    "input": 784,
    "preprocess": {"type": "scale", "factor": 0.00392156862745098},
    "layers": [{"type": "dense", "units": 64, "activation": "relu"}, {"type": "dense", "units": 10}],
    "loss": "softmax_cross_entropy",
    "seed": 0,
}
CONFIG = {"batch_size": 32, "seed": 0, "optimizer": {"type": "adam", "learning_rate": 0.001}}


def main(epochs="5", folder=None, model_path=None):
    folder = folder or os.environ.get("NNSWIFT_DATA_DIR") or "build/data"
    if not has_mnist(folder):
        print(f'skipped: there is no MNIST in {folder}/mnist; "make data" fetches it')
        return 0
    images, labels = read_mnist(folder, "train")
    test = read_mnist(folder, "test")
    print(f"{len(labels)} images to learn from, {len(test[1])} held out")

    model = nnswift.Model(SPEC)
    begun = time.monotonic()

    def show_epoch(now):
        accuracy = model.evaluate(*test, metrics=["accuracy"])["accuracy"]
        seconds = time.monotonic() - begun
        print(
            f"epoch {now.epoch}/{now.epochs}  loss {now.loss:.4f}  test accuracy {accuracy:.4f}  {seconds:.1f} s",
            flush=True,
        )

    model.train(images, labels, CONFIG | {"epochs": int(epochs)}, callback=show_epoch)
    print()
    predicted = model.predict(test[0], kind="label")
    print_confusion(nnswift.metrics.confusion_matrix(test[1], predicted, classes=10))
    if model_path:
        model.save(model_path)
        print(f"\nsaved {model_path}")
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
