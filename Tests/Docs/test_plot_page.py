"""The samples of the page of pictures run, one after the other."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "plot.md").read_text()


def test_the_samples_run(tmp_path):
    pytest.importorskip("matplotlib")
    samples = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    assert len(samples) == 3
    (tmp_path / "pictures.py").write_text("\n".join(samples))
    env = {**os.environ, "MPLBACKEND": "Agg"}
    subprocess.run([sys.executable, "pictures.py"], cwd=tmp_path, env=env, check=True)
    assert (tmp_path / "architecture.svg").stat().st_size > 1000
