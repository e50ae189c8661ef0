"""A call of `nns_train`: its data, its callback, its end."""

from __future__ import annotations

import contextlib
import ctypes
from typing import Any, Callable, Iterator, List, Mapping, Optional, Union

from . import _json
from ._interrupt import run_interruptibly
from ._library import NNS_STOP, lib, nns_progress_fn
from .data import DataSet
from .errors import ArgumentError, CallbackError
from .history import STOP, Progress

Callback = Callable[[Progress], Any]
Data = Union[tuple, DataSet]
_NO_CALLBACK = nns_progress_fn()
# Multiplications that end within a few hundredths of a second, before anybody could press Ctrl-C; what a row costs
# besides, as a number of them; the epochs of a config that names none.
_SHORT_WORK = 10_000_000
_ROW_WORK = 50
_DEFAULT_EPOCHS = 200


def _reporting(callback: Callback, errors: List[BaseException]) -> Any:
    """Returns a C callback that hands on the progress and keeps an exception for later."""

    def report(_: Any, progress: Any) -> int:
        try:
            now = progress.contents
            columns = range(now.metric_count)
            told = Progress(
                bool(now.epoch_end), now.epoch, now.epochs, now.batch, now.batches, now.loss, now.val_loss,
                now.learning_rate, now.seconds, now.batch_loss,
                {now.metric_names[column].decode(): now.metric_values[column] for column in columns},
                now.fold, now.folds,
            )  # fmt: skip
            return NNS_STOP if callback(told) is STOP else 0
        except BaseException as error:
            # C cannot carry it: stop, and let the caller of train have it.
            errors.append(error)
            return 1

    return nns_progress_fn(report)


@contextlib.contextmanager
def opened(data: Data, allow_nan: bool) -> Iterator[DataSet]:
    """A data set of borrowed arrays, for the time of a call; a table, which is one, goes on."""
    if isinstance(data, DataSet):
        yield data
        return
    with DataSet(*data, allow_nan=allow_nan) as rows:
        yield rows


def _is_short(handle: Any, data: Data, validation: Optional[Data], config: Mapping[str, Any]) -> bool:
    """Returns whether a training is over before a thread for it would have paid."""
    epochs = config.get("epochs", _DEFAULT_EPOCHS)
    if not isinstance(epochs, int) or "checkpoint" in config or isinstance(data, DataSet):
        return False
    parameters = ctypes.c_int64()
    lib.nns_param_count(handle, parameters)
    rows = data[0].rows + (validation[0].rows if isinstance(validation, tuple) else 0)
    return rows * epochs * (parameters.value + data[0].cols + _ROW_WORK) <= _SHORT_WORK


def train(
    handle: Any, data: Data, validation: Optional[Data], config: Mapping[str, Any], callback: Optional[Callback]
) -> None:
    """Trains; Ctrl-C and a callback's exception stop it and are raised here.

    Parameters
    ----------
    handle
        The library's model.
    data, validation
        Borrowed arrays: features, targets, sample weights or None. Or a table.
    """
    if callback is not None and not callable(callback):
        raise ArgumentError(f"callback must be one function of a Progress, got {callback!r}")
    text = _json.encode(config, "config")
    allow_nan = bool(config.get("allow_nan", False))
    errors: List[BaseException] = []
    report = _NO_CALLBACK if callback is None else _reporting(callback, errors)

    def work() -> None:
        with opened(data, allow_nan) as rows:
            if validation is None:
                lib.nns_train(handle, rows.handle, None, text, report, None)
                return
            with opened(validation, allow_nan) as held_out:
                lib.nns_train(handle, rows.handle, held_out.handle, text, report, None)

    if callback is None and _is_short(handle, data, validation, config):
        return work()
    try:
        run_interruptibly(work, lambda: lib.nns_cancel(handle))
    except CallbackError:
        # Its exception follows.
        pass
    if errors:
        raise errors.pop()
