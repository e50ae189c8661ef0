"""What is wrong with an element that is no number, and what to do about it."""

from __future__ import annotations

import decimal
import numbers
from typing import Any, Optional, Tuple

import numpy as np


def _is_number(value: Any) -> bool:
    return isinstance(value, (numbers.Real, np.bool_, decimal.Decimal))


def _parses(text: Any) -> bool:
    try:
        float(text)
    except (TypeError, ValueError):
        return False
    return True


def first_odd(array: np.ndarray) -> Optional[Tuple[Tuple[int, ...], Any]]:
    """Returns place and value of the first element that is no number; None if all are numbers.

    Of texts the first that is not written as a number, as NumPy turns numbers beside a text into texts.
    """
    is_fine = _parses if array.dtype.kind in "UST" else _is_number
    for place, value in zip(np.ndindex(array.shape), array.ravel().tolist()):
        if not is_fine(value):
            return place, value
    return None


def is_missing(value: Any) -> bool:
    """Whether an object stands for a missing value: None, NaN, pandas.NA, NaT."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and value != value


def shown(value: Any) -> str:
    """Returns a value as a sentence shows it: short, texts in quotes."""
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:56]} ..."


def cure(array: np.ndarray, is_features: bool = True) -> str:
    """Returns what to do about an array of objects or texts where numbers must be; only features may be NaN."""
    odd = first_odd(array)
    if odd is None:
        return "all of its elements are numbers: convert with .astype(float)"
    value = odd[1]
    if is_missing(value):
        return "fill it or drop its row" + (", or put numpy.nan there and set allow_nan" if is_features else "")
    if isinstance(value, (str, bytes)):
        return "encode texts as numbers, for example one column a value"
    if isinstance(value, dict):
        is_one_row = not array.ndim and not any(hasattr(item, "__len__") for item in value.values())
        return f"pandas.DataFrame({'[x]' if is_one_row else 'x'}) makes a table of it"
    return "make numbers of it"


def refusal(array: np.ndarray, name: str) -> str:
    """Returns the sentence about an array of objects or texts where numbers must be."""
    must = f"{name} must be float32, float64, bool or integers"
    if not array.ndim:
        todo = cure(array) if isinstance(array.item(), dict) else "give rows of numbers"
        return f"{must}, got {type(array.item()).__name__}; {todo}"
    odd = first_odd(array)
    if odd is None:
        return f"{must}, got dtype {array.dtype}; {cure(array)}"
    place, value = odd
    where = f"row {place[0]}" + (f", column {place[1]}" if len(place) > 1 else "")
    todo = cure(array, is_features=name == "x")
    return f"{must}, {where} is {shown(value)}; {todo}"


def ragged(values: Any) -> Optional[str]:
    """Returns which rows of a list have different lengths, in words; None if none have."""
    lengths = [len(row) if hasattr(row, "__len__") else None for row in values]
    for row, length in enumerate(lengths):
        if length != lengths[0]:
            found = ["a single value" if n in (None, 1) else f"{n} values" for n in (lengths[0], length)]
            return f"row 0 has {found[0]}, row {row} has {found[1]}"
    return None
