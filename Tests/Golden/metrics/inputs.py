"""Random and nasty input for the metrics: truth, scores, weights."""

import numpy as np

rng = np.random.default_rng(20240607)


def some_weights(rows):
    """Weights of very different size, some of them 0."""
    weights = np.round(rng.exponential(1, rows), 3)
    weights[:: 7] = 0
    weights[1] = 40
    return weights


def both(name, task, truth, scores, **more):
    """The input with weights 1 and with others."""
    truth = np.asarray(truth, float)
    scores = np.asarray(scores, float).reshape(len(truth), -1)
    plain = {"name": name, "task": task, "truth": truth, "scores": scores, "weights": None, **more}
    if len(truth) == 1:
        return [plain]
    return [plain, {**plain, "name": name + ", weights", "weights": some_weights(len(truth))}]


def softmax(values):
    e = np.exp(values)
    return e / e.sum(axis=1, keepdims=True)


def binary_inputs():
    truth = rng.integers(0, 2, 40)
    smooth = np.clip(0.3 * truth + rng.uniform(0, 0.7, 40), 0, 1)
    yield from both("random", "binary", truth, np.round(smooth, 4))
    yield from both("ties", "binary", truth, np.round(smooth, 1), threshold=0.3)
    yield from both("all scores equal", "binary", truth, np.full(40, 0.5))
    yield from both("certain and wrong", "binary", truth, 1 - truth)
    yield from both("rare", "binary", np.arange(40) == 9, np.round(smooth, 2))
    yield from both("no positives", "binary", np.zeros(12), np.round(rng.uniform(0, 1, 12), 2))
    yield from both("no negatives", "binary", np.ones(12), np.round(rng.uniform(0, 1, 12), 2))
    yield from both("one row", "binary", [1], [0.25])
    sizes = np.array(
        [1e300, -1e300, 5e-324, 0.0, -5e-324, 1e-310, 1.7e308, -1.7e308, 1e16, 1e16 + 2])
    yield from both("huge and tiny", "binary", np.arange(10) % 3 == 0, sizes, threshold=0.0)
    positive_free = {"weights": np.where(truth == 1, 0.0, 1.5)}
    for case in both("class 1 without weight", "binary", truth, np.round(smooth, 2))[:1]:
        yield {**case, **positive_free}


def label_inputs():
    truth = rng.integers(0, 4, 40)
    guess = np.where(rng.uniform(size=40) < 0.6, truth, rng.integers(0, 4, 40))
    yield from both("random labels", "labels", truth, guess)
    spread = np.array([0, 2, 5, 900])
    yield from both("gaps", "labels", spread[truth], spread[guess])
    yield from both("predicted only", "labels", truth % 2, guess)
    yield from both("truth only", "labels", truth, guess % 2)
    yield from both("two classes", "labels", truth % 2, guess % 2)
    yield from both("one class", "labels", np.full(9, 3), np.full(9, 3))
    yield from both("class 0 alone", "labels", np.zeros(9), np.zeros(9))
    yield from both("constant truth", "labels", np.full(40, 2), guess)
    yield from both("constant guess", "labels", truth, np.full(40, 2))
    yield from both("never right", "labels", truth, (truth + 1) % 4)
    yield from both("one row", "labels", [2], [0])
    for case in both("class 2 without weight", "labels", truth, guess)[:1]:
        yield {**case, "weights": np.where((truth == 2) | (guess == 2), 0.0, 0.7)}


def multiclass_inputs():
    truth = rng.integers(0, 4, 30)
    logits = rng.normal(size=(30, 4)) + 1.5 * (np.arange(4) == truth[:, None])
    yield from both("random", "multiclass", truth, softmax(logits))
    yield from both("ties", "multiclass", truth, softmax(np.round(logits)))
    yield from both("uniform", "multiclass", truth, np.full((30, 4), 0.25))
    yield from both("certain", "multiclass", truth, np.eye(4)[(truth + (truth > 1)) % 4])
    absent = np.where(truth == 1, 3, truth)
    yield from both("absent class", "multiclass", absent, softmax(logits))
    yield from both("one class", "multiclass", np.full(30, 2), softmax(logits))
    yield from both("one row", "multiclass", [1], softmax(logits[:1]))
    wide = rng.integers(0, 7, 20)
    yield from both("seven classes", "multiclass", wide, softmax(rng.normal(size=(20, 7))))


def multilabel_inputs():
    truth = rng.integers(0, 2, (24, 3))
    scores = np.round(np.clip(0.4 * truth + rng.uniform(0, 0.6, (24, 3)), 0, 1), 2)
    yield from both("random", "multilabel", truth, scores)
    empty = truth.copy()
    empty[:, 1] = 0
    yield from both("a label without rows", "multilabel", empty, scores)
    yield from both("no labels", "multilabel", np.zeros((24, 3)), scores, threshold=0.9)
    yield from both("nothing predicted", "multilabel", truth, scores / 4)
    hot = np.eye(3)[rng.integers(0, 3, 24)]
    yield from both("one-hot", "multilabel", hot, softmax(3 * hot + rng.normal(size=(24, 3))))


def regression_inputs():
    truth = np.round(rng.normal(size=(31, 1)), 3)
    yield from both("odd count", "regression", truth, truth + rng.normal(size=(31, 1)))
    truth = np.round(rng.normal(size=(30, 3)) * [1, 100, 1e-3], 6)
    yield from both("outputs", "regression", truth, truth + np.round(rng.normal(size=(30, 3)), 1))
    yield from both("right", "regression", truth, truth)
    yield from both("constant truth", "regression", np.full((8, 1), 2.0), rng.normal(size=(8, 1)))
    yield from both("constant and right", "regression", np.full((8, 1), 2.0), np.full((8, 1), 2.0))
    yield from both("zeros", "regression", [0, 0, 1, -2], [0.5, 0, 1.5, 2])
    yield from both("one row", "regression", [[1.5]], [[1.0]])
    yield from both("two rows", "regression", [[1.0], [2.0]], [[1.5], [4.0]])
    yield from both("large", "regression", truth * 1e140, truth[::-1] * 1e140)
    yield from both("small", "regression", truth * 1e-140, truth[::-1] * 1e-140)


def all_inputs():
    kinds = (binary_inputs, label_inputs, multiclass_inputs, multilabel_inputs, regression_inputs)
    return [case for inputs in kinds for case in inputs()]
