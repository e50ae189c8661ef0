"""What type checkers say of the package and of a user's program."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

import nnswift

PACKAGE = pathlib.Path(nnswift.__file__).resolve().parent
PROGRAM = pathlib.Path(__file__).with_name("typed_program.py")


def _run(tool, *arguments):
    """Returns what a checker writes; it sees this package, and those of this interpreter."""
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"needs {tool}")
    paths = {"PYTHONPATH": str(PACKAGE.parent), "MYPYPATH": str(PACKAGE.parent)}
    # pyright --verifytypes asks the first python of the path where packages are.
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    return subprocess.run(
        [sys.executable, "-m", tool, *arguments], env={**os.environ, **paths, "PATH": path}, capture_output=True,
        text=True, cwd=PACKAGE.parent,
    )  # fmt: skip


def test_mypy_takes_a_users_program(tmp_path):
    told = _run("mypy", "--strict", "--follow-imports=silent", f"--cache-dir={tmp_path}", str(PROGRAM))
    assert told.returncode == 0, told.stdout


def test_pyright_takes_a_users_program():
    told = _run("pyright", str(PROGRAM))
    assert told.returncode == 0, told.stdout


@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="a public class is a module of PyTorch")
def test_every_public_name_has_a_type():
    told = _run("pyright", "--verifytypes", "nnswift", "--ignoreexternal")
    assert "Type completeness score: 100%" in told.stdout, told.stdout
