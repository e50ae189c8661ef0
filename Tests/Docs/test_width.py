"""Prose is at most 100 columns wide, so that a diff shows the line that changed."""
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH = 100

# Where a line cannot be broken: inside `code` and inside [a link](to somewhere).
UNBROKEN = re.compile(r"(?:`[^`]*`|!?\[(?:[^\]`]|`[^`]*`)*\]\([^)]*\)|[^\s`])+")


def tracked(*patterns):
    """The files of the repository; in an archive without git, those that match."""
    found = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True)
    names = found.stdout.split("\0") if found.returncode == 0 else []
    paths = [ROOT / name for name in names if name] or [p for g in patterns for p in ROOT.glob(f"**/{g}")]
    return [path for path in paths if path.is_file()]


def prose(text):
    """(number, line) of a Markdown text without tables, code blocks and headings."""
    fence = None
    for number, line in enumerate(text.split("\n"), 1):
        mark = re.match(r"\s*(```|~~~)", line)
        if mark and fence in (None, mark[1]):
            fence = None if fence else mark[1]
        elif not fence and not line.lstrip().startswith(("|", "#")):
            yield number, line


def too_wide(path):
    wide = ((number, line) for number, line in prose(path.read_text()) if len(line) > WIDTH)
    return [f"{path.relative_to(ROOT)}:{number}" for number, line in wide if len(UNBROKEN.findall(line)) > 1]


def test_markdown_is_wrapped():
    pages = tracked("*.md")
    assert len(pages) >= 10
    assert [place for page in pages for place in too_wide(page)] == []


def comments(text):
    """(number, line) of the lines of Swift or C that are comments and nothing else."""
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        begins = line.lstrip().startswith(("//", "/*"))
        if begins or inside:
            yield number, line
        if line.lstrip().startswith("/*") or inside:
            inside = "*/" not in line


@pytest.mark.parametrize("folder", ["Sources", "Include"])
def test_comments_are_wrapped(folder):
    files = tracked(f"{folder}/*.swift", f"{folder}/*.c", f"{folder}/*.h")
    files = [path for path in files if path.name != "xxhash.h"]  # not ours
    assert files
    found = [(path, *line) for path in files for line in comments(path.read_text()) if len(line[1]) > WIDTH]
    assert [f"{path.relative_to(ROOT)}:{number}" for path, number, _ in found] == []
