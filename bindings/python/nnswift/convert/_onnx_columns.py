"""ONNX: operators that only move numbers, read by what they do to numbered columns."""

from __future__ import annotations

import numpy as np

from ._onnx_flow import Flow
from ._onnx_graph import Node
from ._onnx_steps import Step, expect, select
from ._onnx_values import ROWS


def moved(flow: Flow, node: Node) -> Step:
    """The step of an operator that moves the columns of one value, or leaves them where they are.

    Raises
    ------
    ValueError
        If a row of its result is made of anything but the same columns of the same row of its input.
    """
    given = [name for name in node.inputs if flow.is_of_features(name)]
    expect(node, len(given) == 1 and node.inputs[0] == given[0], "must move the columns of one value by constants")
    wanted = flow.columns(node, given[0])
    expect(node, not _cuts_rows(flow, node), "must keep all rows of the input")
    columns = _source(flow, node, {given[0]: 0}, wanted)
    if np.array_equal(columns, np.arange(wanted)):
        return Step("skip", node, given[0])
    return select(node, given[0], columns)


def _cuts_rows(flow: Flow, node: Node) -> bool:
    """Whether a Slice takes rows up to a number, which the few rows of a trial would not show."""
    if node.operator != "Slice":
        return False
    if len(node.inputs) > 1:
        starts, ends, axes = (flow.constant(node.input(place)) for place in (1, 2, 3))
    else:
        starts, ends, axes = node.numbers("starts"), node.numbers("ends"), node.numbers("axes")
        axes = axes if axes.size else None
    if starts is None or ends is None:
        return False
    axes = np.arange(starts.size) if axes is None else axes
    rank = flow.values.computed[node.inputs[0]][0].ndim
    return any(axis % rank == 0 and end < 2**31 - 1 for axis, end in zip(axes.ravel(), ends.ravel()))


def require_side_by_side(flow: Flow, node: Node) -> None:
    """Refuses a Concat that does not put the columns of values side by side.

    Raises
    ------
    ValueError
        Also if one of the values is a constant.
    """
    starts, total = {}, 0
    expect(node, all(map(flow.is_of_features, node.inputs)), "must join values that depend on the input, not constants")
    for name in node.inputs:
        starts[name] = total
        total += flow.columns(node, name)
    wanted = [start + np.arange(flow.columns(node, name)) for name, start in _pairs(node, starts)]
    columns = _source(flow, node, starts, total)
    expect(node, np.array_equal(columns, np.concatenate(wanted)), "must join the columns of its inputs (axis 1)")


def _pairs(node: Node, starts: dict) -> list:
    return [(name, starts[name]) for name in node.inputs]


def _source(flow: Flow, node: Node, starts: dict, total: int) -> np.ndarray:
    """For every column of the result, the number of the column that it is; the rows must stay where they are."""
    keeps = "must keep the rows of the input, and give the same columns for each"
    found = []
    for run, rows in enumerate(ROWS):
        inputs = flow.values.inputs(node, run)
        for place, name in enumerate(node.inputs):
            if name in starts:
                shape = inputs[place].shape
                expect(node, shape[:1] == (rows,), keeps)
                size = inputs[place].size // rows
                numbers = starts[name] + np.arange(size) + total * np.arange(rows)[:, np.newaxis]
                inputs[place] = numbers.reshape(shape).astype(np.float64)
        # One output of several is read at a time.
        names = tuple(node.proto.output)
        result = flow.values.results(node._replace(outputs=names), inputs)[names.index(node.output)]
        expect(node, result.shape[:1] == (rows,), keeps)
        numbers = result.reshape(rows, -1) - total * np.arange(rows)[:, np.newaxis]
        expect(node, bool((numbers == numbers[0]).all()), keeps)
        expect(node, bool(((numbers >= 0) & (numbers < total)).all()), keeps)
        found.append(numbers[0].astype(np.int64))
    expect(node, np.array_equal(*found), keeps)
    return found[0]
