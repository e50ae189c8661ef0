"""`nnswift train`: from a CSV to a model file, and what it says on the way."""

import gzip
import importlib.util
import json
import os
import pathlib

import pytest

import nnswift
from command import figures, here, ok, refused, visits, write
from command import nnswift as run

NO_SHOW = pathlib.Path(os.environ.get("NNSWIFT_DATA_DIR", "")) / "no-show" / "KaggleV2-May-2016.csv.gz"


@pytest.fixture
def data(tmp_path):
    return write(tmp_path / "visits.csv", visits())


@pytest.fixture
def model(tmp_path):
    return tmp_path / "visits.safetensors"


def test_a_file_becomes_a_model_with_figures(data, model):
    found = figures("train", data, "--target", "came", "--out", model, "--ignore", "id")
    assert found["rows"] == {"train": 192, "validation": 48, "test": 60} and found["classes"] == ["no", "yes"]
    assert found["test"]["roc_auc"] > 0.9
    assert sum(cell["rows"] for cell in found["test"]["confusion"]) == 60
    kinds = {column["name"]: column["kind"] for column in nnswift.load(model).columns}
    assert kinds == {"id": "ignore", "age": "number", "city": "category", "day": "date", "price": "number"}


def test_results_go_to_stdout_and_remarks_to_stderr(data, model):
    few = write(data.with_name("few.csv"), visits(60))
    outcome = run("train", few, "-t", "came", "-o", model, "--epochs", 3)
    assert outcome.status == 0 and "12 test rows" in outcome.out and "roc_auc" in outcome.out
    assert "60 rows are few" in outcome.err and "epoch" not in outcome.err


def test_same_seed_same_file(data, model):
    again = model.with_name("again.safetensors")
    for path, seed in ((model, 3), (again, 3)):
        ok("train", data, "-t", "came", "-o", path, "--epochs", 5, "--seed", seed)
    weights = [nnswift.load(path).weights for path in (model, again)]
    assert all((weights[0][name] == weights[1][name]).all() for name in weights[0])


@pytest.mark.parametrize("metric", ["f1", "accuracy", "balanced_accuracy", "matthews", "kappa"])
def test_the_best_threshold_is_kept(data, model, metric):
    found = figures("train", data, "-t", "came", "-o", model, "--epochs", 8, "--threshold", metric)
    assert found["threshold_metric"] == metric and found["threshold"] != 0.5
    assert nnswift.load(model).threshold == pytest.approx(found["threshold"], abs=1e-7)  # float64 beside JSON's digits


def test_costs_choose_the_threshold(data, model):
    """A miss that costs ten times as much lowers the probability from which a row is the second class."""
    thresholds = [
        figures("train", data, "-t", "came", "-o", model, "--epochs", 8, "--costs", *costs)["threshold"]
        for costs in ((1, 10), (10, 1))
    ]
    assert thresholds[0] < thresholds[1]


def test_a_threshold_may_be_given(data, model):
    ok("train", data, "-t", "came", "-o", model, "--epochs", 2, "--threshold", "0.3")
    assert nnswift.load(model).threshold == 0.3


def test_the_class_that_figures_are_about_may_be_chosen(data, model):
    assert figures("train", data, "-t", "came", "-o", model, "--epochs", 2, "--positive", "no")["classes"] == [
        "yes",
        "no",
    ]
    assert 'one of two classes, got "No"' in refused("train", data, "-t", "came", "-o", model, "--positive", "No")


def test_numbers_are_regressions_and_few_whole_ones_classes(tmp_path, model):
    table = visits()
    data = write(tmp_path / "price.csv", table)
    assert figures("train", data, "-t", "price", "-o", model)["test"]["r2"] > 0.8
    for written in ("{}", "{}.0"):
        data = write(
            tmp_path / "came.csv", [{**row, "came": written.format(int(row["came"] == "yes"))} for row in table]
        )
        assert figures("train", data, "-t", "came", "-o", model, "--epochs", 3)["classes"] == [0, 1]
    found = figures("train", data, "-t", "came", "-o", model, "--epochs", 3, "--task", "regression")
    assert found["classes"] == [] and "r2" in found["test"]


def test_a_column_of_numbers_may_be_names(tmp_path, model):
    data = write(tmp_path / "zip.csv", [{**row, "zip": f"0{row['id'] % 5}"} for row in visits()])
    ok("train", data, "-t", "came", "-o", model, "--epochs", 2, "--category", "zip")
    assert nnswift.load(model).levels("zip") == ["00", "01", "02", "03", "04"]


@pytest.mark.parametrize("split", ["random", "stratified", "group", "time"])
def test_ways_to_keep_rows_apart(data, model, split):
    key = {"group": ["--key", "city"], "time": ["--key", "day"]}.get(split, [])
    found = figures("train", data, "-t", "came", "-o", model, "--epochs", 2, "--split", split, *key)
    assert sum(found["rows"].values()) == 300


def test_all_rows_may_be_learnt_from(data, model):
    found = figures("train", data, "-t", "came", "-o", model, "--epochs", 2, "--test", 0)
    assert found["rows"] == {"train": 240, "validation": 60, "test": 0} and found["test"] == {}


def test_spec_and_config_are_laid_over_the_preset(data, model, tmp_path):
    (tmp_path / "config.json").write_text('{"epochs": 4}')
    spec = json.dumps({"seed": 5, "target": {"kind": "classes"}})
    found = figures("train", data, "-t", "came", "-o", model, "--spec", spec, "--config", tmp_path / "config.json")
    assert found["epochs"] == 4 and nnswift.load(model).spec["seed"] == 5
    assert "JSON object" in refused("train", data, "-t", "came", "-o", model, "--spec", '{"seed"')


def test_rows_without_target_are_left_out_aloud(tmp_path, model):
    data = write(
        tmp_path / "gaps.csv", [{**row, "came": "" if row["id"] % 7 == 0 else row["came"]} for row in visits()]
    )
    outcome = here("train", data, "-t", "came", "-o", model, "--epochs", 2)
    assert outcome.status == 0 and '42 rows have no value in "came"' in outcome.err


@pytest.mark.parametrize(
    "change, options, sentence",
    [
        ({}, ["-t", "Came"], 'no column "Came"; did you mean "came"?'),
        ({}, ["-t", "x"], "it has id, age, city"),
        ({}, ["-t", "came", "--ignore", "ID"], 'no column "ID"; did you mean "id"?'),
        ({}, ["-t", "came", "--threshold", "best"], "--threshold must be a number of 0 to 1, or one of f1"),
        ({}, ["-t", "came", "--threshold", "cost"], "--costs FALSE_ALARM MISS"),
        ({}, ["-t", "price", "--threshold", "f1"], "a target of two classes, this one is a number"),
        ({}, ["-t", "came", "--metric", "rocauc"], 'got "rocauc"; did you mean "roc_auc"?'),
        ({}, ["-t", "came", "--split", "group"], "--key COLUMN"),
        ({}, ["-t", "came", "--key", "id"], "--key belongs to --split group"),
        ({"came": "yes"}, ["-t", "came"], 'one class only, "yes"'),
        ({"came": ""}, ["-t", "came"], 'no value in its target "came"'),
    ],
)
def test_what_cannot_be_learnt_is_said_in_a_sentence(tmp_path, model, change, options, sentence):
    data = write(tmp_path / "bad.csv", [{**row, **change} for row in visits()])
    assert sentence in refused("train", data, "-o", model, *options)
    assert not model.exists()


def test_few_rows_are_refused(tmp_path, model):
    data = write(tmp_path / "three.csv", visits(3))
    assert "at least 10 rows with a target, got 3" in refused("train", data, "-t", "came", "-o", model)


def test_where_to_write_is_looked_at_before_the_training(data, tmp_path):
    assert 'there is no "' in refused("train", data, "-t", "came", "-o", tmp_path / "none" / "model.safetensors")
    assert "is a folder" in refused("train", data, "-t", "came", "-o", tmp_path)


def test_wrong_options_are_status_2_with_the_usage(data):
    for arguments in ([], ["train"], ["train", data, "-t", "came"], ["trian"], ["train", data, "--test", "2"]):
        outcome = here(*arguments)
        assert outcome.status == 2 and outcome.err.startswith("usage: nnswift") and outcome.out == ""


@pytest.mark.parametrize("command", [None, "train", "predict", "evaluate", "inspect", "convert"])
def test_help_has_examples(command):
    shown = ok(*filter(None, [command, "--help"]))
    assert "  nnswift " in shown and max(map(len, shown.splitlines())) <= 100


def test_texts_that_were_meant_otherwise_are_named(tmp_path, model):
    table = [
        {
            **row,
            "price": str(row["price"]).replace(".", ","),
            "day": f"{row['id'] % 28 + 1}.3.2024",
            "age": row["age"] or "-",
        }
        for row in visits()
    ]
    data = write(tmp_path / "swiss.csv", table, delimiter=";")
    err = here("train", data, "-t", "came", "-o", model, "--epochs", 2).err
    assert '"price" holds numbers with a comma' in err and '"day" holds dates' in err and 'but for "-"' in err
    ok("train", data, "-t", "came", "-o", model, "--epochs", 2, "--decimal", ",", "--missing", "-")
    kinds = {column["name"]: column["kind"] for column in nnswift.load(model).columns}
    assert kinds["price"] == kinds["age"] == "number"


@pytest.mark.skipif(not NO_SHOW.is_file(), reason="NNSWIFT_DATA_DIR has no no-show data")
def test_no_shows_by_the_command_line_alone(tmp_path):
    """The raw file; a random fifth is the test part. LightGBM has ROC-AUC .746 and PR-AUC .387 on such parts."""
    options = ["--split", "random", "--threshold", "f1", "-o", tmp_path / "no-show.safetensors"]
    found = figures("train", NO_SHOW, "-t", "No-show", *options)["test"]
    assert found["roc_auc"] >= 0.742 and found["pr_auc"] >= 0.380 and found["f1"] >= 0.44


def test_a_packed_file_and_a_pipe_are_the_same(data, model, tmp_path):
    ok("train", data, "-t", "came", "-o", model, "--epochs", 2)
    weights = nnswift.load(model).weights
    packed = tmp_path / "visits.csv.gz"
    packed.write_bytes(gzip.compress(data.read_bytes()))
    ok("train", packed, "-t", "came", "-o", model, "--epochs", 2)
    assert all((nnswift.load(model).weights[name] == weights[name]).all() for name in weights)
    ok("train", "-", "-t", "came", "-o", model, "--epochs", 2, given=packed.read_bytes())
    assert all((nnswift.load(model).weights[name] == weights[name]).all() for name in weights)


def test_a_report_is_written_beside_the_model(data, model, tmp_path):
    for package in ("jinja2", "matplotlib"):
        pytest.importorskip(package)
    page = tmp_path / "report.html"
    ok("train", data, "-t", "came", "-o", model, "--epochs", 3, "--report", page)
    assert "roc_auc" in page.read_text() or "ROC" in page.read_text()


def test_a_report_without_its_package_is_refused_before_the_training(data, model, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "jinja2" else found(name))
    assert "pip install Jinja2" in refused("train", data, "-t", "came", "-o", model, "--report", model.with_name("r.html"))
    assert not model.exists()
