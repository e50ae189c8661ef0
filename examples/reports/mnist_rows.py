"""What the studies on MNIST (B, C, E) share: one training, with our library or PyTorch, and the lines it fills.

A rule is a pair (spec, config) as the library takes them, without seeds. `fit` and `fit_torch` train it from the same
initial weights and return the same dictionary, so that a table does not know who trained.
"""

import pathlib
import sys
import time

import numpy as np

import common
import nnswift

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from idx import MNIST_FILES, read_mnist  # noqa: E402

FILES = [f"mnist/{name}" for pair in MNIST_FILES.values() for name in pair]
SCALE = {"type": "scale", "factor": 1 / 255}


def spec(*layers, loss="softmax_cross_entropy"):
    """Returns the spec of a network on pixels of 0 to 255, divided by 255."""
    return {"input": 784, "preprocess": SCALE, "layers": list(layers), "loss": loss}


def fit(rule, train, test, seed, curves=False):
    """Trains a rule with one thread; test serves the final figures and, with curves, each epoch's.

    Returns
    -------
    dict
        train and test accuracy and loss (cross-entropy of the probabilities), seconds (of the training alone), losses
        (of each epoch, as trained), curve (as `nnswift.plot.learning_curves` draws it), model (ours only).
    """
    network, config = rule
    model = nnswift.Model(network | {"seed": seed})
    curve, looking = _new_curve(), 0.0

    def look(now):
        nonlocal looking
        begun = time.perf_counter()
        _extend(curve, now.epoch, *(_evaluate(model, *part) for part in (train, test)))
        looking += time.perf_counter() - begun

    config = config | {"seed": seed, "threads": 1}
    history, seconds = common.timed(lambda: model.train(*train, config, callback=look if curves else None))
    figures = _figures(_evaluate(model, *train), _evaluate(model, *test), seconds - looking, history["loss"], curve)
    return figures | {"model": model}


def fit_all(train_with, rule, train, test, seeds):
    """Trains once a seed; the curves are those of the first."""
    return [train_with(rule, train, test, seed, curves=seed == seeds[0]) for seed in seeds]


def fit_torch(rule, train, test, seed, curves=False):
    """`fit` with PyTorch and the same initial weights: images in memory as float32, rows by index, fused optimiser."""
    torch = common.torch()
    network, config = torch_network(rule, seed)
    parts = [torch_tensors(*part) for part in (train, test)]
    curve, looking = _new_curve(), 0.0

    def evaluate(x, y):
        with torch.no_grad():
            outputs = network(x)
        accuracy = (outputs.argmax(1) == y).double().mean()
        return {"accuracy": float(accuracy), "log_loss": float(torch.nn.functional.cross_entropy(outputs, y))}

    def look(epoch):
        nonlocal looking
        begun = time.perf_counter()
        _extend(curve, epoch, *(evaluate(*part) for part in parts))
        looking += time.perf_counter() - begun

    optimizer, loss = torch_parts(rule, network)
    choose_torch_threads(rule, *parts[0])
    torch.manual_seed(seed)
    arguments = (network, optimizer, loss, *parts[0], config["epochs"], config["batch_size"], look if curves else None)
    losses, seconds = common.timed(common.torch_fit, *arguments)
    return _figures(evaluate(*parts[0]), evaluate(*parts[1]), seconds - looking, losses, curve)


def torch_tensors(images, labels):
    torch = common.torch()
    return torch.from_numpy(images).float() / 255, torch.from_numpy(np.asarray(labels, np.int64))


def torch_network(rule, seed):
    """Returns PyTorch's network of a rule, with our initial weights, and the config."""
    network, config = rule
    layers = [dict(layer) for layer in network["layers"]]
    passes = {"type": "relu", "straight_through": True}
    ends = layers[-1].get("activation") == passes
    if ends:
        # PyTorch has no such layer; written out below.
        layers[-1].pop("activation")
    plain = nnswift.Model(network | {"preprocess": "none", "layers": layers, "seed": seed})
    made = nnswift.convert.to_torch(plain)
    return (_straight_through(made) if ends else made), config


def _straight_through(network):
    torch = common.torch()

    class StraightThrough(torch.nn.Module):
        def forward(self, z):
            return z + (z.relu() - z).detach()

    return torch.nn.Sequential(network, StraightThrough())


def torch_parts(rule, network):
    """Returns PyTorch's optimiser and loss of a rule; schedules are left out: they cost no time worth measuring."""
    torch = common.torch()
    options = dict(rule[1]["optimizer"])
    kind = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW"}[options.pop("type")]
    optimizer = getattr(torch.optim, kind)(
        network.parameters(), lr=options.pop("learning_rate"), fused=True, **options
    )
    smoothing = rule[0]["loss"].get("label_smoothing", 0) if isinstance(rule[0]["loss"], dict) else 0
    return optimizer, torch.nn.CrossEntropyLoss(label_smoothing=smoothing)


def epoch_seconds(rule, train):
    """Returns the seconds of the fastest of three epochs of a rule, ours with one thread."""
    network, config = rule
    ends = [0.0]
    options = {"epochs": 3, "threads": 1}
    nnswift.Model(network).train(*train, config | options, callback=lambda now: ends.append(now.seconds))
    return float(np.diff(ends).min())


def torch_epoch_seconds(rule, train):
    """Returns the same of PyTorch, and the number of threads that gives it."""
    network, config = torch_network(rule, 1)
    optimizer, loss = torch_parts(rule, network)
    x, y = torch_tensors(*train)
    threads = choose_torch_threads(rule, x, y)
    arguments = (network, optimizer, loss, x, y, 1, config["batch_size"])
    return min(common.timed(common.torch_fit, *arguments)[1] for _ in range(3)), threads


def choose_torch_threads(rule, x, y):
    """Sets and returns the number of threads with which PyTorch trains a rule fastest."""
    network, config = torch_network(rule, 1)
    arguments = (network, *torch_parts(rule, network), x[:6400], y[:6400], 1, config["batch_size"])
    return common.torch_threads(lambda: common.torch_fit(*arguments))


def memory(train_with, rule, folder, rows):
    """Returns the peak megabytes of a fresh process that reads MNIST and trains one epoch of a rule on rows images."""
    return common.peak_memory(_train_once, train_with.__name__, (rule[0], rule[1] | {"epochs": 1}), str(folder), rows)


def _train_once(name, rule, folder, rows):
    images, labels = read_mnist(folder, "train")
    globals()[name](rule, (images[:rows], labels[:rows]), (images[:100], labels[:100]), 1)


def say_speed(report, rules, train):
    """Says the seconds an epoch, ours and PyTorch's in turn; returns the least ratio with batches of 32, or None."""
    if not common.torch():
        return None
    title = "seconds an epoch, fastest of three: ours with 1 thread, PyTorch with its best number of threads"
    table, ratios = common.Table(title, "ours", "PyTorch", "its threads", "ratio"), []
    for name, rule in rules.items():
        ours, (theirs, threads) = epoch_seconds(rule, train), torch_epoch_seconds(rule, train)
        if rule[1]["batch_size"] == 32:
            ratios.append(theirs / ours)
        table.row(name, {"ours": ours, "PyTorch": theirs, "its threads": threads, "ratio": f"{theirs / ours:.1f}"})
    report.say(table)
    return min(ratios)


def say_runs(report, table, columns, reported, goals, rule, folder, rows):
    """Fills a table with trainings, one list of seeds a column, and says it.

    reported: the figures of others by line and column; goals: accuracies on the test part whose epochs are told; rule:
    what the peak memory of one epoch on rows images is told for, by us and by PyTorch.
    """
    for name in ("train accuracy", "test accuracy", "train loss", "test loss", "seconds"):
        cells = reported.get(name, {}) | {key: column(runs, name) for key, runs in columns.items()}
        table.row(name, cells, digits=1 if name == "seconds" else 4)
    for goal in goals:
        told = {key: np.array(runs[0]["curve"]["val_accuracy"]) for key, runs in columns.items()}
        table.row(f"epochs to test accuracy {goal}", {
            key: common.epochs_to(-accuracies, -goal) for key, accuracies in told.items()
        })  # fmt: skip
    peaks = {common.RULES: memory(fit, rule, folder, rows)}
    if common.TORCH in columns:
        peaks[common.TORCH] = memory(fit_torch, rule, folder, rows)
    table.row("peak memory, MB", peaks, digits=0)
    report.say(table)


def batches(rule, train, seed, epochs):
    """Trains batch by batch, as in online learning; returns loss and accuracy of each batch before its step."""
    network, config = rule
    model = nnswift.Model(network | {"seed": seed})
    model.configure(config)
    order = np.random.default_rng(seed)
    losses, accuracies = [], []
    for _ in range(epochs):
        rows = order.permutation(len(train[1]))
        for start in range(0, len(rows), config["batch_size"]):
            chosen = rows[start : start + config["batch_size"]]
            x, y = train[0][chosen], train[1][chosen]
            accuracies.append(float((model.predict(x, kind="label") == y).mean()))
            losses.append(model.train_batch(x, y))
    return losses, accuracies


def labels_of(result, part):
    """Returns the labels that a trained network gives the images of a part."""
    return result["model"].predict(part[0], kind="label")


def confusion_table(title, truth, predicted):
    table = common.Table(title, *map(str, range(10)))
    for digit, counts in enumerate(nnswift.metrics.confusion_matrix(truth, predicted, classes=10)):
        table.row(str(digit), {str(i): int(count) for i, count in enumerate(counts)})
    return table


def draw_curves(report, name, title, histories, metric, limits=None, **options):
    """Draws learning curves, the test images dashed."""
    page = common.figure(8, 4.2)
    ax = nnswift.plot.learning_curves(histories, metric, ax=page.subplots(), **options)
    ax.set_title(title, fontsize=10)
    if limits:
        ax.set_ylim(limits)
    report.picture(page, name)


def draw_confusion(report, name, title, truth, predicted):
    page = common.figure(6, 5.6)
    ax = nnswift.plot.confusion_matrix(truth, predicted, labels=list(range(10)), ax=page.subplots())
    ax.set_title(title, fontsize=10)
    report.picture(page, name)


def column(results, name):
    """Returns one figure of several trainings, one a seed."""
    return [result[name] for result in results]


def _evaluate(model, x, y):
    return model.evaluate(x, y, metrics=["accuracy", "log_loss"])


def _figures(train, test, seconds, losses, curve):
    return {
        "train accuracy": train["accuracy"], "test accuracy": test["accuracy"], "train loss": train["log_loss"],
        "test loss": test["log_loss"], "seconds": seconds, "losses": list(losses), "curve": curve,
    }  # fmt: skip


def _new_curve():
    return {"epoch": [], "loss": [], "val_loss": [], "accuracy": [], "val_accuracy": []}


def _extend(curve, epoch, train, test):
    values = [epoch, train["log_loss"], test["log_loss"], train["accuracy"], test["accuracy"]]
    for name, value in zip(curve, values):
        curve[name].append(value)
