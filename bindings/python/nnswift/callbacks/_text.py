"""Numbers, times and endings as text."""

from __future__ import annotations

import math
from typing import Any

from ..errors import ArgumentError
from ..history import History, Progress

def number(value: float) -> str:
    """Returns four digits: 0.5200, 12.30, 1234, 1.000e-05."""
    return f"{value:#.4g}".rstrip(".")


def duration(seconds: float) -> str:
    """Returns hours, minutes and seconds: 0:07, 1:02:03."""
    if not math.isfinite(seconds):
        return "?"
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def share_done(progress: Progress) -> float:
    """Returns the part of all epochs, of all folds, that is over: 0 ... 1."""
    batch = 0.0 if progress.epoch_end else progress.batch / progress.batches - 1
    done = (progress.epoch + batch) / progress.epochs
    return (max(progress.fold, 1) - 1 + done) / max(progress.folds, 1)


def seconds_left(progress: Progress, seconds: float) -> float:
    """Returns how long the training still takes, were the rest as fast as the seconds before."""
    done = share_done(progress)
    return seconds * (1 - done) / done if done > 0 else math.inf


def ending(history: History) -> str:
    """Returns what there is to say of a training's end: "early stopping, best epoch 7"; often nothing."""
    ended = "" if history.stopped in ("completed", "none") else history.stopped.replace("_", " ")
    best = f"best epoch {history.best_epoch}" if history.best_epoch else ""
    return ", ".join(part for part in (ended, best) if part)


def at_least_one(value: Any, name: str) -> int:
    """Returns value as an int; ArgumentError below 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ArgumentError(f"{name} must be an integer of at least 1, got {value!r}")
    return value
