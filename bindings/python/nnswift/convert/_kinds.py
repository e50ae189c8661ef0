"""What a spec may hold that a converter takes: the one place that refuses the rest, by name."""

from __future__ import annotations

from typing import Any, Iterable, List, Mapping

from ..model import Model

# The lists of layers that a residual has: y = layers(x) + shortcut(x).
BRANCHES = ("layers", "shortcut")


def takes_columns(model: Model) -> bool:
    """Whether a model learnt from the columns of a table."""
    return "columns" in model.spec


def has_groups(spec: Mapping[str, Any]) -> bool:
    """Whether a model has members, or a dense layer has groups, at any depth."""

    def grouped(layers: Iterable[Mapping[str, Any]]) -> bool:
        return any(
            layer.get("groups", 1) > 1 or any(grouped(layer.get(branch, ())) for branch in BRANCHES)
            for layer in layers)

    return spec.get("members", 1) > 1 or grouped(spec["layers"])


def require_known(model: Model, known: Iterable[str], target: str, *, takes_groups: bool = False) -> None:
    """Refuses a model with a layer or an activation that a converter does not know, at any depth.

    Parameters
    ----------
    model : Model
    known : names of layers and activations
    target : str
        What the message calls the other side: "an ONNX file".
    takes_groups : bool
        Whether the converter knows members, and dense layers in groups.

    Raises
    ------
    ValueError
        With the place and the name of the first such layer; also for a model of tables.
    """
    if takes_columns(model):
        raise ValueError(
            f"a model of tables has no counterpart in {target}, which takes arrays of numbers; nnswift.to_onnx writes "
            "it with its columns")
    require_layers(model.spec["layers"], known, target)
    if not takes_groups and has_groups(model.spec):
        raise ValueError(
            f"a model with members or groups has no counterpart in {target}; nnswift.to_onnx writes it")


def require_layers(layers: List[Mapping[str, Any]], known: Iterable[str], target: str, start: int = 0) -> None:
    """The same for a list of layers, of which the first `start` are left out."""
    _require_known(layers, "layers", sorted(known), target, start)


def _require_known(
    layers: Iterable[Mapping[str, Any]], path: str, known: List[str], target: str, start: int = 0
) -> None:
    for index, layer in enumerate(layers):
        place = f"{path}[{index}]"
        kinds = (layer["type"], layer.get("activation", layer)["type"])
        for kind in kinds[1:] if index < start else kinds:
            if kind not in known:
                raise ValueError(f"{place}: {kind} has no counterpart in {target}; known are {', '.join(known)}")
        for branch in BRANCHES:
            _require_known(layer.get(branch, ()), f"{place}.{branch}", known, target)
