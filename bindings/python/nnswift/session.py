"""Repeated predictions without allocation."""

from __future__ import annotations

import _thread
import weakref
from typing import TYPE_CHECKING, Any, Callable, Dict, Literal, Optional, overload

import numpy as np

from . import _arrays, _library, _prediction
from ._library import Int64s, lib
from ._values import RowValues, counted
from .errors import ArgumentError, BusyError

if TYPE_CHECKING:
    import numpy.typing as npt


_predict_bytes = _library.taking_bytes("nns_session_predict")
_predict_values = _library.taking_bytes("nns_session_predict_values")
# What no caller passes.
_NOTHING = object()


class Session:
    """Scratch memory for predictions of one model; `Model.session` makes it.

    A session serves one thread at a time (else `BusyError`) and keeps its model alive.
    """

    def __init__(self, model: Any, max_rows: int):
        self._form = model._form
        self.max_rows: int = _arrays.size(max_rows, "max_rows")
        self._handle = _library.Session()
        lib.nns_session_create(model._handle, self.max_rows, self._handle)
        self._release = weakref.finalize(self, lib.nns_session_free, self._handle)
        self._row = RowValues(model.spec["columns"]) if self._form.columns else None
        self._turn = _thread.allocate_lock()
        # The last call, ready to be made again.
        self._x: Any = _NOTHING
        self._out: Any = None
        self._kind: tuple = ()
        self._again: Callable[[], None] = lambda: None

    @overload
    def predict(
        self,
        X: Any,
        kind: Literal["proba", "raw"] = "proba",
        *,
        out: Optional[npt.NDArray[Any]] = None,
        allow_nan: bool = False,
    ) -> npt.NDArray[np.float32]: ...

    @overload
    def predict(
        self, X: Any, kind: str, *, out: Optional[npt.NDArray[Any]] = None, allow_nan: bool = False
    ) -> npt.NDArray[Any]: ...

    def predict(
        self, X: Any, kind: str = "proba", *, out: Optional[npt.NDArray[Any]] = None, allow_nan: bool = False
    ) -> Any:
        """Predicts for at most `max_rows` rows.

        Fastest with the same two arrays in every call: refill X, pass the same ``out``, and only the library's
        prediction itself is paid for.

        Parameters
        ----------
        X, kind, allow_nan
            As `Model.predict`.
        out : array, optional
            Dense, float32 or float64, int64 or int32 for labels; receives the predictions (labels that are texts: their indices) and is
            returned.

        Raises
        ------
        nnswift.Error
            As `Model.predict`; ShapeError for more than `max_rows` rows, BusyError from a second thread.
        """
        if X is self._x and out is self._out and (kind, allow_nan) == self._kind:
            self._again()
            return out
        if out is None:
            if kind == "proba" and not allow_nan:
                result = _prediction.one_row(self._predict_one, self._form, X)
                if result is not None:
                    return result
            return _prediction.predict(self._predict, self._form, X, kind, allow_nan)
        code = _prediction.kind_code(kind, allow_nan)
        view, _ = self._form.features(X)
        rows_of_out = self._form.rows_of(out, view.rows, kind)
        call = (self._handle, view, code, _arrays.borrow_array(rows_of_out, "out"))
        _prediction.run(lambda: lib.nns_session_predict(*call), self._form, view.rows)
        # Only for a borrowed array: a converted copy would not follow changes of X.
        if isinstance(X, np.ndarray) and np.may_share_memory(view.source, X):
            self._x, self._out, self._kind = X, out, (kind, allow_nan)
            self._again = _library.prepared("nns_session_predict", *call)
        return out

    def predict_values(self, row: Any, kind: str = "proba", *, allow_nan: bool = False) -> Any:
        """Predicts for one row of raw values, with a model of a table.

        Parameters
        ----------
        row : dict or sequence
            Values by the names of columns, where other names are passed over, or in the order of `Model.columns`: a
            number, a text, a boolean, a date, None or NaN where it is missing. A date may be an ISO 8601 text.
        kind
            As in `Model.predict`.
        allow_nan
            Lets infinite numbers through; NaN is missing anyway.

        Returns
        -------
        result
            As `Model.predict` gives for one row.

        Raises
        ------
        nnswift.Error
            A column that is missing (ArgumentError) or of another type (DtypeError), with its name.

        Examples
        --------
        >>> import nnswift
        >>> people = {"age": [20, 30, 40, 50] * 10, "city": ["Bern", "Rome"] * 20, "came": ["no", "yes"] * 20}
        >>> session = nnswift.fit_table(people, "came", seed=7).session()
        >>> session.predict_values({"age": 33, "city": "Rome"}, kind="label")
        'yes'
        >>> answer = session.predict_values({"age": None, "city": "Kyoto"})
        >>> session.counts()["city"]
        {'unknown': 1, 'missing': 0, 'clipped': 0}
        """
        if self._row is None:
            raise ArgumentError("the model takes arrays and has no columns; predict with session.predict")
        code = _prediction.kind_code(kind, False)
        out = self._form.empty(1, kind)
        dtype, place = _library.NNS_I64 if kind == "label" else _library.NNS_F32, _prediction.address(out)
        target = _library.dense_array(dtype, _prediction.addressof(place), 1, out.shape[1])
        if not self._turn.acquire(False):
            raise BusyError("another thread uses this session; give each thread one of its own")
        try:
            self._row.write(row, allow_nan)
            _predict_values(self._handle, self._row.array, len(self._row.names), code, target)
        finally:
            self._turn.release()
        return self._form.finished(out, kind, True)

    def counts(self) -> Dict[str, Dict[str, int]]:
        """Returns how often `predict_values` met an "unknown" level, a "missing" value and a number beyond those of the
        training ("clipped") in each column, since the session was made: the cheapest alarm that data have changed.
        """
        names = self._form.columns
        arrays = [np.zeros(max(1, len(names)), np.int64) for _ in range(3)]
        pointers = (_arrays.pointer(array, Int64s) for array in arrays)
        lib.nns_session_counts(self._handle, *pointers, len(names))
        return counted(names, unknown=arrays[0], missing=arrays[1], clipped=arrays[2])

    def _predict_one(self, features: Any, inputs: int, *arguments: Any) -> None:
        row = _library.dense_array(_library.NNS_F32, _prediction.addressof(features), 1, inputs)
        _predict_bytes(self._handle, row, *arguments)

    def _predict(self, *arguments: Any) -> None:
        lib.nns_session_predict(self._handle, *arguments)

    def __repr__(self) -> str:
        return f"<nnswift.Session for up to {self.max_rows} rows>"
