"""Learns 1,797 handwritten digits, says how well, saves the network, and draws a picture of it.

    digits.py [DATA [MODEL [PICTURE]]]

Default: examples/data/digits.u8 build/digits.safetensors build/digits.png
The same task, seed and printed numbers as the C program examples/c/digits.c.
"""

import sys

import numpy as np

import nnswift
from confusion import print_confusion
from digits_file import CLASSES, classify, read_digits

SPEC = {
    "input": 64,
    "preprocess": {"type": "scale", "factor": 0.0625},
    "layers": [
        {"type": "dense", "units": 64, "activation": "relu"},
        {"type": "dropout", "rate": 0.2},
        {"type": "dense", "units": 10},
    ],
    "loss": "softmax_cross_entropy",
    "seed": 1,
}
CONFIG = {
    "epochs": 40,
    "batch_size": 32,
    "seed": 1,
    "optimizer": {"type": "adam", "learning_rate": 0.01},
    "schedule": {"type": "cosine", "epochs": 40},
    "metrics": ["accuracy"],
}
TEST_SHARE = 0.25
ACCURACY_NEEDED = 0.96
SHOWN = 5
PICTURED = 12
BAR = 30


def show_progress(now):
    """One bar that grows on a terminal, a line every 10 epochs in a file."""
    line = f"epoch {now.epoch}/{now.epochs}  loss {now.loss:.4f}  test loss {now.val_loss:.4f}"
    if sys.stdout.isatty():
        done = BAR * now.epoch // now.epochs
        end = "\n" if now.epoch == now.epochs else ""
        print(f"\r[{'#' * done}{'.' * (BAR - done)}] {line}", end=end, flush=True)
    elif now.epoch % 10 == 0:
        print(line)


def draw_picture(path, history, pixels, truth, predicted):
    """Learning curves and confusion matrix side by side, the digits that were not recognised below."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6.2), dpi=120, layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=[4.4, 1.5])
    loss, accuracy, table = above.subplots(1, 3, width_ratios=[1, 1, 1.35])
    nnswift.plot.learning_curves(history, ax=loss)
    nnswift.plot.learning_curves(history, "accuracy", ax=accuracy)
    nnswift.plot.confusion_matrix(truth, predicted, ax=table)
    nnswift.plot.misclassified(pixels, truth, predicted, limit=PICTURED, columns=PICTURED, ax=below.subplots())
    figure.savefig(path)


def main(data="examples/data/digits.u8", model_path="build/digits.safetensors", picture="build/digits.png"):
    pixels, labels = read_digits(data)
    rows = np.arange(len(labels))
    train_rows, test_rows, train_labels, test_labels = nnswift.split(
        rows, labels, fraction=TEST_SHARE, kind="stratified", seed=1
    )
    print(f"{len(train_rows)} digits to learn from, {len(test_rows)} held out")

    model = nnswift.Model(SPEC)
    train_pixels, test_pixels = pixels[train_rows], pixels[test_rows]
    validation = (test_pixels, test_labels)
    history = model.train(train_pixels, train_labels, CONFIG, validation=validation, callback=show_progress)

    values = model.evaluate(test_pixels, test_labels, metrics=["loss", "accuracy"])
    print(f"test loss {values['loss']:.4f}, test accuracy {values['accuracy']:.4f}\n")
    predicted = model.predict(test_pixels, kind="label")
    matrix = nnswift.metrics.confusion_matrix(test_labels, predicted, classes=CLASSES)
    print_confusion(matrix)
    print()
    for row in test_rows[:SHOWN]:
        classify(model, pixels, labels, row)
    model.save(model_path)
    print(f"\nsaved {model_path}")
    draw_picture(picture, history, test_pixels, test_labels, predicted)
    if values["accuracy"] < ACCURACY_NEEDED:
        print(f"test accuracy must be at least {ACCURACY_NEEDED:.2f}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
