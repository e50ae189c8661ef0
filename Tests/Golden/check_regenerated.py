"""Makes every golden file anew, elsewhere, and compares with the committed ones. For developers, `make golden-check`."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import golden  # noqa: E402

FOLDERS = sorted(script.parent.name for script in HERE.glob("*/make.py"))
# float64 on another processor: other orders of summation, magnified by 50 steps (L-BFGS most).
TOLERANCE = 1e-8


@pytest.mark.parametrize("folder", FOLDERS)
def test_committed_numbers_come_out_again(folder, tmp_path):
    environment = {**os.environ, "NNSWIFT_GOLDEN_TARGET": str(tmp_path)}
    subprocess.run([sys.executable, str(HERE / folder / "make.py")], env=environment, check=True)
    if folder == "metrics":
        fresh, kept = golden.read_metrics(tmp_path), golden.read_metrics()
        assert fresh.keys() == kept.keys() and len(fresh["values"]) == len(kept["values"])
        for (_, metric, new), (_, _, old) in zip(fresh["values"], kept["values"]):
            assert new == old or abs(new - old) <= 1e-14 * max(1, abs(old)), metric
        return
    fresh, kept = golden.read(folder, tmp_path)[1], golden.read(folder)[1]
    assert fresh.keys() == kept.keys()
    for name in kept:
        # How far PyTorch's float32 strays is chance; only its size matters, and that is not
        # compared.
        if not name.endswith(".spread"):
            assert golden.error(fresh[name], kept[name]) <= TOLERANCE, name
