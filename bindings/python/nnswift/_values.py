"""One row of raw values for a session of a model of tables."""

from __future__ import annotations

import datetime
import numbers
from typing import Any, Dict, List, Mapping, Sequence

import numpy as np

from . import _cells, _elements
from ._library import NNS_INTEGER, NNS_MISSING, NNS_NUMBER, NNS_TEXT, nns_value
from .errors import ArgumentError, DtypeError, ShapeError

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


class RowValues:
    """The memory for one row, written again and again.

    Parameters
    ----------
    columns
        Of the model, in its order: dicts with "name" and "kind".
    """

    def __init__(self, columns: Sequence[Mapping[str, Any]]):
        self.names: List[str] = [column["name"] for column in columns]
        self._is_date = [column["kind"] == "date" for column in columns]
        self._is_needed = [column["kind"] != "ignore" for column in columns]
        self.array = (nns_value * len(columns))()
        self._cells = list(self.array)

    def write(self, row: Any, allow_infinite: bool = False) -> None:
        """Takes a row: a dict by the names of columns, a row out of a table of pandas, or values in the model's order.

        Raises
        ------
        ArgumentError
            A column that is missing, an infinite number.
        ShapeError
            Another number of values.
        DtypeError
            A value of a type that no column has.
        """
        if hasattr(row, "iloc"):
            row = row.to_dict()
        values = self._by_name(row) if isinstance(row, Mapping) else list(row)
        if len(values) != len(self._cells):
            raise ShapeError(
                f"row must have {len(self._cells)} values, one for each of model.columns, got {len(values)}"
            )
        self._allows_infinite = allow_infinite
        for place, value in enumerate(values):
            self._set(self._cells[place], value, place)

    def _by_name(self, row: Mapping[str, Any]) -> List[Any]:
        try:
            return [row[name] for name in self.names]
        except KeyError:
            pass
        for name, is_needed in zip(self.names, self._is_needed):
            if is_needed and name not in row:
                has = ", ".join(map(str, list(row)[:20]))
                raise ArgumentError(
                    f'row has no "{name}", which the model needs; it has {has}; give None where the value is missing'
                )
        return [row.get(name) for name in self.names]

    def _set(self, cell: nns_value, value: Any, place: int) -> None:
        kind = type(value)
        if kind is str:
            self._set_text(cell, value, place)
        elif (kind is int and _LOWEST <= value <= _HIGHEST or kind is bool) and not self._is_date[place]:
            cell.type, cell.integer = NNS_INTEGER, value
        elif kind is float:
            # The difference is 0, but for NaN and what is infinite.
            if value - value and value == value and not self._allows_infinite:
                raise ArgumentError(
                    f'"{self.names[place]}" must be finite, got {value}; give None where it is missing, or set allow_nan'
                )
            cell.type, cell.number = NNS_NUMBER, value
        elif _elements.is_missing(value):
            cell.type = NNS_MISSING
        else:
            self._set_other(cell, value, place)

    def _set_text(self, cell: nns_value, text: str, place: int) -> None:
        try:
            encoded = text.encode()
        except UnicodeEncodeError:
            raise ArgumentError(
                f'"{self.names[place]}" must be a text that UTF-8 can write, got {text!r:.60}'
            ) from None
        cell.type, cell.bytes, cell.text = NNS_TEXT, len(encoded), encoded

    def _set_other(self, cell: nns_value, value: Any, place: int) -> None:
        if isinstance(value, (datetime.date, np.datetime64)):
            if isinstance(value, np.datetime64) and np.isnat(value):
                cell.type = NNS_MISSING
                return
            cell.type, cell.integer = NNS_INTEGER, _cells.micros(value)
        elif isinstance(value, int) and self._is_date[place]:
            # To the library these would be microseconds, which nobody means who writes 20240131.
            raise DtypeError(
                f'"{self.names[place]}" must be a date or an ISO 8601 text, got {value}; '
                "datetime.datetime.fromtimestamp makes a date of seconds"
            )
        elif isinstance(value, (str, bytes)):
            self._set_text(cell, value.decode() if isinstance(value, bytes) else str(value), place)
        elif isinstance(value, np.generic) and isinstance(value.item(), (bool, int, float)):
            self._set(cell, value.item(), place)
        elif isinstance(value, numbers.Real) or hasattr(value, "as_tuple"):
            cell.type, cell.number = NNS_NUMBER, float(value)
        else:
            raise DtypeError(
                f'"{self.names[place]}" must be a number, a text, a boolean, a date or None, '
                f"got {_elements.shown(value)}"
            )


def counted(names: Sequence[str], **counts: Any) -> Dict[str, Dict[str, int]]:
    """Returns counts of each column by its name."""
    return {name: {key: int(values[place]) for key, values in counts.items()} for place, name in enumerate(names)}
