"""The page on watching a training: its samples run, in their order."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "watching.md").read_text()
SAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.S)
OPTIONAL = {"import mlflow": "mlflow", "from nnswift import plot": "matplotlib"}


def package_of(sample):
    return next((package for text, package in OPTIONAL.items() if text in sample), None)


def run(samples, folder):
    # MLflow 3 refuses plain files without being asked; a database needs more packages.
    settings = {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_TRACKING_URI": "file:runs", "MPLBACKEND": "Agg"}
    (folder / "watching.py").write_text("\n".join(samples))
    return subprocess.run(
        [sys.executable, "watching.py"], cwd=folder, env={**os.environ, **settings}, capture_output=True, text=True)


def test_the_samples_run(tmp_path):
    done = run([sample for sample in SAMPLES if not package_of(sample)], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "epoch 3/3  loss " in done.stdout and "3 pages, completed" in done.stdout
    assert 0.001 < float(done.stdout.split()[-1]) < 10


@pytest.mark.parametrize("package", sorted(set(OPTIONAL.values())))
def test_the_samples_with_other_packages_run(tmp_path, package):
    pytest.importorskip(package)
    done = run([sample for sample in SAMPLES if package_of(sample) in (None, package)], tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_page_names_every_callback():
    from nnswift import callbacks

    assert [name for name in callbacks.__all__ if not re.search(rf"\b{name}\b", PAGE)] == []
