"""What the command says when it cannot go on."""

from __future__ import annotations

import difflib
import sys
from typing import Collection


class Complaint(Exception):
    """A sentence for the person at the terminal: what must hold, what came, what to do."""


def tell(sentence: str) -> None:
    """Writes a remark to stderr, where it does not mix with results."""
    print(f"nnswift: {sentence}", file=sys.stderr)


def unknown(what: str, name: str, known: Collection[str]) -> Complaint:
    """Returns the sentence about a name that is not among those known."""
    near = difflib.get_close_matches(name, known, 1)
    folded = {other.lower(): other for other in known}
    guess = folded.get(name.lower()) or (near[0] if near else None)
    shown = ", ".join(list(known)[:20]) + (", ..." if len(known) > 20 else "")
    cure = f'; did you mean "{guess}"?' if guess else f"; it has {shown}" if known else ""
    return Complaint(f'{what} has no column "{name}"{cure}')
