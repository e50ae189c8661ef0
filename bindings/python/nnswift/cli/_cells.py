"""Texts of a CSV as values: numbers, levels, gaps; in a training by how they look, later by what the model knows."""

from __future__ import annotations

import re
from typing import Any, Callable, Collection, List, Mapping, NamedTuple, Optional, Sequence

import numpy as np
import numpy.typing as npt

from ._column import Column
from ._complaint import Complaint

MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A", "?")
"""Texts that mean a missing value. "None" is not among them: it names a level, and often a class."""

# The numbers that the library itself reads in texts.
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_COMMAS = re.compile(r"[+-]?[0-9]+(?:,[0-9]+)?")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*")
_DATE_OF_PEOPLE = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{2,4}(?: .*)?")
# Texts beside numbers, at most and at least so many, that may stand for a missing value.
_FEW, _MANY = 3, 20
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
# Different whole numbers up to which a target is classes, as in the library.
_MOST_CLASSES = 10


class Texts(NamedTuple):
    """How texts are read."""

    missing: Collection[str] = MISSING
    decimal: str = "."

    def plain(self, text: str) -> str:
        """Returns a number's text with a decimal point."""
        return text if self.decimal == "." else text.replace(self.decimal, ".")


def _whole(numbers: np.ndarray) -> np.ndarray:
    """Returns numbers as integers, if all are."""
    integers = numbers.astype(np.int64)
    return integers if (integers == numbers).all() else numbers


class Cells:
    """A column of a sheet: its different texts without the blanks around them, which most columns repeat."""

    def __init__(self, column: Column, texts: Texts):
        self._column = column
        self._texts = texts
        self._stripped = [text.strip() for text in column.texts]
        self._is_missing = [text in texts.missing for text in self._stripped]
        self.present = {text for text, gone in zip(self._stripped, self._is_missing) if not gone}

    def gaps(self) -> npt.NDArray[np.bool_]:
        """Returns which rows have no value [rows]."""
        return self._column.mapped(self._is_missing, np.bool_)

    def _mapped(self, value_of: Callable[[str], Any], missing: Any = None, dtype: Any = object) -> npt.NDArray[Any]:
        """Returns the values of all rows, computed once for each different text."""
        pairs = zip(self._stripped, self._is_missing)
        return self._column.mapped([missing if gone else value_of(text) for text, gone in pairs], dtype)

    def are(self, form: "re.Pattern[str]") -> bool:
        return bool(self.present) and all(form.fullmatch(self._texts.plain(text)) for text in self.present)

    def texts(self) -> List[Optional[str]]:
        return list(self._mapped(str).tolist())

    def numbers(self) -> np.ndarray:
        return self._mapped(lambda text: float(self._texts.plain(text)), np.nan, np.float64)

    def integers(self) -> Any:
        values, gaps = self._mapped(int, 0, np.int64), self.gaps()
        return np.ma.MaskedArray(values, gaps) if gaps.any() else values

    def guessed(self) -> Any:
        """Returns numbers where all texts are numbers, else texts."""
        if not self.present:
            return np.full(len(self._column), np.nan)
        if self.are(_WHOLE):
            return self.integers()
        return self.numbers() if self.are(_NUMBER) else self.texts()

    def labels(self) -> Any:
        """Returns a target: as `guessed`, but few numbers that are whole are classes, even if written 1.0."""
        values = self.guessed()
        if getattr(values, "dtype", None) == np.float64 and len(self.present) <= _MOST_CLASSES:
            return _whole(values) if np.isfinite(values).all() else values
        return values

    def look_like_other_dates(self) -> bool:
        """Whether these are dates, but not such as 2024-05-31, which the library reads."""
        return self.are(_DATE_OF_PEOPLE) and not self.are(_ISO_DATE)

    def look_like_decimal_commas(self) -> bool:
        return self.are(_COMMAS) and any("," in text for text in self.present)

    def few_odd(self) -> List[str]:
        """Returns the texts among numbers that are none, if they are few beside many."""
        odd = sorted(text for text in self.present if not _NUMBER.fullmatch(self._texts.plain(text)))
        return odd if len(odd) <= _FEW and len(self.present) >= _MANY else []

    def known(self, column: Mapping[str, Any], title: str, lines: Sequence[int]) -> Any:
        """Returns the values in the type of a model's column.

        Parameters
        ----------
        column
            An entry of `Model.columns`.
        title
            The file, in sentences.
        """
        kind = column["kind"]
        if kind == "category":
            kind = {"integer": "integer", "boolean": "boolean"}.get(column["values"], "text")
        if kind == "number":
            self._require(_NUMBER.fullmatch, column["name"], "a number", title, lines)
            return self.numbers()
        if kind == "integer":
            self._require(_WHOLE.fullmatch, column["name"], "a whole number", title, lines)
            return self.integers()
        if kind == "boolean":
            self._require(lambda text: text.lower() in _BOOLEANS, column["name"], "true or false", title, lines)
            return list(self._mapped(lambda text: _BOOLEANS[text.lower()]).tolist())
        return self.texts()

    def labels_of(self, classes: Sequence[Any], name: str, title: str, lines: Sequence[int]) -> Any:
        """Returns a target in the type of a model's classes; without classes numbers."""
        kind = type(classes[0]) if classes else float
        if kind is str:
            known = ", ".join(f'"{label}"' for label in classes[:10])
            self._require(set(classes).__contains__, name, f"one of {known}", title, lines, is_number=False)
            return self.texts()
        if kind is bool:
            return self.known({"name": name, "kind": "boolean"}, title, lines)
        self._require(_NUMBER.fullmatch, name, "a number", title, lines)
        numbers = self.numbers()
        return numbers if kind is float or not np.isfinite(numbers).all() else _whole(numbers)

    def _require(
        self, fits: Callable[[str], Any], name: str, what: str, title: str, lines: Sequence[int], is_number: bool = True
    ) -> None:
        """Refuses texts that do not fit, by the line of the first."""
        odd = {text for text in self.present if not fits(self._texts.plain(text) if is_number else text)}
        if odd:
            row = int(self._column.mapped([text in odd for text in self._stripped], np.bool_).argmax())
            raise Complaint(
                f'{title}, line {lines[row]}: "{name}" must be {what}, as in the training, got '
                f'"{self._column[row].strip()[:60]}"; mend it, or leave it empty where the value is missing'
            )
