"""ONNX: numbers that are made of dates, in whole numbers as the library computes them."""

from __future__ import annotations

from typing import Dict, List, Sequence

import numpy as np

from ._onnx_chain import Chain
from ._table_state import Number

#: What an integer of a missing value is: the least of 64 bits, as NumPy's NaT.
MISSING_INTEGER = -(2**63)

_DAY = 86_400_000_000  # microseconds


class Dates:
    """The columns of dates side by side, microseconds since 1970-01-01 [rows x dates].

    Parameters
    ----------
    chain : Chain
    columns : list of int
        The place of each in the model's columns.
    inputs : list of str
    """

    def __init__(self, chain: Chain, columns: Sequence[int], inputs: List[str]):
        self._chain = chain
        self._places = {column: place for place, column in enumerate(columns)}
        joined = chain.joined(inputs)
        #: Where a date is missing: booleans [rows x dates].
        self.missing = chain.add("Equal", joined, self._integer(MISSING_INTEGER))
        self._micros = chain.add("Where", self.missing, self._integer(0), joined)
        self._days = self._floor(self._micros, _DAY)
        self._civil: Dict[str, str] = {}

    def numbers(self, part: str, numbers: Sequence[Number]) -> str:
        """Adds one part of some dates, in double, NaN where it is missing."""
        own = [self._places[number.column] for number in numbers]
        chain = self._chain
        missing = chain.columns(f"{part}.of", self.missing, own)
        if part == "since":
            others = [self._places[number.other] for number in numbers]
            days = [
                chain.columns(f"since.{name}", self._days, places) for name, places in (("of", own), ("other", others))]
            missing = chain.add("Or", missing, chain.columns(f"{part}.other", self.missing, others))
            value = chain.cast(chain.add("Sub", *days), np.float64)
        else:
            value = chain.columns(f"{part}.of", self._part(part), own)
        return chain.add("Where", missing, chain.constant("nan", np.nan, np.float64), value)

    def hours(self, name: str, columns: Sequence[int]) -> str:
        """Adds the hours since 1970 of some dates, the least integer where one is missing."""
        chain = self._chain
        hours = self._floor(self._micros, 3_600_000_000)
        hours = chain.add("Where", self.missing, self._integer(MISSING_INTEGER), hours)
        return chain.columns(name, hours, [self._places[column] for column in columns])

    def _part(self, part: str) -> str:
        chain = self._chain
        if part == "trend":
            return self._ratio(self._micros, _DAY)
        if part == "hour":
            return self._ratio(self._mod(self._micros, _DAY), 3_600_000_000)
        if part == "weekday":  # 1970-01-01 was a Thursday
            return chain.cast(self._mod(chain.add("Add", self._days, self._integer(3)), 7), np.float64)
        if not self._civil:
            self._civil = self._put_civil()
        return self._civil[part]

    def _put_civil(self) -> Dict[str, str]:
        """Year, month and day of the proleptic Gregorian calendar.

        Reference: Hinnant 2013, "chrono-compatible low-level date algorithms", civil_from_days.
        """
        add, number = self._chain.add, self._integer
        shifted = add("Add", self._days, number(719_468))
        era_days = self._mod(shifted, 146_097)
        eras = add("Div", add("Sub", shifted, era_days), number(146_097))
        leaps = add("Sub", self._div(era_days, 36_524), self._div(era_days, 1460))
        year = self._div(add("Sub", add("Add", era_days, leaps), self._div(era_days, 146_096)), 365)
        years = add("Sub", add("Add", add("Mul", year, number(365)), self._div(year, 4)), self._div(year, 100))
        year_days = add("Sub", era_days, years)
        # Months from March on.
        month = self._div(add("Add", add("Mul", year_days, number(5)), number(2)), 153)
        before = self._div(add("Add", add("Mul", month, number(153)), number(2)), 5)
        day = add("Add", add("Sub", year_days, before), number(1))
        is_next = add("GreaterOrEqual", month, number(10))
        calendar = add("Where", is_next, add("Sub", month, number(9)), add("Add", month, number(3)))
        whole = add("Add", add("Mul", eras, number(400)), year)
        whole = add("Add", whole, self._chain.cast(is_next, np.int64))
        return {name: self._chain.cast(value, np.float64)
                for name, value in (("year", whole), ("month", calendar), ("day", day))}

    def _integer(self, value: int) -> str:
        return self._chain.constant(f"{value}", value, np.int64)

    def _div(self, value: str, by: int) -> str:
        """The quotient of a value that is not below 0."""
        return self._chain.add("Div", value, self._integer(by))

    def _mod(self, value: str, by: int) -> str:
        """What is left of a value, 0 ... by - 1."""
        return self._chain.add("Mod", value, self._integer(by))

    def _floor(self, value: str, by: int) -> str:
        """The quotient, rounded down."""
        return self._div(self._chain.add("Sub", value, self._mod(value, by)), by)

    def _ratio(self, value: str, by: int) -> str:
        divisor = self._chain.constant(f"{by}.0", by, np.float64)
        return self._chain.add("Div", self._chain.cast(value, np.float64), divisor)
