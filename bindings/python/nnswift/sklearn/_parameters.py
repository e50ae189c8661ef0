"""What numbers the parameters of an estimator may be; the rest is the library's to refuse."""

from __future__ import annotations

import numbers
from typing import Any, Dict, Tuple

from ..errors import ArgumentError

# Kind and least value by name.
_NUMBERS: Dict[str, Tuple[type, int]] = {
    "alpha": (numbers.Real, 0),
    "batch_size": (numbers.Integral, 0),
    "learning_rate_init": (numbers.Real, 0),
    "max_iter": (numbers.Integral, 1),
    "n_iter_no_change": (numbers.Real, 1),
}


def check(estimator: Any) -> None:
    """Raises ArgumentError for a number that is out of its range, by the name that the caller wrote."""
    for name, (kind, least) in _NUMBERS.items():
        value: Any = getattr(estimator, name)
        if value is None or value == "auto":
            continue
        if not isinstance(value, kind) or isinstance(value, bool) or not value >= least:
            what = "an integer" if kind is numbers.Integral else "a number"
            raise ArgumentError(f"{name} must be {what} >= {least}, got {value!r}")
