"""A call of `nns_train`: its data, its callback, its end."""

from __future__ import annotations

import contextlib
import ctypes
from typing import TYPE_CHECKING, Any, Callable, Iterator, List, Mapping, Optional, Sequence, Union

from . import _json
from ._interrupt import run_interruptibly
from ._job import in_callers_thread
from ._library import NNS_STOP, lib, nns_progress_fn
from ._watchers import Watchers, Watching
from .data import DataSet
from .errors import CallbackError
from .history import STOP, Progress

if TYPE_CHECKING:
    from .model import Model

Data = Union[tuple, DataSet]
_NO_CALLBACK = nns_progress_fn()
# Multiplications that end within a few hundredths of a second, before anybody could press Ctrl-C; what a row costs
# besides, as a number of them; the epochs of a config that names none.
_SHORT_WORK = 10_000_000
_ROW_WORK = 50
_DEFAULT_EPOCHS = 200


def reporting(
    watchers: Watchers, errors: List[BaseException], waits: bool = False, stopped: Sequence[Any] = ()
) -> Any:
    """Returns a C callback that hands on the progress and keeps an exception for later.

    stopped: ends the call as soon as something is in it. waits: whether the model lets its readers wait (`Model.set_wait`). What a callback in another thread then asks of the
    model would wait for the callback's own end, so it stays in the thread that trains.
    """
    lend = _directly if waits else in_callers_thread

    def report(_: Any, progress: Any) -> int:
        try:
            if stopped:
                return 1
            now = progress.contents
            if not watchers.wants(bool(now.epoch_end)):
                return 0
            told = _progress(now)
            results: List[Any] = []

            def tell() -> None:
                try:
                    results.append(watchers(told))
                except Exception as error:
                    # C cannot carry it: stop, and let the caller of train have it.
                    errors.append(error)

            lend(tell)
            return 1 if errors else NNS_STOP if results and results[0] is STOP else 0
        except BaseException as error:
            errors.append(error)
            return 1

    return nns_progress_fn(report)


def _directly(question: Callable[[], None]) -> None:
    question()


def _progress(now: Any) -> Progress:
    columns = range(now.metric_count)
    return Progress(
        bool(now.epoch_end), now.epoch, now.epochs, now.batch, now.batches, now.loss, now.val_loss,
        now.learning_rate, now.seconds, now.batch_loss,
        {now.metric_names[column].decode(): now.metric_values[column] for column in columns},
        now.fold, now.folds,
    )  # fmt: skip


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


def train(model: "Model", data: Data, validation: Optional[Data], config: Mapping[str, Any], watching: Watching,
          verbose: Any) -> None:  # fmt: skip
    """Trains; Ctrl-C and a callback's exception stop it and are raised here.

    Parameters
    ----------
    data, validation
        Borrowed arrays: features, targets, sample weights or None. Or a table.
    """
    handle = model._handle
    watchers = Watchers(model, watching, verbose, config)
    text = _json.encode(watchers.config, "config")
    allow_nan = bool(config.get("allow_nan", False))
    errors: List[BaseException] = []
    report = reporting(watchers, errors, model._waits) if watchers else _NO_CALLBACK

    def work() -> None:
        with opened(data, allow_nan) as rows:
            if validation is None:
                lib.nns_train(handle, rows.handle, None, text, report, None)
                return
            with opened(validation, allow_nan) as held_out:
                lib.nns_train(handle, rows.handle, held_out.handle, text, report, None)

    if not watchers and _is_short(handle, data, validation, config):
        return work()
    with watchers.watching(model):
        try:
            run_interruptibly(work, lambda: lib.nns_cancel(handle))
        except CallbackError:
            # Its exception follows.
            pass
        if errors:
            raise errors.pop()
