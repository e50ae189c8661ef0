"""A range test of learning rates (Smith 2017, "Cyclical learning rates for training neural networks")."""

from __future__ import annotations

import math
import warnings
from typing import Any, List, Mapping, NamedTuple, Optional

import numpy as np
import numpy.typing as npt

from . import _arrays, _json
from .errors import ArgumentError, DivergedError, TrainingWarning
from .history import STOP, Progress
from .model import Model

# Of the running mean of the losses: it looks back on about ten of a hundred steps.
_MEMORY = 0.9
# The test ends where the mean loss is so many times its least value.
_TOO_MUCH = 4.0
# The rate of the least loss is near the one that diverges: fastai, too, takes a tenth of it. Where the loss falls most
# steeply, its other suggestion, is chance on noisy losses: 1e-6 for the diabetes of scikit-learn.
_BELOW_LEAST = 10.0
# A loss that fell at least to that part of the mean of so many batches at the beginning has learnt something.
_FALL, _AT_FIRST = 0.95, 10
# Where a training has its own say, the test has none.
_LEFT_OUT = ("schedule", "early_stopping", "checkpoint", "metrics", "progress", "continue", "epochs")


class LearningRates(NamedTuple):
    """What `find_learning_rate` returns."""

    suggestion: float
    """A rate to begin with: a tenth of that with the least mean loss."""
    rates: npt.NDArray[np.float64]
    """Of each step, rising [steps made]."""
    losses: npt.NDArray[np.float64]
    """Of the batch of each step, before the step."""
    smoothed: npt.NDArray[np.float64]
    """Running means of the losses."""


def find_learning_rate(
    model: Model,
    X: Any,
    y: Any = None,
    config: Optional[Mapping[str, Any]] = None,
    *,
    sample_weight: Any = None,
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 200,
    **options: Any,
) -> LearningRates:
    """Trains a copy of a model while the learning rate rises, to see where it learns and where it diverges.

    `nnswift.plot.learning_rates` draws the result. The model itself stays as it is.

    Parameters
    ----------
    model : Model
        The test begins with its weights; a trained one has nothing left to learn.
    X, y, sample_weight
        As in `Model.train`.
    config, **options
        As in `Model.train`: optimizer and batch_size matter. Schedule, early stopping, checkpoints, metrics and epochs
        are left out.
    low, high : float
        The first rate and the last one, which the test does not reach if the loss grows before.
    steps : int
        At least 20: how many batches, one after the other, epochs as many as that takes.

    Returns
    -------
    LearningRates
        ``found.suggestion`` is a rate to begin with, a tenth of that with the least mean loss. It holds for this
        optimizer and this batch_size.

    Raises
    ------
    nnswift.Error
        As `Model.train`; DivergedError: the loss was not finite from the beginning.

    Warns
    -----
    TrainingWarning
        The loss fell at no rate.

    Examples
    --------
    >>> import numpy as np, nnswift
    >>> X = np.random.default_rng(0).normal(size=(2000, 4))
    >>> model = nnswift.Model.mlp([4, 16, 2], seed=1)
    >>> found = nnswift.find_learning_rate(model, X, (X[:, 0] > X[:, 1]).astype(int))
    >>> 1e-4 < found.suggestion < 1
    True
    """
    steps = _arrays.integer(steps, "steps", 20, 1_000_000)
    if not 0 < low < high < math.inf:
        raise ArgumentError(f"low and high must be numbers with 0 < low < high, got {low!r} and {high!r}")
    whole = {name: value for name, value in _json.merged(config, options).items() if name not in _LEFT_OUT}
    optimizer = whole.get("optimizer", "adam")
    kind = {"type": optimizer} if isinstance(optimizer, str) else dict(optimizer)
    whole["optimizer"] = {**kind, "learning_rate": low}
    whole["schedule"] = {"type": "exponential", "gamma": (high / low) ** (1 / (steps - 1)), "per": "step"}
    watch = _Watch(steps)
    # An epoch has at least one step.
    whole.update(epochs=steps, progress="batch")
    try:
        with warnings.catch_warnings():
            # That the loss grows is the purpose.
            warnings.simplefilter("ignore", TrainingWarning)
            model.copy().train(X, y, whole, sample_weight=sample_weight, callback=watch)
    except DivergedError:
        if len(watch.losses) < 2:
            raise
    found = watch.result()
    if found.smoothed.min() > _FALL * found.smoothed[min(_AT_FIRST, len(found.smoothed)) - 1]:
        warnings.warn(
            "the loss fell at no learning rate, so the suggestion means little; begin with an untrained model, "
            "nnswift.Model(model.spec), or look at features and targets",
            TrainingWarning,
            stacklevel=2,
        )
    return found


class _Watch:
    """Keeps rate and loss of each batch, and ends the test."""

    def __init__(self, steps: int):
        self._steps = steps
        self.rates: List[float] = []
        self.losses: List[float] = []
        self.smoothed: List[float] = []
        self._mean = 0.0

    def __call__(self, progress: Progress) -> Any:
        if progress.epoch_end:
            return None
        self.rates.append(progress.learning_rate)
        self.losses.append(progress.batch_loss)
        self._mean = _MEMORY * self._mean + (1 - _MEMORY) * progress.batch_loss
        # As in Adam: the first means lean towards 0 otherwise.
        self.smoothed.append(self._mean / (1 - _MEMORY ** len(self.losses)))
        is_diverging = self.smoothed[-1] > _TOO_MUCH * min(self.smoothed)
        return STOP if is_diverging or len(self.losses) >= self._steps else None

    def result(self) -> LearningRates:
        rates, losses, smoothed = (np.array(values) for values in (self.rates, self.losses, self.smoothed))
        return LearningRates(float(rates[np.argmin(smoothed)]) / _BELOW_LEAST, rates, losses, smoothed)
