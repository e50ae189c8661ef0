"""Loads the tables that the preset "tabular" is measured on.

    table = load("telco")
    table.names, table.kinds, table.columns   # one entry per column
    table.target, table.target_name, table.task

A column is a list with an entry per row: `float` where its kind is "number",
`str` where it is "text" or "date" (ISO 8601), and `None` where the value is
missing (an empty cell or `?` in the file). A column is a number where every
value that is not missing reads as one. The target is a list of `float` for a
regression, and of `str` (the classes) otherwise; rows without a target are
left out. The files are those of the folder NNSWIFT_DATA_DIR.
"""
import csv
import gzip
import os
import re
from dataclasses import dataclass

DATA = os.environ.get("NNSWIFT_DATA_DIR", "")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z?)?")


@dataclass
class Table:
    name: str
    names: list        # of the columns
    kinds: list        # of the columns: "number", "text" or "date"
    columns: list      # of lists, one per column
    target: list
    target_name: str
    task: str          # "regression" or "classes"
    positive: str      # the class whose probability is scored, "" for a regression

    @property
    def rows(self):
        return len(self.target)


@dataclass
class Source:
    file: str
    target: object     # name of the target, or its place from 0 where the file has no header
    task: str
    header: bool
    drop: tuple = ()   # columns left out, as `target`
    positive: str = ""
    classes: tuple = ()  # pairs (value in the file, class), where classes are joined


SOURCES = {
    "noshow": Source("no-show/KaggleV2-May-2016.csv.gz", "No-show", "classes", True, positive="Yes"),
    "telco": Source("tables/telco-churn.csv.gz", "Churn", "classes", True, ("customerID",), "1"),
    "mushrooms": Source("tables/mushrooms.csv.gz", "edible", "classes", True, positive="p"),
    "german": Source("tables/german.csv.gz", 20, "classes", False, positive="2"),
    "horse": Source("tables/horse-colic.csv.gz", 22, "classes", False, (2, 24, 25, 26, 27), "lived",
                    (("1", "lived"), ("2", "not"), ("3", "not"))),
    "abalone": Source("tables/abalone.csv.gz", 8, "regression", False),
    "cars": Source("tables/auto_imports.csv.gz", 25, "regression", False),
}


def read(source):
    """The names of the columns and the rows of a file, missing cells as None."""
    with gzip.open(os.path.join(DATA, source.file), "rt", encoding="utf-8", newline="") as file:
        rows = [[None if cell.strip() in ("", "?") else cell.strip() for cell in row]
                for row in csv.reader(file) if row]
    names = rows.pop(0) if source.header else [f"c{i + 1}" for i in range(len(rows[0]))]
    return names, rows


def kind(cells):
    """The kind of a column of text cells."""
    present = [cell for cell in cells if cell is not None]
    if all(DATE.fullmatch(cell) for cell in present):
        return "date"
    try:
        for cell in present:
            float(cell)
        return "number"
    except ValueError:
        return "text"


def load(name):
    """Reads one of SOURCES."""
    source = SOURCES[name]
    names, rows = read(source)
    place = {n: i for i, n in enumerate(names)} if source.header else {i: i for i in range(len(names))}
    goal = place[source.target]
    left_out = {place[d] for d in source.drop} | {goal}
    rows = [row for row in rows if row[goal] is not None]
    target = [row[goal] for row in rows]
    if source.classes:
        joined = dict(source.classes)
        target = [joined[t] for t in target]
    if source.task == "regression":
        target = [float(t) for t in target]
    keep = [i for i in range(len(names)) if i not in left_out]
    columns = [[row[i] for row in rows] for i in keep]
    kinds = [kind(column) for column in columns]
    for i, column in enumerate(columns):
        if kinds[i] == "number":
            columns[i] = [None if cell is None else float(cell) for cell in column]
    return Table(name, [names[i] for i in keep], kinds, columns, target, names[goal], source.task, source.positive)


if __name__ == "__main__":
    for name in SOURCES:
        t = load(name)
        count = {k: t.kinds.count(k) for k in ("number", "text", "date")}
        missing = sum(cell is None for column in t.columns for cell in column)
        share = f"{t.positive} {t.target.count(t.positive) / t.rows:.3f}" if t.positive else ""
        print(f"{name:10} {t.rows:7} rows, {len(t.names):3} columns {count}, {missing} missing, {t.task} {t.target_name} {share}")
