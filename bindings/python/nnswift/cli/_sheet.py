"""CSV: columns of texts, as they stand in the file."""

from __future__ import annotations

import csv
import itertools
from typing import IO, Any, Iterator, List, NamedTuple, Optional, Sequence

from ._column import Collector, Column
from ._complaint import Complaint, tell
from ._source import Source

_DELIMITERS = (",", ";", "\t", "|")
_SPELT = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}
# Lines over which a quoted name of a header may run.
_HEADER_LINES = 100
# Rows that are taken apart at a time, so that few of their texts are in memory at once.
_BLOCK = 10_000


class CsvForm(NamedTuple):
    """How a file is written.

    Without a header the columns are named "1", "2" and so on.
    """

    delimiter: Optional[str] = None
    """None: that with which the first line has most values."""
    encoding: Optional[str] = None
    """None: UTF-8, or UTF-16 with a mark."""
    has_header: bool = True
    names: Sequence[str] = ()
    """Of a file without a header: the columns that a model learnt from, its target included."""
    target: Optional[str] = None


class Sheet(NamedTuple):
    """Some rows of a file."""

    names: List[str]
    columns: List[Column]
    lines: List[int]
    """The line of the file in which each row ends, from 1."""

    @property
    def rows(self) -> int:
        return len(self.lines)


def sheets(source: Source, form: CsvForm, most: Optional[int] = None) -> Iterator[Sheet]:
    """Yields the rows in parts of at most `most`, all at once without it; one part without rows if there are none.

    Raises
    ------
    Complaint
        No header, a row with another number of values, bytes that are no text.
    """
    text = source.text(form.encoding)
    reader = None
    try:
        first = _first_line(text)
        if not first.strip():
            raise Complaint(f"{source.name} is empty; its first line must name the columns")
        delimiter = _delimiter(first, form.delimiter)
        reader = csv.reader(itertools.chain(first.splitlines(keepends=True), text), delimiter=delimiter)
        yield from _sheets(reader, form, most, source.name)
    except UnicodeDecodeError as problem:
        raise Complaint(
            f"{source.name} is not {problem.encoding.upper()}, it has a byte 0x{problem.object[problem.start]:02x}; "
            "name its encoding, such as --encoding latin-1 or --encoding cp1252"
        ) from None
    except csv.Error as problem:
        raise Complaint(f"{source.name}, line {reader.line_num if reader else 1}: {_explained(problem)}") from None


def _explained(problem: csv.Error) -> str:
    text = str(problem)
    if "field limit" in text:
        return f"a value is longer than {csv.field_size_limit():,} characters; a quote may not be closed"
    if "NUL" in text:
        return "there is a character 0; give a file of text"
    return text


def _first_line(text: IO[str]) -> str:
    """Returns the first line that is not blank; where a quote is open, with those up to its end."""
    line = text.readline()
    while line and not line.strip():
        line = text.readline()
    for _ in range(_HEADER_LINES):
        if line.count('"') % 2 == 0:
            break
        line += text.readline()
    return line


def _delimiter(first: str, given: Optional[str]) -> str:
    if given is not None:
        delimiter = _SPELT.get(given.lower(), given)
        if len(delimiter) != 1 or delimiter in '"\r\n':
            raise Complaint(f'--delimiter must be one character, or "tab", got "{given}"')
        return delimiter
    return max(_DELIMITERS, key=lambda mark: len(next(csv.reader(first.splitlines(), delimiter=mark))))


def _sheets(reader: Any, form: CsvForm, most: Optional[int], place: str) -> Iterator[Sheet]:
    names: List[str] = _header(next(reader), place) if form.has_header else []
    is_first = True
    while True:
        lines: List[int] = []
        collectors = [Collector() for _ in names]
        while most is None or len(lines) < most:
            rows = _block(reader, lines, _BLOCK if most is None else min(_BLOCK, most - len(lines)))
            if not rows:
                break
            if not names:
                names = _numbered(len(rows[0]), form, place)
                collectors = [Collector() for _ in names]
            _require_width(rows, len(names), lines, place)
            for collector, cells in zip(collectors, zip(*rows)):
                collector.extend(cells)
        if not lines and not is_first:
            return
        is_first = False
        yield Sheet(names, [collector.column() for collector in collectors], lines)


def _block(reader: Any, lines: List[int], most: int) -> List[List[str]]:
    """Returns the next rows and adds the line of each; a blank line is none of the table."""
    while True:
        before = reader.line_num
        rows: List[List[str]] = list(itertools.islice(reader, most))
        if not rows:
            return rows
        if reader.line_num - before == len(rows):
            ends: Sequence[int] = range(before + 1, reader.line_num + 1)
        else:  # values over several lines
            ends = list(itertools.accumulate((_line_count(row) for row in rows), initial=before))[1:]
        if all(rows):
            lines.extend(ends)
            return rows
        lines.extend(end for row, end in zip(rows, ends) if row)
        rows = [row for row in rows if row]
        if rows:
            return rows


def _line_count(row: List[str]) -> int:
    return 1 + sum(len((cell + ".").splitlines()) - 1 for cell in row if "\n" in cell or "\r" in cell)


def _require_width(rows: List[List[str]], width: int, lines: List[int], place: str) -> None:
    if set(map(len, rows)) == {width}:
        return
    row, line = next((row, line) for row, line in zip(rows, lines[-len(rows) :]) if len(row) != width)
    raise Complaint(
        f"{place}, line {line}: there are {len(row)} values for {width} columns; "
        "put values that hold a delimiter in quotes, or name it with --delimiter"
    )


def _header(cells: Sequence[str], place: str) -> List[str]:
    names = [cell.strip() for cell in cells]
    for number, name in enumerate(names, 1):
        if name and name in names[: number - 1]:
            raise Complaint(
                f'{place}: columns {names.index(name) + 1} and {number} are both named "{name}"; rename one'
            )
    if all(_is_number(name) for name in names):
        tell(f"the first line of {place} holds numbers only; if it is not a header, say --no-header")
    return names


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbered(count: int, form: CsvForm, place: str) -> List[str]:
    """Returns the names of columns without a header; a file for a prediction may lack the target."""
    names = [str(number) for number in range(1, count + 1)]
    if not form.names or count == len(form.names):
        return names
    if count == len(form.names) - 1 and form.target in form.names:
        return [name for name in form.names if name != form.target]
    raise Complaint(
        f"{place} must have {len(form.names)} columns as the training's file had, which has no header either "
        f"(or these without the target), got {count}"
    )
