"""Tables of any other origin, known by what they offer: a stream of Arrow, or the interchange protocol of data frames.

Their columns are read by pyarrow, polars or pandas, whichever is there: each reads a column of numbers as it is.
"""

from __future__ import annotations

import importlib
from typing import Any, Callable, List, Optional, Sequence, Tuple

from .errors import DtypeError

# Who reads a protocol, and how.
_Reader = Tuple[str, Callable[[Any, Any], Any]]
_STREAMS: Sequence[_Reader] = (
    ("pyarrow", lambda pyarrow, values: pyarrow.RecordBatchReader.from_stream(values).read_all()),
    ("polars", lambda polars, values: polars.DataFrame(values)),
)
_FRAMES: Sequence[_Reader] = (
    ("pyarrow.interchange", lambda interchange, values: interchange.from_dataframe(values)),
    ("pandas.api.interchange", lambda interchange, values: interchange.from_dataframe(values)),
)


def opened(values: Any, name: str) -> Any:
    """Returns a table of pyarrow, polars or pandas in the place of one that only has a protocol.

    None for anything else.

    Raises
    ------
    DtypeError
        None of them is installed.
    """
    if hasattr(values, "__arrow_c_stream__"):
        return _read(values, name, _STREAMS, "pyarrow or polars")
    if hasattr(values, "__dataframe__"):
        return _read(values, name, _FRAMES, "pyarrow or pandas")
    return None


def _read(values: Any, name: str, readers: Sequence[_Reader], packages: str) -> Any:
    for module, read in readers:
        try:
            reader = importlib.import_module(module)
        except ImportError:
            continue
        return read(reader, values)
    raise DtypeError(
        f"{name} is a {type(values).__name__}, which {packages} can read, and neither is installed; install one, "
        "or give a NumPy array"
    )


def names(values: Any) -> Optional[List[str]]:
    """Returns the names of the columns without reading any; None if they are not told."""
    told = getattr(getattr(values, "schema", None), "names", None)
    if told is None and hasattr(values, "__dataframe__"):
        told = values.__dataframe__().column_names()
    return None if told is None else list(told)
