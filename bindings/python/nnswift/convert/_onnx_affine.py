"""ONNX: columns of a value, each scaled and shifted: what is not yet a part of any layer."""

from __future__ import annotations

from typing import NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ._onnx_graph import Node


class Affine(NamedTuple):
    """(x - center) · scale + shift of some columns x of a value, in float64, with the node that began it."""

    node: Node
    columns: np.ndarray
    center: np.ndarray
    scale: np.ndarray
    shift: np.ndarray

    @classmethod
    def of(cls, node: Node, size: int) -> "Affine":
        """All columns of a value as they are."""
        return cls(node, np.arange(size), np.zeros(size), np.ones(size), np.zeros(size))

    def then(self, operator: str, value: np.ndarray) -> "Affine":
        """With one more operation, Sub, Add, Mul or Div by one number or one a column."""
        value = np.asarray(value, np.float64)
        if operator in ("Mul", "Div"):
            if operator == "Div":
                if not value.all():
                    raise ValueError(f"{self.node} divides by zero")
                value = 1 / value
            return self._replace(scale=self.scale * value, shift=self.shift * value)
        value = -value if operator == "Add" else value
        # A subtraction before any scaling stays a center: no digit is lost.
        if self.is_shift and not self.shift.any():
            return self._replace(center=self.center + value)
        return self._replace(shift=self.shift - value)

    def selected(self, columns: np.ndarray) -> "Affine":
        """Of these columns alone."""
        return Affine(self.node, *(part[columns] for part in self[1:]))

    def followed(self, other: "Affine") -> "Affine":
        """With what other does to its columns."""
        return self.selected(other.columns).then("Sub", other.center).then("Mul", other.scale).then("Add", other.shift)

    def matrix(self, size: int) -> Tuple[np.ndarray, np.ndarray]:
        """The weights [columns x size] and the bias that do the same."""
        weight = np.zeros((len(self.columns), size))
        weight[np.arange(len(self.columns)), self.columns] = self.scale
        return weight, self.shift - self.center * self.scale

    def is_whole(self, size: int) -> bool:
        """Whether these are all columns in order."""
        return np.array_equal(self.columns, np.arange(size))

    @property
    def is_shift(self) -> bool:
        return bool((self.scale == 1).all())

    @property
    def is_selection(self) -> bool:
        """Whether the columns come as they are."""
        return self.is_shift and not self.center.any() and not self.shift.any()


def joined(parts: Sequence[Affine]) -> Affine:
    """The columns of several, side by side."""
    return Affine(parts[0].node, *(np.concatenate(part) for part in zip(*(affine[1:] for affine in parts))))


#: Center and scale of every feature.
Scaling = Tuple[np.ndarray, np.ndarray]


def begin(affine: Affine, size: int, fixed: Sequence[int] = ()) -> Tuple[Optional[Scaling], Affine]:
    """Splits off what can be done to whole features, before anything else.

    Parameters
    ----------
    size : int
        How many features there are.
    fixed : features that must stay as they are, because something else reads them.

    Returns
    -------
    Center and scale of every feature, as a preprocess has them, or None; and what is left to do after that.
    """
    center, scale = np.zeros(size), np.ones(size)
    taken = np.zeros(size, bool)
    taken[list(fixed)] = True
    # Of the first column that is made of a feature; others are said in its terms.
    for place, feature in enumerate(affine.columns):
        if not taken[feature] and affine.scale[place] != 0:
            taken[feature] = True
            scale[feature] = abs(affine.scale[place])
            center[feature] = affine.center[place] - affine.shift[place] / affine.scale[place]
    center, scale = rounded(center), rounded(scale)
    if not (np.isfinite(center).all() and np.isfinite(scale).all() and (scale > 0).all()):
        raise ValueError(f"{affine.node} scales beyond what float32 holds")
    if not center.any() and (scale == 1).all():
        return None, affine
    own_center, own_scale = (part[affine.columns].astype(np.float64) for part in (center, scale))
    # (x - c) · s + t with x = z / own_scale + own_center.
    whole = affine.scale / own_scale
    shift = affine.shift + (own_center - affine.center) * affine.scale
    # What rounding the center to float32 leaves is within the rounding of the file's own numbers.
    usual = abs(shift) <= 1e-6 * (abs(affine.shift) + abs(affine.center * affine.scale))
    usual &= (affine.scale != 0) & (abs(abs(whole) - 1) < 1e-6)
    rest = affine._replace(
        center=np.zeros(len(whole)), scale=np.where(usual, np.sign(whole), whole), shift=np.where(usual, 0, shift)
    )
    return (center, scale), rest


def rounded(values: np.ndarray) -> np.ndarray:
    """The values in float32, infinite if they are too large: the model refuses what is not finite."""
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(values, np.float32)
