"""Reports of a training: while it runs, and afterwards."""

from __future__ import annotations

import functools
import json
import math
import warnings
from collections.abc import Mapping
from typing import Any, Dict, Iterator, List, Literal, NamedTuple, Union, overload

from ._words import in_python
from .errors import TrainingWarning


class _Stop:
    """The type of `STOP`, its only value."""

    def __repr__(self) -> str:
        return "nnswift.STOP"

    def __reduce__(self) -> str:
        return "STOP"


STOP = _Stop()
"""What a callback returns to end its training. Other results mean nothing: `bar.update(1)` returns True."""


class Progress(NamedTuple):
    """The argument of a callback."""

    epoch_end: bool
    """Whether an epoch has ended; False after a batch (config ``"progress": "batch"``)."""
    epoch: int
    """From 1 to `epochs`."""
    epochs: int
    batch: int
    """From 1 to `batches`."""
    batches: int
    loss: float
    """Mean over the epoch so far."""
    val_loss: float
    """NaN where there is no validation or none yet."""
    learning_rate: float
    """Of the last step."""
    seconds: float
    """Since the training began."""
    batch_loss: float = math.nan
    """Of the last batch alone."""
    metrics: Mapping[str, float] = {}
    """At the end of an epoch: its numbers by the names of the `History`; after a batch empty."""
    fold: int = 0
    """Of `cross_validate`, from 1 to `folds`; else 0."""
    folds: int = 0


class History(Mapping[str, Any]):
    """The record of a training, read like a dict: a list with one value an epoch for each name.

    Names: ``epoch``, ``loss``, ``learning_rate``, ``seconds``, ``samples_per_second``, every metric of the config, and
    ``val_`` before ``loss`` and the metrics where there was validation; besides ``stopped`` and ``best_epoch``.

    Attributes
    ----------
    stopped : str
        ``"completed"``, ``"early_stopping"``, ``"callback"``, ``"cancelled"``, ``"diverged"``, ``"checkpoint"`` (one
        could not be written) or ``"failed"``; ``"none"`` before a training, ``"running"`` in one and in its checkpoints.
    best_epoch : int
        The epoch that early stopping found best; 0 without early stopping.
    warnings : list of str
        What `train` also said as `TrainingWarning`: classes without a row, a loss that grew.
    """

    def __init__(self, document: Union[str, Mapping[str, Any]]):
        self._document = document if isinstance(document, str) else dict(document)

    @functools.cached_property
    def _values(self) -> Dict[str, Any]:
        # Not before somebody looks: for a short training it is a tenth of the time.
        document = json.loads(self._document) if isinstance(self._document, str) else self._document
        return {
            # JSON has no NaN; the library writes null.
            key: [math.nan if item is None else item for item in value] if isinstance(value, list) else value
            for key, value in document.items()
        }

    @property
    def stopped(self) -> str:
        value: str = self._values.get("stopped", "")
        return value

    @property
    def best_epoch(self) -> int:
        value: int = self._values.get("best_epoch", 0)
        return value

    @property
    def warnings(self) -> List[str]:
        value: List[str] = self._values.get("warnings", [])
        return value

    def _warn(self, depth: int) -> None:
        """Repeats the warnings as Python's own, seen from `depth` functions up."""
        if isinstance(self._document, str) and '"warnings"' not in self._document:
            return
        for text in self.warnings:
            warnings.warn(in_python(text), TrainingWarning, stacklevel=depth + 1)

    @overload
    def __getitem__(self, name: Literal["stopped", "best_epoch", "warnings"]) -> Any: ...

    @overload
    def __getitem__(self, name: str) -> List[float]: ...

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        epochs = self._values.get("epoch", [])
        parts = [f"{len(epochs)} epoch" + ("s" if len(epochs) != 1 else "")]
        if epochs:
            parts += [f"{name} {self._values[name][-1]:.4g}" for name in self.curves()]
        if self.best_epoch:
            parts.append(f"best_epoch {self.best_epoch}")
        return f"<nnswift.History {self.stopped}: {', '.join(parts)}>"

    def curves(self) -> List[str]:
        """Returns the names of the losses and metrics, in their order."""
        other = ("epoch", "learning_rate", "seconds", "samples_per_second", "warnings")
        return [name for name, value in self._values.items() if isinstance(value, list) and name not in other]
