"""How far a training is: one line on a terminal, which changes; nothing elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Any

_SECONDS_BETWEEN = 0.1


class ProgressLine:
    """A callback of a training; in a ``with`` statement, whose end removes the line."""

    def __init__(self, is_quiet: bool):
        self._is_shown = not is_quiet and sys.stderr is not None and sys.stderr.isatty()
        self._written = 0.0

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(self, *_: Any) -> None:
        if self._is_shown and self._written:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, progress: Any) -> None:
        now = time.monotonic()
        if not self._is_shown or now - self._written < _SECONDS_BETWEEN:
            return
        self._written = now
        text = f"epoch {progress.epoch} of at most {progress.epochs}, loss {progress.loss:.4g}"
        if progress.val_loss == progress.val_loss:
            text += f", on validation rows {progress.val_loss:.4g}"
        text += f", {progress.seconds:.0f} s"
        sys.stderr.write("\r" + text[: shutil.get_terminal_size().columns - 1] + "\x1b[K")
        sys.stderr.flush()
