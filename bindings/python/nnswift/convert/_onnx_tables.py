"""ONNX: operators that give one of a few numbers for a range of a feature, as layers that do the same.

1 from an edge on and 0 below it is hard_sigmoid(24 · u - 6), u = hard_sigmoid((feature - edge) · steepness): with a
power of two at least four times as steep as the distance to the next lower float32, u is 0, 1/2 or 1, and the result is
0 or 1 for every float32, but for those nearer to an edge at 0 than 1e-37.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

from ._onnx_affine import Affine

_STEEPEST = 2.0**126

#: From this feature value on, what is added to the result.
Jump = Tuple[float, float]


class Table(NamedTuple):
    """base + jumps · (column >= edge): what a value gives, [outputs], [outputs x edges], and two lists of edges."""

    columns: np.ndarray
    edges: np.ndarray
    jumps: np.ndarray
    base: np.ndarray

    def of(self, affine: Affine) -> "Table":
        """Of the columns that are selected."""
        return self._replace(columns=affine.columns[self.columns])

    def then(self, affine: Affine) -> "Table":
        """With what is done to the results."""
        jumps = self.jumps[affine.columns] * affine.scale[:, np.newaxis]
        base = (self.base[affine.columns] - affine.center) * affine.scale + affine.shift
        return self._replace(jumps=jumps, base=base)

    def tests(self, size: int) -> List[Dict[str, np.ndarray]]:
        """Weights and biases of the two dense layers, each with a hard_sigmoid, that say where column >= edge."""
        below = np.nextafter(self.edges, np.float32(-np.inf)).astype(np.float64)
        edges = self.edges.astype(np.float64)
        with np.errstate(divide="ignore"):
            steep = 2.0 ** np.ceil(np.log2(4 / (edges - below)))
        # Nearer to 0 there is no power of two that is steep enough.
        edges = np.where((steep > _STEEPEST) & (edges > 0), 4 / _STEEPEST, edges)
        steep = np.minimum(steep, _STEEPEST)
        weight = np.zeros((len(edges), size))
        weight[np.arange(len(edges)), self.columns] = steep
        return [
            {"weight": weight.astype(np.float32), "bias": (-steep * edges).astype(np.float32)},
            {"weight": 24 * np.eye(len(edges), dtype=np.float32), "bias": np.full(len(edges), -6, np.float32)},
        ]


def joined(tables: Sequence[Table]) -> Table:
    """The results of several, side by side."""
    jumps = np.zeros((sum(len(table.base) for table in tables), sum(len(table.edges) for table in tables)))
    row = column = 0
    for table in tables:
        rows, columns = table.jumps.shape
        jumps[row : row + rows, column : column + columns] = table.jumps
        row, column = row + rows, column + columns
    columns, edges, base = (np.concatenate([table[place] for table in tables]) for place in (0, 1, 3))
    return Table(columns, edges, jumps, base)


def table(columns: int, outputs: Sequence[Tuple[float, Sequence[Jump]]]) -> Table:
    """A table that gives the same outputs for every column: each a number and its jumps."""
    edges = np.array([edge for _, jumps in outputs for edge, _ in jumps], np.float32)
    jumps = np.zeros((len(outputs), len(edges)))
    place = 0
    for row, (_, own) in enumerate(outputs):
        for _, height in own:
            jumps[row, place] = height
            place += 1
    base = np.array([number for number, _ in outputs], np.float64)
    one = Table(np.zeros(len(edges), np.int64), edges, jumps, base)
    return joined([one._replace(columns=one.columns + column) for column in range(columns)])


def only_at(values: Any, whole: bool, height: float = 1.0) -> List[Jump]:
    """The jumps of what is added at one value alone, or, if whole, at all numbers that are cut to that integer."""
    value = np.float32(values)
    if not whole:
        return [(value, height), (np.nextafter(value, np.float32(np.inf)), -height)]
    # Integers are cut towards 0.
    low = value if value > 0 else np.nextafter(value - np.float32(1), np.float32(np.inf))
    high = np.nextafter(value, np.float32(np.inf)) if value < 0 else value + np.float32(1)
    return [(low, height), (high, -height)]
