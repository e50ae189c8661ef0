"""The library against the golden files. Reads only; the frameworks are not needed."""

import json
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import golden  # noqa: E402
import parity  # noqa: E402

FOLDERS = ["layers", "trajectories", "studies"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_files_are_those_of_their_scripts(folder):
    metadata, _ = golden.read(folder)
    assert metadata["script"] == golden.script_hash(folder), f"run Tests/Golden/{folder}/make.py again"
    pinned = dict(re.findall(r"^(\w[\w-]*)==(\S+)$", (golden.HERE / "requirements.txt").read_text(), re.M))
    for package, version in json.loads(metadata["versions"]).items():
        assert version.split("+")[0] == pinned[package]


@pytest.mark.parametrize("compare", [parity.layers, parity.trajectories, parity.studies])
def test_equal_to_the_reference(compare):
    wrong = [
        f"{row}: {what} differs by {error:.1e}, allowed {limit:.0e}"
        for row, what, error, limit in compare()
        if not error <= limit
    ]
    assert not wrong, "\n".join(wrong)
