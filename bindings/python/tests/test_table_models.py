"""Models of tables: made in one call, trained, asked, kept; what is refused, in Python's words."""

import copy
import doctest
import importlib
import json
import os
import pickle
import signal
import threading

import numpy as np
import pytest

import nnswift
from nnswift import _frames, _library
from people import FRAME, INPUTS, QUICK, part, people

# These trainings are too short to learn anything.
pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")


@pytest.fixture(scope="module")
def model():
    return nnswift.fit_table(FRAME, "came", config=QUICK, seed=3)


def by_c(frame, target, options):
    """The bytes of the model that nns_fit_table makes."""
    columns, handle = _frames.Columns(frame), _library.Model()
    text = json.dumps(options).encode()
    _library.lib.nns_fit_table(
        columns.array, columns.count, columns.rows, target, text, _library.nns_progress_fn(), None, handle
    )
    return nnswift.Model._owning(handle).to_bytes()


@pytest.mark.parametrize("options", [
    {}, {"seed": 3, "config": QUICK}, {"config": {**QUICK, "seed": 9}, "spec": {"seed": 5}},
    {"columns": [{"name": "visits", "kind": "ignore"}], "config": QUICK, "table": {"missing_text": ["Rome"]}},
])  # fmt: skip
def test_the_model_is_that_of_c(options):
    assert nnswift.fit_table(FRAME, "came", **options).to_bytes() == by_c(FRAME, b"came", options)


def test_what_the_defaults_learn():
    model = nnswift.fit_table(FRAME, "came", seed=3)
    other = people(seed=6)
    assert model.evaluate(other, metrics=["roc_auc", "accuracy"])["roc_auc"] > 0.85
    labels = model.predict(other, kind="label")
    assert (labels == other["came"]).mean() == pytest.approx(model.evaluate(other, metrics="accuracy")["accuracy"])
    assert len(model.history["val_loss"]) > 10


@pytest.mark.parametrize("target, classes", [
    (["no", "yes"] * 120, ["no", "yes"]), ([True, False] * 120, [False, True]), ([3, 1, 7] * 80, [1, 3, 7]),
    (np.arange(240) % 2, [0, 1]), (np.arange(240) * 0.5, []), (np.arange(240), []),
])  # fmt: skip
def test_labels_come_back_as_they_are(target, classes):
    frame = {**INPUTS, "y": target}
    model = nnswift.fit_table(frame, "y", config=QUICK)
    assert model.classes == classes
    if not classes:
        assert model.predict(INPUTS).shape == (240,) and model.predict(INPUTS).dtype == np.float32
        return
    labels = model.predict(INPUTS, kind="label")
    assert set(labels.tolist()) <= set(classes) and {type(label) for label in labels.tolist()} == {type(classes[0])}
    assert model.predict(INPUTS).shape == ((240,) if len(classes) == 2 else (240, 3))


def test_columns_go_by_name(model):
    expected = model.predict(INPUTS)
    reordered = dict(reversed([*FRAME.items(), ("note", ["x"] * 240), ("odd", [[1]] * 240)]))
    assert (model.predict(reordered) == expected).all()
    assert (model.predict(part(INPUTS, [5, 3])) == expected[[5, 3]]).all()
    renamed = {("town" if name == "city" else name): values for name, values in INPUTS.items()}
    with pytest.raises(nnswift.ArgumentError, match='no column "city", which the model needs; it has age, town, paid'):
        model.predict(renamed)
    assert model.feature_names == list(INPUTS)


def test_rows_in_every_form(model):
    expected = model.predict(INPUTS)
    row = {name: values[4] for name, values in INPUTS.items()}
    for form in (row, {name: np.asarray(value) for name, value in row.items()}):
        assert model.predict(form) == expected[4] and model.predict(form).shape == ()
    assert (model.predict([row, row]) == expected[[4, 4]]).all()
    assert model.predict(row, kind="label") == model.predict(INPUTS, kind="label")[4]
    assert isinstance(model.predict(row, kind="label"), str)
    assert (model.predict(nnswift.Table(INPUTS)) == expected).all()
    table = nnswift.Table(FRAME, "came")
    assert (model.predict(table.subset([7, 7, 2])) == expected[[7, 7, 2]]).all()


def test_unknown_levels_and_missing_values(model):
    row = {name: values[0] for name, values in INPUTS.items()}
    for changes in ({"city": "Kyoto"}, {"city": None}, {"age": None}, {"age": 1000}, {"day": None}, {"paid": None}):
        assert 0 < model.predict({**row, **changes}) < 1
    assert model.predict({**row, "city": "Kyoto"}) != model.predict({**row, "city": "Rome"})
    with pytest.raises(nnswift.DtypeError, match='row 0: .*"age".*number'):
        model.predict({**row, "age": "old"})
    with pytest.raises(nnswift.DtypeError, match='row 0: .*"city".*text'):
        model.predict({**row, "city": 3})
    with pytest.raises(nnswift.ArgumentError, match='"age"'):
        model.predict({**row, "age": float("inf")})
    assert 0 < model.predict({**row, "age": float("inf")}, allow_nan=True) < 1


def test_what_a_model_tells_of_its_columns(model):
    columns = {column["name"]: column for column in model.columns}
    assert list(columns) == list(INPUTS) == model.feature_names
    assert {name: column["kind"] for name, column in columns.items()} == {
        "age": "number", "city": "category", "paid": "boolean", "visits": "number", "day": "date"}  # fmt: skip
    assert columns["city"]["names"] == ["Bern", "Oslo", "Rome", "Zürich"] == model.levels("city") == model.levels(1)
    assert columns["age"]["has_missing"] is True and columns["paid"]["has_missing"] is False
    for column in ("age", 0):
        with pytest.raises(nnswift.ArgumentError, match='column "age" has no levels, its kind is number'):
            model.levels(column)
    with pytest.raises(nnswift.ArgumentError, match='no column "town"; it has age, city'):
        model.levels("town")
    with pytest.raises(nnswift.ArgumentError, match="index must be in"):
        model.levels(17)
    assert nnswift.Model.mlp([2, 2]).columns == []
    assert "5 columns" in repr(model)


def test_levels_have_their_type():
    frame = {"a": np.arange(60) % 5, "b": np.arange(60) % 2 == 0, "c": np.arange(60) * 0.5, "y": np.arange(60) % 3}
    columns = {"a": {"kind": "category", "values": "integer"}, "b": {"kind": "category", "values": "boolean"}}
    model = nnswift.fit_table(frame, "y", columns=columns, config=QUICK)
    assert model.levels("a") == [0, 1, 2, 3, 4] and model.levels("b") == [False, True]
    many = {"a": [f"level {n % 50:02}" for n in range(200)], "y": np.arange(200) % 2}
    model = nnswift.fit_table(many, "y", config=QUICK)
    assert model.levels("a") == [f"level {n:02}" for n in range(50)] and "names" not in model.columns[0]


def test_a_model_keeps_everything(model, tmp_path):
    model.save(tmp_path / "model.safetensors")
    row = {name: values[2] for name, values in INPUTS.items()}
    for twin in (nnswift.load(tmp_path / "model.safetensors"), nnswift.from_bytes(model.to_bytes()), model.copy(),
                 copy.deepcopy(model), copy.copy(model), pickle.loads(pickle.dumps(model))):  # fmt: skip
        assert (twin.predict(INPUTS) == model.predict(INPUTS)).all()
        assert (twin.predict(INPUTS, "label") == model.predict(INPUTS, "label")).all()
        assert twin.session().predict_values(row) == model.predict(row)
        assert twin.columns == model.columns and twin.classes == model.classes
        assert twin.to_bytes() == model.to_bytes() and twin.spec == model.spec
        assert twin.evaluate(FRAME) == model.evaluate(FRAME)


def test_training_step_by_step():
    table = nnswift.Table(FRAME, "came")
    rest, held_out = table.split(0.25, seed=1)
    model = nnswift.Model.for_table(rest, seed=4)
    seen = []
    history = model.train(rest, preset="tabular", epochs=3, validation=held_out, metrics="roc_auc", seed=4,
                          callback=lambda progress: seen.append(progress.epoch))  # fmt: skip
    assert seen == [1, 2, 3] and len(history["val_roc_auc"]) == 3
    options = {"spec": {"seed": 4}, "config": {"epochs": 3, "seed": 4, "metrics": ["roc_auc"]}}
    assert nnswift.fit_table(rest, validation=held_out, **options).to_bytes() == model.to_bytes()
    assert model.evaluate(held_out, metrics="roc_auc")["roc_auc"] == pytest.approx(max(history["val_roc_auc"]), abs=0.2)
    frames = [part(FRAME, rows.rows()) for rows in (rest, held_out)]
    again = nnswift.fit_table(frames[0], "came", validation=frames[1], **options)
    assert (again.predict(INPUTS) == model.predict(INPUTS)).all()
    before = model.predict(INPUTS, "raw")
    model.train(FRAME, epochs=1)
    assert (model.predict(INPUTS, "raw") != before).any()


def test_a_callback_stops_and_raises():
    with pytest.raises(ZeroDivisionError):
        nnswift.fit_table(FRAME, "came", callback=lambda progress: 1 / 0)
    model = nnswift.fit_table(FRAME, "came", callback=lambda progress: nnswift.STOP)
    assert model.history.stopped == "callback"


def test_ctrl_c_ends_a_training():
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        nnswift.fit_table(FRAME, "came", config={"epochs": 1_000_000})
    timer.join()


def test_threads_ask_one_model(model):
    expected, wrong = model.predict(INPUTS), []

    def ask():
        session, row = model.session(), {name: values[3] for name, values in INPUTS.items()}
        for _ in range(50):
            if session.predict_values(row) != expected[3] or (model.predict(INPUTS) != expected).any():
                wrong.append(row)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_calibrate(model):
    twin = model.copy()
    twin.calibrate(nnswift.Table(people(seed=8), "came"))
    assert (twin.predict(INPUTS, "raw") == model.predict(INPUTS, "raw")).all()
    assert (twin.predict(INPUTS) != model.predict(INPUTS)).any()
    again = model.copy()
    again.calibrate(people(seed=8))
    assert (again.predict(INPUTS) == twin.predict(INPUTS)).all()
    with pytest.raises(nnswift.Error, match="has no column|target"):
        model.copy().calibrate(INPUTS)


def test_weights_of_rows():
    frame = {**FRAME, "w": np.where(np.arange(240) < 120, 1.0, 0.0)}
    weighted = nnswift.fit_table(frame, "came", weight="w", config=QUICK)
    assert "w" not in weighted.feature_names
    plain = nnswift.fit_table(frame, "came", columns={"w": "ignore"}, config=QUICK)
    assert (weighted.predict(INPUTS) != plain.predict(INPUTS)).any()


CALLS = {
    "predict": lambda model: model.predict(np.ones((3, 5))),
    "one row": lambda model: model.predict(np.ones((1, model.input_size), np.float32)),
    "evaluate": lambda model: model.evaluate(np.ones((3, model.input_size)), [0, 1, 0]),
    "train": lambda model: model.train(np.ones((3, model.input_size)), [0, 1, 0]),
    "train_batch": lambda model: model.train_batch(np.ones((3, model.input_size)), [0, 1, 0]),
    "session": lambda model: model.session(3).predict(np.ones((3, model.input_size))),
    "loss_grad": lambda model: model.loss_grad(np.ones((3, model.input_size)), [0, 1, 0]),
    "fit_preprocess": lambda model: model.fit_preprocess(np.ones((3, model.input_size)), [0, 1, 0]),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_arrays_are_refused_in_words_of_python(model, call):
    with pytest.raises(nnswift.StateError, match=r"takes the columns of a table, got arrays; .*nnswift.Table.*predict\(table\)") as caught:
        call(model)
    assert "NNS_" not in str(caught.value) and "nns_" not in str(caught.value)


def test_tables_are_refused_by_models_of_arrays():
    plain, table = nnswift.Model.mlp([5, 2]), nnswift.Table(FRAME, "came")
    for call in (lambda: plain.train(table), lambda: plain.evaluate(table), lambda: plain.predict(table)):
        with pytest.raises(nnswift.StateError, match="model for tables with nnswift.Model.for_table"):
            call()
    with pytest.raises(nnswift.ArgumentError, match="has no columns; predict with session.predict"):
        plain.session(1).predict_values([1] * 5)
    with pytest.raises(nnswift.StateError, match="has no columns"):
        plain.session(1).counts()


def test_what_is_refused(model):
    table = nnswift.Table(FRAME, "came")
    for call, kind, sentence in (
        (lambda: nnswift.fit_table(FRAME), nnswift.ArgumentError, "target must name the column to learn"),
        (lambda: nnswift.fit_table(FRAME, "went"), nnswift.ArgumentError, '"went".*came'),
        (lambda: nnswift.fit_table(table, "came"), nnswift.ArgumentError, "target must not be given beside"),
        (lambda: nnswift.fit_table(FRAME, "came", columns={"size": "number"}), nnswift.ArgumentError, '"size" is described'),
        (lambda: nnswift.fit_table(FRAME, "came", columns={"age": "colour"}), nnswift.ArgumentError, "kind"),
        (lambda: nnswift.fit_table(FRAME, "came", config={"epochs": 0}), nnswift.ArgumentError, "epochs"),
        (lambda: nnswift.fit_table(FRAME, "came", config={"learning_rate": 1}), nnswift.ArgumentError, "learning_rate"),
        (lambda: nnswift.fit_table({**FRAME, "came": ["yes"] * 240}, "came"), nnswift.ArgumentError, "one class only"),
        (lambda: nnswift.fit_table({**FRAME, "came": [None] * 240}, "came"), nnswift.ArgumentError, "row 0 is missing"),
        (lambda: nnswift.Model.for_table(FRAME), nnswift.ArgumentError, r"nnswift.Table\(frame, target="),
        (lambda: nnswift.Model.for_table(nnswift.Table(INPUTS)), nnswift.StateError, "has no target"),
        (lambda: model.train(FRAME, FRAME["came"]), nnswift.ArgumentError, "y must not be given beside a table"),
        (lambda: model.evaluate(FRAME, sample_weight=[1] * 240), nnswift.ArgumentError, "sample_weight must not be"),
        (lambda: model.evaluate(INPUTS), nnswift.ArgumentError, '"came"'),
        (lambda: model.evaluate({**FRAME, "came": ["never"] * 240}), nnswift.ArgumentError, 'unknown class "never" in row 0'),
        (lambda: model.session().predict(INPUTS), nnswift.ArgumentError, "predict_values"),
        (lambda: model.train_batch(FRAME, FRAME["came"]), nnswift.ArgumentError, "this call takes arrays.* are for tables"),
        (lambda: model.loss_grad(FRAME, FRAME["came"]), nnswift.ArgumentError, "train, evaluate, predict, calibrate and"),
        (lambda: model.fit_preprocess(FRAME, FRAME["came"]), nnswift.ArgumentError, "this call takes arrays"),
        (lambda: model.predict(INPUTS, kind="odd"), nnswift.ArgumentError, "kind must be"),
        (lambda: setattr(model, "feature_names", ["a"] * 5), nnswift.ArgumentError, "table's columns"),
    ):  # fmt: skip
        with pytest.raises(kind, match=sentence) as caught:
            call()
        assert "NNS_" not in str(caught.value) and "nns_" not in str(caught.value)


def test_missing_texts_belong_to_the_table():
    frame = {**FRAME, "city": [city or "NA" for city in FRAME["city"]]}
    model = nnswift.fit_table(frame, "came", table={"missing_text": ["NA"]}, config=QUICK)
    assert model.to_bytes() == nnswift.fit_table(FRAME, "came", config=QUICK).to_bytes()
    assert (model.predict(nnswift.Table(frame, missing_text=["NA"])) == model.predict(FRAME)).all()


@pytest.mark.parametrize("module", ["nnswift.table", "nnswift._fit", "nnswift._tabular", "nnswift.session"])
def test_examples_of_the_docstrings(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.failed == 0 and result.attempted > 0
