"""Figures of a training as text: for a bar and for lines."""

from __future__ import annotations

import math
from typing import Any, List

from ..errors import ArgumentError
from ..history import History, Progress

# Of an epoch, but told in words of their own.
_OTHERS = ("learning_rate", "seconds", "samples_per_second")


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


def losses(progress: Progress) -> List[str]:
    """Returns "loss 0.5200" and every metric of the epoch; after a batch the loss alone."""
    values = {name: value for name, value in progress.metrics.items() if name not in _OTHERS}
    return [f"{name} {number(value):>7}" for name, value in (values or {"loss": progress.loss}).items()]


def speed(progress: Progress) -> List[str]:
    """Returns the rate and the samples per second of an epoch."""
    texts = [f"rate {progress.learning_rate:.3g}"]
    if progress.metrics:
        texts.append(f"{progress.metrics['samples_per_second']:,.0f} samples/s")
    return texts


def at_least_one(value: Any, name: str) -> int:
    """Returns value as an int; ArgumentError below 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ArgumentError(f"{name} must be an integer of at least 1, got {value!r}")
    return value
