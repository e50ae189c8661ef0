"""ONNX: the columns of a table as inputs of a graph, up to the table layer that takes them."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

import numpy as np

from ._onnx_chain import ML_DOMAIN, Chain
from ._onnx_dates import MISSING_INTEGER, Dates
from ._onnx_groups import put_groups
from ._onnx_hash import OPSET as OPSET_OF_HASH
from ._onnx_numbers import put_bins, put_curve, put_filled
from ._table_state import FIRST, MISSING, OTHER, Category, Number, TableState


def input_types(onnx: Any, state: TableState) -> Dict[str, int]:
    """The inputs in order, each the name of a column, and the type of its tensor [rows x 1]."""
    types = {}
    for column in state.columns:
        kind = column["kind"]
        if kind == "number" or kind == "boolean" and column["has_missing"]:
            types[column["name"]] = onnx.TensorProto.DOUBLE
        elif kind == "boolean":
            types[column["name"]] = onnx.TensorProto.BOOL
        elif kind == "category" and column["values"] == "text":
            types[column["name"]] = onnx.TensorProto.STRING
        elif kind != "ignore":
            types[column["name"]] = onnx.TensorProto.INT64
    return types


class TableInputs:
    """Puts a model's columns and its first layer's product into a graph.

    Parameters
    ----------
    chain : Chain
        Its value becomes what the layer gives before its activation.
    state : TableState
    missing_text : str
        The text that means a missing value.

    Raises
    ------
    ValueError
        If a column has missing_text among its levels.
    """

    def __init__(self, chain: Chain, state: TableState, missing_text: str):
        self._chain = chain
        self._state = state
        self._missing_text = missing_text
        #: Values [rows x some] float32, and the layer's input that each column of them is.
        self._blocks: List[Tuple[str, List[int]]] = []
        #: Booleans [rows x some]: where the model refuses a value.
        self._refused: List[str] = []
        if state.groups:
            chain.opset = OPSET_OF_HASH
        #: The codes of all categories [rows x categories], 0 for another level.
        self._codes = self._put_codes()
        self._put_numbers()
        self._put_booleans()
        self._put_categories()
        self._put_product()

    def put_refusal(self) -> None:
        """Makes the chain's value NaN in rows that have a value that the model refuses."""
        chain, value = self._chain, self._chain.value
        if not self._refused:
            return
        chain.begin("refused")
        flags = chain.cast(chain.joined(self._refused), np.float32)
        any_flag = chain.cast(chain.reduced("ReduceMax", flags), np.bool_)
        chain.add("Where", any_flag, float("nan"), value)

    def _name(self, column: int) -> str:
        return self._state.columns[column]["name"]

    def _refuses(self, column: int) -> bool:
        return self._state.columns[column]["missing"] == "error"

    def _put_numbers(self) -> None:
        chain, state = self._chain, self._state
        chain.begin("columns")
        own = [number for number in state.numbers if not number.part]
        values = [chain.joined([self._name(number.column) for number in own])] if own else []
        if own:
            places = [number.column for number in own]
            self._put_missing("number_missing", places, lambda: chain.add("IsNaN", values[0]))
        dates = state.names("date")
        if dates:
            own, values = own + self._put_dates(dates, values), values
        if not own:
            return
        chain.begin("numbers")
        filled = put_filled(chain, chain.joined(values), own)
        for index, scaling in enumerate(state.scalings):
            curve = put_curve(chain, filled, own, index, scaling)
            self._blocks.append((curve, [number.scalars + index for number in own]))
        binned = [number for number in own if len(number.edges)]
        if binned:
            places = [number.bins + bin for number in binned for bin in range(len(number.edges) - 1)]
            self._blocks.append((put_bins(chain, filled, own), places))

    def _put_dates(self, columns: List[int], values: List[str]) -> List[Number]:
        """Adds what is made of dates to the values; returns the numbers in their order."""
        chain, state = self._chain, self._state
        chain.begin("dates")
        dates = Dates(chain, columns, [self._name(column) for column in columns])
        made: List[Number] = []
        for part in dict.fromkeys(number.part for number in state.numbers if number.part not in ("", "group")):
            numbers = [number for number in state.numbers if number.part == part]
            values.append(dates.numbers(part, numbers))
            made += numbers
        self._put_missing("date_missing", columns, lambda: dates.missing)
        if state.groups:
            values += put_groups(chain, state.groups, self._codes, dates)
            made += [number for number in state.numbers if number.part == "group"]
        return made

    def _put_missing(self, name: str, columns: List[int], put: Any) -> None:
        """Adds the 1 for a missing value of those columns that have it, and notes those that refuse it."""
        chain = self._chain
        told = [place for place, column in enumerate(columns) if column in self._state.indicators]
        refused = [place for place, column in enumerate(columns) if self._refuses(column)]
        flags = put() if told or refused else ""
        if told:
            block = chain.cast(chain.columns(name, flags, told), np.float32)
            self._blocks.append((block, [self._state.indicators[columns[place]] for place in told]))
        if refused:
            self._refused.append(chain.columns(f"{name}_refused", flags, refused))

    def _put_booleans(self) -> None:
        chain, state = self._chain, self._state
        chain.begin("booleans")
        plain = [column for column in state.booleans if column not in state.indicators]
        if plain:
            block = chain.cast(chain.joined([self._name(column) for column in plain]), np.float32)
            self._blocks.append((block, [state.booleans[column] for column in plain]))
        gappy = [column for column in state.booleans if column in state.indicators]
        if gappy:
            chain.begin("booleans_or_missing")
            values = chain.joined([self._name(column) for column in gappy])
            missing = chain.add("IsNaN", values)
            known = chain.add("Where", missing, chain.constant("zero", 0, np.float64), values)
            self._blocks.append((chain.cast(known, np.float32), [state.booleans[column] for column in gappy]))
            self._put_missing("missing", gappy, lambda: missing)

    def _put_codes(self) -> str:
        if not self._state.categories:
            return ""
        self._chain.begin("levels")
        return self._chain.joined([self._put_code(category) for category in self._state.categories])

    def _put_code(self, category: Category) -> str:
        column = self._state.columns[category.column]
        is_text = column["values"] == "text"
        marker = self._missing_text if is_text else MISSING_INTEGER
        if marker in category.levels:
            raise ValueError(
                f'column "{column["name"]}" has the level {marker!r}, which shall mean a missing value; give '
                "missing_text another text, one that no column has")
        return self._chain.add(
            "LabelEncoder", column["name"], domain=ML_DOMAIN, default_int64=OTHER,
            **{"keys_strings" if is_text else "keys_int64s": [*category.levels, marker]},
            values_int64s=[*range(FIRST, FIRST + len(category.levels)), MISSING])

    def _put_categories(self) -> None:
        chain, categories = self._chain, self._state.categories
        if not categories:
            return
        chain.begin("levels")
        codes = self._put_unknown(self._codes)
        one_hot = [(place, category) for place, category in enumerate(categories) if category.is_one_hot]
        pairs = [
            (place, category.first, code)
            for place, category in one_hot for code in range(FIRST + len(category.levels))
        ]
        if pairs:
            repeated = chain.columns("one_hot", codes, [place for place, _, _ in pairs])
            wanted = chain.constant("codes", [[code for _, _, code in pairs]], np.int64)
            block = chain.cast(chain.add("Equal", repeated, wanted), np.float32)
            self._blocks.append((block, [first + code for _, first, code in pairs]))
        for place, category in enumerate(categories):
            if not category.is_one_hot:
                chain.begin(f"levels.{category.column}")
                code = chain.add("Gather", codes, chain.constant("place", place, np.int64), axis=1)
                block = chain.add("Gather", chain.constant("embedding", category.table), code)
                self._blocks.append((block, [category.first + each for each in range(category.table.shape[1])]))

    def _put_unknown(self, codes: str) -> str:
        """Returns the codes with unknown levels as their columns have them; notes what is refused."""
        chain = self._chain
        columns = [self._state.columns[category.column] for category in self._state.categories]
        for key, code in (("missing", MISSING), ("unknown", OTHER)):
            places = [place for place, column in enumerate(columns) if column[key] == "error"]
            if places:
                own = chain.columns(f"{key}_refused", codes, places)
                self._refused.append(chain.add("Equal", own, chain.constant(key, code, np.int64)))
        if all(column["unknown"] != "missing" for column in columns):
            return codes
        is_other = chain.add("Equal", codes, chain.constant("unknown", OTHER, np.int64))
        instead = [[MISSING if column["unknown"] == "missing" else OTHER for column in columns]]
        return chain.add("Where", is_other, chain.constant("unknown_code", instead, np.int64), codes)

    def _put_product(self) -> None:
        """Adds the first layer, its inputs in the order of the blocks."""
        chain, state = self._chain, self._state
        chain.begin("layers.0")
        weight = state.tensors["layers.0.weight"]
        order = [place for _, places in self._blocks for place in places]
        joined = chain.joined([value for value, _ in self._blocks])
        bias = chain.constant("bias", state.tensors["layers.0.bias"])
        chain.add("Gemm", joined, chain.constant("weight", weight[:, order]), bias, transB=1)
        chain.size = len(weight)
