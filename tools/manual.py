"""Collects the pages of the manual for MkDocs: those of the checkout, and a page for each part of the Python package.

The pages lie where they do in the checkout, beside whatever they link to, so that their links hold in both.

    python tools/manual.py FOLDER
"""

import json
import pathlib
import re
import shutil
import sys
from typing import Iterator, Tuple

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md", "examples/**/README.md", "Tests/README.md"]
# Title, and what of the package it is about: names of the package, or modules with all that they have.
API = {
    "models": ("Models", ["Model", "Session", "Sequential", "fit_table", "load", "from_bytes"]),
    "data": ("Data and metrics", ["Table", "split", "split_indices", "cross_validate", "CrossValidation", "metrics"]),
    "convert": ("Other frameworks", ["convert", "sklearn"]),
    "training": (
        "Callbacks and pictures",
        ["History", "Progress", "STOP", "callbacks", "find_learning_rate", "LearningRates", "plot", "report"],
    ),
    "library": (
        "Layers and the library",
        ["layers", "registry", "version", "build_info", "get_threads", "set_threads", "errors"],
    ),
}


def linked(page: pathlib.Path) -> Iterator[pathlib.Path]:
    """Yields the files of the checkout that a page links to."""
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|<img[^>]*src=\"([^\"]+)\"", page.read_text()):
        target = (page.parent / (link[0] or link[1])).resolve()
        if "://" not in "".join(link) and target.is_file():
            yield target


def pages_of_notebooks() -> Iterator[Tuple[str, str]]:
    """Yields place and text of a page for each notebook."""
    for notebook in sorted(ROOT.glob("docs/*.ipynb")):
        cells = json.loads(notebook.read_text())["cells"]
        texts = ["".join(cell["source"]) for cell in cells]
        parts = [
            f"```python\n{text}\n```" if cell["cell_type"] == "code" else text for cell, text in zip(cells, texts)
        ]
        yield f"docs/{notebook.stem}.md", "\n\n".join(parts) + "\n"


def collect(folder: pathlib.Path) -> None:
    """Copies pages and what they link to, and writes the pages of the package."""
    shutil.rmtree(folder, ignore_errors=True)
    pages = {path for pattern in PAGES for path in ROOT.glob(pattern)}
    for page in sorted(pages | {target for page in pages for target in linked(page)}):
        place = folder / page.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(page, place)
    for place_of_page, text in pages_of_notebooks():
        (folder / place_of_page).write_text(text)
    (folder / "api").mkdir()
    for name, (title, members) in API.items():
        parts = [f"# {title}", *(f"::: nnswift.{member}" for member in members)]
        (folder / "api" / f"{name}.md").write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    collect(pathlib.Path(sys.argv[1]))
