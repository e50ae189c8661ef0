"""Names of columns: those of a table, and those that a model expects."""

from __future__ import annotations

import json
import re
from typing import Any, List, Optional, Sequence

from .errors import ArgumentError, ShapeError

# The note that keeps names learnt from a table, as a JSON list.
NOTE = "nnswift.features"
_PLACE = re.compile(r"\bcolumn (\d+)")


def names(values: Any) -> Optional[List[str]]:
    """Returns the names of a table's columns, or of a row out of it; None without: no table, or numbered columns."""
    columns = getattr(values, "column_names", None)
    if columns is None:
        columns = getattr(values, "columns", None)
    if columns is None and hasattr(values, "iloc"):
        columns = values.index
    if columns is None:
        return None
    labels = columns.tolist() if hasattr(columns, "tolist") else list(columns)
    if all(isinstance(label, int) for label in labels):
        # Numbers that a table gives by itself are no names; nor are those of the rows of one column.
        if getattr(values, "ndim", 2) == 1 or labels == list(range(len(labels))):
            return None
    return [str(label) for label in labels]


def learnt(note: Optional[str], count: int) -> List[str]:
    """Returns the names in a note; none if there is no note, or one that was not written for that many columns."""
    try:
        found = json.loads(note or "[]")
    except ValueError:
        return []
    fits = isinstance(found, list) and len(found) == count and all(isinstance(name, str) for name in found)
    return found if fits else []


def check(values: Any, known: Sequence[str], origin: str) -> None:
    """Refuses a table whose columns have other names, or another order, than a model knows.

    Parameters
    ----------
    origin
        Where the known names are from, in words.

    Raises
    ------
    ArgumentError
        Another name at some place.
    ShapeError
        Another number of columns.
    """
    if not known:
        return
    found = names(values)
    if found is None or found == list(known):
        return
    if len(found) != len(known) and getattr(values, "ndim", 2) == 1:
        # A column, whose rows have names.
        return
    sorted_cure = "X.select(model.feature_names)" if hasattr(values, "column_names") else "X[model.feature_names]"
    missing = [name for name in known if name not in found]
    cure = f"{sorted_cure} has them in order"
    if len(found) != len(known):
        lacking = f'; it lacks "{missing[0]}"' if missing else f"; {cure}"
        raise ShapeError(f"x has {len(found)} columns, the model expects {len(known)}{lacking}")
    place = next(place for place, name in enumerate(found) if name != known[place])
    raise ArgumentError(
        f'column {place} of x must be "{known[place]}", as in {origin}, got "{found[place]}"; '
        + ("rename it" if missing else cure)
    )


def named(sentence: str, arguments: Sequence[Any]) -> str:
    """Adds the names of columns to a sentence of the library about x: column 2 becomes column 2 ("age").

    Parameters
    ----------
    arguments
        Of the call that failed; features among them have their table, or the names that their model knows.
    """
    if not sentence.startswith("x "):
        return sentence
    for argument in arguments:
        labels = names(getattr(argument, "table", None)) or getattr(argument, "known_names", None)
        if labels:
            return _PLACE.sub(lambda found: _with_name(found, labels), sentence)
    return sentence


def _with_name(found: "re.Match[str]", labels: Sequence[str]) -> str:
    place = int(found[1])
    return f'{found[0]} ("{labels[place]}")' if place < len(labels) else found[0]
