"""Specs and configs as the JSON texts that the library reads."""

from __future__ import annotations

import json
import os
from typing import Any, Mapping, Optional

import numpy as np

from . import _hints
from .errors import ArgumentError


def _plain(value: Any) -> Any:
    """Numbers, arrays, mappings and paths that json does not know."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    raise TypeError(f"{type(value).__name__} {value!r}")


def encode(value: Any, name: str) -> bytes:
    """Returns value as a JSON text.

    Raises
    ------
    ArgumentError
        A value that JSON does not have, such as NaN or an object.
    """
    try:
        # Escaped to ASCII, so that no text can hold the byte 0 that would end it for C.
        return json.dumps(value, default=_plain, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as problem:
        raise ArgumentError(
            f"{name} must consist of dicts, lists, texts, finite numbers, booleans and None: {problem}"
        ) from None


def kind(value: Any, name: str) -> bytes:
    """Returns a name, or a dict with a name and options, as the JSON object of its kind."""
    return encode({"type": value} if isinstance(value, str) else value, name)


def merged(config: Optional[Mapping[str, Any]], options: Mapping[str, Any]) -> dict:
    """Returns a config with keyword arguments laid over it.

    A trailing underscore is dropped, so that ``continue_=True`` can be written.
    """
    if config is not None and not isinstance(config, Mapping):
        raise ArgumentError(f'config must be a dict such as {{"epochs": 20}}, got {config!r}')
    whole = {**(config or {}), **{key[:-1] if key.endswith("_") else key: value for key, value in options.items()}}
    _hints.refuse_foreign(whole)
    weights = whole.get("class_weight")
    if isinstance(weights, Mapping) or hasattr(weights, "to_dict"):
        whole["class_weight"] = {_label(label): weight for label, weight in dict(weights).items()}
    if isinstance(whole.get("metrics"), (str, Mapping)):
        whole["metrics"] = [whole["metrics"]]
    if isinstance(whole.get("early_stopping"), bool):
        whole["early_stopping"] = {} if whole["early_stopping"] else None
    # None stands for an option that is not given.
    return {name: value for name, value in whole.items() if value is not None}


def _label(label: Any) -> str:
    """Returns a label as the text that names its class: 1, 1.0 and numpy.int64(1) are "1"."""
    if isinstance(label, (bool, np.bool_)):
        return "true" if label else "false"
    if isinstance(label, (float, np.floating)) and float(label).is_integer():
        return str(int(label))
    return str(label)
