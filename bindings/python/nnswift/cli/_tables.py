"""Files as tables of the library: guessed for a training, in the model's types afterwards."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence

import numpy as np

from ..table import Table
from . import _parquet
from ._cells import Cells
from ._column import Column
from ._complaint import Complaint, tell, unknown
from ._reading import Reading
from ._sheet import Sheet, sheets
from ._source import opened


class Rows(NamedTuple):
    """Some rows of a file."""

    data: Any
    """What `Model.predict` takes: a `Table`, or features of a model of arrays [rows x features]; None without rows."""
    target: Any
    """Of a model of arrays, where it is needed [rows]."""
    raw: Any
    """Columns by name as they stand in the file."""
    size: int

    def column(self, name: str) -> List[Any]:
        column = self.raw[name]
        return column.cells() if isinstance(column, Column) else _parquet.values_of(self.raw, name)


def for_training(
    path: str, reading: Reading, target: str, ignored: Sequence[str], categories: Sequence[str]
) -> "tuple[Table, List[str]]":
    """Reads a table to learn from; columns of a CSV are numbers where all of their texts are.

    Returns
    -------
    table, names
        names: those of all columns of the file.
    """
    with opened(path) as source:
        if source.is_parquet:
            frame = _parquet.table_of(source)
            names = _parquet.names_of(frame)
            _require([target, *ignored, *categories], names, source.name)
            return Table(frame, target), names
        (sheet,) = sheets(source, reading.form)
        _require([target, *ignored, *categories], sheet.names, source.name)
        sheet = _with_target(sheet, target, reading, source.name)
        if "" in sheet.names:
            tell(f"a column of {source.name} has no name, as row numbers of other programs have none: left out")
        frame = {
            name: _guessed(
                name, Cells(column, reading.texts), reading, name == target, name in categories, name in ignored
            )
            for name, column in zip(sheet.names, sheet.columns)
            if name
        }
        return Table(frame, target), sheet.names


def _guessed(name: str, cells: Cells, reading: Reading, is_target: bool, is_category: bool, is_ignored: bool) -> Any:
    """Returns the values of a column by how they look, and says where that may be meant otherwise."""
    if is_target:
        return cells.labels()
    if is_category:
        return cells.texts()
    values = cells.guessed()
    if not is_ignored and not isinstance(values, np.ndarray):
        _remark(name, cells, reading)
    return values


def _require(wanted: Sequence[str], names: Sequence[str], title: str) -> None:
    for name in wanted:
        if name not in names:
            raise unknown(title, name, [known for known in names if known])


def _with_target(sheet: Sheet, target: str, reading: Reading, title: str) -> Sheet:
    """Leaves out rows whose target is missing, and says so."""
    if not sheet.rows:
        raise Complaint(f"{title} has a header and no rows")
    there = ~Cells(sheet.columns[sheet.names.index(target)], reading.texts).gaps()
    count = int(there.sum())
    if count == sheet.rows:
        return sheet
    if not count:
        raise Complaint(f'{title} has no value in its target "{target}"')
    tell(f'{sheet.rows - count:,} rows have no value in "{target}" and were left out')
    lines = [line for line, keep in zip(sheet.lines, there.tolist()) if keep]
    return Sheet(sheet.names, [column.where(there) for column in sheet.columns], lines)


def _remark(name: str, cells: Cells, reading: Reading) -> None:
    """Tells of texts that were probably meant as something else."""
    if reading.texts.decimal == "." and cells.look_like_decimal_commas():
        tell(f'"{name}" holds numbers with a comma, which are taken as texts; --decimal , reads them as numbers')
    if cells.look_like_other_dates():
        tell(f'"{name}" holds dates that are taken as texts; write them as 2024-05-31 to have days and weekdays learnt')
    odd = cells.few_odd()
    if odd:
        shown = ", ".join(f'"{text}"' for text in odd)
        tell(
            f'"{name}" holds numbers, but for {shown}, and is taken as texts; if these mean a missing value: --missing'
        )


def for_model(path: str, reading: Reading, model: Any, target: Optional[str], most: Optional[int]) -> Iterator[Rows]:
    """Yields the rows of a file in the types that a model knows.

    Parameters
    ----------
    target
        The column of the target, if it is needed; rows without it are then left out.
    most
        Rows of a part; None: all at once.
    """
    with opened(path) as source:
        if source.is_parquet:
            frame = _parquet.table_of(source)
            names = _parquet.names_of(frame)
            if not model.columns:
                raise Complaint(
                    f"{source.name} is Parquet, and the model was trained on arrays; write the table as CSV"
                )
            _require([column["name"] for column in _used(model)] + ([target] if target else []), names, source.name)
            table = Table(frame, target)
            yield Rows(table, None, frame, len(table))
            return
        for sheet in sheets(source, reading.form, most):
            yield (_rows if model.columns else _array_rows)(sheet, reading, model, target, source.name)


def _used(model: Any) -> List[Dict[str, Any]]:
    return [column for column in model.columns if column["kind"] != "ignore"]


def _rows(sheet: Sheet, reading: Reading, model: Any, target: Optional[str], title: str) -> Rows:
    columns = _used(model)
    _require([column["name"] for column in columns] + ([target] if target else []), sheet.names, title)
    if target:
        sheet = _with_target(sheet, target, reading, title)
    raw: Dict[str, Column] = dict(zip(sheet.names, sheet.columns))
    frame = {
        column["name"]: Cells(raw[column["name"]], reading.texts).known(column, title, sheet.lines)
        for column in columns
    }
    if target:
        frame[target] = Cells(raw[target], reading.texts).labels_of(model.classes, target, title, sheet.lines)
    return Rows(Table(frame, target) if sheet.rows else None, None, raw, sheet.rows)


def _array_rows(sheet: Sheet, reading: Reading, model: Any, target: Optional[str], title: str) -> Rows:
    """Rows for a model of arrays: its features by their names; without names the columns in their order."""
    names = model.feature_names or [name for name in sheet.names if name != target]
    _require([*names, *([target] if target else [])], sheet.names, title)
    if len(names) != model.input_size:
        raise Complaint(
            f"{title} must have {model.input_size} columns of features, as the model has no names for them, got "
            f"{len(names)}; leave out the others"
        )
    if target:
        sheet = _with_target(sheet, target, reading, title)
    raw: Dict[str, Column] = dict(zip(sheet.names, sheet.columns))
    features = [
        Cells(raw[name], reading.texts).known({"name": name, "kind": "number"}, title, sheet.lines) for name in names
    ]
    x = np.stack(features, axis=1)
    gaps = np.argwhere(np.isnan(x))
    if len(gaps):
        row, column = gaps[0]
        raise Complaint(f'{title}, line {sheet.lines[row]}: "{names[column]}" has no value, and the model needs one')
    y = Cells(raw[target], reading.texts).labels() if target else None
    return Rows(x if sheet.rows else None, y, raw, sheet.rows)
