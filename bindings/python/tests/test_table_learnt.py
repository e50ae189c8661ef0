"""What a model of a table learns beside its weights: calibration, groups, levels that no row had."""

import numpy as np
import pytest

import nnswift
from people import QUICK

pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")

ROWS = 400


def frame():
    """A number, few levels, many levels, a date, and a class that depends on the first two."""
    rng = np.random.default_rng(0)
    values = {
        "a": rng.normal(size=ROWS),
        "few": rng.choice(list("xyzw"), ROWS),
        "many": rng.choice([f"l{place}" for place in range(40)], ROWS),
        "day": np.datetime64("2024-01-01T00") + rng.integers(0, 200, ROWS).astype("timedelta64[h]"),
    }
    noise = 0.8 * rng.normal(size=ROWS)
    return {**values, "y": np.where(values["a"] + (values["few"] == "x") + noise > 0.3, "yes", "no")}


def test_a_divergence_gives_the_calibration_back():
    table = nnswift.Table(frame(), "y")
    model = nnswift.fit_table(frame(), "y", seed=1)
    before = model.predict(frame())
    assert not np.allclose(before, 1 / (1 + np.exp(-model.predict(frame(), "raw"))), atol=1e-3)
    with pytest.raises(nnswift.DivergedError):
        model.train(table, epochs=2, optimizer={"type": "sgd", "learning_rate": 1e30})
    assert np.array_equal(model.predict(frame()), before)


def test_the_loss_is_that_of_the_probabilities():
    table = nnswift.Table(frame(), "y")
    model = nnswift.fit_table(frame(), "y", seed=1)
    values = model.evaluate(table, metrics=["loss", "log_loss"])
    # One is added up in float32, the other in double.
    assert values["loss"] == pytest.approx(values["log_loss"], rel=1e-5)


def test_an_array_of_as_many_floats_as_a_row_has_is_refused():
    model = nnswift.fit_table(frame(), "y", config=QUICK)
    for columns in range(1, 60):
        with pytest.raises(nnswift.StateError, match="the model takes the columns of a table"):
            model.forward_train(np.zeros((3, columns), np.float32))


def test_groups_are_those_that_the_caller_names():
    table = nnswift.Table(frame(), "y")
    found = nnswift.Model.for_table(table).spec["groups"]
    assert [(group["category"], group["dates"]) for group in found] == [("many", ["day"])]
    named = [{"category": "few", "dates": ["day"]}]
    model = nnswift.Model.for_table(table, groups=named)
    assert [(group["category"], group["dates"]) for group in model.spec["groups"]] == [("few", ["day"])]
    # A whole spec may be given again: what data say is learnt anew.
    assert nnswift.Model.for_table(table, model.spec).spec == model.spec
    for groups in ([{"category": "a", "dates": ["day"]}], [{"category": "few", "dates": ["many"]}]):
        with pytest.raises(nnswift.ArgumentError, match="groups must name a category and dates"):
            nnswift.Model.for_table(table, groups=groups)


def test_levels_that_no_row_had():
    """Of a linear model: a one-hot level adds nothing, an embedded one the mean over all levels."""
    layers = [{"type": "table", "units": 1, "category_size": 3}]
    values = {name: frame()[name] for name in ("few", "many", "y")}
    model = nnswift.fit_table(
        values, "y", spec={"layers": layers, "preprocess": {"type": "table", "group_means": False}}, config=QUICK)

    def raw(few, many):
        return float(model.predict({"few": few, "many": many}, "raw"))

    few, many = np.unique(values["few"]), np.unique(values["many"])
    mean = np.mean([raw("x", level) for level in many])
    assert raw("x", "none") == pytest.approx(mean, abs=1e-6)
    weight, bias = (model.weights[f"layers.0.{name}"] for name in ("weight", "bias"))
    # The one-hot codes come first: other, missing, and the levels in their order.
    parts = dict(zip(few, weight[0, 2:]))
    assert raw("x", "l3") - raw("none", "l3") == pytest.approx(parts["x"], abs=1e-6)
    assert raw("none", "l3") == pytest.approx(raw(None, "l3"), abs=1e-7) and bias.shape == (1,)
    assert (weight[0, :2] == 0).all()
