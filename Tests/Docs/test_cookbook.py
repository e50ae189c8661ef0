"""The cookbook: its samples run, in their order, and reach what they say."""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "cookbook.md").read_text(), re.S)


def test_the_samples_run(tmp_path):
    assert len(SAMPLES) == 8
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "cookbook.py").write_text("\n".join(SAMPLES))
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings" / "python")}
    # A sample that warns is a bad example.
    command = [sys.executable, "-W", "error", "cookbook.py"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
