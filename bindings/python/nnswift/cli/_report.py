"""The page that `--report` writes."""

from __future__ import annotations

import importlib.util
from typing import Optional

from .. import report
from ..model import Model
from ..table import Table
from ._complaint import Complaint

_PACKAGES = {"jinja2": "Jinja2", "matplotlib": "matplotlib"}


def require(path: Optional[str]) -> None:
    """Refuses a report before the training, if a package for it is missing."""
    missing = [name for module, name in _PACKAGES.items() if not importlib.util.find_spec(module)]
    if path and missing:
        raise Complaint(f"--report needs {' and '.join(missing)}: pip install {' '.join(missing)}")


def write(model: Model, rows: Table, train: Table, path: str) -> None:
    """Writes the page about a model, and rows that it was not trained on."""
    report(model, rows, path=path, train=train)
