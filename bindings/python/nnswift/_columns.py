"""Names of columns: those of a table, and those that a model expects."""

from __future__ import annotations

import json
import re
from typing import Any, List, Optional, Sequence

from . import _foreign
from .errors import ArgumentError, ShapeError

# The note that keeps names learnt from a table, as a JSON list.
NOTE = "nnswift.features"
_PLACE = re.compile(r"\bcolumn (\d+)")


def names(values: Any) -> Optional[List[str]]:
    """Returns the names of a table's columns, or of a row out of it; None without: no table, or numbered columns."""
    columns: Any = getattr(values, "column_names", None)
    if columns is None and hasattr(values, "collect_schema"):  # polars, whose lazy frames warn of `columns`
        columns = values.collect_schema().names()
    if columns is None:
        columns = getattr(values, "columns", None)
    if columns is None and hasattr(values, "iloc"):
        columns = values.index
    if columns is None:
        columns = _foreign.names(values)
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


def order(values: Any, known: Sequence[str], origin: str) -> Optional[List[int]]:
    """Returns where a table has the columns that a model knows, in the model's order; None where they stand so, or have
    no names.

    Parameters
    ----------
    origin
        Where the known names are from, in words.

    Raises
    ------
    ArgumentError
        Other names; a name twice, in another order.
    ShapeError
        Another number of columns.
    """
    if not known:
        return None
    found = names(values)
    if found is None or found == list(known):
        return None
    if len(found) != len(known) and getattr(values, "ndim", 2) == 1:
        # A column, whose rows have names.
        return None
    missing = [name for name in known if name not in found]
    new = [name for name in found if name not in known]
    if len(found) != len(known):
        raise ShapeError(f"x has {len(found)} columns, the model expects {len(known)}; {_other(values, missing, new)}")
    if missing:
        raise ArgumentError(f"x must have the columns of {origin}; {_other(values, missing, new)}")
    if len(set(found)) != len(found):
        twice = next(name for name in found if found.count(name) > 1)
        raise ArgumentError(f'x has the column "{twice}" more than once, in another order than {origin}; rename them')
    return [found.index(name) for name in known]


def _other(values: Any, missing: Sequence[str], new: Sequence[str]) -> str:
    """Returns what is wrong with the names of a table, and what to do."""
    if missing and new:
        return f"it lacks {_listing(missing)} and has {_listing(new)} instead; rename them if they are the same"
    if missing:
        return f"it lacks {_listing(missing)}"
    cure = "X.select(model.feature_names)" if hasattr(values, "column_names") else "X[model.feature_names]"
    return f"{cure} leaves out {_listing(new) or 'what stands there twice'}"


def _listing(columns: Sequence[str], limit: int = 5) -> str:
    shown = ", ".join(f'"{name}"' for name in columns[:limit])
    return shown if len(columns) <= limit else f"{shown} and {len(columns) - limit} more"


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
