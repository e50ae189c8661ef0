"""A fitted scaling put into a model."""

from __future__ import annotations

import numpy as np

from ..model import Model


def with_scaling(model: Model, center: np.ndarray, scale: np.ndarray) -> Model:
    """Returns a model whose preprocess is fitted to these values [features], bit by bit: finite, scale above 0."""
    model.set_scaling(center, scale)
    return model
