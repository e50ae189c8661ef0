"""Writes the options of docs/reference.md from what the library says about its registries.

`reference.py` rewrites the page, `reference.py --check` fails if that would change it. Of each table of
kinds the second column is written: names, defaults and ranges. A member without a row gets one, whose
other columns are yours. A paragraph that begins with "Options of all: " lists those that members share.
Needs the library: NNSWIFT_LIBRARY, or the one of this checkout.
"""

import collections
import json
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference.md"
SHARED = "Options of all: "
SECTIONS = {
    "Layers": "layer", "Activations": "activation", "Initialisers": "init", "Preprocess": "preprocess", "Losses": "loss",
    "Optimisers": "optimizer", "Schedules": "schedule", "Metrics": "metric",
}  # fmt: skip
NUMBERS = ("number", "integer", "numbers")


def number(value):
    """1,000,000; 0.25; 1e-5"""
    if isinstance(value, int) and abs(value) < 10**15:
        return f"{value:,}"
    return re.sub(r"e([+-])0*", lambda sign: "e" + sign[1].strip("+"), f"{value:.9g}")


def bounds(option):
    """in [0, 1); 1 ... 1,000"""
    low, high = (option.get(key, option.get("exclusive" + key.capitalize())) for key in ("minimum", "maximum"))
    if option["type"] == "integer":
        return f"{number(low)} ... {number(high)}"
    return f"in {'[' if 'minimum' in option else '('}{number(low)}, {number(high)}{']' if 'maximum' in option else ')'}"


def text(option):
    """`eps` (1e-5) in (0, 1]"""
    words = [f"`{option['name']}`"]
    if "default" in option:
        default = option["default"]
        plain = number(default) if option["type"] in NUMBERS else str(default).lower() if isinstance(default, bool) else f"`{default}`"
        others = [f"`{word}`" for word in option.get("enum", []) if word != default]
        words.append(f"({plain}{'; ' if others else ''}{', '.join(others)})")
    if option["type"] == "numbers":
        words.append("a list, each")
    if option["type"] in NUMBERS:
        words.append(bounds(option))
    return " ".join(words)


def shared(members):
    """The options that every member has, as most have them."""
    count = collections.Counter(json.dumps(option) for member in members for option in member["options"])
    names = [{option["name"] for option in member["options"]} for member in members]
    everywhere = set.intersection(*names) if len(members) > 2 else set()
    return [option for option in map(json.loads, count) if option["name"] in everywhere and 2 * count[json.dumps(option)] > len(members)]


def options(member, common):
    return "; ".join(text(option) for option in member["options"] if option not in common)


def section(body, members):
    """The text of one section with its options written."""
    common = shared(members)
    if SHARED in body:
        told = textwrap.fill(SHARED + "; ".join(text(option) for option in common) + ".", 100, break_on_hyphens=False, break_long_words=False)
        body = re.sub(re.escape(SHARED) + r".*?(?=\n\n|\Z)", lambda _: told, body, count=1, flags=re.S)
    elif common:
        raise SystemExit(f'the section must have a paragraph "{SHARED}" for {", ".join(o["name"] for o in common)}')
    lines = body.split("\n")
    # The header is the first line of the table; a new row comes after the member before it.
    header = next(index for index, line in enumerate(lines) if line.startswith("|"))
    columns = lines[header].count("|") - 1
    last = header + 1
    for member in members:
        row = next((index for index, line in enumerate(lines) if line.startswith(f"| `{member['name']}` |")), None)
        if row is None:
            last += 1
            row = last
            lines.insert(row, f"| `{member['name']}` |" + " |" * (columns - 1))
        last = row
        cells = re.split(r"(?<!\\)\|", lines[row])
        cells[2] = f" {options(member, common)} ".replace("  ", " ")
        lines[row] = "|".join(cells)
    return "\n".join(lines)


def written(page, registry):
    """The page with the options of every section written."""
    activations = {member["name"] for member in registry["activation"]}
    registry = {**registry, "layer": [each for each in registry["layer"] if each["name"] not in activations]}
    parts = re.split(r"(?m)^(## .*)$", page)
    for index in range(1, len(parts), 2):
        role = SECTIONS.get(parts[index][3:])
        if role:
            parts[index + 1] = section(parts[index + 1], registry[role])
    return "".join(parts)


def main():
    sys.path.insert(0, str(ROOT / "bindings" / "python"))
    import nnswift

    page = PAGE.read_text()
    new = written(page, nnswift.registry())
    if new == page:
        return
    if "--check" in sys.argv:
        sys.exit("docs/reference.md is not what the library says; run: make reference")
    PAGE.write_text(new)


if __name__ == "__main__":
    main()
