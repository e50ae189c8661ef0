"""Studies B and E in C compute what their Python twins do."""

import os
import pathlib
import re

import numpy as np
import pytest

from programs import PROGRAMS, ROOT, run

FOLDERS = [os.environ.get("NNSWIFT_DATA_DIR"), ROOT / "build" / "data"]
FOUND = [f for f in FOLDERS if f and pathlib.Path(f, "mnist", "train-images-idx3-ubyte.gz").is_file()]
needs_mnist = pytest.mark.skipif(not FOUND, reason="MNIST is not there: make data")


@pytest.fixture
def studies(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "examples" / "reports"))


@pytest.mark.parametrize("program", ["b_mnist", "e_linear"])
def test_without_files_a_study_is_skipped(tmp_path, program):
    assert run(PROGRAMS / program, 1, tmp_path).stdout.startswith("skipped: there is no ")


@needs_mnist
def test_study_b_in_c(studies):
    import b_mnist
    from mnist_rows import fit

    out = run(PROGRAMS / "b_mnist", 1, pathlib.Path(FOUND[0]).resolve()).stdout
    printed = re.findall(r"test accuracy ([\d.]+),", out)
    train, test = b_mnist.parts_of(FOUND[0], 42000)
    network, config = b_mnist.SCRATCH
    ours = [fit((network, config | {"epochs": 1}), train, test, seed)["test accuracy"] for seed in (1, 2, 3, 4, 5)]
    assert [f"{value:.4f}" for value in ours] == printed


@needs_mnist
def test_study_e_in_c(studies):
    import e_linear
    from mnist_rows import fit

    out = run(PROGRAMS / "e_linear", 1, pathlib.Path(FOUND[0]).resolve()).stdout
    printed = re.findall(r"mean of 5 seeds: train ([\d.]+), validation ([\d.]+)$", out, re.MULTILINE)
    train, test = (e_linear.draw_half(FOUND[0], part, False) for part in ("train", "test"))
    for (network, config), figures in zip((e_linear.STRAIGHT, e_linear.TRUE, e_linear.PLAIN), printed, strict=True):
        runs = [fit((network, config | {"epochs": 1}), train, test, seed) for seed in (1, 2, 3, 4, 5)]
        ours = [np.mean([run[name] for run in runs]) for name in ("train accuracy", "test accuracy")]
        assert np.allclose(ours, np.array(figures, float), rtol=0, atol=5.1e-5)
