"""A column of texts of which most repeat: each different one once, and a number for each row."""

from __future__ import annotations

from array import array
from typing import Any, Dict, Iterable, List

import numpy as np
import numpy.typing as npt


class Column:
    """A column of a file.

    Parameters
    ----------
    texts
        The different texts, as they stand in the file.
    codes
        For each row the place of its text [rows].
    """

    def __init__(self, texts: List[str], codes: npt.NDArray[np.int32]):
        self.texts, self.codes = texts, codes

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str:
        return self.texts[int(self.codes[row])]

    def cells(self) -> List[str]:
        """Returns the texts of all rows."""
        return list(self.mapped(list(self.texts)).tolist())

    def where(self, rows: npt.NDArray[np.bool_]) -> "Column":
        """Returns some of the rows."""
        return Column(self.texts, self.codes[rows])

    def mapped(self, values: List[Any], dtype: Any = object) -> npt.NDArray[Any]:
        """Returns for each row its text's value [rows]."""
        table = np.empty(len(values), dtype)
        table[:] = values
        return table[self.codes]


class Collector:
    """A column while its file is read."""

    def __init__(self) -> None:
        self._places = _Places()
        # 2^31 rows, and as many different texts, are more than memory has.
        self._codes = array("i")

    def extend(self, cells: Iterable[str]) -> None:
        self._codes.extend(map(self._places.__getitem__, cells))

    def column(self) -> Column:
        return Column(
            list(self._places), np.frombuffer(self._codes, np.int32) if self._codes else np.empty(0, np.int32)
        )


class _Places(Dict[str, int]):
    """The place of each text, in the order of their coming."""

    def __missing__(self, text: str) -> int:
        self[text] = place = len(self)
        return place
