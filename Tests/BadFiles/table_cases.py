"""Bad files of models of tables, each with the status it must give: every rule of reading, broken alone."""

import copy
import json
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Fuzz"))

import modelfile  # noqa: E402
import tables  # noqa: E402

OK, FORMAT, VERSION, CHECKSUM, LIMIT = 0, 11, 12, 13, 14
META, SPEC = "__metadata__", "nnswift.spec"
CODES = {"U8": "B", "U32": "I", "U64": "Q", "I64": "q", "F32": "f", "F64": "d"}


class File:
    """An intact file and what becomes of it."""

    def __init__(self, model):
        self.header, self.data = modelfile.parsed(model.to_bytes())
        self.spec = json.loads(self.header[META][SPEC])

    def numbers(self, name):
        entry = self.header[name]
        start, end = entry["data_offsets"]
        return list(struct.unpack(f"<{(end - start) // struct.calcsize(CODES[entry['dtype']])}{CODES[entry['dtype']]}", self.data[start:end]))

    def whole(self):
        return modelfile.written(self.header, self.data)

    def with_spec(self, change):
        """The file whose spec a function changed."""
        spec = copy.deepcopy(self.spec)
        change(spec)
        header = copy.deepcopy(self.header)
        header[META][SPEC] = json.dumps(spec)
        return modelfile.written(header, self.data)

    def with_column(self, place, **members):
        return self.with_spec(lambda spec: spec["columns"][place].update(members))

    def with_number(self, name, place, value):
        """One number of a tensor replaced."""
        entry = self.header[name]
        code = CODES[entry["dtype"]]
        data = bytearray(self.data)
        struct.pack_into("<" + code, data, entry["data_offsets"][0] + place * struct.calcsize(code), value)
        return modelfile.written(self.header, bytes(data))

    def with_tensor(self, name, content, shape):
        """A tensor of other bytes, which may be more or fewer; those behind it move."""
        header = copy.deepcopy(self.header)
        start, end = header[name]["data_offsets"]
        header[name]["shape"] = shape
        for key, entry in header.items():
            if key != META and key != name and entry["data_offsets"][0] >= end:
                entry["data_offsets"] = [place + len(content) - (end - start) for place in entry["data_offsets"]]
        header[name]["data_offsets"] = [start, start + len(content)]
        return modelfile.written(header, self.data[:start] + content + self.data[end:])

    def without(self, name):
        return modelfile.written({key: entry for key, entry in self.header.items() if key != name}, self.data)


FILES = [File(model) for _, model in tables.learnt()]
TOWNS, CODE, DATES, GROUPS, SINCE = FILES[:5]


def specs():
    """Columns in the spec that no file can have."""
    for number, file in enumerate(FILES):
        yield f"table-{number}", file.whole(), OK
    yield "table-version-1", modelfile.written({**TOWNS.header, META: {**TOWNS.header[META], "nnswift.version": "1"}}, TOWNS.data), FORMAT
    yield "table-without-columns", TOWNS.with_spec(lambda spec: spec.pop("columns")), FORMAT
    yield "table-no-columns", TOWNS.with_spec(lambda spec: spec.update(columns=[])), FORMAT
    yield "table-columns-not-learnt", TOWNS.with_spec(lambda spec: spec["columns"][0].pop("has_missing")), FORMAT
    yield "table-columns-twice", TOWNS.with_column(1, name="age"), FORMAT
    yield "table-a-column-less", TOWNS.with_spec(lambda spec: spec["columns"].pop()), FORMAT
    yield "table-a-column-more", TOWNS.with_spec(lambda spec: spec["columns"].append({"name": "x", "kind": "ignore"})), OK
    yield "table-columns-swapped", TOWNS.with_spec(lambda spec: spec["columns"].reverse()), FORMAT
    yield "table-all-ignored", TOWNS.with_spec(lambda spec: spec.update(columns=[{"name": "x", "kind": "ignore"}])), FORMAT
    many = [{"name": f"c{number}", "kind": "ignore"} for number in range(65_536)]
    yield "table-65536-columns", TOWNS.with_spec(lambda spec: spec.update(columns=many)), LIMIT
    yield "table-65535-columns", TOWNS.with_spec(lambda spec: spec.update(columns=spec["columns"] + many[2:-1])), OK
    for number, kind in enumerate(("numbers", 3, None, [])):
        yield f"table-kind-{number}", TOWNS.with_column(0, kind=kind), FORMAT
    yield "table-has-missing-flipped", TOWNS.with_column(0, has_missing=False), FORMAT
    yield "table-name-1025", TOWNS.with_column(0, name="n" * 1025), FORMAT
    for count in (0, 1, 11, 13, 1_000_000, 1_000_001, -1, 2**62, 1.5):
        yield f"table-levels-{count}", TOWNS.with_column(1, levels=count), FORMAT
    yield "table-values-integer", TOWNS.with_column(1, values="integer"), FORMAT
    for number, bins in enumerate(([], [1], [4], [4096], [4097], [-1], [2, 2], 3, None, ["3"], [2**62])):
        if bins != TOWNS.spec["columns"][0]["bins"]:
            yield f"table-bins-{number}", TOWNS.with_column(0, bins=bins), FORMAT
    for number, since in enumerate((["town"], ["to"], ["nothing"], "from", [3], ["from", "from"], ["from"] * 101)):
        yield f"table-since-{number}", SINCE.with_column(1, since=since), FORMAT
    yield "table-parts-unknown", SINCE.with_column(0, parts=["century"]), FORMAT
    yield "table-parts-more", SINCE.with_column(0, parts=["day", "month"]), FORMAT
    huge = [{"name": f"c{number}", "kind": "category", "has_missing": True, "has_other": True, "levels": 1_000_000} for number in range(9)]
    yield "table-9-million-levels", TOWNS.with_spec(lambda spec: spec.update(columns=huge)), FORMAT
    wide = [{"name": f"c{number}", "kind": "number", "has_missing": True, "bins": [4096]} for number in range(9999)]
    yield "table-40-million-bins", TOWNS.with_spec(lambda spec: spec.update(columns=wide)), FORMAT
    yield "table-more-scalings", TOWNS.with_spec(lambda spec: spec["preprocess"]["numbers"].append("robust")), FORMAT
    yield "table-another-preprocess", TOWNS.with_spec(lambda spec: spec.update(preprocess="standardize")), FORMAT
    yield "table-another-first-layer", TOWNS.with_spec(lambda spec: spec["layers"].pop(0)), FORMAT


def groups():
    """Means of the target in groups."""

    def group(**members):
        return GROUPS.with_spec(lambda spec: spec["groups"][0].update(members))

    assert GROUPS.spec["groups"], "the seed has a group"
    keys, means = GROUPS.numbers("groups.0.keys"), GROUPS.numbers("groups.0.means")
    yield "groups-none", GROUPS.with_spec(lambda spec: spec.pop("groups")), FORMAT
    yield "groups-twice", GROUPS.with_spec(lambda spec: spec["groups"].append(spec["groups"][0])), FORMAT
    yield "groups-10001", GROUPS.with_spec(lambda spec: spec.update(groups=spec["groups"] * 10_001)), FORMAT
    for number, value in enumerate(("from", "nothing", "", 3, None)):
        yield f"groups-category-{number}", group(category=value), FORMAT
    for number, value in enumerate(([], ["town"], ["from"] * 5, "from", [3], None)):
        yield f"groups-dates-{number}", group(dates=value), FORMAT
    for value in (0, len(keys) - 1, len(keys) + 1, 100_000_000, 100_000_001, -1, 2**62):
        yield f"groups-keys-{value}", group(keys=value), FORMAT
    for number, value in enumerate(([], [0, 0], [0] * 10, [4097], [-1], 0)):
        yield f"groups-bins-{number}", group(bins=value), FORMAT
    yield "groups-keys-equal", GROUPS.with_number("groups.0.keys", 1, keys[0]), FORMAT
    yield "groups-keys-fall", GROUPS.with_number("groups.0.keys", len(keys) - 1, 0), FORMAT
    for number in (float("nan"), float("inf"), -float("inf")):
        yield f"groups-mean-{number}", GROUPS.with_number("groups.0.means", len(means) - 1, number), FORMAT
    yield "groups-without-keys", GROUPS.without("groups.0.keys"), FORMAT
    yield "groups-without-means", GROUPS.without("groups.0.means"), FORMAT


def levels():
    """The levels of categories."""
    ends, texts = TOWNS.numbers("columns.1.ends"), bytes(TOWNS.numbers("columns.1.levels"))

    def lengths(changed):
        return TOWNS.with_tensor("columns.1.ends", struct.pack(f"<{len(changed)}I", *changed), [len(changed)])

    def characters(changed):
        return TOWNS.with_tensor("columns.1.levels", changed, [len(changed)])

    yield "levels-equal", characters(b"t0t0" + texts[4:]), FORMAT
    yield "levels-fall", characters(texts[2:4] + texts[:2] + texts[4:]), FORMAT
    yield "levels-no-utf8", characters(texts[:-1] + b"\xff"), FORMAT
    yield "levels-a-character-cut", lengths([*ends[:-2], ends[-1] - 1, ends[-1]]), FORMAT
    yield "levels-a-zero", characters(b"\0" + texts[1:]), FORMAT
    yield "levels-empty-twice", lengths([0, 0, *ends[2:]]), FORMAT
    yield "levels-empty-first", lengths([0, *ends[1:]]), OK
    yield "ends-fall", lengths([ends[1], ends[0], *ends[2:]]), FORMAT
    yield "ends-beyond", lengths([*ends[:-1], ends[-1] + 1]), FORMAT
    yield "ends-short", lengths([*ends[:-1], ends[-1] - 2]), FORMAT
    yield "ends-largest", lengths([*ends[:-1], 2**32 - 1]), FORMAT
    yield "ends-a-level-less", lengths(ends[:-1]), FORMAT
    long = b"z" * 4097
    yield "levels-of-4097-bytes", File.with_tensor(_longer(4097), "columns.1.levels", texts[:-2] + long, [len(texts) - 2 + 4097]), FORMAT
    yield "levels-of-4096-bytes", File.with_tensor(_longer(4096), "columns.1.levels", texts[:-2] + long[:-1], [len(texts) - 2 + 4096]), OK
    yield "levels-missing", TOWNS.without("columns.1.levels"), FORMAT
    integers = CODE.numbers("columns.2.values")
    yield "integers-equal", CODE.with_number("columns.2.values", 1, integers[0]), FORMAT
    yield "integers-fall", CODE.with_number("columns.2.values", 2, -(2**63)), FORMAT
    yield "integers-least", CODE.with_number("columns.2.values", 0, -(2**63)), OK
    yield "integers-as-booleans", CODE.with_column(2, values="boolean"), FORMAT
    yield "integers-as-floats", modelfile.written({**CODE.header, "columns.2.values": {**CODE.header["columns.2.values"], "dtype": "F64"}}, CODE.data), FORMAT


def _longer(size):
    """The file whose last level ends so much later; its bytes still lack."""
    file = copy.deepcopy(TOWNS)
    ends = TOWNS.numbers("columns.1.ends")
    file.header, file.data = modelfile.parsed(TOWNS.with_number("columns.1.ends", len(ends) - 1, ends[-1] - 2 + size))
    return file


def numbers():
    """Curves, edges, ranges, what is learnt of the target."""
    nan, infinity = float("nan"), float("inf")
    knots, edges = TOWNS.numbers("preprocess.knots"), TOWNS.numbers("preprocess.edges")
    points, ends = len(knots) // 2, TOWNS.numbers("preprocess.knot_ends")
    assert points > 2 and len(edges) > 2, "the seed has knots and edges"
    for number in (nan, infinity, -infinity):
        yield f"knot-place-{number}", TOWNS.with_number("preprocess.knots", 0, number), FORMAT
        yield f"knot-value-{number}", TOWNS.with_number("preprocess.knots", points, number), FORMAT
        yield f"edge-{number}", TOWNS.with_number("preprocess.edges", 1, number), FORMAT
        for place in range(3):
            yield f"range-{place}-{number}", TOWNS.with_number("preprocess.ranges", place, number), FORMAT
        yield f"temperature-{number}", FILES[5].with_number("temperature", 0, number), FORMAT
        for name in ("center", "scale", "low", "high"):
            yield f"target-{name}-{number}", TOWNS.with_number(f"target.{name}", 0, number), FORMAT
    yield "knot-places-equal", TOWNS.with_number("preprocess.knots", 1, knots[0]), FORMAT
    yield "knot-places-fall", TOWNS.with_number("preprocess.knots", 1, knots[0] - 1), FORMAT
    yield "knot-values-fall", TOWNS.with_number("preprocess.knots", points + 1, knots[points] - 1), FORMAT
    yield "knot-values-equal", TOWNS.with_number("preprocess.knots", points + 1, knots[points]), OK
    yield "edges-equal", TOWNS.with_number("preprocess.edges", 1, edges[0]), FORMAT
    yield "edges-fall", TOWNS.with_number("preprocess.edges", 1, edges[0] - 1), FORMAT
    for value in (0, ends[0] - 1, ends[0] + 1, 2**32 - 1):
        yield f"knot-ends-{value}", TOWNS.with_number("preprocess.knot_ends", 0, value), FORMAT
    yield "knot-ends-equal", DATES.with_number("preprocess.knot_ends", 1, DATES.numbers("preprocess.knot_ends")[0]), FORMAT
    yield "range-low-above-high", TOWNS.with_number("preprocess.ranges", 1, 1e9), FORMAT
    yield "temperature-0", FILES[5].with_number("temperature", 0, 0), FORMAT
    yield "temperature-negative", FILES[5].with_number("temperature", 0, -1), FORMAT
    yield "target-low-above-high", TOWNS.with_number("target.low", 0, 3e38), FORMAT
    yield "target-scale-0", TOWNS.with_number("target.scale", 0, 0), FORMAT
    for name in ("knots", "knot_ends", "edges", "ranges"):
        yield f"{name}-missing", TOWNS.without(f"preprocess.{name}"), FORMAT


def cases():
    for group in (specs, groups, levels, numbers):
        yield from group()
