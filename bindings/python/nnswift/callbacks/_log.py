"""A line an epoch."""

from __future__ import annotations

import sys
from typing import Any, Optional, TextIO

from .._callback import Callback
from ..history import History, Progress
from . import _text
from ._figures import columns, figures, fitted


class Log(Callback):
    """Writes a line an epoch: its loss and metrics, rate, samples per second and the time left.

    On a narrow terminal less is said, so that it stays one line.

    ``train(..., verbose=2)`` is ``callback=callbacks.Log()``.

    Parameters
    ----------
    every : int
        A line after so many epochs; the last epoch always has one.
    file : text file, optional
        None: `sys.stdout` as it is while the training runs.

    Examples
    --------
    >>> import nnswift
    >>> model = nnswift.Model.mlp([2, 8, 2], seed=1)
    >>> history = model.train([[0, 1], [1, 0]] * 20, [0, 1] * 20, epochs=20, callback=nnswift.callbacks.Log(every=10))
    ... # doctest: +SKIP
    epoch 10/20  loss  0.4021  rate 0.001  98,512 samples/s  0:00 left
    epoch 20/20  loss  0.2913  rate 0.001  99,204 samples/s  0:00 left
    """

    def __init__(self, every: int = 1, file: Optional[TextIO] = None):
        self._every, self._file = _text.at_least_one(every, "every"), file

    def __call__(self, progress: Progress) -> Any:
        if not progress.epoch_end:
            return
        if progress.epoch % self._every and progress.epoch != progress.epochs:
            return
        left = f"{_text.duration(_text.seconds_left(progress, progress.seconds))} left"
        file = self._file or sys.stdout
        # A line that a terminal breaks is hard to read; a file has room.
        room = columns(file) if file.isatty() else sys.maxsize
        print(fitted(figures(progress, progress, left, is_column=True), room), file=file, flush=True)

    def end(self, history: History) -> None:
        ending = _text.ending(history)
        if ending and history.get("epoch"):
            print(f"ended after epoch {history['epoch'][-1]}: {ending}", file=self._file or sys.stdout, flush=True)
