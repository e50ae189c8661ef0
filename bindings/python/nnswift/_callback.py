"""The base of what watches a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Mapping

from .history import History, Progress

if TYPE_CHECKING:
    from .model import Model


class Callback:
    """What watches a training: derive from it and write the methods that are needed.

    A plain function of a `Progress` is enough where there is nothing to open or to close. All methods run in the thread
    that called `train`, one after the other.

    Examples
    --------
    >>> import nnswift
    >>> class Slowest(nnswift.callbacks.Callback):
    ...     seconds = 0.0
    ...     def __call__(self, progress):
    ...         self.seconds = max(self.seconds, progress.metrics["seconds"])
    >>> slowest = Slowest()
    >>> model = nnswift.Model.mlp([2, 8, 2])
    >>> history = model.train([[0, 1], [1, 0]] * 20, [0, 1] * 20, epochs=3, callback=slowest)
    >>> slowest.seconds == max(history["seconds"])
    True
    """

    seconds_between: float = 0.0
    """At least so long between two calls for batches, where the config does not ask for every batch."""

    def options(self, model: "Model", config: Mapping[str, Any]) -> Dict[str, Any]:
        """Returns options that the training gets besides its config; none of them may stand there already.

        ``{"progress": "batch"}`` asks for calls between the ends of epochs.
        """
        return {}

    def begin(self, model: "Model") -> None:
        """Is called before the first step; `Model.history` is that of the training before."""

    def __call__(self, progress: Progress) -> Any:
        """Is told of an epoch, or of a batch; the result `nnswift.STOP` ends the training, others mean nothing."""

    def end(self, history: History) -> None:
        """Is called after the last step, however the training ended: ``history.stopped``."""
