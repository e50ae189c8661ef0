"""The library against the golden files. Reads only; the frameworks are not needed."""

import json
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import compare  # noqa: E402
import compare_keras  # noqa: E402
import golden  # noqa: E402

TENSORS = ["layers", "trajectories", "studies", "keras"]
PARTS = {**compare.ALL, "keras": compare_keras.compare}


def pinned():
    """The versions that requirements.txt asks for."""
    text = (golden.HERE / "requirements.txt").read_text()
    return dict(re.findall(r"^(\w[\w-]*)==(\S+)$", text, re.M))


@pytest.mark.parametrize("folder", TENSORS)
def test_files_are_those_of_their_scripts(folder):
    metadata, _ = golden.read(folder)
    assert metadata["script"] == golden.script_hash(folder), f"run Tests/Golden/{folder}/make.py again"
    for package, version in json.loads(metadata["versions"]).items():
        assert version.split("+")[0] == pinned()[package]


def test_metrics_are_those_of_their_script():
    document = golden.read_metrics()
    assert document["script"] == golden.script_hash("metrics"), "run Tests/Golden/metrics/make.py again"
    assert document["versions"] == {name: pinned()[name] for name in document["versions"]}


@pytest.mark.parametrize("part", PARTS)
def test_equal_to_the_reference(part):
    found = list(PARTS[part]())
    wrong = [f"{c.row}: {c.what} differs by {c.relative:.1e}, allowed {c.limit:.0e}" for c in found if not c.is_equal]
    assert found and not wrong, "\n".join(wrong)


def test_every_row_is_in_the_docs():
    page = (golden.HERE.parents[1] / "docs" / "parity.md").read_text()
    missing = {c.row for part in PARTS.values() for c in part() if f"| {c.row} |" not in page}
    assert not missing, f"run `make parity`, these are not in docs/parity.md: {missing}"
