"""What a bar is drawn by: a line of text, tqdm, or tqdm's widget in a notebook."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any, Optional, Protocol, Sequence, TextIO

from ._figures import Figure, columns, fitted

# Columns of the bar itself; of a terminal it takes an eighth.
_WIDEST, _NARROWEST = 20, 6
# Columns beside bar and figures: " 45% [", "] ".
_FRAME = 8


class Bar(Protocol):
    """Something that shows a share, 0 ... 1, and as many figures as there is room for."""

    def show(self, share: float, figures: Sequence[Figure]) -> None: ...

    def close(self) -> None: ...


def bar(file: Optional[TextIO], plain: bool, leave: bool) -> Optional[Bar]:
    """Returns a bar in a file, or where the user looks; None if nobody looks."""
    is_widget = file is None and in_notebook()
    if file is None:
        file = sys.stdout if is_widget else sys.stderr
        if not is_widget and not file.isatty():
            return None
    if plain or importlib.util.find_spec("tqdm") is None:
        return LineBar(file, leave)
    # Without ipywidgets tqdm's widget warns and shows nothing.
    return TqdmBar(file, leave, is_widget and importlib.util.find_spec("ipywidgets") is not None)


def in_notebook() -> bool:
    """Returns whether the code runs in a kernel of Jupyter."""
    if "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return shell is not None and "IPKernelApp" in shell.config


def _parts(file: TextIO, figures: Sequence[Figure]) -> "tuple[int, str]":
    """Returns the columns of the bar, and the text beside it, for a line of a terminal."""
    width = columns(file)
    size = max(_NARROWEST, min(_WIDEST, width // 8))
    # The last column stays empty: some terminals begin a new line behind it.
    return size, fitted(figures, width - 1 - size - _FRAME)


class LineBar:
    """A line of text that is written over."""

    def __init__(self, file: TextIO, leave: bool):
        self._file, self._leave, self._shown = file, leave, 0

    def show(self, share: float, figures: Sequence[Figure]) -> None:
        size, text = _parts(self._file, figures)
        self._write(f"{share:4.0%} [{'#' * round(size * share):{size}}] {text}")

    def close(self) -> None:
        if self._shown and self._leave:
            self._file.write("\n")
        elif self._shown:
            self._write("")
            self._file.write("\r")
        self._file.flush()

    def _write(self, line: str) -> None:
        self._file.write("\r" + line.ljust(self._shown))
        self._file.flush()
        self._shown = len(line)


class TqdmBar:
    """A bar of tqdm, which knows of other bars of the program."""

    def __init__(self, file: TextIO, leave: bool, is_widget: bool):
        self._file, self._is_widget = file, is_widget
        self._bar: Any = None
        self._options = {"total": 1.0, "leave": leave, "dynamic_ncols": True}

    def show(self, share: float, figures: Sequence[Figure]) -> None:
        bar_format = "{percentage:3.0f}%|{bar}| {desc}"
        if self._is_widget:
            text = "  ".join(figure.text for figure in figures)
        else:
            size, text = _parts(self._file, figures)
            bar_format = bar_format.replace("{bar}", f"{{bar:{size}}}")
        if self._bar is None:
            self._bar = self._made(bar_format)
        self._bar.bar_format, self._bar.n = bar_format, share
        self._bar.set_description_str(text, refresh=False)
        self._bar.refresh()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def _made(self, bar_format: str) -> Any:
        module = importlib.import_module("tqdm.notebook" if self._is_widget else "tqdm")
        place = {} if self._is_widget else {"file": self._file}
        return module.tqdm(bar_format=bar_format, **place, **self._options)
