"""The manual: its list of pages is true, and the whole is built without a warning where MkDocs is installed."""
import importlib.util
import os
import pathlib
import re
import subprocess
import sys

import pytest

import nnswift

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = ROOT / "docs" / "manual" / "mkdocs.yml"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("manual") / "source"
    subprocess.run([sys.executable, ROOT / "tools" / "manual.py", folder], check=True)
    return folder


def test_every_page_of_the_list_exists_and_every_document_is_in_it(source):
    listed = set(re.findall(r"([\w./-]+\.md)$", CONFIG.read_text(), re.M)) - {"/docs/README.md"}
    assert [page for page in listed if not (source / page).is_file()] == []
    documents = {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} - {"docs/README.md"}
    assert documents - listed == set()


def test_every_public_name_of_the_package_is_described(source):
    pages = "\n".join(path.read_text() for path in (source / "api").glob("*.md"))
    described = set(re.findall(r"^::: nnswift\.(\w+)$", pages, re.M))
    modules = [getattr(nnswift, name) for name in described if name in ("convert", "errors", "layers")]
    inside = {name for module in modules for name in vars(module)}
    # `data` has no more than the package's split and split_indices to offer.
    assert set(nnswift.__all__) - described - inside - {"data"} == set()


@pytest.mark.skipif(not importlib.util.find_spec("mkdocstrings"), reason="MkDocs is not installed")
def test_it_is_built_without_a_warning():
    subprocess.run([sys.executable, "tools/manual.py", "build/manual/source"], cwd=ROOT, check=True)
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--config-file", str(CONFIG)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    assert done.returncode == 0, done.stderr
