"""What a model of tables has learnt of its columns, as its file keeps it."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from ..errors import StateError
from ..model import Model
from ._stored_tensors import stored

# The keys of a spec that are understood here; one of a later day changes what a model computes.
_KEYS = {
    "calibration", "classes", "columns", "groups", "layers", "loss", "members", "preprocess", "seed", "target", "threshold"
}
_PREPROCESS_KEYS = {"type", "numbers", "embedding", "group_means"}

#: The codes of a category: another level, a missing value, the first level.
OTHER, MISSING, FIRST = 0, 1, 2


class Number(NamedTuple):
    """A number of a row, of a column of numbers or made of a date, and what becomes of it."""

    column: int
    #: "" for a column of numbers, a part of a date, "since", or "group", whose number `column` is.
    part: str
    #: Of "since": the other column.
    other: int
    #: The knots (x, z) of each scaling's curve.
    curves: List[Tuple[np.ndarray, np.ndarray]]
    #: Where bins meet; empty without bins.
    edges: np.ndarray
    #: What stands for a missing number, for -infinity and for infinity.
    fill: float
    low: float
    high: float
    #: The first of the table layer's inputs of its curves, and of its bins.
    scalars: int
    bins: int


class Category(NamedTuple):
    """A column of levels."""

    column: int
    levels: List[Any]
    #: Whether its levels are one-hot; else `table` has a vector for each code.
    is_one_hot: bool
    table: np.ndarray
    #: The first of the table layer's inputs.
    first: int


class Group(NamedTuple):
    """Rows that share a level and the hours of dates, and the means of the target among them."""

    #: The place of its category among the categories, and of its dates among the columns.
    category: int
    dates: List[int]
    #: Hashes, and what each has: [keys + 1 x means], the last for groups that were not seen.
    keys: np.ndarray
    means: np.ndarray


class TableState:
    """Columns with what was learnt of them, and where the first layer has them.

    Raises
    ------
    ValueError
        Naming a key of the spec that is not known here.
    StateError
        If the targets have not been seen.
    """

    def __init__(self, model: Model):
        self.spec = model.spec
        self.require_known_keys(self.spec)
        self.tensors = stored(model)
        target = self.spec.get("target", {})
        if (target.get("clamp") or target.get("scale", "none") != "none") and "target.scale" not in self.tensors:
            raise StateError("the model's target must be fitted before; train the model")
        self.columns: List[Mapping[str, Any]] = self.spec["columns"]
        self.scalings: List[Mapping[str, Any]] = self.spec["preprocess"]["numbers"]
        self.numbers: List[Number] = []
        self.categories: List[Category] = []
        self.groups: List[Group] = []
        #: Columns of booleans, and columns with a 1 for a missing value: the table layer's input of each.
        self.booleans: Dict[int, int] = {}
        self.indicators: Dict[int, int] = {}
        self._inputs = 0
        self._next = self._starts()
        self._reader = _Numbers(self.tensors, len(self.scalings))
        for place, column in enumerate(self.columns):
            self._take(place, column)
        for place, group in enumerate(self.spec.get("groups", [])):
            self._take_group(place, group)

    @staticmethod
    def require_known_keys(spec: Mapping[str, Any]) -> None:
        """Refuses a spec with a key that changes what a model computes in a way that is not known here."""
        for owner, known, given in (("", _KEYS, spec), ("preprocess ", _PREPROCESS_KEYS, spec["preprocess"])):
            for key, value in given.items():
                if key not in known and value not in (None, False, 0, 1, "none", {"type": "none"}, [], {}):
                    raise ValueError(
                        f'the model\'s {owner}"{key}" has no counterpart in an ONNX file; make a model without it, '
                        f'with "{key}" left out or off')

    def names(self, kind: str) -> List[int]:
        """The places of the columns of a kind."""
        return [place for place, column in enumerate(self.columns) if column["kind"] == kind]

    def _take(self, place: int, column: Mapping[str, Any]) -> None:
        kind = column["kind"]
        if kind == "ignore":
            return
        if kind == "category":
            self._take_category(place, column)
            return
        if kind == "boolean":
            self.booleans[place] = self._advance("scalar", 1)
        else:
            self._take_numbers(place, column)
        if column["has_missing"]:
            self.indicators[place] = self._advance("scalar", 1)

    def _starts(self) -> Dict[str, int]:
        """Where the table layer's inputs of each kind begin: numbers, bins, one-hot codes, embeddings."""
        numbers = [column for column in self.columns if column["kind"] in ("number", "date")]
        bins = [each for owner in [*numbers, *self.spec.get("groups", [])] for each in owner["bins"]]
        flags = sum(column["kind"] == "boolean" for column in self.columns)
        flags += sum(column["kind"] in ("number", "date", "boolean") and column["has_missing"] for column in self.columns)
        levels = [column["levels"] for column in self.columns if column["kind"] == "category"]
        one_hot = sum(FIRST + count for count in levels if count <= self.spec["layers"][0]["one_hot_up_to"])
        scalars = len(bins) * len(self.scalings) + flags
        return {
            "scalar": 0, "bins": scalars, "one_hot": scalars + sum(bins), "embedding": scalars + sum(bins) + one_hot}

    def _advance(self, kind: str, derived: int, inputs: int = 1) -> int:
        first = self._next[kind]
        self._next[kind] += derived
        self._inputs += inputs
        return first

    def _take_numbers(self, place: int, column: Mapping[str, Any]) -> None:
        kinds = [("", -1)] if column["kind"] == "number" else [(part, -1) for part in column["parts"]]
        kinds += [("since", self._place(name)) for name in column.get("since", [])]
        self._add_numbers(place, kinds, column["bins"])

    def _take_group(self, place: int, group: Mapping[str, Any]) -> None:
        columns = [category.column for category in self.categories]
        keys, means = (self.tensors[f"groups.{place}.{name}"] for name in ("keys", "means"))
        dates = [self._place(name) for name in group["dates"]]
        self.groups.append(Group(columns.index(self._place(group["category"])), dates, keys.view(np.int64), means))
        self._add_numbers(place, [("group", -1)] * len(group["bins"]), group["bins"])

    def _place(self, name: str) -> int:
        return [column["name"] for column in self.columns].index(name)

    def _add_numbers(self, place: int, kinds: Sequence[Tuple[str, int]], bins_of_each: Sequence[int]) -> None:
        for (part, other), bins in zip(kinds, bins_of_each):
            scalars = self._advance("scalar", len(self.scalings), len(self.scalings))
            learnt = self._reader.next(bins)
            first = self._advance("bins", bins, 1 if bins else 0)
            self.numbers.append(Number(place, part, other, *learnt, scalars=scalars, bins=first))

    def _take_category(self, place: int, column: Mapping[str, Any]) -> None:
        layer, inputs = self.spec["layers"][0], self._inputs
        levels = _levels(self.tensors, place, column)
        is_one_hot = len(levels) <= layer["one_hot_up_to"]
        table = np.empty((0, 0), np.float32) if is_one_hot else self.tensors[f"layers.0.embedding.{inputs}.weight"]
        first = (
            self._advance("one_hot", FIRST + len(levels))
            if is_one_hot else self._advance("embedding", layer["category_size"]))
        self.categories.append(Category(place, levels, is_one_hot, table, first))


def _levels(tensors: Mapping[str, np.ndarray], place: int, column: Mapping[str, Any]) -> List[Any]:
    if column["values"] != "text":
        return tensors[f"columns.{place}.values"].tolist()
    text = tensors[f"columns.{place}.levels"].tobytes()
    ends = tensors[f"columns.{place}.ends"].tolist()
    return [text[start:end].decode("utf-8") for start, end in zip([0, *ends], ends)]


class _Numbers:
    """The tensors of all numbers, read one number after the other."""

    def __init__(self, tensors: Mapping[str, np.ndarray], scalings: int):
        self._tensors = tensors
        self._scalings = scalings
        self._index = self._edge = 0

    def next(self, bins: int) -> Tuple[List[Tuple[np.ndarray, np.ndarray]], np.ndarray, float, float, float]:
        """Curves, edges, fill, low and high of the next number."""
        knots, ends = (self._tensors[f"preprocess.{name}"] for name in ("knots", "knot_ends"))
        curves = []
        for curve in range(self._index * self._scalings, (self._index + 1) * self._scalings):
            start, end = (int(ends[curve - 1]) if curve else 0), int(ends[curve])
            curves.append((knots[0, start:end], knots[1, start:end]))
        count = bins + 1 if bins else 0
        edges = self._tensors["preprocess.edges"][self._edge : self._edge + count]
        fill, low, high = self._tensors["preprocess.ranges"][self._index].tolist()
        self._edge += count
        self._index += 1
        return curves, edges, fill, low, high
