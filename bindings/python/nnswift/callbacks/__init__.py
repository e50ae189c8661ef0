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
from ._base import Callback
from ._log import Log

__all__ = ["Callback", "Log", "ProgressBar"]
