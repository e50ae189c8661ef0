"""Parquet, by whichever package is installed."""

from __future__ import annotations

import importlib
import io
from typing import Any, Callable, Dict, List

from ._complaint import Complaint
from ._source import Source


def _by_duckdb(duckdb: Any, source: Source) -> Any:
    import tempfile

    # DuckDB reads files alone.
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(source.binary().read())
        file.flush()
        return duckdb.read_parquet(file.name).fetchnumpy()


def _whole(source: Source) -> io.BytesIO:
    return io.BytesIO(source.binary().read())


# In this order: the first keeps every type and needs no copy.
_READERS: Dict[str, Callable[[Any, Source], Any]] = {
    "pyarrow.parquet": lambda parquet, source: parquet.read_table(_whole(source)),
    "polars": lambda polars, source: polars.read_parquet(_whole(source)),
    "duckdb": _by_duckdb,
    "pandas": lambda pandas, source: pandas.read_parquet(_whole(source)),
}


def table_of(source: Source) -> Any:
    """Returns the table of a package that is installed.

    Raises
    ------
    Complaint
        None is, or the file is damaged.
    """
    for name, read in _READERS.items():
        try:
            package = importlib.import_module(name)
        except ImportError:
            continue
        try:
            return read(package, source)
        except ImportError:
            # pandas without an engine.
            continue
        except Exception as problem:
            raise Complaint(f"{source.name} cannot be read as Parquet: {str(problem).splitlines()[0]}") from None
    raise Complaint(f"{source.name} is Parquet, which needs one more package: pip install pyarrow (or polars, duckdb)")


def names_of(table: Any) -> List[str]:
    """Returns the names of a table's columns."""
    names = getattr(table, "column_names", None)
    if names is None:
        names = table.keys() if isinstance(table, dict) else table.columns
    return [str(name) for name in names]


def values_of(table: Any, name: str) -> List[Any]:
    """Returns a column as Python's own values."""
    column = table[name]
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, method):
            return list(getattr(column, method)())
    return list(column)
