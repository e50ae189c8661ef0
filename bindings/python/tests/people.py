"""A small table that the tests of tables share: numbers with gaps, texts, booleans, dates, counts."""

import datetime

import numpy as np


def people(rows=240, seed=5):
    """A dict of columns; "came" depends on age, city and paid, "cost" on age."""
    random = np.random.default_rng(seed)
    age = random.integers(18, 80, rows).astype(np.float64)
    city = np.array(["Bern", "Rome", "Oslo", "Zürich"])[random.integers(0, 4, rows)]
    paid = random.integers(0, 2, rows).astype(bool)
    score = age / 20 - 2 + (city == "Rome") - (city == "Oslo") + paid + random.normal(0, 0.5, rows)
    day = datetime.date(2024, 1, 1)
    table = {
        "age": age,
        "city": [str(name) if random.random() > 0.1 else None for name in city],
        "paid": paid,
        "visits": random.integers(0, 30, rows),
        "day": np.array([day + datetime.timedelta(int(days)) for days in random.integers(0, 400, rows)], "datetime64[us]"),
        "came": ["yes" if value > 0.5 else "no" for value in score],
    }  # fmt: skip
    table["age"][random.random(rows) < 0.1] = np.nan
    return table


def part(table, rows):
    """Some rows of a dict of columns."""
    return {name: [values[row] for row in rows] for name, values in table.items()}


QUICK = {"epochs": 2}


# The columns of `people`, and those without the target.
FRAME = people()
INPUTS = {name: values for name, values in FRAME.items() if name != "came"}
