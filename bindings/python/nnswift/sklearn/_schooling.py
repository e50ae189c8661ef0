"""From the parameters of an estimator to the config of its training."""

from __future__ import annotations

import math
from typing import Any, Dict, Mapping, Optional

import numpy as np

from .. import callbacks
from ..errors import ArgumentError

# What MLPClassifier's solvers are here.
_SOLVERS: Dict[str, Dict[str, Any]] = {
    "adam": {"type": "adam"},
    "sgd": {"type": "sgd", "momentum": 0.9, "nesterov": True},
    "lbfgs": {"type": "lbfgs", "line_search": "strong_wolfe"},
}
# Iterations of L-BFGS that the library makes in an epoch.
_LBFGS_EPOCH = 20
_BATCH_SIZE, _EPOCHS, _ALPHA = 200, 200, 1e-4


def config_of(
    estimator: Any, *, rows: int, weight: Optional[np.ndarray], decay_share: float, held_out: bool, stratify: bool
) -> Dict[str, Any]:
    """Returns the config of a training on arrays.

    Parameters
    ----------
    rows, weight
        Of the training; weights [rows] or None.
    decay_share
        The library's loss is a mean where scikit-learn's is a sum: by how much less the weights decay.
    held_out
        Whether the caller brings validation rows.
    stratify
        Whether rows that are set aside keep the shares of the classes.
    """
    batch = batch_size(estimator, rows)
    optimizer = optimizer_of(estimator, {"type": "adam"})
    alpha = _auto(estimator.alpha, _ALPHA)
    if alpha and "weight_decay" not in optimizer:
        # scikit-learn divides the penalty by the weight of a batch.
        total = rows if weight is None else float(weight.sum())
        of_a_batch = total / math.ceil(rows / batch)
        optimizer.update(weight_decay=alpha * decay_share / of_a_batch, decay_bias=False)
    config = {
        "epochs": epochs_of(estimator, _EPOCHS),
        "batch_size": 0 if batch == rows else batch,
        "optimizer": optimizer,
        **shared_config(estimator),
    }
    return {**config, **_stopping(estimator, held_out, stratify)}


def shared_config(estimator: Any) -> Dict[str, Any]:
    """Returns what trainings on arrays and on tables have in common."""
    config: Dict[str, Any] = {}
    if estimator.schedule is not None:
        config["schedule"] = estimator.schedule
    if estimator.n_jobs is not None:
        # -1, all processors: the library chooses by the size of a step.
        config["threads"] = max(0, estimator.n_jobs)
    return config


def table_config(estimator: Any, rows: int, held_out: bool) -> Dict[str, Any]:
    """Returns what is laid over the config of the preset "tabular"."""
    config = shared_config(estimator)
    if not is_auto(estimator.batch_size):
        config["batch_size"] = min(estimator.batch_size, rows)
    if not is_auto(estimator.max_iter):
        config["epochs"] = epochs_of(estimator, _EPOCHS)
    if not is_auto(estimator.alpha):
        decay = {"weight_decay": estimator.alpha / batch_size(estimator, rows), "decay_bias": False}
        config["optimizer"] = {**optimizer_of(estimator, {"type": "adam", "learning_rate": 0.005}), **decay}
    elif is_optimizer_given(estimator):
        config["optimizer"] = optimizer_of(estimator, {"type": "adam", "learning_rate": 0.005})
    if estimator.early_stopping:
        config.update(_stopping(estimator, held_out, False))
    return config


def is_auto(value: Any) -> bool:
    """Whether a parameter leaves the choice to the estimator."""
    return isinstance(value, str) and value == "auto"


def _auto(value: Any, automatic: Any) -> Any:
    return automatic if is_auto(value) else value


def batch_size(estimator: Any, rows: int) -> int:
    """Returns how many rows a step takes."""
    wanted = rows if is_lbfgs(estimator) else _auto(estimator.batch_size, _BATCH_SIZE)
    return min(wanted, rows) or rows


def is_lbfgs(estimator: Any) -> bool:
    """Whether a training takes all rows at once."""
    return optimizer_of(estimator, {"type": "adam"})["type"] == "lbfgs"


def is_optimizer_given(estimator: Any) -> bool:
    """Whether a parameter says something of the optimiser."""
    chosen = (estimator.solver, estimator.optimizer)
    return any(value is not None for value in chosen) or not is_auto(estimator.learning_rate_init)


def optimizer_of(estimator: Any, automatic: Mapping[str, Any]) -> Dict[str, Any]:
    """Returns the optimiser: of `optimizer`, else of MLPClassifier's `solver`, else the automatic one."""
    given = estimator.optimizer
    if given is None:
        if estimator.solver is not None and estimator.solver not in _SOLVERS:
            raise ArgumentError(
                f'solver must be "adam", "sgd" or "lbfgs", got {estimator.solver!r}; the library\'s other optimisers '
                "go by optimizer=..."
            )
        given = automatic if estimator.solver is None else _SOLVERS[estimator.solver]
    optimizer = {"type": given} if isinstance(given, str) else dict(given)
    if not is_auto(estimator.learning_rate_init) and optimizer["type"] != "lbfgs":
        optimizer["learning_rate"] = estimator.learning_rate_init
    return optimizer


def epochs_of(estimator: Any, automatic: int) -> int:
    """Returns the passes over the rows; of L-BFGS max_iter counts iterations."""
    count = _auto(estimator.max_iter, automatic)
    return math.ceil(count / _LBFGS_EPOCH) if is_lbfgs(estimator) else count


def _stopping(estimator: Any, held_out: bool, stratify: bool) -> Dict[str, Any]:
    """Returns when a training ends early: by validation rows, else where the loss no longer falls."""
    patience, least = estimator.n_iter_no_change, estimator.tol
    if not estimator.early_stopping:
        if _stops_itself(estimator.callbacks):
            return {}
        if least is None or not math.isfinite(least) or not math.isfinite(patience):
            return {}
        stop = {"metric": "loss", "patience": int(patience), "min_delta": max(0.0, least), "restore_best": False}
        return {"early_stopping": stop}
    stopping: Dict[str, Any] = {"metric": "val_loss", "patience": patience, "min_delta": max(0.0, least or 0.0)}
    if isinstance(estimator.early_stopping, Mapping):
        stopping.update(estimator.early_stopping)
    config: Dict[str, Any] = {"early_stopping": stopping}
    metric = stopping["metric"].removeprefix("val_") if isinstance(stopping["metric"], str) else "loss"
    if metric != "loss":
        config["metrics"] = [metric]
    if not held_out:
        config.update(validation_fraction=estimator.validation_fraction, stratify=stratify)
    return config


def _stops_itself(watching: Any) -> bool:
    """Whether a callback says when the training ends."""
    several = watching if isinstance(watching, (list, tuple)) else [watching]
    return any(isinstance(one, callbacks.EarlyStopping) for one in several)
