"""Where rows come from: a file or standard input, packed or not, as text or as Parquet."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import sys
from typing import BinaryIO, Iterator, Optional

from ._complaint import Complaint

# The first bytes of files that people give by mistake, or on purpose.
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"
_WORKBOOKS = {b"PK\x03\x04": "an Excel workbook or a zip archive", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


# Bytes at the beginning that are searched for what no text has.
_LOOK = 4096


class Source:
    """An open file of rows.

    Attributes
    ----------
    name : str
        As a sentence calls it.
    """

    def __init__(self, stream: io.BufferedReader, name: str):
        self.name = name
        if stream.peek(2)[:2] == _GZIP:
            stream = io.BufferedReader(gzip.open(stream, "rb"))
        self._stream = stream
        self._head = stream.peek(4)[:4]
        for head, kind in _WORKBOOKS.items():
            if self._head == head:
                raise Complaint(f"{name} must be CSV or Parquet, got {kind}; save the table as CSV")
        if not self.is_parquet and b"\0" in stream.peek(1)[:_LOOK] and self._head[:2] not in _MARKS:
            raise Complaint(f"{name} is no text: it has a character 0; give CSV or Parquet")

    @property
    def is_parquet(self) -> bool:
        return self._head == _PARQUET

    def binary(self) -> BinaryIO:
        return self._stream

    def text(self, encoding: Optional[str]) -> io.TextIOWrapper:
        """Returns the characters; without an encoding UTF-8, or UTF-16 where a mark says so."""
        if encoding is None:
            encoding = "utf-16" if self._head[:2] in _MARKS else "utf-8-sig"
        try:
            return io.TextIOWrapper(self._stream, encoding, newline="")
        except LookupError:
            raise Complaint(f'--encoding must be one that Python knows, such as latin-1, got "{encoding}"') from None


@contextlib.contextmanager
def opened(path: str) -> Iterator[Source]:
    """Opens a path, or standard input for "-"."""
    name = "standard input" if path == "-" else path
    stack = contextlib.ExitStack()
    with stack:
        stream = sys.stdin.buffer if path == "-" else stack.enter_context(open(path, "rb"))
        yield Source(stream, name)  # type: ignore[arg-type]
