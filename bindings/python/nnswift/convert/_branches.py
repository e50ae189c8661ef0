"""The values of another framework's graph: from its input to its output by layers, residuals among them."""

from __future__ import annotations

from typing import Any, Callable, Dict, Hashable, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Set

from ._assembly import Layer

# A spec, whose JSON is nested 64 deep at most, has room for 30 residuals one inside the other.
DEEPEST = 30


def meeting(ends: Iterable[Any], lengths: Mapping[Any, int], source: Callable[[Any], Any]) -> Any:
    """Returns the last value that lies on the way from the input to each of the ends.

    Parameters
    ----------
    lengths
        Of the ways to all values, in steps.
    source : function
        Of a value, gives the one before it.
    """
    left = set(ends)
    while len(left) > 1:
        longest = max(left, key=lengths.__getitem__)
        left.remove(longest)
        left.add(source(longest))
    return left.pop()


class _Step(NamedTuple):
    """From one value to another: by layers, or by the sum of two values that both come from the first."""

    source: Hashable
    layers: Sequence[Layer]
    ends: Sequence[Hashable] = ()
    owner: str = ""


class Branches:
    """The values that are reached from the input."""

    def __init__(self, start: Hashable):
        self._start = start
        self._steps: Dict[Hashable, _Step] = {}
        self._lengths: Dict[Hashable, int] = {start: 0}

    def __contains__(self, value: Hashable) -> bool:
        return value in self._lengths

    def add(self, value: Hashable, source: Hashable, layers: Sequence[Layer]) -> None:
        """Takes a value as reached: layers make it of another one, without any it is the same."""
        self._steps[value] = _Step(source, layers)
        self._lengths[value] = self._lengths[source] + 1

    def join(self, value: Hashable, first: Hashable, second: Hashable, place: str, owner: str = "") -> None:
        """Takes the sum of two values as reached. Modules of owner that are called shortcut are the shortcut."""
        begin = meeting((first, second), self._lengths, lambda value: self._steps[value].source)
        self._steps[value] = _Step(begin, [Layer({"type": "residual"}, place=place)], (first, second), owner)
        self._lengths[value] = self._lengths[begin] + 1

    def layers(self, end: Hashable) -> List[Layer]:
        """Returns the layers from the input to a value.

        Raises
        ------
        ValueError
            If a value inside of a branch is read outside of it, too.
        """
        return self._between(self._start, end, set(), 0)

    def _between(self, start: Hashable, end: Hashable, used: Set[Hashable], depth: int) -> List[Layer]:
        found: List[Layer] = []
        while end != start:
            step = self._steps[end]
            # A value that is only another name may be read twice.
            if step.layers:
                if end in used:
                    raise ValueError(
                        f"{step.layers[-1].place} is read inside of a residual and outside of it; the branches of a "
                        "residual must begin at one value, and meet in one sum")
                used.add(end)
            found.extend([self._residual(step, used, depth + 1)] if step.ends else reversed(step.layers))
            end = step.source
        return found[::-1]

    def _residual(self, step: _Step, used: Set[Hashable], depth: int) -> Layer:
        place = step.layers[0].place
        if depth > DEEPEST:
            raise ValueError(f"{place} must not join branches more than {DEEPEST} deep, one inside the other")
        first, second = (self._between(step.source, end, used, depth) for end in step.ends)
        named = [_is_shortcut(branch, step.owner) for branch in (first, second)]
        is_swapped = named[0] or (not first and not named[1])
        return step.layers[0]._replace(branches=(second, first) if is_swapped else (first, second))


def _is_shortcut(branch: Sequence[Layer], owner: str) -> bool:
    """Whether the first layer of a branch is a module of the owner's attribute shortcut."""
    place: Optional[str] = branch[0].place if branch else None
    return place is not None and place.startswith(f"module {owner}shortcut.")
