"""The samples of the page on reports run, one after the other."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "report.md").read_text()


def test_the_samples_run(tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")
    samples = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    assert len(samples) == 2
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "reports.py").write_text("\n".join(samples))
    subprocess.run([sys.executable, "reports.py"], cwd=tmp_path, env={**os.environ, "MPLBACKEND": "Agg"}, check=True)
    for name, title in (("cars.html", "Which cars are thrifty?"), ("signs.html", "Predicting the target")):
        assert f"<h1>{title}</h1>" in (tmp_path / name).read_text(encoding="utf-8")
