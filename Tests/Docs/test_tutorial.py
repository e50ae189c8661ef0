"""The notebook: its cells run, in their order, in a fresh process."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTEBOOK = json.loads((ROOT / "docs" / "tutorial.ipynb").read_text())
CELLS = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


@pytest.mark.skipif(not shutil.which("gcc"), reason="no C compiler")
def test_the_cells_run(tmp_path):
    for name in ("Include", "examples", "build"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "tutorial.py").write_text("\n".join(CELLS))
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bindings" / "python")}
    subprocess.run([sys.executable, "tutorial.py"], cwd=tmp_path, env=environment, check=True)


def test_it_is_kept_without_results():
    """Results belong to one machine, and make diffs long."""
    assert len(CELLS) == 6
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in NOTEBOOK["cells"] if "outputs" in cell)
