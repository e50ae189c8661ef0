"""TensorBoard's files."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any, Union

from .._callback import Callback
from ..history import History, Progress

if TYPE_CHECKING:
    from ..model import Model

# The first is small; the second comes with PyTorch and needs the package tensorboard.
_WRITERS = ("tensorboardX", "torch.utils.tensorboard")


class TensorBoard(Callback):
    """Writes the numbers of each epoch for TensorBoard: ``loss/train``, ``loss/validation``, ``learning_rate``.

    Needs tensorboardX (``pip install "nnswift[tensorboard]"``), or PyTorch and tensorboard.

    Parameters
    ----------
    folder : str or os.PathLike
        Of this training alone, such as ``"runs/first"``; ``tensorboard --logdir runs`` shows all of them.

    Raises
    ------
    ImportError
        Neither package is installed.
    """

    def __init__(self, folder: "Union[str, os.PathLike[str]]"):
        self._folder = os.fspath(folder)
        self._make = _summary_writer()

    def begin(self, model: "Model") -> None:
        self._writer = self._make(self._folder)

    def __call__(self, progress: Progress) -> Any:
        if not progress.epoch_end:
            return
        fold = f"fold {progress.fold}/" if progress.fold else ""
        for name, value in progress.metrics.items():
            self._writer.add_scalar(fold + _tag(name), value, progress.epoch)

    def end(self, history: History) -> None:
        self._writer.close()
        # What is open cannot be copied nor pickled.
        del self._writer


def _tag(name: str) -> str:
    """Returns the name under which TensorBoard draws training and validation into one chart."""
    if name in ("learning_rate", "seconds", "samples_per_second"):
        return name
    return f"{name[4:]}/validation" if name.startswith("val_") else f"{name}/train"


def _summary_writer() -> Any:
    for module in _WRITERS:
        try:
            return importlib.import_module(module).SummaryWriter
        except ImportError:
            continue
    raise ImportError(
        "nnswift.callbacks.TensorBoard needs tensorboardX, or PyTorch and tensorboard; install it with: "
        'pip install "nnswift[tensorboard]" (or: pip install tensorboardX)'
    )
