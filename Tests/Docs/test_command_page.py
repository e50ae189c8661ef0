"""The page on the command line: its samples run, in their order, and print what they say."""
import os
import pathlib
import re
import stat
import subprocess
import sys

import pytest

from nnswift.cli._arguments import parser

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "command-line.md").read_text()
# A command and, where one follows, what it prints.
SAMPLES = re.findall(r"```sh\n(.*?)```\n(?:\n```text\n(.*?)```)?", PAGE, re.S)
PAGE_OPTIONS = re.findall(r"--[a-z-]+", PAGE)
NUMBER = re.compile(r"-?\d[\d.,]*(?:e-?\d+)?")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the examples, and the command in its path."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "examples").symlink_to(ROOT / "examples")
    command = folder / "bin" / "nnswift"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m nnswift "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return folder


def test_samples_print_what_the_page_shows(folder):
    assert len(SAMPLES) == 7
    environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    environment["PYTHONPATH"] = str(ROOT / "bindings" / "python")
    for command, shown in SAMPLES:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
        )
        if "onnx" in command and "pip install" in done.stderr:
            continue
        assert done.returncode == 0, done.stderr
        # Numbers depend on the processor; words and their order do not.
        words = [[NUMBER.sub("#", text).split() for text in page.splitlines()] for page in (done.stdout, shown)]
        assert not shown or words[0] == words[1]


@pytest.mark.parametrize("command", ["train", "predict", "evaluate", "inspect", "convert"])
def test_every_option_is_on_the_page(command):
    """Short forms and --help aside."""
    (choices,) = [action.choices for action in parser()._actions if action.choices]
    options = [option for action in choices[command]._actions for option in action.option_strings]
    assert [option for option in options if option.startswith("--") and option not in ("--help", *PAGE_OPTIONS)] == []
