"""Models of tables: made for a table, trained on one, predicting for tables."""

from __future__ import annotations

import contextlib
from typing import Any, Dict, List, Mapping, Optional, Type, TypeVar, Union

from . import _arrays, _frames, _hints, _json, _library, _prediction, _training
from ._gradients import DifferentiableModel
from ._library import lib, text_of
from ._watchers import Watching
from .errors import ArgumentError, BusyError, Error
from .table import Table

Kind = TypeVar("Kind", bound="TabularModel")
# Levels that `columns` lists.
_FEW = 20


class TabularModel(DifferentiableModel):
    """What a `Model` of a table has besides."""

    @classmethod
    def for_table(cls: Type[Kind], table: Table, spec: Optional[Mapping[str, Any]] = None, **keys: Any) -> Kind:
        """Makes an untrained model for a table; what the spec leaves out is completed from the table.

        Kinds of columns, levels, scales, bins and the classes of the target are learnt from all rows of the table.
        `train` with ``preset="tabular"`` trains it as `nnswift.fit_table` does.

        Parameters
        ----------
        table : Table
            With a target.
        spec : dict, optional
            What is decided: "columns", "layers", "loss", "preprocess", "seed" and so on. ``"columns": {"id": "ignore",
            "stars": {"kind": "category", "values": "integer"}}`` describes some columns.
        **keys
            Laid over spec.

        Examples
        --------
        >>> import nnswift
        >>> people = {"age": [20, 30, 40, 50] * 10, "city": ["Bern", "Rome"] * 20, "came": [False, True] * 20}
        >>> table = nnswift.Table(people, "came")
        >>> model = nnswift.Model.for_table(table, seed=7)
        >>> history = model.train(table, preset="tabular")
        >>> model.predict({"age": [33], "city": ["Rome"]}, kind="label").tolist()
        [True]
        """
        if not isinstance(table, Table):
            raise ArgumentError(
                f"table must be a nnswift.Table with a target, got {_frames.shown(table)}; "
                'nnswift.Table(frame, target="...") makes one'
            )
        whole = dict(_hints.spec_of({} if spec is None else spec, keys))
        if "columns" in whole:
            whole["columns"] = described(whole["columns"])
        handle = _library.Model()
        lib.nns_create_for(table.handle, _json.encode({"preset": "tabular", **whole}, "spec"), handle)
        return cls._owning(handle)

    @property
    def columns(self) -> List[Dict[str, Any]]:
        """What the model knows of the columns of its table, in its order; empty for a model of arrays.

        Each is a dict with "name", "kind" and what the spec says of it; a category of few levels also has them:
        "names".
        """
        columns = self.spec.get("columns", [])
        for column in columns:
            if column["kind"] == "category" and column["levels"] <= _FEW:
                column["names"] = self.levels(column["name"])
        return columns

    def levels(self, column: Union[str, int]) -> List[Any]:
        """Returns the levels of a category in the type of their column.

        Parameters
        ----------
        column : str or int
            By name or position in `columns`.

        Raises
        ------
        ArgumentError
            No such column, or one that is no category.
        """
        columns = self.spec.get("columns", [])
        place = column
        if isinstance(column, str):
            names = [known["name"] for known in columns]
            if column not in names:
                raise ArgumentError(f'the model has no column "{column}"; it has {", ".join(names[:20]) or "none"}')
            place = names.index(column)
        place = _arrays.size(place, "column")
        if not 0 <= place < len(columns) or columns[place]["kind"] != "category":
            text_of(lib.nns_level, self._handle, place, 0)  # raises the library's sentence
        kind = {"text": str, "integer": int}.get(columns[place]["values"], lambda text: text == "1")
        # The first two codes are other levels, and missing values.
        return [
            kind(text_of(lib.nns_level, self._handle, place, code)) for code in range(2, 2 + columns[place]["levels"])
        ]

    def calibrate(self, data: Any) -> None:
        """Fits the calibration of a classifier to rows that it was not trained on; `train` does it by itself where it
        has validation rows.

        Parameters
        ----------
        data : Table, or a table with the target
        """
        table = self._with_target(data)
        lib.nns_calibrate(self._handle, table.handle)
        self._describe()

    @property
    def _takes_tables(self) -> bool:
        return bool(self._form.columns)

    def _is_table(self, X: Any) -> bool:
        """Whether a call is about a table; arrays go to the library, which refuses them where they do not fit."""
        return isinstance(X, Table) or self._takes_tables and (_frames.is_frame(X) or hasattr(X, "collect_schema"))

    def _with_target(self, data: Any, y: Any = None, sample_weight: Any = None) -> Table:
        """Returns a table with the model's target."""
        for name, value, role in (("y", y, "target"), ("sample_weight", sample_weight, "weight")):
            if value is not None:
                raise ArgumentError(
                    f"{name} must not be given beside a table, which has its own; nnswift.Table(frame, "
                    f"{role}=...) names its column"
                )
        return data if isinstance(data, Table) else Table(data, self.spec["target"]["name"])

    def _train_table(self, table: Table, config: Mapping[str, Any], validation: Any, callback: Watching, verbose: Any) -> Any:
        held_out = None if validation is None else self._with_target(validation)
        try:
            _training.train(self, table, held_out, config, callback, verbose)
        finally:
            with contextlib.suppress(BusyError):
                self._describe()
        history = self.history
        history._warn(depth=3)
        return history

    def _predict_table(self, X: Any, kind: str, allow_nan: bool) -> Any:
        code = _prediction.kind_code(kind, allow_nan)
        is_row = not isinstance(X, Table) and _frames.is_row(X)
        if is_row and not allow_nan:
            # What this refuses, the whole way refuses with its own sentence.
            with contextlib.suppress(Error):
                return self._predict_row(X, kind)
        table = X if isinstance(X, Table) else Table._for_prediction(X, self._form.columns, allow_nan)
        rows = len(table)
        out = self._form.empty(rows, kind)
        target = _arrays.borrow_array(out, "out")

        def work() -> None:
            lib.nns_predict_data(self._handle, table.handle, code, target)

        _prediction.run(work, self._form, rows)
        return self._form.finished(out, kind, is_row)

    def _predict_row(self, row: Any, kind: str) -> Any:
        """Predicts for one row with a session that waits for the next one; each thread takes its own."""
        waiting = self.__dict__.setdefault("_sessions", [])
        try:
            session = waiting.pop()
        except IndexError:
            session = self.session()
        try:
            return session.predict_values(row, kind)
        finally:
            waiting.append(session)


def described(columns: Any) -> Any:
    """Returns "columns" of a spec as a list: a dict by name is one, in which a text is a kind."""
    if not isinstance(columns, Mapping):
        return columns
    return [
        {"name": str(name), **({"kind": what} if isinstance(what, str) else dict(what))}
        for name, what in columns.items()
    ]
