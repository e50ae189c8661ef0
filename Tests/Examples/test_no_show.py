"""The two C programs of the no-shows: from a CSV file to a model, from rows of text to probabilities."""

import csv
import gzip
import os
import pathlib
import random
import re
import subprocess

import numpy as np
import pytest

import nnswift
from programs import PROGRAMS, ROOT, run

NAMES = ("no-show/KaggleV2-May-2016.csv", "no-show/KaggleV2-May-2016.csv.gz")
FOLDERS = [folder for folder in (os.environ.get("NNSWIFT_DATA_DIR"), ROOT / "build" / "data") if folder]
FOUND = [path for folder in FOLDERS for name in NAMES if (path := pathlib.Path(folder, name)).is_file()]

HEADER = ["city", "age", "booked", "insured", "came"]
CITIES = ("Rome", "Oslo", "Lima", "Kyoto")


def some_rows(count):
    """Rows whose last column depends on the city and on the age, which is empty in some."""
    draw = random.Random(7)
    rows = []
    for _ in range(count):
        city, age = draw.choice(CITIES), draw.randint(1, 90)
        came = "yes" if age + 30 * CITIES.index(city) + draw.gauss(0, 10) > 90 else "no"
        day = f"2026-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        rows.append([city, "" if draw.random() < 0.05 else str(age), day, str(draw.randint(0, 1)), came])
    return rows


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def predict(model, path, status=0):
    with open(path, "rb") as rows:
        result = subprocess.run([PROGRAMS / "noshow_predict", model], stdin=rows, capture_output=True, timeout=280)
    assert result.returncode == status, result.stderr
    return result.stdout.decode().split(), result.stderr.decode()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("no_show")
    path = folder / "model.safetensors"
    out = run(PROGRAMS / "noshow_train", write(folder / "rows.csv", HEADER, some_rows(2000)), path, "came").stdout
    assert 1 <= len(re.findall(r"^epoch \d+/\d+  loss [\d.]+$", out, re.MULTILINE)) <= 10
    scores = re.search(r"held-out rows: ROC-AUC ([\d.]+), PR-AUC ([\d.]+); saved ", out)
    assert float(scores[1]) > 0.95 and float(scores[2]) > 0.9
    return path


def test_columns_go_by_name(model, tmp_path):
    rows = some_rows(60)
    chances, drift = predict(model, write(tmp_path / "rows.csv", HEADER, rows))
    empty = sum(not row[1] for row in rows)
    assert len(chances) == 60 and drift == f"age: 0 unknown, {empty} missing, 0 out of range\n"
    turned = [[*row[::-1], "more"] for row in rows]
    assert predict(model, write(tmp_path / "turned.csv", [*HEADER[::-1], "another"], turned)) == (chances, drift)


def test_python_reads_the_same_model(model, tmp_path):
    rows = some_rows(60)
    chances, _ = predict(model, write(tmp_path / "rows.csv", HEADER, rows))
    columns = dict(zip(HEADER, map(list, zip(*rows))))
    columns["age"] = [float(age or "nan") for age in columns["age"]]
    columns["insured"] = [float(insured) for insured in columns["insured"]]
    ours = nnswift.load(model).predict(columns)
    # Half of the last digit printed, and the rounding of a float.
    np.testing.assert_allclose(np.ravel(ours), np.array(chances, float), rtol=0, atol=5.1e-5)


def test_drift_is_counted(model, tmp_path):
    rows = [["Rome", "30", "2026-05-01", "1"], ["Paris", "300", "2026-05-01", ""], ["Paris", "", "2026-05-01", "0"]]
    chances, drift = predict(model, write(tmp_path / "rows.csv", HEADER[:4], rows))
    assert len(chances) == 3
    assert drift.splitlines() == [
        "city: 2 unknown, 0 missing, 0 out of range",
        "age: 0 unknown, 1 missing, 1 out of range",
        "insured: 0 unknown, 1 missing, 0 out of range",
    ]


@pytest.mark.parametrize(
    "header, row, message",
    [
        (HEADER[:3], ["Rome", "30", "2026-05-01"], 'no column "insured"; it has city, age, booked'),
        (HEADER[:4], ["Rome", "thirty", "2026-05-01", "1"], 'column "age" must have a number in each row, got'),
        (HEADER[:4], ["Rome", "30", "yesterday", "1"], 'column "booked" must have an ISO 8601 date'),
    ],
)
def test_rows_that_do_not_fit_are_refused(model, tmp_path, header, row, message):
    chances, error = predict(model, write(tmp_path / "rows.csv", header, [row]), status=1)
    assert chances == [] and message in error


def test_a_model_of_arrays_is_refused(tmp_path):
    nnswift.Model.mlp([2, 1], loss="binary_cross_entropy").save(tmp_path / "arrays.safetensors")
    rows = write(tmp_path / "rows.csv", ["a", "b"], [["1", "2"]])
    assert "takes arrays" in predict(tmp_path / "arrays.safetensors", rows, status=1)[1]


def test_training_says_what_is_wrong(tmp_path):
    rows = write(tmp_path / "rows.csv", HEADER, some_rows(50))
    assert "No such file" in run(PROGRAMS / "noshow_train", tmp_path / "none", status=1, LC_ALL="C").stderr
    assert "No-show" in run(PROGRAMS / "noshow_train", rows, tmp_path / "m", status=1).stderr


@pytest.mark.skipif(not FOUND, reason="the no-shows are not there: make data")
def test_the_no_shows_are_foreseen(tmp_path):
    with (gzip.open if FOUND[0].suffix == ".gz" else open)(FOUND[0], "rt", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    random.Random(1).shuffle(rows)
    model = tmp_path / "model.safetensors"
    run(PROGRAMS / "noshow_train", write(tmp_path / "learnt.csv", header, rows[20_000:]), model)
    chances, _ = predict(model, write(tmp_path / "new.csv", header, rows[:20_000]))
    truth = np.array([row[-1] == "Yes" for row in rows[:20_000]])
    chances = np.array(chances, float)
    # LightGBM has .746 and .387 on these columns with its defaults.
    assert nnswift.metrics.roc_auc(truth, chances) > 0.742
    assert nnswift.metrics.pr_auc(truth, chances) > 0.38
