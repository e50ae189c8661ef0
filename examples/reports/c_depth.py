"""Study C: one and two hidden layers of 100 units, plain SGD by hand and in PyTorch.

    c_depth.py [--quick] [--seeds 1 2 3 4 5]

The report names neither its data nor its batch size, learning rate and initialisation. Our choice: MNIST with its
60,000 / 10,000 images, batches of 32, a rate of 0.001 and PyTorch's initialisation; 200 epochs are the report's. What
"our best" is was chosen on a sixth of the 60,000 (docs/findings.md); the 10,000 serve the figures below only.
Upright: the same with each digit sheared by its own moments (deskew.py), which PyTorch would gain from as well.
"""

import numpy as np

from common import BEST, REPORTED, RULES, THEIRS, TORCH, Report, Table, epochs_to, torch
from deskew import deskew
from mnist_rows import (
    FILES, column, draw_confusion, draw_curves, fit, fit_all, fit_torch, labels_of, memory, read_mnist,
    say_speed, spec,
)  # fmt: skip

LAYER = {"type": "dense", "units": 100, "activation": "relu"}
OUTPUT = {"type": "dense", "units": 10}
SGD = {"epochs": 200, "batch_size": 32, "optimizer": {"type": "sgd", "learning_rate": 0.001}}
RULE = {"one": (spec(LAYER, OUTPUT), SGD), "two": (spec(LAYER, LAYER, OUTPUT), SGD)}

# A fifth of the pixels dropped at random, normalised layers, targets of 0.955 and 0.005 instead of 1 and 0.
DROP = {"type": "dropout", "rate": 0.2}
NORMED = [{"type": "dense", "units": 100, "init": "he_uniform"}, {"type": "batch_norm"}, {"type": "relu"}]
SMOOTHED = {"type": "softmax_cross_entropy", "label_smoothing": 0.05}
OURS = {"epochs": 60, "batch_size": 64, "optimizer": {"type": "adam", "learning_rate": 0.003}, "schedule": "cosine"}
BEST_RULE = {
    "one": (spec(DROP, *NORMED, OUTPUT, loss=SMOOTHED), OURS),
    "two": (spec(DROP, *NORMED, *NORMED, OUTPUT, loss=SMOOTHED), OURS),
}
UPRIGHT = "our best, upright"
KEYS = {RULES: "rules", BEST: "best", UPRIGHT: "upright"}
# train loss, train accuracy, test accuracy; by hand and in PyTorch
THEIR_FIGURES = {
    "one": ((0.14, 0.965, 0.965), (0.11, 0.977, 0.932)),
    "two": ((0.20, 0.960, 0.950), (0.10, 0.980, 0.930)),
}
WIDTHS = (10, 30, 100, 300)
# Without any regularisation, to see what width and depth do.
BARE = {"epochs": 30, "batch_size": 32, "optimizer": {"type": "adam", "learning_rate": 0.001}}


def main():
    report = Report("c", __doc__)
    folder = report.data(*FILES)
    rows = 3000 if report.quick else 60000
    train, test = ([values[:rows] for values in read_mnist(folder, part)] for part in ("train", "test"))
    rules = {f"{size}, rules": RULE[size] for size in RULE} | {f"{size}, best": BEST_RULE[size] for size in RULE}
    if report.quick:
        rules = {name: (rule[0], rule[1] | {"epochs": 2}) for name, rule in rules.items()}

    results = {name: fit_all(fit, rule, train, test, report.seeds) for name, rule in rules.items()}
    upright = [(deskew(images), labels) for images, labels in (train, test)]
    for size in RULE:
        results[f"{size}, upright"] = fit_all(fit, rules[f"{size}, best"], *upright, report.seeds)
    theirs = {
        size: fit_all(fit_torch, rules[f"{size}, rules"], train, test, report.seeds) for size in RULE if torch()
    }
    for size in RULE:
        say_figures(report, size, rules, results, theirs.get(size), folder, len(train[1]))
    say_widths(report, train, test)
    least = say_speed(report, rules, train)
    say_promises(report, results, least)
    draw(report, results, upright[1])
    report.end()


def say_figures(report, size, rules, results, theirs, folder, rows):
    title = f"hidden layers: {size}; {rows:,} images to learn from; mean of the seeds"
    table = Table(title, REPORTED, THEIRS, RULES, BEST, UPRIGHT, TORCH)
    columns = {shown: results[f"{size}, {key}"] for shown, key in KEYS.items()} | ({TORCH: theirs} if theirs else {})
    names = ("train loss", "train accuracy", "test accuracy", "test loss", "seconds")
    for i, name in enumerate(names):
        hand, framework = (figures[i] if i < 3 else None for figures in THEIR_FIGURES[size])
        cells = {REPORTED: hand, THEIRS: framework} | {key: column(runs, name) for key, runs in columns.items()}
        table.row(name, cells, digits=1 if name == "seconds" else 4)
    limit = THEIR_FIGURES[size][0][0]
    table.row(f"epochs to train loss {limit}", {
        key: epochs_to(runs[0]["curve"]["loss"], limit) for key, runs in columns.items()
    })  # fmt: skip
    peaks = {RULES: memory(fit, rules[f"{size}, rules"], folder, rows)}
    if theirs:
        peaks[TORCH] = memory(fit_torch, rules[f"{size}, rules"], folder, rows)
    table.row("peak memory, MB", peaks, digits=0)
    report.say(table)


def say_widths(report, train, test):
    """Overfitting with width and depth: the gap between training and test, without any regularisation."""
    columns = ("one: train", "one: test", "one: test loss", "two: train", "two: test", "two: test loss")
    table = Table("units a layer; Adam 0.001, 30 epochs without regularisation, first seed", *columns)
    config = BARE | {"epochs": 2} if report.quick else BARE
    for width in WIDTHS[: 2 if report.quick else None]:
        cells = {}
        for size, depth in (("one", 1), ("two", 2)):
            run = fit((spec(*[LAYER | {"units": width}] * depth, OUTPUT), config), train, test, report.seeds[0])
            for name in ("train accuracy", "test accuracy", "test loss"):
                cells[f"{size}: {name.removesuffix(' accuracy')}"] = run[name]
        table.row(str(width), cells, digits=4)
    report.say(table)


def say_promises(report, results, least):
    report.say()
    test = {name: np.mean(column(runs, "test accuracy")) for name, runs in results.items()}
    one, two = test["one, rules"], test["two, rules"]
    report.check(f"by its rules one layer has test accuracy 0.965 +- 0.010: {one:.4f}", abs(one - 0.965) <= 0.01)
    report.check(f"two layers 0.95 to 0.96 +- 0.015: {two:.4f}", 0.935 <= two <= 0.975)
    for size in RULE:
        best, upright = test[f"{size}, best"], test[f"{size}, upright"]
        report.check(f"our best with {size} is above the best reported, 0.965: {best:.4f}", best > 0.965)
        report.check(f"and with upright digits at least 0.984: {upright:.4f}", upright >= 0.984)
    if least:
        report.check(f"with batches of 32 at least 3 times as fast as PyTorch: {least:.1f} times", least >= 3)


def draw(report, results, test):
    curves = {name: runs[0]["curve"] for name, runs in results.items() if "upright" not in name}
    title = "one and two hidden layers of 100; dashed: the 10,000 test images"
    draw_curves(report, "c_loss", title, curves, "loss", (0, 0.6))
    draw_curves(report, "c_accuracy", title, curves, "accuracy", (0.9, 1.003))
    predicted = labels_of(results["two, upright"][0], test)
    draw_confusion(report, "c_confusion", f"two hidden layers, {UPRIGHT}", test[1], predicted)


if __name__ == "__main__":
    main()
