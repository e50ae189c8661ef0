"""What watches a training: ``model.train(X, y, callback=[...])``.

    >>> from nnswift import callbacks
    >>> model.train(X, y, validation=held_out, callback=[
    ...     callbacks.ProgressBar(),
    ...     callbacks.EarlyStopping(patience=5),
    ...     callbacks.CSVLogger("run.csv"),
    ... ])

A plain function of a `nnswift.Progress` is a callback, too.
"""

from ._bar import ProgressBar
from .._callback import Callback
from ._csv import CSVLogger
from ._log import Log
from ._options import Checkpoint, EarlyStopping
from ._tensorboard import TensorBoard

__all__ = ["CSVLogger", "Callback", "Checkpoint", "EarlyStopping", "Log", "ProgressBar", "TensorBoard"]
