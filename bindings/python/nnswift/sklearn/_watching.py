"""Callbacks of an estimator as the one function that a training calls."""

from __future__ import annotations

import math
from typing import Any, Callable, List, Optional

from ..errors import ArgumentError
from ..history import STOP, Progress

Callback = Callable[[Progress], Any]


def callback_of(callbacks: Any, verbose: Any) -> Optional[Callback]:
    """Returns one callback for a list of them, and for a line an epoch where the caller wants to see it."""
    functions: List[Callback] = [callbacks] if callable(callbacks) else list(callbacks or [])
    for function in functions:
        if not callable(function):
            raise ArgumentError(f"callbacks must be functions of a nnswift.Progress, got {function!r}")
    if verbose:
        functions.append(_print_line)
    if not functions:
        return None

    def call_all(progress: Progress) -> Any:
        results = [function(progress) for function in functions]
        return STOP if any(result is STOP for result in results) else None

    return call_all


def _print_line(progress: Progress) -> None:
    if not progress.epoch_end:
        return
    parts = [f"epoch {progress.epoch} of {progress.epochs}, loss = {progress.loss:.6g}"]
    if not math.isnan(progress.val_loss):
        parts.append(f"val_loss = {progress.val_loss:.6g}")
    print(", ".join(parts))
