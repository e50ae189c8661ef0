"""Study D: activations x optimisers x sizes, regression (392 cars) and three classes (178 wines).

The report names neither data nor rates. Our choice: Auto MPG and the wines, every rate 0.01, batch 32, 100 epochs,
inputs standardised; Net1 has 10 hidden units, Net2 128, Net3 10 and 10. A seed is also a split: a fifth of the rows is
for the test. What "our best" is was chosen, for each split, on parts of the other four fifths; its test part is used
once.
"""

import numpy as np
from common import BEST, KERAS, RULES, THEIRS, TORCH, Report, Table, epochs_to, figure, keras, peak_memory, torch
from peers import keras_train, torch_train
from small_nets import (
    ACTIVATIONS, NETS, OPTIMIZERS, best_of, grid, mean_of, our_train, recommended,
)  # fmt: skip
from small_tables import cars, validation_part, wines

from nnswift import plot

REPORTED = {"relu": 14.45, "sigmoid": 10.88, "tanh": 10.85}
SLOW = "sgd at rate 0.001"
REPORTED_TWICE = {SLOW: (1.08, 0.50), "adam": (0.57, 0.99), "rmsprop": (0.57, 1.00)}
FLOOR = np.log(1 + 2 / np.e)  # of the loss with softmax applied twice to three classes


def run_all(autos, wine):
    """Returns the grids of regression, classification, and classification with softmax twice, by framework."""
    numbers, classes, twice = {}, {}, {}
    for name, train in ((RULES, our_train), (TORCH, torch_train if torch() else None)):
        if train:
            numbers[name], classes[name] = grid(train, autos), grid(train, wine)
            twice[name] = grid(train, wine, ["relu"], twice=True)
            slow = grid(train, wine, ["relu"], ["sgd"], rate=0.001, twice=True)
            twice[name] |= {(net, kind, SLOW): values for (net, kind, _), values in slow.items()}
    if keras():  # slow: only the trainings that the report has, of one net
        numbers[KERAS] = grid(keras_train, autos, optimizers=["adam"], nets=["Net2"])
        classes[KERAS] = grid(keras_train, wine, ["relu"], nets=["Net2"])
        twice[KERAS] = grid(keras_train, wine, ["relu"], nets=["Net2"], twice=True)
    return numbers, classes, twice


def as_reported(report, numbers, classes, twice):
    columns = [THEIRS, *numbers]
    table = Table("regression with Adam: test MSE, mean of the three nets (Keras: of Net2)", *columns)
    for kind in ACTIVATIONS:
        cells = {name: mean_of(results, activation=kind, optimizer="adam") for name, results in numbers.items()}
        table.row(kind, cells | {THEIRS: REPORTED[kind]}, 2)
    report.say(table)
    table = Table("three classes with ReLU: test part, mean of the three nets (Keras: of Net2)", *columns)
    for title, grids, reported in (("softmax twice", twice, REPORTED_TWICE), ("once, the right way", classes, {})):
        for kind in (SLOW, *OPTIMIZERS) if grids is twice else OPTIMIZERS:
            for what, word in enumerate(("loss", "accuracy")):
                cells = {name: mean_of(r, what, activation="relu", optimizer=kind) for name, r in grids.items()}
                table.row(f"{title}, {kind}: {word}", cells | {THEIRS: reported.get(kind, (None, None))[what]})
    report.say(table)
    report.say(f"Floor of the loss with softmax twice: log(1 + 2/e) = {FLOOR:.3f}; of having learnt nothing: log 3 = 1.099.")


def findings(report, autos, wine, numbers, classes):
    """The report's questions, answered with our trainings."""
    columns = ("cars: MSE", "wines: loss", "wines: accuracy", "sgd 0.1, wines: accuracy")
    faster = grid(our_train, wine, optimizers=["sgd"], rate=0.1)
    ours, table = (numbers[RULES], classes[RULES]), Table("what matters: our trainings, test part, means", *columns)
    for word, kinds in (("activation", ACTIVATIONS), ("optimizer", OPTIMIZERS), ("net", NETS)):
        for kind in kinds:
            values = [mean_of(r, what, **{word: kind}) for r, what in zip((*ours, ours[1]), (0, 0, 1))]
            values.append(mean_of(faster, 1, **{word: kind}))
            table.row(kind, dict(zip(columns, values)))
    report.say(table)
    columns = ("epochs to MSE 20", "to MSE 10", "training MSE", "validation MSE", "least validation MSE", "at epoch")
    table, histories = Table("sizes: cars, ReLU, Adam, 400 epochs, a validation part beside them", *columns), {}
    for net, hidden in NETS.items():
        runs = [our_train(validation_part(task, seed), hidden, "relu", "adam", epochs=400, seed=seed, watch=True)[1]
                for seed, task in autos.items()]  # fmt: skip
        losses = [run["val_loss"] for run in runs]
        reached = [[epochs_to(loss, limit) for loss in losses] for limit in (20, 10)]
        reached = [values if "never" not in values else "never in a run" for values in reached]
        values = [*reached, [run["loss"][-1] for run in runs], [loss[-1] for loss in losses],
                  [min(loss) for loss in losses], [int(np.argmin(loss)) + 1 for loss in losses]]  # fmt: skip
        table.row(net, dict(zip(columns, values)), 1)
        histories[net] = runs[0]
    report.say(table)
    return histories


def best(report, autos, wine, numbers, classes):
    """Ours against the best row of each framework, whichever that is after the fact. Returns the outputs for cars."""
    columns = [BEST, *(name for name in numbers if name != RULES)]
    table, outputs, ours = Table("the best: test part, mean of the seeds", *columns), {}, []
    for title, tables, grids, what in (("cars: MSE", autos, numbers, 0), ("wines: accuracy", wine, classes, 1)):
        chosen = {seed: recommended(task, seed) for seed, task in tables.items()}
        rows = {name: best_of(grids[name], what) for name in columns[1:]}
        ours.append([result[0][what] for result in chosen.values()])
        table.row(title, {name: values for name, (_, values) in rows.items()} | {BEST: ours[-1]})
        table.row("  which", {name: key for name, (key, _) in rows.items()} | {BEST: "chosen on validation"})
        outputs[title] = [result[2] for result in chosen.values()]
        for seed, (_, choice, _) in chosen.items():
            report.say(f"{title.split(':')[0]}, split {seed}: {choice}, AdamW 0.01 along a cosine, 150 epochs")
        for name, (_, values) in rows.items():
            mine, theirs = np.mean(ours[-1]), np.mean(values)
            good = mine <= theirs if what == 0 else mine >= theirs or mine == 1
            report.check(f"{title}: ours {mine:.4f}, best of {name} {theirs:.4f}", good)
    report.say(table)
    return outputs["cars: MSE"]


def costs(report, task, numbers):
    """Seconds and memory of a training, one thread each."""
    table, ratios = Table("seconds for 100 epochs of cars (ReLU, Adam, batch 32)", *numbers), []
    for net in NETS:
        cells = {name: mean_of(r, 2, net=net, activation="relu", optimizer="adam") for name, r in numbers.items()}
        table.row(net, cells, 4)
        if TORCH in cells:
            ratios.append(np.mean(cells[TORCH]) / np.mean(cells[RULES]))
    trains = {RULES: our_train, TORCH: torch_train, KERAS: keras_train}
    memory = {name: peak_memory(trains[name], task, NETS["Net2"], "relu", "adam") for name in numbers}
    table.row("peak memory of the process, MB", memory, 0)
    report.say(table)
    if ratios:
        report.check(f"3 times as fast as PyTorch: {min(ratios):.0f} to {max(ratios):.0f} times", min(ratios) >= 3)


def pictures(report, autos, numbers, histories, outputs):
    """Learning curves by net, errors by optimiser, predictions against truth."""
    drawing = figure(10, 3.4)
    left, middle, right = drawing.subplots(1, 3)
    plot.learning_curves(histories, ax=left)
    left.set(title="cars, ReLU, Adam, split 1", xlim=(0, 200), ylim=(0, 40))
    bars = {kind: {act: list(mean_of(numbers[RULES], activation=act, optimizer=kind)) for act in ACTIVATIONS}
            for kind in OPTIMIZERS}  # fmt: skip
    plot.bars(bars, ylabel="test MSE", digits=2, ax=middle).set_title("cars, rate 0.01, mean of the nets")
    task = next(iter(autos.values()))
    plot.predictions(task.y_test, outputs[0][:, 0], ax=right).set_title("cars, our best, split 1")
    report.picture(drawing, "d_cars")


def main():
    report = Report("d", __doc__)
    report.say(__doc__.split("\n\n", 1)[1])
    if torch():
        torch().set_num_threads(1)  # the fastest for networks so small
    autos, wine = ({seed: make(seed) for seed in report.seeds} for make in (cars, wines))
    numbers, classes, twice = run_all(autos, wine)
    as_reported(report, numbers, classes, twice)
    histories = findings(report, autos, wine, numbers, classes)
    outputs = best(report, autos, wine, numbers, classes)
    costs(report, autos[report.seeds[0]], numbers)
    pictures(report, autos, numbers, histories, outputs)
    report.end()


if __name__ == "__main__":
    main()
