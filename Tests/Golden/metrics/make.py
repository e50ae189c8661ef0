"""Writes metrics.json: what scikit-learn, or NumPy for what it lacks, says about random and about nasty input.

    pip install -r ../requirements.txt && python make.py

The tests in Swift and in Python compare with it. They never write it.
"""

import json
import pathlib
import sys
import warnings

import numpy as np
import sklearn
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve
from sklearn.preprocessing import label_binarize

from inputs import all_inputs

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import golden as files  # noqa: E402

warnings.simplefilter("ignore")

LABEL_METRICS = (
    ["accuracy", "balanced_accuracy", "matthews", "kappa"]
    + [{"type": "kappa", "weights": w} for w in ("linear", "quadratic")]
    + ["precision", "recall", "f1", {"type": "f_beta", "beta": 2}, {"type": "f_beta", "beta": 0}]
    + [{"type": t, "average": a} for t in ("precision", "recall", "f1")
       for a in ("micro", "macro", "weighted")]
    + [{"type": "f_beta", "beta": 0.5, "average": "weighted"}]
)
SCORE_METRICS = [{"type": t, "average": a} for t in ("roc_auc", "pr_auc")
                 for a in ("macro", "weighted", "micro")]
PROBABILITY_METRICS = ["log_loss", "brier"]
# These are not scikit-learn's.
COSTS = ["cost", {"type": "cost", "false_positive": 2, "false_negative": 0.25}]
CALIBRATION_ERRORS = ["expected_calibration_error", {"type": "expected_calibration_error", "bins": 3}]
TOP_K = [{"type": "top_k", "k": k} for k in (1, 2, 3, 5)]
NUMBER_METRICS = (["mse", "rmse", "mae", "median_ae", "r2", "mape", "pinball"]
                  + [{"type": "pinball", "q": q} for q in (0, 0.1, 1)] + ["coverage"])


def split(metric):
    options = dict(metric) if isinstance(metric, dict) else {"type": metric}
    return options.pop("type"), options


def label_value(metric, truth, predicted, weights, classes):
    """The value of a metric of labels; truth in two dimensions is multilabel."""
    name, options = split(metric)
    given = {"sample_weight": weights}
    if name == "cost":
        price = [options.get("false_positive", 1), options.get("false_negative", 1)]
        each = np.where(predicted > truth, price[0], np.where(predicted < truth, price[1], 0))
        return np.average(each, weights=weights)
    if name == "accuracy":
        return sk.accuracy_score(truth, predicted, **given)
    if name == "balanced_accuracy":
        return sk.balanced_accuracy_score(truth, predicted, **given)
    if name == "matthews":
        return sk.matthews_corrcoef(truth, predicted, **given)
    if name == "kappa":
        return sk.cohen_kappa_score(truth, predicted, weights=options.get("weights"), **given)
    auto = "binary" if classes == 2 and truth.ndim == 1 else "macro"
    given |= {"average": options.get("average", auto), "zero_division": 0.0}
    if name == "f_beta":
        return sk.fbeta_score(truth, predicted, beta=options.get("beta", 1), **given)
    function = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score}
    return function[name](truth, predicted, **given)


def score_value(metric, task, truth, scores, weights):
    name, options = split(metric)
    given = {"sample_weight": weights}
    labels = list(range(scores.shape[1])) if task == "multiclass" else [0, 1]
    if name == "expected_calibration_error":
        return calibration_error(task, truth, scores, weights, options.get("bins", 10))
    if name == "top_k":
        return sk.top_k_accuracy_score(
            truth, scores if task == "multiclass" else scores[:, 0], k=options["k"],
            labels=labels, **given)
    if name in PROBABILITY_METRICS and task == "multilabel":
        labels = None
    if name == "log_loss":
        return sk.log_loss(truth, scores if task != "binary" else scores[:, 0],
                           labels=labels, **given)
    if name == "brier":
        if task == "binary":
            return sk.brier_score_loss(truth, scores[:, 0], **given)
        return sk.brier_score_loss(truth, scores, labels=labels, **given)
    given["average"] = options["average"]
    if name == "roc_auc":
        if task == "multiclass":
            return sk.roc_auc_score(truth, scores, multi_class="ovr", labels=labels, **given)
        return sk.roc_auc_score(truth, scores if task == "multilabel" else scores[:, 0], **given)
    if task == "multiclass":
        return sk.average_precision_score(label_binarize(truth, classes=labels), scores, **given)
    return sk.average_precision_score(
        truth, scores if task == "multilabel" else scores[:, 0], **given)


def calibration_error(task, truth, scores, weights, bins):
    """Guo et al. 2017, eq. 3."""
    guess = scores.argmax(axis=1)
    score = scores[:, 0] if task == "binary" else scores[np.arange(len(scores)), guess]
    hit = truth if task == "binary" else guess == truth
    w = np.ones(len(truth)) if weights is None else weights
    places = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], score)
    total, mean, share = (np.bincount(places, weights=v, minlength=bins) for v in (w, w * score, w * hit))
    used = total > 0
    return (total[used] * np.abs(mean[used] / total[used] - share[used] / total[used])).sum() / total.sum()


def number_value(metric, truth, predicted, weights):
    name, options = split(metric)
    given = {"sample_weight": weights}
    if name == "pinball":
        return sk.mean_pinball_loss(truth, predicted, alpha=options.get("q", 0.5), **given)
    if name == "coverage":
        low, high = predicted.min(axis=1, keepdims=True), predicted.max(axis=1, keepdims=True)
        truth = truth.reshape(predicted.shape)
        return np.average(((low <= truth) & (truth <= high)).all(axis=1), weights=weights)
    function = {
        "mse": sk.mean_squared_error, "rmse": sk.root_mean_squared_error,
        "mae": sk.mean_absolute_error, "median_ae": sk.median_absolute_error, "r2": sk.r2_score,
        "mape": sk.mean_absolute_percentage_error,
    }
    return function[name](truth, predicted, **given)


def predicted(case):
    if case["task"] == "labels":
        return case["scores"][:, 0]
    if case["task"] == "multiclass":
        return case["scores"].argmax(axis=1)
    hits = (case["scores"] >= case.get("threshold", 0.5)).astype(int)
    return hits[:, 0] if case["task"] == "binary" else hits


def class_count(case):
    if case["task"] == "labels":
        return max(2, int(max(case["truth"].max(), case["scores"].max())) + 1)
    return {"binary": 2, "multilabel": 0}.get(case["task"], case["scores"].shape[1])


def values(case):
    """(metric, value) for every metric that is defined for the input."""
    task, truth, scores, weights = (case[k] for k in ("task", "truth", "scores", "weights"))
    if task == "regression":
        return [(m, number_value(m, truth, scores, weights)) for m in NUMBER_METRICS]
    truth = truth.astype(int)
    guess, classes = predicted(case).astype(int), class_count(case)
    one_label_only = ("balanced_accuracy", "matthews", "kappa")
    chosen = [m for m in LABEL_METRICS
              if task != "multilabel" or split(m)[0] not in one_label_only]
    result = [(m, label_value(m, truth, guess, weights, classes)) for m in chosen]
    if task == "labels":
        return result
    if task == "binary":
        result += [(m, label_value(m, truth, guess, weights, classes)) for m in COSTS]
    chosen = list(SCORE_METRICS)
    if scores.min() >= 0 and scores.max() <= 1:
        is_hot = task != "multilabel" or (truth.sum(axis=1) == 1).all()
        chosen += PROBABILITY_METRICS if is_hot else ["brier"]
        if task != "multilabel":
            chosen += CALIBRATION_ERRORS
    if task != "multilabel":
        chosen += TOP_K
    return result + [(m, score_value(m, task, truth, scores, weights)) for m in chosen]


def calibration(truth, scores, weights):
    """As calibration_curve, with weights; compared with it where they are 1."""
    w = np.ones(len(truth)) if weights is None else weights
    bins = np.searchsorted(np.linspace(0, 1, 11)[1:-1], scores)
    total, score, positive = (np.bincount(bins, weights=v, minlength=10)
                              for v in (w, w * scores, w * truth))
    used = total > 0
    x, y = score[used] / total[used], positive[used] / total[used]
    if weights is None:
        expected = calibration_curve(truth, scores, n_bins=10)
        assert np.allclose(expected, (y, x), rtol=0, atol=1e-15)
    return x, y, total[used]


def curves(case):
    truth, scores, weights = case["truth"].astype(int), case["scores"][:, 0], case["weights"]
    x, y, z = sk.roc_curve(truth, scores, sample_weight=weights, drop_intermediate=False)
    yield "roc", x, y, z
    precision, recall, z = sk.precision_recall_curve(truth, scores, sample_weight=weights)
    yield "pr", recall, precision, np.append(z, np.nan)
    if scores.min() >= 0 and scores.max() <= 1:
        yield "calibration", *calibration(truth, scores, weights)


def best_threshold(metric, case):
    """By trying every score, the largest first, and infinity last."""
    truth, scores, weights = case["truth"].astype(int), case["scores"][:, 0], case["weights"]
    if weights is not None:
        truth, scores, weights = (a[weights > 0] for a in (truth, scores, weights))
    best = (scores.max(), np.nan)
    for threshold in [*np.unique(scores)[::-1], np.inf]:
        value = label_value(metric, truth, (scores >= threshold).astype(int), weights, 2)
        sign = -1 if split(metric)[0] == "cost" else 1
        if not np.isnan(value) and not sign * value <= sign * best[1] + 1e-12:
            best = (threshold, value)
    return best


def plain(value):
    """JSON has no NaN and no infinity: null and "inf"."""
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.ravel().tolist()]
    if value is None or np.isnan(value):
        return None
    if np.isinf(value):
        return "inf"
    return int(value) if value == int(value) and abs(value) < 1e9 else float(value)


def main():
    sets = all_inputs()
    golden = {"values": [], "confusion": [], "curves": [], "thresholds": []}
    for index, case in enumerate(sets):
        for metric, value in values(case):
            golden["values"].append([index, metric, plain(float(value))])
        if case["task"] in ("binary", "labels", "multiclass") and class_count(case) < 10:
            classes = class_count(case)
            matrix = sk.confusion_matrix(
                case["truth"].astype(int), predicted(case).astype(int), labels=range(classes),
                sample_weight=case["weights"])
            golden["confusion"].append([index, classes, plain(matrix)])
        if case["task"] == "binary":
            golden["curves"] += [[index, kind, plain(x), plain(y), plain(z)]
                                 for kind, x, y, z in curves(case)]
            for metric in LABEL_METRICS + COSTS:
                golden["thresholds"].append(
                    [index, metric, *map(plain, best_threshold(metric, case))])
    document = {
        "script": files.script_hash("metrics"),
        "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
        "inputs": [{
            "name": f"{c['task']}: {c['name']}", "task": c["task"], "rows": len(c["truth"]),
            "truth": plain(c["truth"]), "scores": plain(c["scores"]),
            "columns": c["scores"].shape[1], "threshold": c.get("threshold", 0.5),
            "weights": None if c["weights"] is None else plain(c["weights"]),
        } for c in sets],
        **golden,
    }
    lines = ",\n".join(
        f'"{key}": ' + ("[\n" + ",\n".join(json.dumps(v) for v in value) + "\n]"
                        if isinstance(value, list) else json.dumps(value))
        for key, value in document.items())
    path = files.TARGET / "metrics" / "metrics.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + lines + "\n}\n")
    print(f"{path.name}: {len(golden['values'])} values, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
