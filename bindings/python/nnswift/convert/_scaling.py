"""The fitted scaling of a model, out of it and into one."""

from __future__ import annotations

from typing import Optional, Tuple

import numpy as np

from ..model import Model


def fitted_scaling(model: Model) -> Optional[Tuple[np.ndarray, np.ndarray]]:
    """Returns the center and the scale [features] of a preprocess that was fitted, None for those that need no data.

    Raises
    ------
    StateError
        If it has not seen any data yet.
    """
    return None if model.spec["preprocess"]["type"] in ("none", "scale") else model.scaling


def with_scaling(model: Model, center: np.ndarray, scale: np.ndarray) -> Model:
    """Returns a model whose preprocess is fitted to these values [features], bit by bit: finite, scale above 0."""
    model.set_scaling(center, scale)
    return model
