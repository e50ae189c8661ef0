"""`nnswift inspect`: what a model file says of itself."""

from __future__ import annotations

import argparse
import json
from typing import Any, Dict, List, Sequence

from .._stored import _layer_text
from . import _figures, _header, _printed
from ._header import Header
from ._model import loaded
from ._train import HISTORY_NOTE, TEST_NOTE

# Columns, levels and bytes of a note that are shown to people; --json has all.
_MOST_COLUMNS, _MOST_TEXT = 40, 200


def run(options: argparse.Namespace) -> None:
    header = _header.read(options.model)
    if options.verify:
        loaded(options.model)
    found = _found(options.model, header)
    if options.verify:
        found["verified"] = True
    if options.json:
        print(_printed.as_json(found))
        return
    parts = [_head(found), _columns(found["columns"]), _layers(found), _history(found["history"]), _notes(found)]
    print("\n\n".join(part for part in parts if part))


def _found(path: str, header: Header) -> Dict[str, Any]:
    spec = header.document("nnswift.spec")
    training = header.document("nnswift.training")
    notes = header.notes
    return {
        "file": path, "bytes": header.file_bytes,
        "format": header.metadata.get("format", ""), "version": header.metadata.get("nnswift.version", ""),
        "writer": header.metadata.get("nnswift.writer", ""), "spec": spec, "columns": spec.get("columns", []),
        "has_training": bool(training),
        "history": training.get("history") or _json(notes.get(HISTORY_NOTE)),
        "test": _json(notes.get(TEST_NOTE)), "notes": notes,
        "tensors": [tensor._asdict() for tensor in header.tensors],
        "values": sum(tensor.size for tensor in header.tensors),
    }  # fmt: skip


def _json(text: Any) -> Dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _head(found: Dict[str, Any]) -> str:
    spec = found["spec"]
    facts: Dict[str, Any] = {"file": f"{found['file']}, {found['bytes']:,} bytes"}
    if not spec:
        facts["format"] = f"safetensors, {found['format'] or 'of another program'}; no model of nnswift"
        return _printed.pairs(facts)
    facts["written by"] = f"{found['writer'] or 'nnswift'}, file version {found['version']}"
    target = spec.get("target", {}).get("name")
    facts["predicts"] = " of ".join(filter(None, [_answer(spec), f'"{target}"' if target else ""]))
    if len(spec.get("classes", [])) == 2:
        facts["threshold"] = f"{spec['threshold']:.4g}, the probability from which it is {spec['classes'][1]}"
    facts["seed"] = spec.get("seed", 0)
    facts["training"] = "can go on: the optimiser is in the file" if found["has_training"] else "not in the file"
    if "verified" in found:
        facts["verified"] = "every byte is as it was written"
    return _printed.pairs(facts)


def _answer(spec: Dict[str, Any]) -> str:
    classes = spec.get("classes")
    if classes:
        return (
            f"{len(classes)} classes ({', '.join(str(name) for name in classes[:10])}{', ...' * (len(classes) > 10)})"
        )
    loss = spec["loss"]["type"]
    return "classes by number" if "cross_entropy" in loss else f"numbers, by {loss}"


def _columns(columns: Sequence[Dict[str, Any]]) -> str:
    if not columns:
        return ""
    rows: List[Sequence[Any]] = [("column", "kind", "")]
    for column in columns[:_MOST_COLUMNS]:
        more = f"{column['levels']:,} levels" if "levels" in column else ", ".join(column.get("parts", []))
        rows.append((column["name"], column["kind"], more))
    left = f"\nand {len(columns) - _MOST_COLUMNS} more; --json has them" if len(columns) > _MOST_COLUMNS else ""
    return _printed.columns(rows) + left


def _layers(found: Dict[str, Any]) -> str:
    rows: List[Sequence[Any]] = [("", "layer", "values")]
    for place, layer in enumerate(found["spec"].get("layers", [])):
        sizes = [
            _header.Tensor(**tensor).size
            for tensor in found["tensors"]
            if tensor["name"].startswith(f"layers.{place}.")
        ]
        rows.append((str(place), _layer_text(layer), sum(sizes)))
    if len(rows) == 1:
        rows = [("tensor", "type", "shape")]
        rows += [(tensor["name"], tensor["dtype"], str(tensor["shape"])) for tensor in found["tensors"]]
        return _printed.columns(rows)
    rows.append(("", "all tensors of the file", found["values"]))
    return _printed.columns(rows, right=[2])


def _history(history: Dict[str, Any]) -> str:
    losses = history.get("loss", [])
    if not losses:
        return ""
    best = history.get("best_epoch", 0)
    names = [name for name, values in history.items() if isinstance(values, list) and len(values) == len(losses)]
    names = [name for name in names if name == "loss" or name.startswith("val_")]
    # The first, the best and the last epoch tell the story.
    places = sorted({0, max(best - 1, 0), len(losses) - 1} & set(range(len(losses))))
    rows: List[Sequence[Any]] = [("epoch", *names, "")]
    for place in places:
        rows.append((str(place + 1), *(history[name][place] for name in names), "best" if place + 1 == best else ""))
    return f"{_printed.columns(rows)}\n{len(losses)} epochs, {history.get('stopped', '')}"


def _notes(found: Dict[str, Any]) -> str:
    parts: List[str] = []
    test = found["test"]
    if test.get("test"):
        rows = test.get("rows", {}).get("test", 0)
        parts.append(
            f"figures of the training, on {rows:,} test rows of {test.get('data')}\n{_figures.shown(test['test'])}"
        )
    notes = {name: text for name, text in found["notes"].items() if name not in (HISTORY_NOTE, TEST_NOTE)}
    if notes:
        lines = {name: text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]} ..." for name, text in notes.items()}
        parts.append("notes\n" + _printed.pairs(lines, "  "))
    return "\n\n".join(parts)
