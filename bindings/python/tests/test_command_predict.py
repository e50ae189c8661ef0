"""`nnswift predict` and `nnswift evaluate`: the rows of later files, read as in the training."""

import csv
import io
import json
import signal
import subprocess
import time

import numpy as np
import pytest

import nnswift
from command import COMMAND, ENVIRONMENT, figures, here, ok, refused, visits, write
from command import nnswift as run
from nnswift.cli import _parquet

HEAD = "prediction,probability_no,probability_yes"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("visits")
    write(folder / "visits.csv", visits())
    write(folder / "new.csv", visits(50, seed=2))
    ok("train", folder / "visits.csv", "-t", "came", "-o", folder / "m.safetensors", "--ignore", "id", "--epochs", 20)
    return folder


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_predictions_are_those_of_the_library(folder):
    model = nnswift.load(folder / "m.safetensors")
    table = [{**row, "age": row["age"] or None} for row in visits(50, seed=2)]
    got = rows(ok("predict", folder / "m.safetensors", folder / "new.csv"))
    assert list(got[0]) == HEAD.split(",") and len(got) == 50
    # Seven digits are written.
    np.testing.assert_allclose([float(row["probability_yes"]) for row in got], model.predict(table), rtol=1e-6)
    assert [row["prediction"] for row in got] == model.predict(table, kind="label").tolist()


def test_columns_go_by_name_and_others_are_passed_over(folder, tmp_path):
    expected = ok("predict", folder / "m.safetensors", folder / "new.csv")
    table = [{"more": "x", **dict(reversed(row.items()))} for row in visits(50, seed=2)]
    for row in table:
        del row["came"], row["id"]
    data = write(tmp_path / "other.csv", table, delimiter=";", encoding="utf-8-sig")
    assert ok("predict", folder / "m.safetensors", data) == expected
    write(data, [{"age;city": 1}])
    assert 'no column "age"' in refused("predict", folder / "m.safetensors", data, "--delimiter", ",")


def test_one_row_is_read_as_many(folder):
    """A column of one row looks different alone: a text that is a number, a whole number, a gap."""
    (whole, *_) = rows(ok("predict", folder / "m.safetensors", "-", given=b"age,city,day,price\n30,7,2024-01-02,50\n"))
    (point, *_) = rows(
        ok("predict", folder / "m.safetensors", "-", given=b"price,day,age,city\n50.0,2024-01-02,30.,7\n")
    )
    assert whole == point
    ok("predict", folder / "m.safetensors", "-", given=b"age,city,day,price\n,NA,?,\n")


def test_a_pipe_in_and_out_with_columns_kept(folder):
    given = (folder / "new.csv").read_bytes()
    outcome = run("predict", folder / "m.safetensors", "-", "--keep", "id", "--keep", "city", given=given)
    got = rows(outcome.out)
    assert outcome.status == 0 and outcome.err == ""
    assert [row["city"] for row in got] == [row["city"] for row in visits(50, seed=2)]
    assert list(got[0]) == ["id", "city", *HEAD.split(",")]


def test_json_lines_and_a_file(folder, tmp_path):
    ok("predict", folder / "m.safetensors", folder / "new.csv", "--json", "--out", tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert len(lines) == 50 and lines[0]["probability_no"] + lines[0]["probability_yes"] == pytest.approx(1, abs=1e-6)


def test_another_threshold_for_a_call(folder):
    got = rows(ok("predict", folder / "m.safetensors", folder / "new.csv", "--threshold", "0.9"))
    assert [row["prediction"] == "yes" for row in got] == [float(row["probability_yes"]) >= 0.9 for row in got]
    assert {row["prediction"] for row in got} == {"yes", "no"}


def test_a_header_without_rows_gives_one(folder):
    assert ok("predict", folder / "m.safetensors", "-", given=b"age,city,day,price\n") == HEAD + "\n"


@pytest.mark.parametrize(
    "given, sentence",
    [
        (b"", "standard input is empty"),
        (b"age,city,day\n1,a,2024-01-01\n", 'no column "price"'),
        (
            b"age,city,day,price\n1,a,2024-01-01,3\n12a,b,2024-01-01,3\n",
            'line 3: "age" must be a number, as in the training, got "12a"',
        ),
        (b'age,city,day,price\n1,"a\nb",2024-01-01,3\nx,b,2024-01-01,3\n', 'line 4: "age" must be a number'),
        (b"age,city,day,price\n1,a,2024-01-01\n", "line 2: there are 3 values for 4 columns"),
        (b"age,city,age,price\n", 'columns 1 and 3 are both named "age"'),
        (b"age,city,day,price\n1,Gen\xe8ve,2024-01-01,3\n", "is not UTF-8, it has a byte 0xe8; name its encoding"),
        (b'age,city,day,price\n1,"a' + b"x" * 140_000, "a quote may not be closed"),
        (b"age,city\0,day,price\n", "is no text"),
        (b"PK\x03\x04rest of a workbook", "an Excel workbook"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(folder, given, sentence):
    assert sentence in refused("predict", folder / "m.safetensors", "-", given=given)


@pytest.mark.parametrize(
    "encoding, delimiter", [("utf-8-sig", ","), ("latin-1", ";"), ("utf-16", "\t"), ("cp1252", "|")]
)
def test_encodings_and_delimiters(folder, tmp_path, encoding, delimiter):
    data = write(tmp_path / "data.csv", visits(50, seed=2), delimiter, encoding)
    given = ["--encoding", encoding] if encoding in ("latin-1", "cp1252") else []
    expected = ok("predict", folder / "m.safetensors", folder / "new.csv")
    assert ok("predict", folder / "m.safetensors", data, *given) == expected


def test_files_that_are_none(folder, tmp_path):
    assert "No such file" in refused("predict", folder / "m.safetensors", tmp_path / "none.csv")
    assert "none.safetensors" in refused("predict", tmp_path / "none.safetensors", folder / "new.csv")
    assert "new.csv: not a model file" in refused("predict", folder / "new.csv", folder / "new.csv")
    assert 'no column "ID"; did you mean "id"' in refused(
        "predict", folder / "m.safetensors", folder / "new.csv", "--keep", "ID"
    )


def test_missing_texts_and_commas_are_remembered(tmp_path):
    table = [{**row, "price": str(row["price"]).replace(".", ","), "age": row["age"] or "-"} for row in visits()]
    data, model = write(tmp_path / "swiss.csv", table, delimiter=";"), tmp_path / "swiss.safetensors"
    ok("train", data, "-t", "came", "-o", model, "--epochs", 2, "--decimal", ",", "--missing", "-")
    assert len(rows(ok("predict", model, data))) == 300


def test_a_file_without_header(tmp_path):
    data = write(tmp_path / "plain.csv", visits(), header=False)
    model = tmp_path / "plain.safetensors"
    ok("train", data, "--no-header", "-t", "6", "-o", model, "--epochs", 5)
    expected = ok("predict", model, data)
    assert len(rows(expected)) == 300
    without = [{name: value for name, value in row.items() if name != "came"} for row in visits()]
    assert ok("predict", model, write(tmp_path / "new.csv", without, header=False)) == expected
    less = [{name: value for name, value in row.items() if name not in ("came", "id")} for row in visits()]
    assert "must have 6 columns" in refused("predict", model, write(tmp_path / "less.csv", less, header=False))


def test_evaluate_tells_the_metrics_of_a_table(folder):
    found = figures("evaluate", folder / "m.safetensors", folder / "new.csv")
    assert found["rows"] == 50 and found["roc_auc"] > 0.8
    assert ok("evaluate", folder / "m.safetensors", folder / "new.csv", "--metric", "brier").split()[3] == "brier"
    given = b"age,city,day,price,came\n1,a,2024-01-01,3,yes\n1,a,2024-01-01,3,perhaps\n"
    assert 'line 3: "came" must be one of "no", "yes"' in refused(
        "evaluate", folder / "m.safetensors", "-", given=given
    )
    assert "no rows" in refused("evaluate", folder / "m.safetensors", "-", given=given.splitlines(True)[0])
    assert '--target must be "came"' in refused("evaluate", folder / "m.safetensors", folder / "new.csv", "-t", "age")


def test_models_of_arrays_take_columns_of_numbers(tmp_path, blobs):
    X, y = blobs
    model = nnswift.Model.mlp([4, 8, 3], seed=1)
    model.train(X, y, epochs=60)
    model.save(tmp_path / "blobs.safetensors")
    table = [dict(zip("abcd", map(float, row)), y=int(label)) for row, label in zip(X, y)]
    data = write(tmp_path / "blobs.csv", table)
    assert "4 columns of features" in refused("predict", tmp_path / "blobs.safetensors", data)
    assert figures("evaluate", tmp_path / "blobs.safetensors", data, "-t", "y")["accuracy"] > 0.9
    assert "--target COLUMN" in refused("evaluate", tmp_path / "blobs.safetensors", data)
    model.feature_names = list("abcd")
    model.save(tmp_path / "blobs.safetensors")
    got = rows(ok("predict", tmp_path / "blobs.safetensors", data))
    assert [int(row["prediction"]) for row in got] == model.predict(X, kind="label").tolist()


@pytest.mark.parametrize("package", ["pyarrow.parquet", "polars", "duckdb", "pandas"])
def test_parquet_is_read_by_what_is_installed(folder, tmp_path, package, monkeypatch):
    parquet, arrow = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    pytest.importorskip(package)
    monkeypatch.setattr(_parquet, "_READERS", {package: _parquet._READERS[package]})
    table = [{**row, "age": row["age"] or None} for row in visits()]
    parquet.write_table(arrow.Table.from_pylist(table), tmp_path / "visits.parquet")
    found = figures("train", tmp_path / "visits.parquet", "-t", "came", "-o", tmp_path / "m.safetensors", "--epochs", 5)
    assert found["rows"]["train"] == 192
    # A CSV of the same rows, for a model of a Parquet file.
    from_parquet = ok("predict", tmp_path / "m.safetensors", tmp_path / "visits.parquet", "--keep", "id")
    assert from_parquet == ok("predict", tmp_path / "m.safetensors", folder / "visits.csv", "--keep", "id")


def test_parquet_without_a_package_or_damaged(folder, tmp_path, monkeypatch):
    (tmp_path / "bad.parquet").write_bytes(b"PAR1" + bytes(20) + b"PAR1")
    monkeypatch.setattr(_parquet, "_READERS", {})
    assert "pip install pyarrow" in refused("predict", folder / "m.safetensors", tmp_path / "bad.parquet")
    monkeypatch.undo()
    pytest.importorskip("pyarrow")
    assert "cannot be read as Parquet" in refused("predict", folder / "m.safetensors", tmp_path / "bad.parquet")


def test_parts_of_a_large_file_are_predicted_as_the_whole(folder, tmp_path):
    many = visits(300) * 80
    data = write(tmp_path / "many.csv", many)
    got = ok("predict", folder / "m.safetensors", data).splitlines()
    assert len(got) == 24_001 and got.count(HEAD) == 1
    assert got[1:301] == got[-300:]


def test_a_closed_pipe_ends_the_command_quietly(folder, tmp_path):
    data = write(tmp_path / "many.csv", visits(300) * 80)
    command = [*COMMAND, "predict", str(folder / "m.safetensors"), str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b"" and process.wait() == 141


def test_ctrl_c_ends_a_training_and_writes_nothing(folder, tmp_path):
    data, model = write(tmp_path / "many.csv", visits(300) * 80), tmp_path / "model.safetensors"
    command = [*COMMAND, "train", str(data), "-t", "came", "-o", str(model), "--epochs", "1000000"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=ENVIRONMENT)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130 and not model.exists()
    assert process.stderr.read().decode().splitlines()[-1] == "nnswift: interrupted; nothing was written"


def test_broken_options_of_reading(folder):
    assert "--encoding must be one that Python knows" in refused(
        "predict", folder / "m.safetensors", folder / "new.csv", "--encoding", "x"
    )
    assert "--delimiter must be one character" in refused(
        "predict", folder / "m.safetensors", folder / "new.csv", "--delimiter", ",,"
    )
    assert '--decimal must be "." or ","' in refused(
        "predict", folder / "m.safetensors", folder / "new.csv", "--decimal", ";"
    )
    assert here("predict", folder / "m.safetensors", folder / "new.csv", "--threshold", "2").status == 2


def test_lines_are_counted_as_in_the_file(folder):
    """Values over several lines, with each kind of line end, and blank lines."""
    given = b'age,city,day,price\r\n\r\n1,"a\r\nb\rc\nd",2024-01-01,3\r\n\r\n2,b,2024-01-01,3\r\nx,c,2024-01-01,3\r\n'
    assert 'line 9: "age" must be a number' in refused("predict", folder / "m.safetensors", "-", given=given)
    many = b"age,city,day,price\n" + b"\n" * 15_000 + b"1,a,2024-01-01,3\nx,a,2024-01-01,3\n"
    assert "line 15003: " in refused("predict", folder / "m.safetensors", "-", given=many)
