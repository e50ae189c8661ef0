"""Study A: who will not come? 110,527 appointments, a fifth of them missed.

The report trains from scratch on 2,000 rows, full batch, and in PyTorch on the whole training part with Adam; both for
1,000 epochs. It describes neither network nor rates. Our choice: the table's own columns and the days between booking
and appointment, standardised; in PyTorch 16 hidden ReLU units, rate 0.01; from scratch 128 sigmoid units and plain
gradient descent, with weights so large and a rate so small that loss and accuracy come near those reported (2.72 at first,
0.75 at epoch 900). A seed is also a split of 80 : 20. "Our best" (64 ReLU units, dropout, AdamW along a cosine, and
all that is known before the appointment) and its threshold are chosen on an eighth of the training part; the test part
is used once.
"""

import no_show_models as models
import no_show_table
import numpy as np
from common import BEST, REPORTED, RULES, THEIRS, TORCH, Report, Table, epochs_to, figure, timed, torch
from no_show_costs import costs

import nnswift
from nnswift import plot

SCALED = "same, well scaled"
THEY_SAY = {
    "training": {REPORTED: (0.786, 0.102, 0.210, None, 68_408, 2_131, 16_811, 1_071),
                 THEIRS: (0.799, 0.057, 0.386, None, 70_134, 405, 17_349, 533)},
    "test": {REPORTED: (0.786, 0.104, 0.209, None, 17_106, 563, 4_164, 273),
             THEIRS: (0.799, 0.047, 0.355, None, 17_549, 120, 4_328, 109)},
}  # fmt: skip
LOSSES = {REPORTED: ("2.7168", "0.7467"), THEIRS: ("0.7318", "0.4439")}


def tables(report, results):
    """The report's table beside ours, at threshold 0.5."""
    columns = [REPORTED, RULES, SCALED, THEIRS, *(name for name in (TORCH, BEST) if name in results)]
    for part, said in THEY_SAY.items():
        table = Table(f"{part} part, threshold 0.5, mean of the seeds", *columns)
        for place, name in enumerate(models.NAMES):
            cells = {column: [row[place] for row in result["figures"][part]] for column, result in results.items()}
            cells |= {column: values[place] for column, values in said.items()}
            table.row(name, cells, 3 if place < 4 else 0)
        report.say(table)
    table = Table("training", *columns)
    for word, epoch in (("loss, epoch 0", 0), ("loss, epoch 900 (the last of shorter ones)", 900)):
        cells = {name: [losses[min(epoch, len(losses) - 1)] for losses in r["losses"]] for name, r in results.items()}
        table.row(word, cells | {name: values[epoch > 0] for name, values in LOSSES.items()}, 4)
    reached = {name: [epochs_to(losses, 0.503) for losses in r["losses"]] for name, r in results.items()}
    reached = {name: "never" if "never" in values else values for name, values in reached.items()}
    table.row("epochs to 0.503, the loss of saying 0.202 to all", reached, 0)
    table.row("seconds", {name: r["seconds"] for name, r in results.items()}, 2)
    report.say(table)


def our_best(report, X, y, patient, seeds):
    """Chooses, trains and tests with a random and with a patient-grouped split, with and without the history."""
    columns = ("accuracy", "PR-AUC", "ROC-AUC", "chosen threshold", "accuracy there", "F1 there")
    table, kept = Table("our best, test part: does knowing the patient help?", *columns), {}
    without = np.delete(X, no_show_table.HISTORY, axis=1)
    for kind, word in (("random", "random split"), ("group", "no patient on both sides")):
        for inputs, more in ((X, ""), (without, ", without the patient's history")):
            lines = []
            for seed in seeds:
                train, test = split(y, patient, kind, seed)
                (predict, losses, threshold, candidate), spent = timed(models.chosen, inputs[train], y[train], seed)
                p = predict(inputs[test])
                at_half, there = models.measure(y[test], p), models.measure(y[test], p, threshold)
                lines.append((at_half[0], at_half[2], at_half[3], threshold, there[0], there[1]))
                if inputs is X and kind == "random":
                    kept.setdefault("losses", []).append(losses)
                    kept.setdefault("seconds", []).append(spent)
                    kept.setdefault("training", []).append(models.measure(y[train], predict(inputs[train])))
                    kept.setdefault("test", []).append(at_half)
                    kept |= {"y": y[test], "p": p, "threshold": threshold, "train": train, "rows": test}
                    report.say(f"seed {seed}: {candidate}, threshold {threshold:.3f}")
            table.row(word + more, dict(zip(columns, map(list, zip(*lines)))))
            if inputs is X:
                kept[kind] = np.mean(lines, axis=0)
    report.say(table)
    return kept


def split(y, patient, kind, seed):
    return nnswift.data.split_indices(y, 0.2, kind, patient if kind == "group" else None, seed)


def promises(report, results, best):
    """What the study must show, in means over the seeds."""
    rules = np.mean(results[RULES]["figures"]["test"], axis=0)
    late = np.mean([losses[-1 if report.quick else 900] for losses in results[RULES]["losses"]])
    report.check(f"from scratch: test accuracy {rules[0]:.3f} (0.786 ± 0.01)", abs(rules[0] - 0.786) <= 0.01)
    report.check(f"from scratch: loss {late:.3f} at epoch 900 (near 0.75)", abs(late - 0.75) <= 0.05)
    accuracy, pr_auc, roc_auc, _, _, f1 = best["random"]
    for name, value, least in (("accuracy", accuracy, 0.799), ("PR-AUC", pr_auc, 0.36), ("ROC-AUC", roc_auc, 0.727),
                               ("F1 at the chosen threshold", f1, 0.435)):  # fmt: skip
        report.check(f"our best: test {name} {value:.4f} (at least {least})", value >= least)


def pictures(report, results, best, scratch):
    """Losses; areas and thresholds of the last seed; confusion."""
    drawing = figure(10, 3.4)
    left, middle, right = drawing.subplots(1, 3)
    curves = {name: {"loss": r["losses"][0]} for name, r in results.items() if name != BEST}
    plot.learning_curves(curves, ax=left).set(title="training loss, seed 1", ylim=(0.3, 3.2))
    left.axhline(0.503, color="0.5", linewidth=1, linestyle=":")
    for name, p in (("our best", best["p"]), ("from scratch", scratch)):
        plot.precision_recall_curve(best["y"], p, label=name, ax=middle)
        plot.roc_curve(best["y"], p, label=name, ax=right)
    middle.set_title("test part")
    right.set_title("test part")
    report.picture(drawing, "a_curves")
    drawing = figure(10, 3.4)
    left, middle, right = drawing.subplots(1, 3)
    plot.threshold(best["y"], best["p"], at=best["threshold"], ax=left).set_title("our best, test part")
    for ax, at in ((middle, 0.5), (right, best["threshold"])):
        plot.confusion_matrix(best["y"], (best["p"] >= at).astype(int), labels=["came", "missed"], ax=ax)
        ax.set_title(f"our best at {at:.2f}")
    report.picture(drawing, "a_threshold")


def main():
    report = Report("a", __doc__)
    folder = report.data(no_show_table.PATHS)
    report.say(__doc__.split("\n\n", 1)[1])
    X, y, patient = no_show_table.features(no_show_table.read(folder))
    plain = X[:, : no_show_table.PLAIN].copy()
    parts = {seed: split(y, patient, "random", seed) for seed in report.seeds}
    trains = {RULES: models.from_scratch, SCALED: models.well_scaled}
    if torch():
        trains[TORCH] = lambda X, y, seed: models.torch_adam(X, y, seed, 50 if report.quick else models.EPOCHS)
    results = {name: models.run(train, plain, y, parts) for name, train in trains.items()}
    best = our_best(report, X, y, patient, report.seeds)
    results[BEST] = {"figures": best, "seconds": best["seconds"], "losses": best["losses"]}
    tables(report, results)
    promises(report, results, best)
    costs(report, X, y, parts)
    pictures(report, results, best, results[RULES]["predict"](plain[best["rows"]]))
    report.end()


if __name__ == "__main__":
    main()
