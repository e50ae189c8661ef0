"""PyTorch: what changes the shape of values -> nothing, where rows of features stay what they are."""

from __future__ import annotations

from typing import List, Optional, Sequence

from ._assembly import Layer, checked_width
from ._torch_layers import refusal

_OVER_ROWS = ("softmax", "log_softmax")
_NO_WIDTH = ("flatten", "squeeze", "left_out")


def rows_of_features(layers: Sequence[Layer], width: Optional[int] = None, is_branch: bool = False) -> List[Layer]:
    """Returns layers without flatten, squeeze and what is left out.

    Raises
    ------
    ValueError
        If a layer would see values of another shape than [rows x features].
    """
    kept: List[Layer] = []
    over_rows = squeezed = ""
    for layer in layers:
        kind = layer.options["type"]
        if squeezed and (layer.branches[0] or layer.branches[1] or layer.takes is not None or kind in _OVER_ROWS):
            raise refusal(squeezed, "only functions of each value may stand behind it, a layer takes rows of features")
        if kind == "flatten" and over_rows and width is None:
            raise refusal(over_rows, "it must stand behind Flatten, to go over the features of a row")
        if kind == "squeeze":
            if width != 1 or is_branch:
                raise refusal(layer.place, f"it must come behind a layer with one output, here are {width}")
            squeezed = layer.place
        if kind in _OVER_ROWS:
            over_rows = layer.place
        if kind == "residual":
            first, second = (rows_of_features(branch, width, True) for branch in layer.branches)
            layer = layer._replace(branches=(first, second))
        width = checked_width([layer], width)
        if kind not in _NO_WIDTH:
            kept.append(layer)
    return kept
