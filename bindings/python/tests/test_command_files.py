"""`nnswift inspect` and `nnswift convert`."""

import importlib.util
import json

import numpy as np
import pytest

import nnswift
from command import figures, here, ok, refused, visits, write
from command import nnswift as run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("visits")
    write(folder / "visits.csv", visits())
    options = ["--ignore", "id", "--epochs", 7, "--threshold", "f1"]
    ok("train", folder / "visits.csv", "-t", "came", "-o", folder / "m.safetensors", *options)
    return folder


@pytest.fixture
def plain(tmp_path, blobs):
    X, y = blobs
    model = nnswift.Model.mlp([4, 8, 3], seed=1)
    model.train(X, y, epochs=3, callback=lambda _: None)
    model.notes["build"] = "4711"
    model.save(tmp_path / "plain.safetensors", training=True)
    return tmp_path / "plain.safetensors"


def test_inspect_shows_columns_layers_figures_and_curves(folder):
    shown = ok("inspect", folder / "m.safetensors")
    for part in (
        '2 classes (no, yes) of "came"',
        "city",
        "3 levels",
        "table 256 silu",
        "7 epochs",
        "60 test rows",
        "roc_auc",
    ):
        assert part in shown, part
    found = figures("inspect", folder / "m.safetensors")
    assert found["spec"] == nnswift.load(folder / "m.safetensors").spec
    assert len(found["history"]["val_loss"]) == 7 and found["test"]["test"]["roc_auc"] > 0.5
    assert set(json.loads(found["notes"]["nnswift.reading"])) == {"missing", "decimal"}


def test_inspect_reads_the_header_alone(folder, tmp_path):
    whole = (folder / "m.safetensors").read_bytes()
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(whole[: 8 + int.from_bytes(whole[:8], "little")])
    assert "table 256 silu" in ok("inspect", cut)
    assert "cut.safetensors: " in refused("inspect", cut, "--verify")
    assert "every byte" in ok("inspect", folder / "m.safetensors", "--verify")


def test_inspect_shows_the_training_and_notes_of_any_model(plain):
    shown = ok("inspect", plain)
    assert (
        "build  4711" in shown
        and "3 epochs, completed" in shown
        and "can go on" in shown
        and "classes by number" in shown
    )


def test_inspect_of_other_files(folder, tmp_path):
    assert "none of such a file" in refused("inspect", folder / "visits.csv")
    assert "No such file" in refused("inspect", tmp_path / "none")
    other = tmp_path / "other.safetensors"
    for header, sentence in ((b"{", "damaged"), (b"[]", "damaged"), (b'{"a":{"dtype":"F32","shape":"x"}}', "damaged")):
        other.write_bytes(len(header).to_bytes(8, "little") + header)
        assert sentence in refused("inspect", other) or len(header) < 2
    header = b'{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}'
    other.write_bytes(len(header).to_bytes(8, "little") + header + bytes(24))
    assert "no model of nnswift" in ok("inspect", other) and "[2, 3]" in ok("inspect", other)


@pytest.mark.parametrize("ending", [".onnx", ".keras", ".pt"])
def test_convert_there_and_back(plain, tmp_path, ending, blobs):
    for package in {".onnx": ["onnx"], ".keras": ["keras", "torch"], ".pt": ["torch"]}[ending]:
        if not importlib.util.find_spec(package):
            pytest.skip(f"{package} is not installed")
    there, back = tmp_path / f"there{ending}", tmp_path / "back.safetensors"
    # Frameworks write remarks of their own, and Keras must find its backend in a fresh process.
    assert run("convert", plain, there).status == 0
    outcome = run("convert", there, back, "--trust", "--loss", "softmax_cross_entropy")
    assert outcome.status == 0, outcome.err
    X, _ = blobs
    np.testing.assert_array_equal(nnswift.load(back).predict(X), nnswift.load(plain).predict(X))


def test_convert_to_scikit_learn_and_back(tmp_path, blobs):
    joblib = pytest.importorskip("joblib")
    pytest.importorskip("sklearn")
    X, y = blobs
    model = nnswift.Model.mlp([4, 8, 5, 3], seed=1, activation="tanh")
    model.train(X, y, epochs=3)
    model.save(tmp_path / "m.safetensors")
    ok("convert", tmp_path / "m.safetensors", tmp_path / "m.joblib")
    # float64 beside float32.
    np.testing.assert_allclose(joblib.load(tmp_path / "m.joblib").predict_proba(X), model.predict(X), atol=1e-6)
    assert "--trust" in refused("convert", tmp_path / "m.joblib", tmp_path / "back.safetensors")
    ok("convert", tmp_path / "m.joblib", tmp_path / "back.safetensors", "--trust")
    np.testing.assert_array_equal(nnswift.load(tmp_path / "back.safetensors").predict(X), model.predict(X))


def test_convert_a_table_to_onnx(folder, tmp_path):
    pytest.importorskip("onnx")
    ok("convert", folder / "m.safetensors", tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").stat().st_size > 1000


def test_what_cannot_be_converted_is_said_in_a_sentence(folder, plain, tmp_path):
    assert "the ending names the format" in refused("convert", plain, tmp_path / "m.txt")
    assert "one of the two files must end in .safetensors" in refused("convert", tmp_path / "a.onnx", tmp_path / "b.pt")
    assert "must be a file, there is none" in refused("convert", tmp_path / "a.onnx", tmp_path / "b.safetensors")
    (tmp_path / "network.keras").write_bytes(b"x")
    assert "--loss" in refused("convert", tmp_path / "network.keras", tmp_path / "b.safetensors")


def test_a_missing_package_is_named(plain, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    assert "pip install torch" in refused("convert", plain, tmp_path / "m.pt")


def test_the_version(capsys):
    assert here("--version").out.startswith(f"nnswift {nnswift.__version__}, library ")
