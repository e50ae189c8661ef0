"""The page on estimators: its samples run, and its table of parameters is that of the code."""
import inspect
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "sklearn.md").read_text()
pytest.importorskip("sklearn", minversion="1.6")


def test_the_samples_run(tmp_path):
    samples = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    assert len(samples) == 4
    try:
        import pandas  # noqa: F401
    except ImportError:
        samples = [text for text in samples if "import pandas" not in text]
    (tmp_path / "page.py").write_text("\n".join(samples))
    subprocess.run([sys.executable, "page.py"], cwd=tmp_path, check=True)


def test_every_parameter_is_in_the_table():
    from nnswift.sklearn import NNClassifier, NNRegressor, _foreign

    told = {name for row in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", PAGE, re.M) for name in re.findall(r"\w+", row)}
    taken = {name for kind in (NNClassifier, NNRegressor) for name in inspect.signature(kind).parameters}
    assert taken == told
    for name in ("learning_rate", "momentum", "beta_1", "epsilon", "shuffle", "max_fun"):
        assert name in _foreign._CURES and f"`{name}`" in PAGE
