"""Data sets made of tables: columns of numbers, texts, booleans and dates, with gaps."""

from __future__ import annotations

import weakref
from typing import Any, Collection, Optional, Sequence, Tuple, Union

import numpy as np

from . import _arrays, _frames, _json
from ._library import Data, c_int64, lib
from .data import KINDS, DataSet, sortable
from .errors import ArgumentError, DtypeError

Target = Union[str, int, None]


class Table(DataSet):
    """A data set made of a table, checked once by the library; columns of numbers stay where they are.

    Parameters
    ----------
    frame
        A table of pandas, polars, pyarrow or DuckDB, whatever else has ``__arrow_c_stream__``, a dict of columns
        (arrays or lists), a structured array, or a list of dicts. Columns hold numbers, booleans, texts, dates or
        categories; None, NaN, NaT and pandas.NA are missing. A column of another kind, such as lists, is left out.
    target : str or int, optional
        The column to learn, by name or position; without it the table serves predictions.
    weight : str or int, optional
        The column of the sample weights: numbers, each >= 0.
    missing_text : list of str
        Texts that mean a missing value, such as ``["", "NA"]``.
    parse_text : bool
        Whether a text column in which every text is a decimal number is read as numbers.
    allow_infinite : bool
        Whether numbers may be infinite.

    Raises
    ------
    ArgumentError, ShapeError, DtypeError, LimitError
        What the library refuses, with column and row.

    Examples
    --------
    >>> import nnswift
    >>> table = nnswift.Table({"age": [31, 40, None], "city": ["Bern", "Rome", "Bern"], "came": [True, False, True]}, "came")
    >>> table
    <nnswift.Table 3 rows, 2 columns and a target>
    >>> rest, part = table.split(0.3, kind="random")
    >>> len(rest), len(part)
    (2, 1)
    """

    def __init__(
        self,
        frame: Any,
        target: Target = None,
        *,
        weight: Target = None,
        missing_text: Sequence[str] = (),
        parse_text: bool = False,
        allow_infinite: bool = False,
    ):
        given = [missing_text] if isinstance(missing_text, str) else list(missing_text)
        options = {"missing_text": given, "parse_text": parse_text, "allow_infinite": allow_infinite}
        self._read(frame, options, target, weight, None)

    @classmethod
    def _for_prediction(cls, frame: Any, wanted: Collection[str], allow_infinite: bool) -> "Table":
        """A table without target, of those columns that a model knows."""
        table = cls.__new__(cls)
        table._read(frame, {"allow_infinite": bool(allow_infinite)}, None, None, wanted)
        return table

    def _read(
        self, frame: Any, options: dict, target: Target, weight: Target, wanted: Optional[Collection[str]]
    ) -> None:
        _frames.refuse_lazy(frame)
        if not _frames.is_frame(frame):
            raise DtypeError(
                f"frame must be a table with named columns, got {_frames.shown(frame)}; give a table of pandas, polars, "
                'pyarrow or DuckDB, or a dict such as {"age": ages, "city": cities}'
            )
        frame = _frames.opened(frame)
        config, roles = _json.encode(options, "table"), (_place(target, "target"), _place(weight, "weight"))
        handle = Data()
        if _frames.is_stream(frame):
            stream, source = _frames.stream_of(frame)
            lib.nns_data_create_arrow(stream, *roles, config, handle)
        else:
            source = _frames.Columns(frame, wanted)
            lib.nns_data_create_table(source.array, source.count, source.rows, *roles, config, handle)
        self._frame = frame
        self._own(handle, source)

    def _own(self, handle: Any, source: Any) -> None:
        self._x: Any = source
        self.handle: Any = handle
        # The finalizer has the columns, too: they go after the handle that points to them.
        self._free = weakref.finalize(self, _free, handle, source)

    def _part(self, handle: Any) -> "Table":
        part = type(self).__new__(type(self))
        part._frame = self._frame
        part._own(handle, self._x)
        return part

    def split(
        self, fraction: float = 0.25, kind: str = "stratified", key: Any = None, seed: int = 0
    ) -> Tuple["Table", "Table"]:
        """Divides the rows in two without copying them.

        Parameters
        ----------
        fraction, kind, seed
            As in `nnswift.split`.
        key : str or array [rows], optional
            For "group" and "time": a column by its name, or values.

        Returns
        -------
        rest, part
            Both have the columns and roles of this table.
        """
        if kind not in KINDS:
            raise ArgumentError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
        keys = None if key is None else _arrays.borrow(sortable(self._key(key)), "key")
        rest, part = Data(), Data()
        lib.nns_data_split(self.handle, KINDS[kind], float(fraction), keys, _arrays.seed(seed), rest, part)
        return self._part(rest), self._part(part)

    def _key(self, key: Any) -> Any:
        if not isinstance(key, str):
            return key
        frame = self._frame
        if isinstance(frame, (list, tuple)):
            values: Any = [record.get(key) for record in frame]
        else:
            try:
                values = frame[key]
            except (KeyError, TypeError, ValueError, IndexError):
                raise ArgumentError(f'key must be a column of the table or an array, got "{key}"') from None
            except Exception as problem:  # polars has errors of its own
                raise ArgumentError(f'key must be a column of the table or an array, got "{key}": {problem}') from None
        return np.asarray(values)[self.rows()]

    def __len__(self) -> int:
        return self._sizes()[0]

    def _sizes(self) -> Tuple[int, int, int]:
        sizes = (c_int64(), c_int64(), c_int64())
        lib.nns_data_size(self.handle, *sizes)
        rows, columns, targets = (size.value for size in sizes)
        return rows, columns, targets

    def __exit__(self, *_: Any) -> None:
        self._free()

    def __repr__(self) -> str:
        rows, columns, targets = self._sizes()
        return f"<nnswift.Table {rows} rows, {columns} columns{' and a target' if targets else ''}>"


def _free(handle: Any, _: Any) -> None:
    lib.nns_data_free(handle)


def _place(role: Target, name: str) -> Optional[bytes]:
    """Returns a column's name, or its position in the library's form "#3"."""
    if role is None:
        return None
    if isinstance(role, str):
        if "\0" in role:
            raise ArgumentError(f"{name} must be the name of a column, got {role!r}")
        return role.encode("utf-8", "replace")
    return b"#%d" % _arrays.integer(role, name, 0, 65534)
