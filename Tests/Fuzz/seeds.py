"""Writes the seed corpora of the fuzz targets, made by the library itself: seeds.py FOLDER

Every layer, activation, loss, optimiser, schedule and metric, files with and without training state.
The kinds and their options stand in networks.py, which the mutation test uses too.
"""

import json
import pathlib
import sys

import networks
import tables

# The first byte says which function of the json target reads the text.
SPEC, CONFIG, METRIC, METRICS = b"\0", b"\1", b"\2", b"\3"


def names(value):
    """Every key and every text of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from names(inner)


def main(folder):
    for name in ("decoder", "json", "cycle"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    count = 0
    for name, content in networks.files():
        for target in ("decoder", "cycle"):
            if len(content) <= 4096:
                (folder / target / name).write_bytes(content)
                count += 1
    texts = [(SPEC, spec) for spec in networks.specs()] + [(CONFIG, config) for config in networks.configs()]
    texts += [(METRIC, metric) for metric in networks.METRICS] + [(METRICS, networks.METRICS)]
    texts += [(SPEC, model.spec) for _, model in tables.learnt()] + [(SPEC, spec) for spec in tables.specs()]
    for index, (kind, value) in enumerate(texts):
        (folder / "json" / f"{index:03}").write_bytes(kind + json.dumps(value).encode())
    words = sorted({word for _, value in texts for word in names(value)})
    (folder / "words.dict").write_text("".join(f"{json.dumps(word)}\n" for word in words if word.isascii() and word.isprintable()))
    print(f"seeds: {count} files, {len(texts)} texts in {folder}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
