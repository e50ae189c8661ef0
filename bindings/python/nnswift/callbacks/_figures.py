"""The figures of an epoch as text, as many as a line has room for."""

from __future__ import annotations

import os
import shutil
from typing import List, NamedTuple, Sequence, TextIO

from ..history import Progress
from . import _text

# Of an epoch, but told in words of their own.
_OTHERS = ("learning_rate", "seconds", "samples_per_second")
_GAP = "  "


class Figure(NamedTuple):
    """A text, and its rank: where not all fit, those of low rank are shown."""

    text: str
    rank: int


def figures(progress: Progress, known: Progress, time_text: str, *, ending: str = "", is_column: bool) -> List[Figure]:
    """Returns what a line says.

    Parameters
    ----------
    progress
        Says the epoch.
    known
        Has the numbers: between the ends of epochs those of the last one.
    is_column
        Whether a text is as wide as that of the next epoch.
    """
    width = len(str(progress.epochs)) if is_column else 0
    fold = f"fold {progress.fold}/{progress.folds} " if progress.fold else ""
    loss, *metrics = _losses(known, 7 if is_column else 0)
    return [
        Figure(f"{fold}epoch {progress.epoch:{width}}/{progress.epochs}", 3),
        Figure(loss, 1),
        *(Figure(text, 5 + number) for number, text in enumerate(metrics)),
        *_speed(known, is_column),
        Figure(time_text, 2),
        *([Figure(ending, 4)] if ending else []),
    ]


def _losses(progress: Progress, width: int) -> List[str]:
    """Returns "loss 0.5200" and every metric of the epoch; after a batch the loss alone."""
    values = {name: value for name, value in progress.metrics.items() if name not in _OTHERS}
    return [f"{name} {_text.number(value):>{width}}" for name, value in (values or {"loss": progress.loss}).items()]


def _speed(progress: Progress, is_column: bool) -> List[Figure]:
    """Returns the rate and the samples per second of an epoch."""
    parts = [Figure(f"rate {progress.learning_rate:.3g}".ljust(13 if is_column else 0), 100)]
    if progress.metrics:
        parts.append(Figure(f"{progress.metrics['samples_per_second']:{9 if is_column else 0},.0f} samples/s", 101))
    return parts


def fitted(given: Sequence[Figure], width: int) -> str:
    """Returns those figures, in their order, that a width has room for: the lowest rank first, one at least."""
    taken: List[Figure] = []
    for figure in sorted(given, key=lambda figure: figure.rank):
        if not taken or sum(len(other.text) + len(_GAP) for other in taken) + len(figure.text) <= width:
            taken.append(figure)
    return _GAP.join(figure.text for figure in given if figure in taken)[: max(width, 0)]


def columns(file: TextIO) -> int:
    """Returns the width of a terminal; of another file, or of one that does not know, that of the environment."""
    try:
        return os.get_terminal_size(file.fileno()).columns or shutil.get_terminal_size().columns
    except (OSError, ValueError, AttributeError):
        return shutil.get_terminal_size().columns
