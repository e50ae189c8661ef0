"""Tables of random columns: one answer, whatever they are made of, and however a row is asked for."""

import datetime

import numpy as np
import pytest

import nnswift
from people import QUICK

pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")

ROWS = 60
TEXTS = ["", "a", "A", "ab", "\u00e9", "e\u0301", "\U0001f600", " a", "a ", "1", "1.0", "nan", "x" * 300]
INTEGERS = [0, 1, -1, 7, 2**31, -(2**40), 2**53 + 1, 2**62]
FLOATS = [0.0, -0.0, 1.5, -1e-30, 3e30, 1e6 + 0.25, -7.0]
DAYS = [datetime.datetime(1600, 2, 29), datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), datetime.datetime(2024, 2, 29, 7)]
SOURCES = {"text": TEXTS, "integer": INTEGERS, "number": FLOATS, "boolean": [True, False], "date": DAYS}


def random_table(random):
    """A dict of lists whose values are of one kind each, with gaps in some, and its target."""
    table = {}
    for place in range(random.integers(1, 7)):
        values = SOURCES[str(random.choice(list(SOURCES)))]
        values = values[: random.integers(1, len(values) + 1)]
        gaps = random.choice([0, 0, 0.2, 0.9])
        table[f"c{place}"] = [
            None if random.random() < gaps else values[random.integers(len(values))] for _ in range(ROWS)
        ]
    table["keeps"] = list(range(ROWS))
    table["y"] = [["no", "yes", "perhaps"][place % 3] for place in range(ROWS)]
    return table


def arrays(table):
    """The same in NumPy's types, where a gap has a place in them."""
    found = {}
    for name, values in table.items():
        kinds = {type(value) for value in values}
        if datetime.datetime in kinds:
            found[name] = np.array(values, "datetime64[us]")
        elif kinds <= {float, type(None)} and float in kinds:
            found[name] = np.array([np.nan if value is None else value for value in values])
        else:
            found[name] = np.array(values) if type(None) not in kinds else np.array(values, object)
    return found


def pandas_frame(table):
    pd = pytest.importorskip("pandas")
    kinds = {str: "string", int: "Int64", bool: "boolean"}
    columns = {}
    for name, values in table.items():
        known = {type(value) for value in values} - {type(None)}
        columns[name] = pd.Series(values, dtype=kinds.get(next(iter(known)) if known else None))
    return pd.DataFrame(columns)


def polars_frame(table):
    return pytest.importorskip("polars").DataFrame(table, strict=True)


@pytest.mark.parametrize("form", [arrays, pandas_frame, polars_frame])
@pytest.mark.parametrize("seed", range(12))
def test_one_answer_from_every_form(form, seed):
    table = random_table(np.random.default_rng(seed))
    expected = nnswift.fit_table(table, "y", config=QUICK, seed=seed)
    model = nnswift.fit_table(form(table), "y", config=QUICK, seed=seed)
    assert model.to_bytes() == expected.to_bytes()
    assert (model.predict(form(table), "raw") == expected.predict(table, "raw")).all()


@pytest.mark.parametrize("seed", range(12))
def test_one_answer_for_a_row(seed):
    random = np.random.default_rng(seed)
    table = random_table(random)
    model = nnswift.fit_table(table, "y", config=QUICK, seed=seed)
    session, every = model.session(), model.predict(table)
    assert (nnswift.from_bytes(model.to_bytes()).predict(table) == every).all()
    chosen = random.permutation(ROWS)[:10]
    for place in chosen:
        row = {name: values[place] for name, values in table.items()}
        assert (session.predict_values(row) == every[place]).all()
        assert (model.predict(row) == every[place]).all()
    for column in model.columns:
        missing = sum(table[column["name"]][place] is None for place in chosen)
        expected = 0 if column["kind"] == "ignore" else missing
        assert session.counts()[column["name"]] == {"unknown": 0, "missing": expected, "clipped": 0}
