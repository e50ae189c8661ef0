"""The library itself: version, build, threads."""

from __future__ import annotations

import ctypes
import json
from typing import Any, Dict, List

from . import _arrays
from ._library import lib, text_of


def version() -> str:
    """Returns the version of the library, such as ``"1.0.0"``."""
    return lib.nns_version().decode()


def build_info() -> Dict[str, str]:
    """Returns how the library was built and what computes its products."""
    lines = text_of(lib.nns_build_info).splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def registry() -> Dict[str, List[Dict[str, Any]]]:
    """Returns what a spec and a config may name: the members of "layer", "activation", "init", "preprocess", "loss",
    "optimizer", "schedule" and "metric".

    Each member has a "name", an "example", and "options" with "name", "type", "default" (an option without one must be
    given) and what a value may be: "minimum" or "exclusiveMinimum", "maximum" or "exclusiveMaximum", "enum". A type is
    number, integer, boolean, string, numbers (a list), or one of the eight keys.
    """
    return json.loads(text_of(lib.nns_registry))


def set_threads(threads: int) -> None:
    """Sets the threads of trainings whose config names none: 1 (at first) to 256, 0 chooses by the size of the work.

    Results never depend on it.
    """
    lib.nns_set_threads(_arrays.integer(threads, "threads", -(2**31), 2**31 - 1))


def get_threads() -> int:
    """Returns what `set_threads` set."""
    threads = ctypes.c_int32()
    lib.nns_get_threads(threads)
    return threads.value
