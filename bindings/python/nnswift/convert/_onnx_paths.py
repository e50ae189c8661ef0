"""ONNX: from the values of a graph to the steps that lead there, the branches of a residual inside their step."""

from __future__ import annotations

from typing import Dict, List, Optional, Set

from ._onnx_graph import Node
from ._onnx_operators import Step

# A spec, whose JSON is nested 64 deep at most, has room for 30 residuals one inside the other.
_DEEPEST = 30


class Paths:
    """The values that are reached from the input, each by one step from another.

    A residual is one step: from the value at which the paths of its two branches part to their sum.
    """

    def __init__(self, start: str):
        self._start = start
        self._steps: Dict[str, Step] = {}
        self._lengths: Dict[str, int] = {start: 0}

    def __contains__(self, name: str) -> bool:
        return name in self._lengths

    def add(self, step: Step) -> None:
        """Takes the output of a step, whose input is reached, as reached."""
        self._steps[step.node.output] = step
        self._lengths[step.node.output] = self._lengths[step.input] + 1

    def joined(self, node: Node) -> Optional[Step]:
        """The step of an Add of two values that are reached, None for another Add."""
        if len(node.inputs) != 2 or not all(name in self for name in node.inputs):
            return None
        longer, other = node.inputs
        while longer != other:
            if self._lengths[longer] < self._lengths[other]:
                longer, other = other, longer
            longer = self._steps[longer].input
        return Step("residual", node, longer)

    def steps(self, end: str) -> List[Step]:
        """The steps from the input to a value, in order, without those that do nothing.

        Raises
        ------
        ValueError
            If a value inside of a branch is read outside of it, too.
        """
        return self._between(self._start, end, set(), 0)

    def _between(self, start: str, end: str, used: Set[str], depth: int) -> List[Step]:
        steps: List[Step] = []
        while end != start:
            step = self._steps[end]
            if end in used:
                raise ValueError(
                    f"{step.node} is read inside of a residual and outside of it; the branches of a residual must "
                    "begin at one value, and meet in one Add"
                )
            used.add(end)
            steps.append(self._with_branches(step, used, depth + 1) if step.kind == "residual" else step)
            end = step.input
        steps = [step for step in steps[::-1] if step.kind != "skip"]
        # A mean that is taken off before a normalisation changes nothing.
        after = [step.kind for step in steps[1:]] + [""]
        return [step for step, following in zip(steps, after) if (step.kind, following) != ("centred", "layer_norm")]

    def _with_branches(self, step: Step, used: Set[str], depth: int) -> Step:
        if depth > _DEEPEST:
            raise ValueError(f"{step.node} must not join branches more than {_DEEPEST} deep, one inside the other")
        return step._replace(branches=[self._between(step.input, end, used, depth) for end in step.node.inputs])
