"""A file with a row an epoch."""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING, Any, Dict, List, Optional, TextIO, Union

from .._callback import Callback
from ..errors import ArgumentError
from ..history import History, Progress

if TYPE_CHECKING:
    from ..model import Model


class CSVLogger(Callback):
    """Writes a row an epoch into a CSV file: "epoch" and the columns of the history; whole after each epoch.

    Parameters
    ----------
    path : str or os.PathLike
    append : bool
        Whether rows are added to a file that exists, as where a training goes on; else it is written anew.

    Raises
    ------
    OSError
        From `train`, before the first step: path cannot be written.
    ArgumentError
        From `train`: the file has other columns than this training.

    Examples
    --------
    >>> import nnswift, tempfile
    >>> path = tempfile.mkdtemp() + "/run.csv"
    >>> model = nnswift.Model.mlp([2, 8, 2])
    >>> history = model.train([[0, 1], [1, 0]] * 20, [0, 1] * 20, epochs=3, callback=nnswift.callbacks.CSVLogger(path))
    >>> print(open(path).readline(), end="")
    epoch,loss,learning_rate,seconds,samples_per_second
    """

    def __init__(self, path: "Union[str, os.PathLike[str]]", *, append: bool = False):
        self._path, self._append = os.fspath(path), append

    def begin(self, model: "Model") -> None:
        # No other program adds to it between looking and writing.
        self._columns: Optional[List[str]] = None
        if self._append and os.path.exists(self._path):
            with open(self._path, newline="", encoding="utf-8") as file:
                self._columns = next(csv.reader(file), None)
        self._file: TextIO = open(self._path, "a" if self._append else "w", newline="", encoding="utf-8")

    def __call__(self, progress: Progress) -> Any:
        if not progress.epoch_end:
            return
        fold = {"fold": progress.fold} if progress.fold else {}
        row: Dict[str, Any] = {**fold, "epoch": progress.epoch, **progress.metrics}
        writer = csv.writer(self._file, lineterminator="\n")
        if self._columns is None:
            self._columns = list(row)
            writer.writerow(self._columns)
        if self._columns != list(row):
            raise ArgumentError(
                f"{self._path} must have the columns {', '.join(row)}, it has {', '.join(self._columns)}; "
                "name another file, or write append=False"
            )
        writer.writerow(row.values())
        self._file.flush()

    def end(self, history: History) -> None:
        self._file.close()
        # What is open cannot be copied nor pickled.
        del self._file
