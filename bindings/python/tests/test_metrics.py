"""Metrics worked by hand; texts; curves."""

import math

import numpy as np
import pytest

from nnswift import DtypeError, Error, ShapeError, metrics

# True classes and predictions of eight rows: TP 3 (rows 0-2), FN 1, FP 2, TN 2.
TRUTH = [1, 1, 1, 1, 0, 0, 0, 0]
GUESS = [1, 1, 1, 0, 1, 1, 0, 0]
# Three classes: class 0 is right 2 of 2, class 1 1 of 2, class 2 0 of 1.
TRUTH3 = [0, 0, 1, 1, 2]
GUESS3 = [0, 0, 1, 0, 1]
Y, P = [1.0, 2.0, 4.0], [2.0, 2.0, 1.0]  # errors 1, 0, -3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (metrics.accuracy(TRUTH, GUESS), 5 / 8),
        (metrics.balanced_accuracy(TRUTH, GUESS), (3 / 4 + 2 / 4) / 2),
        (metrics.precision(TRUTH, GUESS), 3 / 5),
        (metrics.recall(TRUTH, GUESS), 3 / 4),
        (metrics.f1(TRUTH, GUESS), 2 * 3 / (2 * 3 + 2 + 1)),
        (metrics.f_beta(TRUTH, GUESS, beta=2), 5 * 3 / (5 * 3 + 4 * 1 + 2)),
        (metrics.matthews(TRUTH, GUESS), (3 * 2 - 2 * 1) / math.sqrt(5 * 4 * 4 * 3)),
        # chance: 5/8 * 4/8 + 3/8 * 4/8 = 1/2
        (metrics.kappa(TRUTH, GUESS), (5 / 8 - 1 / 2) / (1 - 1 / 2)),
        (metrics.accuracy(TRUTH3, GUESS3), 3 / 5),
        (metrics.precision(TRUTH3, GUESS3, average="macro"), (2 / 3 + 1 / 2 + 0) / 3),
        (metrics.precision(TRUTH3, GUESS3), (2 / 3 + 1 / 2 + 0) / 3),
        (metrics.recall(TRUTH3, GUESS3, average="macro"), (1 + 1 / 2 + 0) / 3),
        (metrics.recall(TRUTH3, GUESS3, average="weighted"), (2 * 1 + 2 * 1 / 2 + 0) / 5),
        (metrics.f1(TRUTH3, GUESS3, average="micro"), 3 / 5),
        # pairs (positive, negative) in right order: .8 > both, .3 > .2 only
        (metrics.roc_auc([1, 1, 0, 0], [0.8, 0.3, 0.5, 0.2]), 3 / 4),
        # recall grows at 1/1 and at 2/3: (1/2) * 1 + (1/2) * 2/3
        (metrics.pr_auc([1, 1, 0, 0], [0.8, 0.3, 0.5, 0.2]), 5 / 6),
        (metrics.log_loss([1, 0], [0.5, 0.75]), (math.log(2) + math.log(4)) / 2),
        (metrics.log_loss([0, 2], [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]), math.log(2)),
        (metrics.brier([1, 0], [0.5, 0.75]), (0.25 + 0.5625) / 2),
        (metrics.top_k([0, 1, 2], [[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]], k=2), 2 / 3),
        (metrics.mse(Y, P), 10 / 3),
        (metrics.rmse(Y, P), math.sqrt(10 / 3)),
        (metrics.mae(Y, P), 4 / 3),
        (metrics.median_ae(Y, P), 1),
        # mean 7/3; sum of squares about it 42/9
        (metrics.r2(Y, P), 1 - 10 / (42 / 9)),
        (metrics.mape(Y, P), (1 + 0 + 3 / 4) / 3),
        (metrics.pinball(Y, P, q=0.9), (0.1 * 1 + 0 + 0.9 * 3) / 3),
        (metrics.pinball(Y, P), (0.5 * 1 + 0.5 * 3) / 3),
        # one wrong each: .8 of 0 and .4 of 1
        (metrics.expected_calibration_error([1, 0], [0.4, 0.8]), (0.6 + 0.8) / 2),
        (metrics.cost([1, 0, 0], [0.4, 0.8, 0.1], false_positive=2, false_negative=5), 7 / 3),
        (metrics.best_threshold({"type": "cost", "false_negative": 10}, [0, 0, 1, 1], [0.1, 0.4, 0.3, 0.9]).threshold, 0.3),
        (metrics.coverage([1, 2, 4], [[0, 2], [3, 2], [5, 6]]), 2 / 3),
        # weights 1, 2, 3
        (metrics.mse(Y, P, [1, 2, 3]), (1 + 27) / 6),
        (metrics.accuracy([0, 1, 1], [0, 0, 1], [1, 2, 3]), 4 / 6),
        (metrics.compute({"type": "f_beta", "beta": 2}, TRUTH, GUESS), 15 / 21),
        (metrics.compute("accuracy", TRUTH, GUESS), 5 / 8),
    ],
)
def test_by_hand(value, expected):
    assert value == pytest.approx(expected, rel=1e-12)


def test_kappa_with_weights():
    # off by one costs 1 of 2 (linear), 1 of 4 (quadratic); chance from the margins (2, 2, 1) and (3, 2, 0) of 5
    observed = {"linear": 1 + 1, "quadratic": 1 + 1}
    for kind, power in (("linear", 1), ("quadratic", 2)):
        chance = sum(a * b / 5 * abs(i - j) ** power for i, a in enumerate([2, 2, 1]) for j, b in enumerate([3, 2, 0]))
        assert metrics.kappa(TRUTH3, GUESS3, weights=kind) == pytest.approx(1 - observed[kind] / chance, rel=1e-12)


def test_texts_are_classes_in_sorted_order():
    names = np.array(["no", "yes"])
    for truth, guess in ((names[TRUTH], names[GUESS]), (names[TRUTH].tolist(), names[GUESS].astype(object)[:, None])):
        assert metrics.accuracy(truth, guess) == 5 / 8
        assert metrics.precision(truth, guess) == pytest.approx(3 / 5)
        np.testing.assert_array_equal(metrics.confusion_matrix(truth, guess), [[2, 2], [1, 3]])
    assert metrics.roc_auc(["yes", "yes", "no", "no"], [0.8, 0.3, 0.5, 0.2]) == 0.75
    assert metrics.best_threshold("accuracy", ["yes", "no"], [0.8, 0.3]).value == 1


def test_confusion_matrix():
    np.testing.assert_array_equal(metrics.confusion_matrix(TRUTH3, GUESS3), [[2, 0, 0], [1, 1, 0], [0, 1, 0]])
    np.testing.assert_array_equal(
        metrics.confusion_matrix(np.array(TRUTH3, np.uint8), np.array(GUESS3)[:, None], [1, 1, 1, 5, 1]),
        [[2, 0, 0], [5, 1, 0], [0, 1, 0]],
    )
    assert metrics.confusion_matrix([0, 1], [0, 1], classes=4).shape == (4, 4)
    scores = [[0.1, 0.7, 0.2], [0.6, 0.2, 0.2]]
    np.testing.assert_array_equal(metrics.confusion_matrix([1, 1], scores), [[0, 0, 0], [1, 1, 0], [0, 0, 0]])
    np.testing.assert_array_equal(
        metrics.confusion_matrix(["b", "a"], ["b", "b"], classes=["b", "a", "c"]), [[1, 0, 0], [1, 0, 0], [0, 0, 0]]
    )
    with pytest.raises(ValueError, match='unknown label "z"'):
        metrics.confusion_matrix(["z"], ["a"], classes=["a", "b"])
    for classes in (0, -1, 2**40):
        with pytest.raises(ValueError, match="classes"):
            metrics.confusion_matrix([0], [0], classes=classes)


def test_roc_curve():
    # by falling score: .8 positive, .5 negative, .3 positive, .2 negative
    curve = metrics.roc_curve([1, 1, 0, 0], [0.8, 0.3, 0.5, 0.2])
    np.testing.assert_allclose(curve.false_positive_rate, [0, 0, 0.5, 0.5, 1])
    np.testing.assert_allclose(curve.true_positive_rate, [0, 0.5, 0.5, 1, 1])
    np.testing.assert_allclose(curve.threshold[1:], [0.8, 0.5, 0.3, 0.2])


def test_precision_recall_curve():
    precision, recall, threshold = metrics.precision_recall_curve([1, 1, 0, 0], [0.8, 0.3, 0.5, 0.2])
    np.testing.assert_allclose(recall[[0, -1]], [1, 0])
    np.testing.assert_allclose(precision[-1], 1)
    assert np.isnan(threshold[-1])
    at = threshold.tolist().index(0.3)
    assert (precision[at], recall[at]) == (pytest.approx(2 / 3), 1)


def test_calibration_curve():
    curve = metrics.calibration_curve([0, 1, 1, 1], [0.11, 0.17, 0.93, 0.97])
    np.testing.assert_allclose(curve.mean_score, [0.14, 0.95])
    np.testing.assert_allclose(curve.positive_share, [0.5, 1])
    np.testing.assert_allclose(curve.weight, [2, 2])


def test_best_threshold():
    best = metrics.best_threshold("f1", [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    # at 0.35: TP 2, FP 1: 4/5; at 0.8: TP 1, FN 1: 2/3
    assert best.threshold == pytest.approx(0.35)
    assert best.value == pytest.approx(4 / 5)


def test_not_defined_is_nan_and_wrong_is_an_error():
    assert math.isnan(metrics.roc_auc([1, 1], [0.5, 0.6]))
    with pytest.raises(ShapeError):
        metrics.accuracy([0, 1], [0])
    with pytest.raises(Error, match="binary"):
        metrics.precision(TRUTH3, GUESS3, average="binary")
    with pytest.raises(TypeError) as caught:
        metrics.mse([1, 2], [None, 2])
    assert isinstance(caught.value, DtypeError)


LABELS = {"signs": [-1, 1], "from 1 on": [1, 2], "tens": [10, 20, 30], "large": [5, 10**9, 10**12], "floats": [-1.0, 1.0]}


@pytest.mark.parametrize("values", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("metric", ["accuracy", "balanced_accuracy", "matthews", "kappa", "f1"])
def test_labels_may_be_any_whole_numbers(values, metric):
    rng = np.random.default_rng(5)
    truth, found = (rng.integers(len(values), size=50) for _ in range(2))
    if metric == "f1" and len(values) == 2 and min(values) > 0:
        return  # 1 and 2 are class indices of three classes
    values = np.array(values)
    if values.dtype.kind == "f":
        values = values.astype(int)
    assert metrics.compute(metric, values[truth], values[found]) == pytest.approx(metrics.compute(metric, truth, found))


@pytest.mark.parametrize("values", [[-1, 1], [1, 2], [-1.0, 1.0], [10, 20]])
def test_two_labels_of_any_kind_against_scores(values):
    rng = np.random.default_rng(6)
    truth, scores = rng.integers(2, size=50), rng.random(50)
    labels = np.array(values)[truth]
    for metric in ("roc_auc", "pr_auc", "log_loss", "brier"):
        assert metrics.compute(metric, labels, scores) == metrics.compute(metric, truth, scores)
    assert (metrics.roc_curve(labels, scores)[0] == metrics.roc_curve(truth, scores)[0]).all()
    three = np.array([7, -2, 3])[rng.integers(3, size=50)]
    proba = rng.dirichlet(np.ones(3), 50)
    ranks = np.unique(three, return_inverse=True)[1]
    assert metrics.log_loss(three, proba) == metrics.log_loss(ranks, proba)
