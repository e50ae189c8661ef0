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
        **({"target": {"scale": "standardize"}} if loss == "mse" else {}),
    })
    config = {"epochs": 25, "batch_size": 32, "seed": 1, "optimizer": optimizer, "metrics": metrics}
    record = []
    history = model.train(*train, {**config, "progress": "batch"}, validation=validation, callback=record.append)
    return model, history, record


def draw_scores(axes, learnt, X_test, y_test):
    """What the scores of a classifier say; an eight against all others where there must be two classes."""
    scores, eight = learnt["SGD"][0].predict(X_test), y_test == 8
    plot.confusion_matrix(y_test, scores, ax=axes[0]).set_title("confusion_matrix")
    rates = plot.confusion_matrix(y_test, scores, normalize="true", ax=axes[1])
    rates.set_title('confusion_matrix, normalize="true"')
    plot.roc_curve(y_test, scores, ax=axes[2]).set_title("roc_curve, each class against the rest")
    for name, (model, _, _) in learnt.items():
        score = model.predict(X_test)[:, 8]
        plot.roc_curve(eight, score, label=name, ax=axes[3]).set_title("roc_curve")
        plot.precision_recall_curve(eight, score, label=name, ax=axes[4]).set_title("precision_recall_curve")
    plot.threshold(eight, scores[:, 8], ax=axes[5]).set_title("threshold")
    plot.calibration_curve(eight, scores[:, 8], ax=axes[6]).set_title("calibration_curve")
    names = ["other digits", "eights"]
    plot.score_histogram(eight, scores[:, 8], threshold=0.5, labels=names, ax=axes[7]).set_title("score_histogram")


def draw_images(axes, model, X_test, y_test):
    plot.images(X_test[:20], labels=y_test[:20], columns=5, ax=axes[0]).set_title("images")
    scores = model.predict(X_test)
    plot.misclassified(X_test, y_test, scores, limit=20, columns=5, ax=axes[1]).set_title("misclassified")
    plot.weights(model, limit=20, columns=5, ax=axes[2]).set_title("weights")


def draw_numbers(axes, X, X_test):
    """The ink of the lower half, from the upper half."""
    ink, ink_test = (images[:, 32:].mean(axis=1) for images in (X, X_test))
    upper, upper_test = X[:, :32], X_test[:, :32]
    model, _, _ = learn(OPTIMIZERS["Adam"], (upper, ink), (upper_test, ink_test), "mse", 1)
    model.feature_names = [f"row {place // 8 + 1}, pixel {place % 8 + 1}" for place in range(32)]
    guess = model.predict(upper_test)
    plot.predictions(ink_test, guess, ax=axes[0]).set_title("predictions")
    plot.residuals(ink_test, guess, ax=axes[1]).set_title("residuals")
    importances = model.importance(upper_test, ink_test, "rmse")
    plot.importance(importances, limit=8, xlabel="RMSE gained by the column", ax=axes[2]).set_title("importance")
    plot.dependence(model, upper_test, max(importances, key=importances.get), ax=axes[3]).set_title("dependence")


def accuracy_by_rows(X, y):
    """Returns the accuracy of cross-validation with more and more rows."""
    found = {}
    for rows in (50, 100, 200, 400, 800):
        spec = {"input": 64, "preprocess": {"type": "scale", "factor": 0.0625}, "loss": "softmax_cross_entropy",
                "layers": [{"type": "dense", "units": 24, "activation": "tanh"}, {"type": "dense", "units": 10}]}  # fmt: skip
        config = {"epochs": 25, "optimizer": OPTIMIZERS["Adam"]}
        found[rows] = nnswift.cross_validate(X[:rows], y[:rows], spec, config, metrics="accuracy").metrics["accuracy"]
    return found


def main(data="examples/data/digits.u8", picture="build/plot.png"):
    pixels, labels = read_digits(data)
    X, X_test, y, y_test = nnswift.split(pixels, labels, seed=1)
    learnt = {name: learn(optimizer, (X, y), (X_test, y_test)) for name, optimizer in OPTIMIZERS.items()}
    histories = {name: history for name, (_, history, _) in learnt.items()}
    records = {name: record for name, (_, _, record) in learnt.items()}

    figure = Figure(figsize=(13, 28), dpi=80, layout="constrained")
    axes = figure.subplots(7, 3).ravel()
    plot.learning_curves(histories, ax=axes[0]).set(title="learning_curves", yscale="log")
    plot.learning_curves(records, by="batch", ax=axes[1]).set(title='learning_curves, by="batch"', yscale="log")
    plot.learning_by_rows(accuracy_by_rows(X, y), ylabel="accuracy", ax=axes[2]).set_title("learning_by_rows")
    draw_scores(axes[3:11], learnt, X_test, y_test)
    plot.architecture(learnt["Adam"][0], ax=axes[11]).set_title("architecture")
    draw_images(axes[12:15], learnt["SGD"][0], X_test, y_test)
    draw_numbers(axes[15:19], X, X_test)
    last = {name: {"training": h["accuracy"][-1], "test": h["val_accuracy"][-1]} for name, h in histories.items()}
    plot.bars(last, ylabel="accuracy", ax=axes[19]).set_title("bars")
    found = nnswift.find_learning_rate(nnswift.Model(learnt["Adam"][0].spec), X, y)
    plot.learning_rates(found, ax=axes[20]).set_title("learning_rates")
    figure.savefig(picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
