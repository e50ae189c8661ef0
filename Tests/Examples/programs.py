"""Where the example programs are and how a test runs one. Python has the package nnswift installed."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build" / "examples"
SCRIPTS = ROOT / "examples" / "python"
DATA = ROOT / "examples" / "data" / "digits.u8"


def run(*command, folder=None, status=0, **environment):
    """Runs a command; its output when it ends with the status expected."""
    words = [str(part) for part in command]
    variables = os.environ | environment
    result = subprocess.run(words, cwd=folder, env=variables, capture_output=True, text=True, timeout=280)
    assert result.returncode == status, result.stdout + result.stderr
    return result
