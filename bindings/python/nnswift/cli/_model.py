"""Model files as the command reads them."""

from __future__ import annotations

from ..errors import FormatError
from ..model import Model, load
from ._complaint import Complaint


def loaded(path: str) -> Model:
    """Returns a model; what is wrong with its file is said with its name."""
    try:
        return load(path)
    except FormatError as problem:
        raise Complaint(f"{path}: {problem}") from None
