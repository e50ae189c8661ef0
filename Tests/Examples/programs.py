"""Where the example programs are and how a test runs one."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "build" / "examples"
SCRIPTS = ROOT / "examples" / "python"
DATA = ROOT / "examples" / "data" / "digits.u8"


def run(*command, folder=None, status=0, **environment):
    """Runs a command; its output when it ends with the status expected."""
    paths = [str(ROOT / "bindings" / "python"), os.environ.get("PYTHONPATH", "")]
    variables = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in paths if p)} | environment
    result = subprocess.run(
        [str(part) for part in command], cwd=folder, env=variables, capture_output=True, text=True, timeout=280
    )
    assert result.returncode == status, result.stdout + result.stderr
    return result
