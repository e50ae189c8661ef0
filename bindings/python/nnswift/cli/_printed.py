"""Results on stdout: tables for people, JSON for programs."""

from __future__ import annotations

import json
import math
from typing import Any, Iterable, List, Mapping, Sequence


def as_json(value: Any) -> str:
    """Returns JSON; numbers that are not finite are null, as JSON has none."""
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def number(value: Any) -> str:
    """Returns a number as people read it: four significant digits, integers whole."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    return "undefined" if math.isnan(value) else f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def counted(count: int, noun: str) -> str:
    """Returns "1 column" or "2 columns"."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def pairs(values: Mapping[str, Any], indent: str = "") -> str:
    """Returns lines of a name and a value, the values one below the other."""
    width = max(map(len, values), default=0)
    return "\n".join(f"{indent}{name:<{width}}  {number(value)}" for name, value in values.items())


def columns(rows: Iterable[Sequence[Any]], right: Sequence[int] = (), indent: str = "") -> str:
    """Returns rows as a table; `right` are the columns whose values end at the same place."""
    texts: List[List[str]] = [[number(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts)]
    return "\n".join(
        indent
        + "  ".join(
            text.rjust(width) if place in right else text.ljust(width)
            for place, (text, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in texts
    )
