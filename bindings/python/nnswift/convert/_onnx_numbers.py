"""ONNX: the numbers of a table as curves and places among bins, in double as the library computes them."""

from __future__ import annotations

from typing import Any, List, Mapping, NamedTuple, Sequence

import numpy as np

from ._onnx_chain import Chain
from ._table_state import Number


class _Lines(NamedTuple):
    """Straight lines of several columns [columns x lines], as many a column as the longest has, a power of 2."""

    #: Where each begins; infinity where a column has no more.
    start: np.ndarray
    width: np.ndarray

    @property
    def count(self) -> int:
        return self.start.shape[1]


def put_filled(chain: Chain, values: str, numbers: Sequence[Number]) -> str:
    """Replaces NaN by what stands for a missing number, infinity by the outermost number seen."""
    fill, low, high = (
        chain.constant(name, [[getattr(number, name) for number in numbers]], np.float64)
        for name in ("fill", "low", "high")
    )
    known = chain.add("Where", chain.add("IsNaN", values), fill, values)
    end = chain.add("Where", chain.add("Less", known, chain.constant("zero", 0, np.float64)), low, high)
    return chain.add("Where", chain.add("IsInf", known), end, known)


def put_curve(chain: Chain, values: str, numbers: Sequence[Number], index: int, scaling: Mapping[str, Any]) -> str:
    """Adds the curves of one scaling through the knots of each number: [rows x numbers] float32."""
    curves = [number.curves[index] for number in numbers]
    extrapolates = scaling["type"] != "quantile"
    least, largest = np.array([
        (-np.inf, np.inf) if extrapolates and len(x) > 1 else (x[0], x[-1]) for x, _ in curves]).T
    name = f"curve{index}"
    inner = _put_bounded(chain, name, values, least, largest)
    lines = _lines([x for x, _ in curves])
    place = _put_search(chain, name, inner, lines)
    base, rise = np.zeros(lines.start.shape), np.zeros(lines.start.shape)
    for row, (_, z) in enumerate(curves):
        base[row, : max(1, len(z) - 1)], rise[row, : len(z) - 1] = z[: max(1, len(z) - 1)], np.diff(z)
    share = _put_share(chain, name, inner, place, lines)
    way = chain.add("Mul", share, _at(chain, f"{name}.rise", rise, place))
    line = chain.add("Add", _at(chain, f"{name}.z", base, place), way)
    if scaling.get("limit", 0) > 0:
        part = chain.add("Div", line, chain.constant(f"{name}.limit", scaling["limit"], np.float64))
        root = chain.add("Sqrt", chain.add("Add", chain.add("Mul", part, part), chain.constant("one", 1, np.float64)))
        line = chain.add("Div", line, root)
    return chain.cast(line, np.float32)


def put_bins(chain: Chain, values: str, numbers: Sequence[Number]) -> str:
    """Adds for each bin of each number 1 below the number, its share of the bin it is in, 0 above, in float32."""
    places = [place for place, number in enumerate(numbers) if len(number.edges)]
    edges = [numbers[place].edges for place in places]
    least, largest = np.array([(each[0], each[-1]) for each in edges]).T
    own = chain.columns("binned", values, places)
    inner = _put_bounded(chain, "edges", own, least, largest)
    # The last edge begins a bin of its own, in which no share is ever above 0.
    lines = _lines([np.append(each, np.inf) for each in edges])
    place = _put_search(chain, "edges", inner, lines)
    share = _put_share(chain, "edges", inner, place, lines)
    bin_numbers = np.tile(np.arange(lines.count, dtype=np.float64), (len(edges), 1))
    position = chain.cast(chain.add("Add", _at(chain, "bin", bin_numbers, place), share), np.float32)
    # Rounded up, the share of a bin would be the next bin's.
    ends = np.nextafter((bin_numbers + 1).astype(np.float32), np.float32(0))
    position = chain.add("Min", position, _at(chain, "bin_end", ends, place))
    counts = [len(each) - 1 for each in edges]
    repeated = chain.columns("bin_owners", position, np.repeat(np.arange(len(counts)), counts))
    starts = chain.constant("bin_starts", [np.concatenate([np.arange(count) for count in counts])])
    return chain.add("Clip", chain.add("Sub", repeated, starts), 0.0, 1.0)


def _lines(ends: List[np.ndarray]) -> _Lines:
    """The lines between neighbours of each list; a list of one value has one line, of width 1."""
    longest = max(1, max(len(each) - 1 for each in ends))
    shape = (len(ends), 1 << (longest - 1).bit_length())
    start, width = np.full(shape, np.inf), np.ones(shape)
    for row, each in enumerate(ends):
        count = max(1, len(each) - 1)
        start[row, :count], width[row, : len(each) - 1] = each[:count], np.diff(each)
    return _Lines(start, width)


def _put_bounded(chain: Chain, name: str, values: str, least: np.ndarray, largest: np.ndarray) -> str:
    if np.isfinite(least).any():
        values = chain.add("Max", values, chain.constant(f"{name}.least", [least], np.float64))
        values = chain.add("Min", values, chain.constant(f"{name}.largest", [largest], np.float64))
    return values


def _put_search(chain: Chain, name: str, values: str, lines: _Lines) -> str:
    """Adds the place of the last line of its column that begins at a value or below, in the flat list of all lines.

    A binary search: half as many lines are left after each step.
    """
    place = chain.constant(f"{name}.first", [np.arange(len(lines.start)) * lines.count], np.int64)
    step = lines.count // 2
    while step:
        candidate = chain.add("Add", place, chain.constant(f"step{step}", step, np.int64))
        reached = chain.add("GreaterOrEqual", values, _at(chain, f"{name}.x", lines.start, candidate))
        place = chain.add("Where", reached, candidate, place)
        step //= 2
    return place


def _put_share(chain: Chain, name: str, values: str, place: str, lines: _Lines) -> str:
    """Adds how far a value is on its line: 0 at the begin, 1 at the end."""
    way = chain.add("Sub", values, _at(chain, f"{name}.x", lines.start, place))
    return chain.add("Div", way, _at(chain, f"{name}.width", lines.width, place))


def _at(chain: Chain, name: str, table: np.ndarray, place: str) -> str:
    return chain.add("Gather", chain.constant(name, table.reshape(-1), table.dtype), place)
