"""The PyTorch modules that `to_torch` makes beside those of torch.nn. Needs PyTorch."""

from __future__ import annotations

from typing import Iterable

import torch


class Residual(torch.nn.Module):
    """``y = layers(x) + shortcut(x)``, an empty shortcut is x itself: the layer ``residual``.

    Its tensors have the names of this library, ``layers.0.weight`` and ``shortcut.0.weight``, where each of its layers
    is one module: a dense layer with an activation is two, Linear and the activation.

    Parameters
    ----------
    layers, shortcut : iterables of torch.nn.Module
        Both must give rows of one shape.

    References
    ----------
    He et al. 2016, eq. 1 and 2.

    Examples
    --------
    >>> from torch import nn
    >>> block = Residual([nn.LayerNorm(4), nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4)])
    >>> block(torch.zeros(2, 4)).shape
    torch.Size([2, 4])
    """

    def __init__(self, layers: Iterable[torch.nn.Module], shortcut: Iterable[torch.nn.Module] = ()):
        super().__init__()
        self.layers: torch.nn.Sequential = torch.nn.Sequential(*layers)
        self.shortcut: torch.nn.Sequential = torch.nn.Sequential(*shortcut)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x) + self.shortcut(x)
