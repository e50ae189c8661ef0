"""The page that `--report` writes."""

from __future__ import annotations

from typing import Any, Optional

import nnswift

from ._complaint import Complaint


def require(path: Optional[str]) -> None:
    """Refuses a report before the training, if the installed package has none."""
    if path and not hasattr(nnswift, "report"):
        raise Complaint("--report needs a version of nnswift that has nnswift.report; leave it out")


def write(model: Any, rows: Any, path: str) -> None:
    try:
        getattr(nnswift, "report")(model, rows, path=path)
    except ImportError as problem:
        raise Complaint(f"the model is written, the report is not: {problem}") from None
