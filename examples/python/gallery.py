"""Draws one picture with everything that nnswift.plot draws, of networks that learn handwritten digits.

    gallery.py [DATA [PICTURE]]

Default: examples/data/digits.u8 build/plot.png
"""

import sys

import numpy as np
from matplotlib.figure import Figure

import nnswift
from digits_file import read_digits
from nnswift import plot

OPTIMIZERS = {
    "Adam": {"type": "adam", "learning_rate": 0.002},
    "SGD": {"type": "sgd", "learning_rate": 0.05},
}


def learn(optimizer, train, validation, loss="softmax_cross_entropy", outputs=10):
    """Returns a small network that has learnt, its history, and what it told after every batch."""
    metrics = [] if loss == "mse" else ["accuracy"]
    model = nnswift.Model({
        "input": train[0].shape[1],
        "preprocess": {"type": "scale", "factor": 0.0625},
        "layers": [{"type": "dense", "units": 24, "activation": "tanh"}, {"type": "dense", "units": outputs}],
        "loss": loss,
        "seed": 1,
    })
    config = {"epochs": 25, "batch_size": 32, "seed": 1, "optimizer": optimizer, "metrics": metrics}
    record = []
    history = model.train(*train, {**config, "progress": "batch"}, validation=validation, callback=record.append)
    return model, history, record


def main(data="examples/data/digits.u8", picture="build/plot.png"):
    pixels, labels = read_digits(data)
    X, X_test, y, y_test = nnswift.split(pixels, labels, seed=1)
    learnt = {name: learn(optimizer, (X, y), (X_test, y_test)) for name, optimizer in OPTIMIZERS.items()}
    histories = {name: history for name, (_, history, _) in learnt.items()}
    records = {name: record for name, (_, _, record) in learnt.items()}
    scores = learnt["SGD"][0].predict(X_test)

    figure = Figure(figsize=(13, 16), dpi=80, layout="constrained")
    axes = figure.subplots(4, 3)
    plot.learning_curves(histories, ax=axes[0, 0]).set(title="learning_curves", yscale="log")
    plot.learning_curves(records, by="batch", ax=axes[0, 1]).set(title='learning_curves, by="batch"', yscale="log")
    plot.bars(
        {name: {"training": h["accuracy"][-1], "test": h["val_accuracy"][-1]} for name, h in histories.items()},
        ylabel="accuracy", ax=axes[0, 2],
    ).set_title("bars")  # fmt: skip
    plot.confusion_matrix(y_test, scores, ax=axes[1, 0]).set_title("confusion_matrix")
    rates = plot.confusion_matrix(y_test, scores, normalize="true", ax=axes[1, 1])
    rates.set_title('confusion_matrix, normalize="true"')
    plot.images(X_test[:20], labels=y_test[:20], columns=5, ax=axes[1, 2]).set_title("images")

    # An eight against all others: how well each network tells it.
    eight = (y_test == 8).astype(int)
    for name, (model, _, _) in learnt.items():
        score = model.predict(X_test)[:, 8]
        plot.roc_curve(eight, score, label=name, ax=axes[2, 0]).set_title("roc_curve")
        plot.precision_recall_curve(eight, score, label=name, ax=axes[2, 1]).set_title("precision_recall_curve")
    plot.threshold(eight, scores[:, 8], ax=axes[2, 2]).set_title("threshold")

    # The ink of the lower half, from the upper half.
    ink, ink_test = (images[:, 32:].mean(axis=1) for images in (X, X_test))
    model, _, _ = learn(OPTIMIZERS["Adam"], (X[:, :32], ink), (X_test[:, :32], ink_test), "mse", 1)
    guess = model.predict(X_test[:, :32])
    plot.predictions(ink_test, guess, ax=axes[3, 0]).set_title("predictions")
    plot.residuals(ink_test, guess, ax=axes[3, 1]).set_title("residuals")
    plot.misclassified(X_test, y_test, scores, limit=20, columns=5, ax=axes[3, 2]).set_title("misclassified")
    figure.savefig(picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
