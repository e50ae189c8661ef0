"""What a spec may hold that a converter takes: the one place that refuses the rest, by name."""

from __future__ import annotations

from typing import Any, Iterable, List, Mapping

from ..model import Model

# The lists of layers that a residual has: y = layers(x) + shortcut(x).
BRANCHES = ("layers", "shortcut")


def require_known(model: Model, known: Iterable[str], target: str) -> None:
    """Refuses a model with a layer or an activation that a converter does not know, at any depth.

    Parameters
    ----------
    model : Model
    known : names of layers and activations
    target : str
        What the message calls the other side: "an ONNX file".

    Raises
    ------
    ValueError
        With the place and the name of the first such layer.
    """
    _require_known(model.spec["layers"], "layers", sorted(known), target)


def _require_known(layers: Iterable[Mapping[str, Any]], path: str, known: List[str], target: str) -> None:
    for index, layer in enumerate(layers):
        place = f"{path}[{index}]"
        for kind in (layer["type"], layer.get("activation", layer)["type"]):
            if kind not in known:
                raise ValueError(f"{place}: {kind} has no counterpart in {target}; known are {', '.join(known)}")
        for branch in BRANCHES:
            _require_known(layer.get(branch, ()), f"{place}.{branch}", known, target)
