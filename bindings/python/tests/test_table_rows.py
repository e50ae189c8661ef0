"""Rows of raw values in sessions: equal to predictions of tables; what they count, what they refuse."""

import datetime

import numpy as np
import pytest

import nnswift
from people import FRAME, INPUTS, QUICK

# These trainings are too short to learn anything.
pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")


@pytest.fixture(scope="module")
def model():
    return nnswift.fit_table(FRAME, "came", config=QUICK, seed=3)


def test_predict_values_is_predict(model):
    session = model.session()
    for kind in ("proba", "label", "raw"):
        expected = model.predict(INPUTS, kind)
        for place in range(0, 240, 7):
            row = {name: values[place] for name, values in INPUTS.items()}
            assert session.predict_values(row, kind) == expected[place]
            assert session.predict_values(list(row.values()), kind) == expected[place]
            assert session.predict_values({**row, "more": 1}, kind) == expected[place]
    texts = {**row, "day": str(row["day"])}
    assert session.predict_values(texts) == model.predict(row)
    day = datetime.date.fromisoformat(str(row["day"])[:10])
    assert session.predict_values({**row, "day": day}) == model.predict(row)


def test_the_values_of_a_row():
    frame = {**INPUTS, "stars": np.arange(240) % 3, "came": FRAME["came"]}
    spec = {"stars": {"kind": "category", "values": "integer"}}
    model = nnswift.fit_table(frame, "came", columns=spec, config=QUICK)
    session, row = model.session(), {name: values[1] for name, values in frame.items()}
    expected = session.predict_values({**row, "age": 30.0, "visits": 4, "stars": 2})
    for changes in ({"age": 30}, {"age": np.int8(30)}, {"age": np.float32(30)}, {"visits": 4.0}, {"stars": np.int64(2)},
                    {"city": np.str_(row["city"])}, {"paid": np.bool_(row["paid"])}, {"paid": int(row["paid"])}):  # fmt: skip
        assert session.predict_values({**row, "age": 30.0, "visits": 4, "stars": 2, **changes}) == expected
    for changes in ({"age": None}, {"age": float("nan")}, {"age": np.datetime64("NaT")}):
        assert session.predict_values({**row, **changes}) == model.predict({**row, "age": None})
    for changes in ({"age": "x"}, {"age": [1]}, {"city": 1}, {"city": "\ud800"}, {"stars": "2"}, {"stars": 2.5},
                    {"age": 2**80 * 1j}, {"age": float("inf")}, {"day": 20240131}, {"day": np.int64(3)}, {"day": 1.5}):  # fmt: skip
        with pytest.raises((nnswift.DtypeError, nnswift.ArgumentError), match=f'"{next(iter(changes))}"'):
            session.predict_values({**row, **changes})
    assert session.predict_values({**row, "age": float("inf")}, allow_nan=True) == model.predict(
        {**row, "age": float("inf")}, allow_nan=True)  # fmt: skip
    del row["city"]
    with pytest.raises(nnswift.ArgumentError, match='row has no "city", which the model needs; it has age, paid'):
        session.predict_values(row)
    with pytest.raises(nnswift.ShapeError, match="row must have 6 values, one for each of model.columns, got 2"):
        session.predict_values([1, 2])


def test_rows_follow_their_model():
    row = {name: values[4] for name, values in INPUTS.items()}
    model, newer = (nnswift.fit_table(FRAME, "came", config=QUICK, seed=seed) for seed in (3, 4))
    newer.predict(row)
    for change in (lambda: model.train(FRAME, epochs=1), lambda: model.swap(newer), lambda: model.calibrate(FRAME)):
        before = model.predict(row)
        change()
        assert model.predict(row) == model.predict([row])[0] != before


def test_counts(model):
    session = model.session()
    row = {name: values[0] for name, values in INPUTS.items()}
    assert session.counts()["city"] == {"unknown": 0, "missing": 0, "clipped": 0}
    session.predict_values({**row, "age": 200.0, "city": "Kyoto"})
    session.predict_values({**row, "age": None, "city": "Kyoto"})
    counts = session.counts()
    assert list(counts) == list(INPUTS)
    assert counts["city"] == {"unknown": 2, "missing": 0, "clipped": 0}
    assert counts["age"] == {"unknown": 0, "missing": 1, "clipped": 1}
    assert model.session().counts()["city"]["unknown"] == 0


def test_a_session_serves_one_thread(model):
    session = model.session()
    session._turn.acquire()
    with pytest.raises(nnswift.BusyError, match="another thread uses this session"):
        session.predict_values({name: values[0] for name, values in INPUTS.items()})
    session._turn.release()
