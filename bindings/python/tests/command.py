"""The command `nnswift` for tests, and tables that it reads."""

import contextlib
import csv
import io
import json
import os
import random
import subprocess
import sys
from typing import NamedTuple
from unittest import mock

import nnswift as package
from nnswift.cli import main

COMMAND = [sys.executable, "-m", "nnswift"]
# The sources of the checkout, whatever is installed.
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(package.__file__))}


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


def nnswift(*arguments, given=None, folder=None):
    """Runs the command in a process of its own.

    given: bytes for its standard input.
    """
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], input=given, capture_output=True, cwd=folder, env=ENVIRONMENT
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def here(*arguments, given=b"", folder="."):
    """`nnswift` in this process, which saves the time to start one."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(given)))
    before = os.getcwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), mock.patch("sys.stdin", stdin):
            status = main(list(map(str, arguments)))
    except SystemExit as end:  # argparse
        status = end.code or 0
    finally:
        os.chdir(before)
    out.flush()
    return Outcome(status, out.buffer.getvalue().decode(), err.getvalue())


def ok(*arguments, **options):
    """Runs the command, which must do what it is told; returns its results."""
    outcome = here(*arguments, **options)
    assert outcome.status == 0, outcome.err
    return outcome.out


def refused(*arguments, **options):
    """Runs the command, which must refuse in one sentence; returns that."""
    outcome = here(*arguments, **options)
    lines = outcome.err.splitlines()
    assert outcome.status == 1 and outcome.out == "" and "Traceback" not in outcome.err
    assert lines[-1].startswith("nnswift: error: ")
    return lines[-1][len("nnswift: error: ") :]


def figures(*arguments, **options):
    """Runs the command with --json; returns what it prints."""
    return json.loads(ok(*arguments, "--json", **options))


def visits(rows=300, seed=1):
    """A table that can be learnt: texts, numbers, dates, gaps; who is older than 45 comes, and so do most of Bern."""
    rng = random.Random(seed)
    table = []
    for place in range(rows):
        age, city = rng.randint(18, 80), rng.choice(["Bern", "Zürich", "Genève, Suisse"])
        came = age > 45 or city == "Bern" and rng.random() < 0.8
        table.append({
            "id": place + 1, "age": "" if place % 17 == 3 else age, "city": city, "day": f"2024-0{place % 9 + 1}-1{place % 7}",
            "price": round(age * 1.5 + rng.random() * 10, 2), "came": "yes" if came else "no",
        })  # fmt: skip
    return table


def write(path, table, delimiter=",", encoding="utf-8", header=True):
    """Writes a table as CSV; returns the path."""
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), delimiter=delimiter)
        if header:
            writer.writeheader()
        writer.writerows(table)
    return path
