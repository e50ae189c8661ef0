"""How a model's rows are read, from the first training on: a note of the model keeps it.

A model file has what its network needs, not how a CSV was written. So the command keeps that in a note.
"""

from __future__ import annotations

import argparse
import json
from typing import Any, Dict, List, Optional, Sequence

from ._cells import MISSING, Texts
from ._complaint import Complaint
from ._sheet import CsvForm

NOTE = "nnswift.reading"


class Reading:
    """Options of reading: what was typed, over what the model remembers, over the defaults.

    Parameters
    ----------
    typed
        With delimiter, encoding, decimal, missing and no_header; None is not typed.
    model : nnswift.Model, optional
    """

    def __init__(self, typed: argparse.Namespace, model: Any = None):
        kept = _kept(model)
        self._missing: Sequence[str] = [*kept.get("missing", MISSING), *typed.missing]
        self._decimal: str = typed.decimal or kept.get("decimal", ".")
        if self._decimal not in (".", ","):
            raise Complaint(f'--decimal must be "." or ",", got "{self._decimal}"')
        has_header = not typed.no_header and kept.get("header", True)
        self.names: List[str] = [] if has_header else kept.get("columns", [])
        target = None if model is None else model.spec.get("target", {}).get("name")
        self.form = CsvForm(typed.delimiter, typed.encoding, has_header, self.names, target)
        # A cell that is empty is never a text.
        self.texts = Texts(frozenset(self._missing) | {""}, self._decimal)

    def keep(self, model: Any, names: Sequence[str]) -> None:
        """Puts what later calls must know into the model's notes; names are those of the file's columns."""
        kept: Dict[str, Any] = {"missing": list(self._missing), "decimal": self._decimal}
        if not self.form.has_header:
            kept.update(header=False, columns=list(names))
        model.notes[NOTE] = json.dumps(kept, ensure_ascii=False)


def _kept(model: Any) -> Dict[str, Any]:
    text: Optional[str] = None if model is None else model.notes.get(NOTE)
    try:
        kept = json.loads(text or "{}")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}
