"""ONNX: from the values of a graph to the steps that lead there, the branches of a residual inside their step."""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence, Set

from ._branches import DEEPEST, meeting
from ._onnx_graph import Node
from ._onnx_steps import Step


class Paths:
    """The values that are reached from the input, each by steps from one other.

    Where branches that part at one value meet, that is one step: from that value to their sum, or to their columns side
    by side.
    """

    def __init__(self, start: str):
        self._start = start
        self._steps: Dict[str, List[Step]] = {}
        self._lengths: Dict[str, int] = {start: 0}

    def __contains__(self, name: str) -> bool:
        return name in self._lengths

    def add(self, name: str, steps: List[Step]) -> None:
        """Takes a value to which steps lead from one that is reached, the first one's input, as reached."""
        self._steps[name] = steps
        self._lengths[name] = self._lengths[steps[0].input] + 1

    def joined(self, node: Node, kind: str) -> Optional[Step]:
        """The step of a node that joins values that are all reached, None if one is not."""
        if not node.inputs or not all(name in self for name in node.inputs):
            return None
        return Step(kind, node, meeting(node.inputs, self._lengths, lambda name: self._steps[name][0].input))

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
            own = self._steps[end]
            # What only moves columns may be read many times.
            if end in used and any(step.kind not in ("skip", "select", "affine") for step in own):
                raise ValueError(
                    f"{own[-1].node} is read inside of a residual and outside of it; the branches of a residual must "
                    "begin at one value, and meet in one Add"
                )
            used.add(end)
            for step in own[::-1]:
                joins = step.kind in ("residual", "concat")
                steps.append(self._with_branches(step, used, depth + 1) if joins else step)
            end = own[0].input
        steps = [step for step in steps[::-1] if step.kind != "skip"]
        # A mean that is taken off before a normalisation changes nothing.
        after = [step.kind for step in steps[1:]] + [""]
        return [step for step, following in zip(steps, after) if (step.kind, following) != ("centred", "layer_norm")]

    def _with_branches(self, step: Step, used: Set[str], depth: int) -> Step:
        if depth > DEEPEST:
            raise ValueError(f"{step.node} must not join branches more than {DEEPEST} deep, one inside the other")
        return step._replace(branches=[self._between(step.input, end, used, depth) for end in step.node.inputs])


def without_order(steps: Sequence[Step], columns: int) -> List[Step]:
    """The steps without a concat at the end that puts all columns back where they were before it."""
    if not steps or steps[-1].kind != "concat":
        return list(steps)
    selected: List[int] = []
    for branch in steps[-1].branches:
        if [step.kind for step in branch] != ["select"]:
            return list(steps)
        selected += branch[0].options["columns"].tolist()
    return list(steps[:-1]) if selected == list(range(columns)) else list(steps)
