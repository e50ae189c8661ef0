"""Metrics against scikit-learn on what Hypothesis thinks up: ties, empty classes, weights of 0, huge and tiny scores.

For developers, `make golden-check`; CI has the fixed set of metrics/metrics.json.
"""

import importlib.util
import pathlib
import sys

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "metrics")]
import compare  # noqa: E402

spec = importlib.util.spec_from_file_location("make_metrics", HERE / "metrics" / "make.py")
make_metrics = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_metrics)

MANY = settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
SIZES = [1e300, -1e300, 5e-324, 0.0, -5e-324, 1e-310, 1.7e308, -1.7e308, 1e16, 1e16 + 2, 1.0, 1 + 2e-16]
# Sums of squares of the largest overflow in scikit-learn, and of the smallest vanish.
NUMBERS = st.one_of(st.floats(-1e100, 1e100).filter(lambda v: v == 0 or abs(v) > 1e-100), st.integers(-3, 3).map(float))
PROBABILITIES = st.one_of(st.floats(0, 1), st.integers(0, 4).map(lambda k: k / 4))


@st.composite
def weights(draw, rows):
    """None, or weights of which one at least is not 0.

    They are at most 4,000 times apart: beyond that scikit-learn's own s² - Σ t² has fewer than 12 digits.
    """
    if draw(st.booleans()):
        return None
    values = draw(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.5, 40.0, 0.01]), min_size=rows, max_size=rows))
    return np.array(values) if any(values) else None


def scores_of(draw, rows, columns, elements):
    flat = draw(st.lists(elements, min_size=rows * columns, max_size=rows * columns))
    return np.array(flat, float).reshape(rows, columns)


@st.composite
def binary(draw):
    rows = draw(st.integers(1, 40))
    truth = np.array(draw(st.lists(st.integers(0, 1), min_size=rows, max_size=rows)), float)
    elements = draw(st.sampled_from([PROBABILITIES, st.sampled_from(SIZES)]))
    return {"task": "binary", "truth": truth, "scores": scores_of(draw, rows, 1, elements)}


@st.composite
def labels(draw):
    rows, classes = draw(st.integers(1, 40)), draw(st.integers(1, 6))
    column = st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows)
    truth, guess = np.array(draw(column), float), np.array(draw(column), float)
    return {"task": "labels", "truth": truth, "scores": guess.reshape(-1, 1)}


@st.composite
def multiclass(draw):
    rows, classes = draw(st.integers(1, 25)), draw(st.integers(3, 6))
    truth = np.array(draw(st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows)), float)
    logits = scores_of(draw, rows, classes, st.one_of(st.integers(-2, 2), st.floats(-30, 30)))
    scores = np.exp(logits - logits.max(axis=1, keepdims=True))
    return {"task": "multiclass", "truth": truth, "scores": scores / scores.sum(axis=1, keepdims=True)}


@st.composite
def multilabel(draw):
    rows, columns = draw(st.integers(1, 20)), draw(st.integers(2, 4))
    truth = scores_of(draw, rows, columns, st.integers(0, 1))
    return {"task": "multilabel", "truth": truth, "scores": scores_of(draw, rows, columns, PROBABILITIES)}


@st.composite
def regression(draw):
    rows, columns = draw(st.integers(1, 25)), draw(st.integers(1, 3))
    truth = scores_of(draw, rows, columns, NUMBERS)
    return {"task": "regression", "truth": truth, "scores": scores_of(draw, rows, columns, NUMBERS)}


def is_rounding(name, case):
    """scikit-learn's weighted mean of equal numbers is off by a rounding, and r2 divides by its square."""
    return name == "r2" and case["weights"] is not None and (np.ptp(case["truth"], axis=0) == 0).any()


def check(case, weight):
    """Every metric that is defined for the input agrees."""
    case = {**case, "weights": weight, "threshold": 0.5}
    for metric, wanted in make_metrics.values(case):
        name = metric if isinstance(metric, str) else metric["type"]
        if is_rounding(name, case):
            continue
        found = compare.scalar(name, compare.metric_value(metric, case), wanted)
        assert found.is_equal, f"{metric}: scikit-learn {wanted!r}, difference {found.absolute}"


def against_sklearn(strategy):
    @MANY
    @given(st.data())
    def run(data):
        case = data.draw(strategy())
        check(case, data.draw(weights(len(case["truth"]))))

    return run


test_binary = against_sklearn(binary)
test_labels = against_sklearn(labels)
test_multiclass = against_sklearn(multiclass)
test_multilabel = against_sklearn(multilabel)
test_regression = against_sklearn(regression)
