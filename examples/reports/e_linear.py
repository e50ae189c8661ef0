"""Study E: MNIST with one linear layer and a ReLU on its logits, by hand; what the ReLU does, and without it.

    e_linear.py [--quick] [--seeds 1 2 3 4 5]

30,000 of the training images and 5,000 of the test images, drawn once; a seed is one of weights and order. The report
calls the 5,000 its validation; here they are the test part: what "our best" is was chosen on a fifth of the 30,000
(docs/findings.md), and the 5,000 serve the figures below and nothing else.
"""

import numpy as np

import nnswift
from common import BEST, REPORTED, RULES, TORCH, Report, Table, torch
from mnist_rows import (
    FILES, batches, column, draw_confusion, draw_curves, fit, fit_all, fit_torch, labels_of, read_mnist, say_runs,
    say_speed, spec,
)  # fmt: skip

# Drawn from N(0, 0.1), then divided by the L2 norm of the whole weight, and of the whole bias.
NORMED = {"init": {"type": "normal_l2", "std": 0.1}, "bias_init": {"type": "normal_l2", "std": 0.1}}
LINEAR = {"type": "dense", "units": 10}
# The report's Relu.backward sets negative inputs to 0, and then everything >= 0 to 1: its factor is 1 everywhere.
PASSES = {"type": "relu", "straight_through": True}
SGD = {"epochs": 200, "batch_size": 32, "optimizer": {"type": "sgd", "learning_rate": 0.01}}

STRAIGHT = (spec(LINEAR | NORMED | {"activation": PASSES}), SGD)
TRUE = (spec(LINEAR | NORMED | {"activation": "relu"}), SGD)
PLAIN = (spec(LINEAR | NORMED), SGD)
# Pixels dropped at random keep the weights of rare pixels small.
OURS = (
    spec({"type": "dropout", "rate": 0.3}, LINEAR),
    {"epochs": 60, "batch_size": 32, "optimizer": {"type": "adam", "learning_rate": 0.001}, "schedule": "cosine"},
)


def main():
    report = Report("e", __doc__)
    folder = report.data(*FILES)
    train, test = (draw_half(folder, part, report.quick) for part in ("train", "test"))
    rules = {"straight": STRAIGHT, "true": TRUE, "plain": PLAIN, "best": OURS}
    if report.quick:
        rules = {name: (rule[0], rule[1] | {"epochs": 3}) for name, rule in rules.items()}

    results = {name: fit_all(fit, rule, train, test, report.seeds) for name, rule in rules.items()}
    theirs = fit_all(fit_torch, rules["straight"], train, test, report.seeds) if torch() else None

    say_figures(report, rules, results, theirs, folder, len(train[1]))
    say_dead(report, results, test)
    least = say_speed(report, rules, train)
    say_promises(report, results, least)
    draw(report, rules, results, train, test)
    report.end()


def draw_half(folder, part, quick):
    """Returns images and labels drawn at random, the same for every seed: 30,000 of 60,000, 5,000 of 10,000."""
    images, labels = read_mnist(folder, part)
    _, drawn = nnswift.split_indices(labels, 0.5, kind="random", seed=1)
    drawn = drawn[: len(drawn) // 10] if quick else drawn
    return images[drawn], labels[drawn]


def say_figures(report, rules, results, theirs, folder, rows):
    true, plain = "a true ReLU", "no ReLU"
    title = f"{rows:,} images to learn from; mean of the seeds"
    columns = {RULES: results["straight"], true: results["true"], plain: results["plain"], BEST: results["best"]}
    columns |= {TORCH: theirs} if theirs else {}
    reported = {"train accuracy": {REPORTED: 0.9333}, "test accuracy": {REPORTED: 0.9202}}
    say_runs(report, Table(title, REPORTED, *columns), columns, reported, (0.9, 0.92), rules["straight"], folder, rows)


def say_dead(report, results, test):
    """Which digits a network never answers any more: their logit is 0 or less for every image."""
    table = Table("digits never answered, of the 10; first seeds", "a true ReLU", "straight through")
    for number, (true, straight) in enumerate(zip(results["true"], results["straight"])):
        lost = [sorted(set(range(10)) - set(labels_of(run, test).tolist())) for run in (true, straight)]
        names = [" ".join(map(str, digits)) or "none" for digits in lost]
        table.row(f"training {number + 1}", dict(zip(table.columns, names)))
    report.say(table)


def say_promises(report, results, least):
    report.say()
    train, test, collapsed = (
        np.mean(column(results[rule], name))
        for rule, name in (("straight", "train accuracy"), ("straight", "test accuracy"), ("true", "test accuracy"))
    )
    best = np.mean(column(results["best"], "test accuracy"))
    report.check(f"by the report's rules train accuracy is 0.933 +- 0.005: {train:.4f}", abs(train - 0.933) <= 0.005)
    report.check(f"and validation accuracy 0.922 +- 0.007: {test:.4f}", abs(test - 0.922) <= 0.007)
    report.check(f"with a true ReLU it collapses, below 0.85: {collapsed:.4f}", collapsed < 0.85)
    report.check(f"our best has validation accuracy of at least 0.923: {best:.4f}", best >= 0.923)
    if least:
        report.check(f"with batches of 32 at least 3 times as fast as PyTorch: {least:.1f} times", least >= 3)


def draw(report, rules, results, train, test):
    names = {"straight": "straight through", "true": "a true ReLU", "best": "our best"}
    curves = {label: results[name][0]["curve"] for name, label in names.items()}
    # The error is 1 - accuracy.
    for curve in curves.values():
        curve["error"], curve["val_error"] = ([1 - v for v in curve[key]] for key in ("accuracy", "val_accuracy"))
    title = "one linear layer; dashed: the 5,000 validation images"
    for metric, limits in (("loss", (0.2, 1.6)), ("accuracy", (0.5, 0.95)), ("error", (0.05, 0.5))):
        draw_curves(report, f"e_{metric}", title, curves, metric, limits)
    losses, accuracies = batches(rules["straight"], train, report.seeds[0], 2)
    told = {"batch": list(range(1, len(losses) + 1)), "loss": losses, "accuracy": accuracies}
    for metric in ("loss", "accuracy"):
        title = f"straight through: {metric} of each batch before its step, 2 epochs"
        draw_curves(report, f"e_batch_{metric}", title, told, metric, by="batch", window=50)
    predicted = labels_of(results["true"][0], test)
    draw_confusion(report, "e_true_relu", "a true ReLU on the logits, the 5,000 validation images", test[1], predicted)


if __name__ == "__main__":
    main()
