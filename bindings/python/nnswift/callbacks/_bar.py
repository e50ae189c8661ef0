"""A bar that moves while a training runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, TextIO

from .._callback import Callback
from ..history import History, Progress
from . import _drawn, _text
from ._figures import figures

if TYPE_CHECKING:
    from ..model import Model

# Multiplications of a step from which a call for each batch costs less than a hundredth of the training.
_LONG_STEP = 10_000_000
_DEFAULT_BATCH_SIZE = 32
_COMPLETE = ("completed", "converged", "early_stopping")


class ProgressBar(Callback):
    """Shows a bar with the last epoch's loss and metrics, rate, samples per second and the time left.

    ``train(..., verbose=1)`` is ``callback=callbacks.ProgressBar()``. It is drawn by tqdm if that is installed, in a
    notebook as its widget; else as a line of text. Nothing is shown where there is neither a terminal nor a notebook.

    Parameters
    ----------
    file : text file, optional
        Where to draw, a terminal or not. None: `sys.stderr` if it is a terminal, in a notebook the cell.
    plain : bool
        A line of text, also where tqdm is installed.
    leave : bool
        False takes the bar away at the end.

    Examples
    --------
    >>> import nnswift
    >>> model = nnswift.Model.mlp([2, 8, 2])
    >>> history = model.train([[0, 1], [1, 0]] * 20, [0, 1] * 20, epochs=20, callback=nnswift.callbacks.ProgressBar())
    """

    seconds_between: float = 0.1

    def __init__(self, file: Optional[TextIO] = None, *, plain: bool = False, leave: bool = True):
        self._file, self._plain, self._leave = file, plain, leave
        self._bar: Any = None

    def options(self, model: "Model", config: Mapping[str, Any]) -> Dict[str, Any]:
        batch_size = config.get("batch_size", _DEFAULT_BATCH_SIZE)
        is_number = isinstance(batch_size, int) and not isinstance(batch_size, bool)
        is_long = is_number and 3 * batch_size * model.param_count >= _LONG_STEP
        return {"progress": "batch"} if is_long else {}

    def begin(self, model: "Model") -> None:
        self._told: Optional[Progress] = None
        self._known: Optional[Progress] = None
        self._next, self._began = 0.0, time.monotonic()
        self._bar = _drawn.bar(self._file, self._plain, self._leave)

    def __call__(self, progress: Progress) -> Any:
        self._told = progress
        if progress.epoch_end or self._known is None or not self._known.epoch_end:
            self._known = progress
        now, share = time.monotonic(), _text.share_done(progress)
        if self._bar is None or now < self._next and share < 1:
            return
        self._next = now + self.seconds_between
        self._show(share, f"{_text.duration(_text.seconds_left(progress, now - self._began))} left")

    def end(self, history: History) -> None:
        if self._bar is None:
            return
        if self._told is not None:
            share = 1.0 if history.stopped in _COMPLETE else _text.share_done(self._told)
            self._show(share, _text.duration(time.monotonic() - self._began), _text.ending(history))
        self._bar.close()
        self._bar = None

    def _show(self, share: float, time_text: str, ending: str = "") -> None:
        if self._told and self._known:
            self._bar.show(share, figures(self._told, self._known, time_text, ending=ending, is_column=False))
