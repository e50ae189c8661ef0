"""The samples of README and docstrings reach results that are worth having, and so do the defaults on small tables."""

import contextlib
import csv
import io
import pathlib
import re
import subprocess

import numpy as np
import pytest

import nnswift

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def sample(language):
    return re.search(rf"```{language}\n(.*?)```", README, re.S)[1]


def test_the_c_sample_learns_exclusive_or(tmp_path):
    source = tmp_path / "xor.c"
    source.write_text(sample("c"))
    library = ROOT / "build"
    flags = [f"-I{library}", f"-L{library}", "-lnnswift", f"-Wl,-rpath,{library}"]
    subprocess.run(["cc", source, "-o", tmp_path / "xor", *flags], check=True)
    said = subprocess.run([tmp_path / "xor"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    found = [float(line.split(": ")[1]) for line in said.splitlines()]
    assert len(found) == 4 and max(found[0], found[3]) < 0.1 and min(found[1], found[2]) > 0.9


def test_the_python_sample_tells_the_quadrants_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(sample("python"), names)
    assert names["model"].evaluate(names["X_test"], names["y_test"], "accuracy")["accuracy"] > 0.95


def as_in_the_package(X, y):
    """The docstring of the package, with the data's number of features."""
    lines = re.findall(r">>> (.*)", nnswift.__doc__)
    names = {"nnswift": nnswift, "X": X, "y": y}
    for line in lines:
        # Tables have a page and tests of their own.
        if "save" not in line and "frame" not in line:
            exec(line.replace("[4, 16, 3]", f"[{X.shape[1]}, 16, {len(np.unique(y))}]"), names)
    return names["model"]


def table(name):
    with open(ROOT / "examples" / "data" / name, newline="") as file:
        return list(csv.DictReader(file))


def test_the_packages_docstring_on_wine():
    rows = table("wine.csv")
    X = np.array([[float(row[name]) for name in row if name != "cultivar"] for row in rows])
    y = np.array(["cultivar " + row["cultivar"] for row in rows])
    order = np.random.default_rng(1).permutation(len(X))
    train, test = order[:120], order[120:]
    model = as_in_the_package(X[train], y[train])
    assert (model.predict(X[test], kind="label") == y[test]).mean() > 0.9


def test_the_packages_docstring_on_iris():
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = datasets.load_iris(return_X_y=True)
    model = as_in_the_package(X, y)
    assert (model.predict(X, kind="label") == y).mean() > 0.9


def regression(inputs):
    return nnswift.Model({
        "input": inputs, "preprocess": "standardize", "target": {"scale": "standardize"}, "loss": "mse",
        "layers": [{"type": "dense", "units": 32, "activation": "relu"}, {"type": "dense", "units": 1}],
    })  # fmt: skip


def test_defaults_learn_the_consumption_of_cars():
    rows = [row for row in table("auto-mpg.csv") if row["horsepower"] not in ("", "?")]
    names = ["cylinders", "displacement", "horsepower", "weight", "acceleration", "model_year"]
    X = np.array([[float(row[name]) for name in names] for row in rows])
    y = np.array([float(row["mpg"]) for row in rows])
    order = np.random.default_rng(1).permutation(len(X))
    train, test = order[:300], order[300:]
    model = regression(len(names))
    model.train(X[train], y[train])
    assert nnswift.metrics.r2(y[test], model.predict(X[test])) > 0.8


def test_defaults_learn_diabetes():
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = datasets.load_diabetes(return_X_y=True)
    order = np.random.default_rng(1).permutation(len(X))
    train, test = order[:340], order[340:]
    model = regression(10)
    model.train(X[train], y[train], validation_fraction=0.15)
    assert nnswift.metrics.r2(y[test], model.predict(X[test])) > 0.4


def test_exclusive_or_in_python():
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([False, True, True, False])
    model = nnswift.Model.mlp([2, 16, 1], "tanh", "binary_cross_entropy", seed=7)
    model.train(X, y, epochs=300, optimizer={"type": "adam", "learning_rate": 0.05})
    assert (model.predict(X, kind="label") == y).all()
