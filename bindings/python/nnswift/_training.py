"""A call of `nns_train`: its data, its callback, its end."""

from __future__ import annotations

from typing import Any, Callable, List, Optional

from ._interrupt import run_interruptibly
from ._library import lib, nns_progress_fn
from .data import DataSet
from .errors import CallbackError
from .history import Progress

Callback = Callable[[Progress], Any]
_NO_CALLBACK = nns_progress_fn()


def _reporting(callback: Callback, errors: List[BaseException]) -> Any:
    """Returns a C callback that hands on the progress and keeps an exception for later."""

    def report(_: Any, progress: Any) -> int:
        try:
            now = progress.contents
            told = Progress(
                bool(now.epoch_end), now.epoch, now.epochs, now.batch, now.batches, now.loss, now.val_loss,
                now.learning_rate, now.seconds,
            )  # fmt: skip
            return 1 if callback(told) else 0
        except BaseException as error:
            # C cannot carry it: stop, and let the caller of train have it.
            errors.append(error)
            return 1

    return nns_progress_fn(report)


def train(
    handle: Any, data: tuple, validation: Optional[tuple], config: bytes, allow_nan: bool, callback: Optional[Callback]
) -> None:
    """Trains; Ctrl-C and a callback's exception stop it and are raised here.

    Parameters
    ----------
    handle
        The library's model.
    data, validation
        Borrowed arrays: features, targets, sample weights or None.
    """
    errors: List[BaseException] = []
    report = _NO_CALLBACK if callback is None else _reporting(callback, errors)

    def work() -> None:
        with DataSet(*data, allow_nan=allow_nan) as rows:
            if validation is None:
                lib.nns_train(handle, rows.handle, None, config, report, None)
                return
            with DataSet(*validation, allow_nan=allow_nan) as held_out:
                lib.nns_train(handle, rows.handle, held_out.handle, config, report, None)

    try:
        run_interruptibly(work, lambda: lib.nns_cancel(handle))
    except CallbackError:
        # It stopped the training on purpose; the history says so.
        pass
    if errors:
        raise errors.pop()
