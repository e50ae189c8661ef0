"""Bad model files made by hand, each with the status it must give: every rule of reading, broken alone.

`cases()` gives (name, bytes, status); `python cases.py FOLDER` writes them there. All checksums fit unless
the checksum is what is wrong: the rule behind it is then the one that refuses.
"""

import copy
import json
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Fuzz"))

import modelfile  # noqa: E402
import numpy as np  # noqa: E402
import table_cases  # noqa: E402

import nnswift  # noqa: E402

OK, FORMAT, VERSION, CHECKSUM, LIMIT = 0, 11, 12, 13, 14
META, SPEC, TRAINING = "__metadata__", "nnswift.spec", "nnswift.training"

NETWORK = {
    "input": 3,
    "layers": [{"type": "dense", "units": 2, "activation": "tanh"}, {"type": "batch_norm"}, {"type": "dense", "units": 2}],
    "loss": "softmax_cross_entropy",
    "preprocess": "standardize",
    "seed": 1,
}  # fmt: skip


def intact():
    """A checkpoint of a small network: (header, data)."""
    model = nnswift.Model(NETWORK)
    x = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    config = {"epochs": 2, "batch_size": 4, "optimizer": {"type": "sgd", "momentum": 0.9}}
    model.train(x, np.arange(8) % 2, config)
    return modelfile.parsed(model.to_bytes(training=True))


HEADER, DATA = intact()
WHOLE = modelfile.written(HEADER, DATA)
TEXT = modelfile.split(WHOLE)[0]
FIRST = "layers.0.weight"


def header(change):
    """The file with its header changed by a function."""
    other = copy.deepcopy(HEADER)
    change(other)
    return modelfile.written(other, DATA)


def entry(name, **members):
    """The file with members of a tensor's entry replaced; None takes one out."""

    def change(header):
        header[name].update(members)
        for key in [key for key, value in members.items() if value is None]:
            del header[name][key]

    return header_of(change)


header_of = header


def note(key, value):
    """The file with a text of __metadata__ replaced; None takes it out."""

    def change(header):
        header[META][key] = value
        if value is None:
            del header[META][key]

    return header_of(change)


def inner(key, change):
    """The file with the JSON inside a text of __metadata__ changed."""
    value = json.loads(HEADER[META][key])
    value = change(value) or value
    return note(key, json.dumps(value))


def floats(name, place, value):
    """The file with one number of a tensor replaced."""
    data = bytearray(DATA)
    struct.pack_into("<f", data, HEADER[name]["data_offsets"][0] + 4 * place, value)
    return modelfile.written(HEADER, bytes(data))


def moved(first, second):
    """The file with one tensor's place given to another, too."""
    return entry(first, data_offsets=HEADER[second]["data_offsets"])


def header_text(text, **length):
    return modelfile.sealed(text, DATA, **length)


def damaged(place, data=WHOLE):
    """The file with a bit flipped and nothing repaired."""
    data = bytearray(data)
    data[place] ^= 1
    return bytes(data)


def without(*names):
    def change(header):
        for name in names:
            del header[name]

    return header_of(change)


def outline():
    """Lengths and the outer JSON."""
    nested = b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}"
    yield "empty", b"", FORMAT
    yield "seven-bytes", WHOLE[:7], FORMAT
    yield "only-a-length", WHOLE[:8], FORMAT
    yield "header-cut", WHOLE[:100], FORMAT
    yield "data-cut", WHOLE[:-1], CHECKSUM
    yield "data-cut-sealed", modelfile.written(HEADER, DATA[:-4]), FORMAT
    yield "byte-behind", WHOLE + b"\0", CHECKSUM
    yield "byte-behind-sealed", modelfile.written(HEADER, DATA + b"\0"), FORMAT
    yield "length-0", header_text(TEXT, length=0), FORMAT
    yield "length-1", header_text(TEXT, length=1), FORMAT
    yield "length-beyond-file", header_text(TEXT, length=len(TEXT) + len(DATA) + 1), FORMAT
    yield "length-2-63", header_text(TEXT, length=2**63), FORMAT
    yield "length-2-64", header_text(TEXT, length=2**64 - 1), FORMAT
    yield "length-short", header_text(TEXT, length=len(TEXT.rstrip()) - 1), FORMAT
    yield "length-into-data", header_text(TEXT, length=len(TEXT) + 4), FORMAT
    yield "header-over-16-MiB", modelfile.sealed(TEXT + b" " * (16 << 20), DATA), LIMIT
    yield "not-json", header_text(b"not json"), FORMAT
    yield "an-array", header_text(b"[]"), FORMAT
    yield "a-number", header_text(b"12"), FORMAT
    yield "empty-object", header_text(b"{}"), FORMAT
    yield "nested-100-deep", header_text(nested), FORMAT
    yield "header-not-utf8", header_text(TEXT.replace(b'"x', b'"\xff', 1).replace(FIRST.encode(), b"layers.0.w\xc0\xaft")), FORMAT
    yield "header-with-nul", header_text(TEXT.replace(b"{", b"{\0", 1)), FORMAT
    yield "header-comment", header_text(TEXT.replace(b"{", b"{/**/", 1)), FORMAT
    yield "header-trailing-comma", header_text(TEXT.rstrip()[:-1] + b",}"), FORMAT
    yield "text-behind-header", header_text(TEXT.rstrip() + b"{}"), FORMAT
    yield "duplicate-metadata", header_text(TEXT.replace(b"{", b'{"__metadata__": {}, ', 1)), FORMAT
    twice = b'"%s": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}, ' % FIRST.encode()
    yield "duplicate-tensor", header_text(TEXT.replace(b"{", b"{" + twice, 1)), FORMAT
    yield "duplicate-by-escape", header_text(TEXT.replace(b"{", b"{" + twice.replace(b"layers", b"\\u006cayers"), 1)), FORMAT


# What a file of a newer version may have; its number is told before anything of this.
NEWER = {
    "new-key": lambda h: h[META].update({"nnswift.new": ""}),
    "no-spec": lambda h: h[META].pop(SPEC),
    "other-checksum": lambda h: h[META].update({"nnswift.checksum": "sha-256:00"}),
    "other-dtype": lambda h: h[FIRST].update(dtype="F16"),
    "new-tensor": lambda h: h.update(extra={"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}),
}


def identity():
    """__metadata__: whose file it is, which version, whole or not."""
    yield "no-metadata", without(META), FORMAT
    yield "metadata-a-list", header(lambda h: h.update({META: []})), FORMAT
    yield "metadata-a-number-inside", note("x-number", 3), FORMAT
    yield "unknown-key", note("author", "me"), FORMAT
    yield "a-note", note("x-author", "me"), OK
    yield "a-note-without-name", note("x-", "me"), OK
    yield "notes-as-large-as-may-be", note("x-a", "b" * (131072 - 1)), OK
    yield "notes-too-large", note("x-a", "b" * 131072), LIMIT
    yield "other-program", note("format", "pt"), FORMAT
    yield "no-format", note("format", None), FORMAT
    yield "no-version", note("nnswift.version", None), FORMAT
    for version in ("", "0", "-1", "one", "1.0", " 1", "99999999999999999999"):
        yield f"version-{version or 'empty'}", note("nnswift.version", version), FORMAT
    yield "version-2-without-columns", note("nnswift.version", "2"), FORMAT
    for version in ("3", "9223372036854775807"):
        yield f"version-{version}", note("nnswift.version", version), VERSION
    for name, change in NEWER.items():
        yield f"version-3-{name}", header(lambda h: (h[META].update({"nnswift.version": "3"}), change(h))), VERSION
        yield f"version-1-{name}", header(change), FORMAT
    yield "no-checksum", note("nnswift.checksum", None), FORMAT
    yield "checksum-of-another-kind", note("nnswift.checksum", "sha-256:" + "0" * 16), FORMAT
    digits = TEXT.index(b"xxh3-64:") + len("xxh3-64:")
    short = TEXT[:digits] + TEXT[digits + 1 :]
    yield "checksum-short", struct.pack("<Q", len(short)) + short + DATA, FORMAT
    yield "checksum-wrong", damaged(WHOLE.index(b"xxh3-64:") + 10), CHECKSUM
    yield "weight-flipped", damaged(len(WHOLE) - 2), CHECKSUM
    yield "padding-flipped", WHOLE[: 8 + len(TEXT) - 1] + b"\n" + DATA, CHECKSUM
    yield "writer-flipped", damaged(WHOLE.index(b"libnnswift")), CHECKSUM
    yield "escaped-key", header_text(TEXT.replace(b'"format"', b'"\\u0066ormat"')), OK
    yield "unaligned-data", modelfile.written(HEADER, DATA, pad=False), OK


def specs():
    """The spec inside the header."""

    def layers(*given):
        return inner(SPEC, lambda spec: spec.update(layers=list(given)))

    dense = {"type": "dense", "units": 2}
    yield "no-spec", note(SPEC, None), FORMAT
    for name, text in [("empty", ""), ("cut", '{"input": 3'), ("a-list", "[]"), ("null", "null")]:
        yield f"spec-{name}", note(SPEC, text), FORMAT
    yield "spec-duplicate-key", note(SPEC, '{"input": 3, ' + HEADER[META][SPEC][1:]), FORMAT
    yield "spec-nested", note(SPEC, "[" * 100 + "]" * 100), FORMAT
    yield "spec-unknown-key", inner(SPEC, lambda spec: spec.update(inputs=3)), FORMAT
    for value in (0, -1, 2**62, 1.5, "3", None, [], [3, 0], True, 1e300):
        yield f"spec-input-{value}", inner(SPEC, lambda spec: spec.update(input=value)), FORMAT
    yield "spec-no-layers", layers(), FORMAT
    yield "spec-unknown-layer", layers({"type": "dence", "units": 2}), FORMAT
    yield "spec-layer-a-number", layers(3), FORMAT
    yield "spec-unknown-option", layers({**dense, "width": 2}), FORMAT
    for value in (0, -1, 2**62, 0.5, "2", None):
        yield f"spec-units-{value}", layers({"type": "dense", "units": value}), FORMAT
    yield "spec-units-too-many", layers({"type": "dense", "units": 16_777_216}, {"type": "dense", "units": 16_777_216}), LIMIT
    yield "spec-more-than-the-data", layers({"type": "dense", "units": 100_000}, dense), FORMAT
    yield "spec-1001-layers", layers(*[dense] * 1001), LIMIT
    yield "spec-rate-1", layers({"type": "dropout", "rate": 1}, dense), FORMAT
    yield "spec-eps-negative", layers({"type": "batch_norm", "eps": -1}, dense), FORMAT
    yield "spec-no-loss", inner(SPEC, lambda spec: spec.pop("loss") and None), FORMAT
    yield "spec-loss-of-one-output", layers({"type": "dense", "units": 1}), FORMAT
    yield "spec-threshold-2", inner(SPEC, lambda spec: spec.update(threshold=2)), FORMAT
    yield "spec-seed-negative", inner(SPEC, lambda spec: spec.update(seed=-1)), FORMAT
    yield "spec-one-class-of-two", inner(SPEC, lambda spec: spec.update(classes=["a"])), FORMAT
    yield "spec-classes-of-two-types", inner(SPEC, lambda spec: spec.update(classes=["a", 2])), FORMAT
    yield "spec-classes-of-numbers", inner(SPEC, lambda spec: spec.update(classes=[0.5, 1])), FORMAT
    yield "spec-integer-classes", inner(SPEC, lambda spec: spec.update(classes=[7, -3])), OK
    yield "spec-bool-classes", inner(SPEC, lambda spec: spec.update(classes=[True, False])), OK
    yield "spec-features", inner(SPEC, lambda spec: spec.update(features=["a", "b", "c"])), OK
    yield "spec-a-feature-less", inner(SPEC, lambda spec: spec.update(features=["a", "b"])), FORMAT
    yield "spec-equal-features", inner(SPEC, lambda spec: spec.update(features=["a", "b", "a"])), FORMAT
    yield "spec-features-of-numbers", inner(SPEC, lambda spec: spec.update(features=[1, 2, 3])), FORMAT
    yield "spec-equal-classes", inner(SPEC, lambda spec: spec.update(classes=["a", "a"])), FORMAT
    yield "spec-layer-missing", inner(SPEC, lambda spec: spec["layers"].pop() and None), FORMAT
    yield "spec-layer-added", inner(SPEC, lambda spec: spec["layers"].append({**dense})), FORMAT
    yield "spec-next-layer-wider", inner(SPEC, lambda spec: spec["layers"][0].update(units=3)), FORMAT
    yield "spec-other-input", inner(SPEC, lambda spec: spec.update(input=4)), FORMAT
    yield "spec-without-bias", inner(SPEC, lambda spec: spec["layers"][0].update(bias=False)), FORMAT


def tensors():
    """Types, shapes and places of the tensors."""
    size = HEADER[FIRST]["data_offsets"][1] - HEADER[FIRST]["data_offsets"][0]
    start, end = HEADER[FIRST]["data_offsets"]
    last = max((value["data_offsets"][1], key) for key, value in HEADER.items() if key != META)[1]
    yield "tensor-missing", without("layers.2.bias"), FORMAT
    yield "tensors-missing", without(*[name for name in HEADER if name != META]), FORMAT
    yield "tensor-added", header(lambda h: h.update(extra={"dtype": "F32", "shape": [0], "data_offsets": [0, 0]})), FORMAT
    yield "tensor-renamed", header(lambda h: h.update({"layers.0.Weight": h.pop(FIRST)})), FORMAT
    for value in ([], None, "F32", 3):
        yield f"entry-{value}", header(lambda h: h.update({FIRST: value})), FORMAT
    yield "entry-more-members", entry(FIRST, strides=[1]), FORMAT
    for member in ("dtype", "shape", "data_offsets"):
        yield f"no-{member}", entry(FIRST, **{member: None}), FORMAT
        yield f"{member}-a-number", entry(FIRST, **{member: 3}), FORMAT
    for dtype in ("F64", "F16", "BF16", "I32", "f32", ""):
        yield f"dtype-{dtype or 'empty'}", entry(FIRST, dtype=dtype), FORMAT
    shapes = ([3, 2], [6], [2, 3, 1], [], [2, -3], [-2, -3], [2, 3.5], ["2", "3"], [2**62, 2**62], [2**64, 1], [0, 3])
    for number, shape in enumerate(shapes):
        yield f"shape-{number}", entry(FIRST, shape=shape), FORMAT
    places = (
        [], [start], [start, end, end], [end, start], [start, end + 4], [start, end - 4], [-size, 0], [start, 2**63 - 1],
        [2**63 - size, 2**63 - 1], [len(DATA), len(DATA) + size], [2**64, 2**64 + size], [start + 0.5, end + 0.5], [str(start), str(end)],
    )  # fmt: skip
    for number, place in enumerate(places):
        yield f"offsets-{number}", entry(FIRST, data_offsets=list(place)), FORMAT
    yield "tensors-overlap", moved("layers.0.bias", "layers.2.bias"), FORMAT
    yield "tensors-overlap-in-part", entry(FIRST, data_offsets=[start + 4, end + 4]), FORMAT
    shifted = entry(last, data_offsets=[place + 4 for place in HEADER[last]["data_offsets"]])
    yield "hole", modelfile.sealed(modelfile.split(shifted)[0], DATA + b"\0\0\0\0"), FORMAT


def quantiles(*values):
    """The file of a network whose only feature has these quantiles instead of four."""
    kind = {"type": "quantile_normal", "n_quantiles": 4}
    model = nnswift.Model({"input": 1, "layers": [{"type": "dense", "units": 1}], "loss": "mse", "preprocess": kind})
    model.fit_preprocess(np.arange(4)[:, np.newaxis])
    header, data = modelfile.parsed(model.to_bytes())
    start, end = header["preprocess.quantiles"]["data_offsets"]
    written = struct.pack(f"<{len(values)}f", *values)
    header["preprocess.quantiles"].update(shape=[len(values), 1], data_offsets=[start, start + len(written)])
    return modelfile.written(header, data[:start] + written)


def values():
    """Numbers that no network has."""
    nan, infinity = float("nan"), float("inf")
    for number in (nan, infinity, -infinity):
        yield f"weight-{number}", floats(FIRST, 1, number), FORMAT
        yield f"running-mean-{number}", floats("layers.1.running_mean", 0, number), FORMAT
        yield f"center-{number}", floats("preprocess.center", 2, number), FORMAT
        yield f"scale-{number}", floats("preprocess.scale", 2, number), FORMAT
        yield f"slot-{number}", floats("optimizer.layers.0.weight.momentum_buffer", 0, number), FORMAT
    yield "variance-negative", floats("layers.1.running_var", 1, -1), FORMAT
    yield "scale-zero", floats("preprocess.scale", 0, 0), FORMAT
    yield "scale-negative", floats("preprocess.scale", 0, -1), FORMAT
    yield "center-without-scale", without("preprocess.scale"), FORMAT
    yield "weight-largest", floats(FIRST, 0, 3.4e38), OK
    yield "quantiles", quantiles(1, 2, 2, 5), OK
    yield "quantiles-fall", quantiles(1, 2, 1.5, 5), FORMAT
    yield "quantiles-too-few", quantiles(1, 2, 5), FORMAT
    for number in (nan, infinity, -infinity):
        yield f"quantiles-{number}", quantiles(1, number, 2, 5), FORMAT


def trainings():
    """What a checkpoint keeps of its training."""

    def history(change):
        return inner(TRAINING, lambda training: change(training["history"]) and None)

    yield "training-missing", note(TRAINING, None), FORMAT
    for name, text in [("empty", ""), ("cut", "{"), ("a-list", "[]"), ("nested", "[" * 100)]:
        yield f"training-{name}", note(TRAINING, text), FORMAT
    yield "slot-of-one-tensor-missing", without("optimizer.layers.2.bias.momentum_buffer"), FORMAT
    yield "slot-of-no-tensor", header(lambda h: h.update({"optimizer.layers.9.bias.momentum_buffer": h.pop("optimizer.layers.2.bias.momentum_buffer")})), FORMAT
    yield "history-epoch-negative", history(lambda past: past.update(epoch=[-1, 2])), FORMAT
    yield "history-epoch-text", history(lambda past: past.update(epoch=["1", "2"])), FORMAT
    yield "history-epoch-huge", history(lambda past: past.update(epoch=[1, 2**62])), FORMAT
    yield "history-columns-differ", history(lambda past: past.update(loss=[1.0])), FORMAT
    yield "history-column-a-number", history(lambda past: past.update(loss=3)), FORMAT
    yield "history-300-columns", history(lambda past: past.update({f"c{n}": [0, 0] for n in range(300)})), FORMAT


def cases():
    yield "intact", WHOLE, OK
    for group in (outline, identity, specs, tensors, values, trainings):
        yield from group()
    yield from table_cases.cases()


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content, status in cases():
        (folder / f"{name}.status-{status}.safetensors").write_bytes(content)
