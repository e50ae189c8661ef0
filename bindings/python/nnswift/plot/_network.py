"""Networks themselves: the weights of the first layer, and the architecture."""

from __future__ import annotations

from typing import Any, List, Mapping, NamedTuple, Optional, Tuple

import numpy as np

from ..errors import ArgumentError
from . import _axes
from ._images import images


def weights(
    model: Any, *, limit: int = 32, columns: int = 8, shape: Optional[Tuple[int, int]] = None, ax: Any = None
) -> Any:
    """Draws what the units of the first layer look for: the weights of each as an image, 0 in the middle of the colours.

    Parameters
    ----------
    model : Model
        Of images: its first layer is dense, or one with weights [units x inputs].
    limit : int
        At most so many units are drawn, those with the largest weights first.
    columns : int
        How many stand side by side, at most.
    shape : (height, width), optional
        Of the images that the model takes; None: they are square.
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ArgumentError
        The model has no such layer.
    ShapeError
        Its inputs do not fit the shape.
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> plot.weights(model, shape=(28, 28))
    """
    found = [tensor for tensor in model.weights.values() if tensor.ndim == 2 and tensor.shape[1] == model.input_size]
    if not found or model._form.columns:
        raise ArgumentError("the model must have a first layer with weights [units x inputs], of arrays")
    tensor = found[0]
    limit = _axes.at_least(limit, "limit")
    strongest = np.argsort(-np.linalg.norm(tensor, axis=1), kind="stable")[:limit]
    ax = images(tensor[strongest], columns=columns, shape=shape, cmap="RdBu_r", ax=ax)
    more = f"strongest {limit} of " if len(tensor) > limit else ""
    ax.set_xlabel(f"{more}{len(tensor)} units; red > 0 > blue")
    return ax


class _Box(NamedTuple):
    title: str
    note: str
    depth: int
    """How many residual blocks it lies in."""
    weighty: bool
    """Whether it has parameters."""


def architecture(model: Any, *, ax: Any = None) -> Any:
    """Draws the network from top to bottom: each layer with its shape and its parameters, blocks with their shortcut.

    Parameters
    ----------
    model : Model
    ax : matplotlib Axes, optional
        Where to draw; None: in a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ImportError
        matplotlib is not installed.

    Examples
    --------
    >>> plot.architecture(model).figure.savefig("network.svg")
    """
    boxes, blocks = _boxes(model)
    ax = _axes.axes(ax, (4.8, 0.5 + 0.56 * len(boxes)))
    for number, box in enumerate(boxes):
        _draw_box(ax, box, number)
    for first, last, depth in blocks:
        _draw_shortcut(ax, first, last, depth)
    deepest = max([depth for _, _, depth in blocks], default=-1)
    ax.set_xlim(-1.05, 1.05 + 0.16 * (deepest + 1))
    ax.set_ylim(len(boxes) - 0.5, -0.5)
    ax.set_axis_off()
    return ax


def _boxes(model: Any) -> Tuple[List[_Box], List[Tuple[int, int, int]]]:
    """Returns what is drawn from top to bottom, and of each residual block (first box, last box, depth)."""
    spec = model.spec
    counts = _parameters(model)
    columns = [column for column in spec.get("columns", ()) if column["kind"] != "ignore"]
    inputs = _number(len(columns), "column") if columns else _number(spec["input"], "feature")
    boxes = [_Box(inputs, "input", 0, False)]
    kinds = spec["preprocess"] if isinstance(spec["preprocess"], list) else [spec["preprocess"]]
    steps = [_words(kind["type"]) for kind in kinds if kind["type"] != "none"]
    if steps:
        boxes.append(_Box(" → ".join(steps), "preprocessing", 0, False))
    blocks: List[Tuple[int, int, int]] = []
    _add(boxes, blocks, spec["layers"], "layers", 0, counts)
    ending = {"softmax_cross_entropy": "probabilities", "binary_cross_entropy": "probabilities"}
    outputs = ending.get(spec["loss"]["type"], "values")
    boxes.append(_Box(_number(model.output_size, "output"), f"{outputs}; loss {_words(spec['loss']['type'])}", 0, False))
    return boxes, blocks


def _add(boxes: list, blocks: list, layers: list, path: str, depth: int, counts: Mapping[str, int]) -> None:
    for number, layer in enumerate(layers):
        here = f"{path}.{number}"
        if "layers" in layer:
            first = len(boxes)
            _add(boxes, blocks, layer["layers"], f"{here}.layers", depth + 1, counts)
            blocks.append((first, len(boxes) - 1, depth))
            continue
        activation = layer.get("activation", {"type": "identity"})
        name = activation if isinstance(activation, str) else activation["type"]
        words = [_words(layer["type"])] + [f"{layer[key]:g}" for key in ("units", "rate") if key in layer]
        words += [_words(name)] if name != "identity" else []
        count = sum(size for tensor, size in counts.items() if tensor.startswith(f"{here}."))
        boxes.append(_Box(" ".join(words), f"{count:,} parameters" if count else "", depth, count > 0))


def _parameters(model: Any) -> Mapping[str, int]:
    return {name: tensor.size for name, tensor in model.weights.items()}


def _words(name: str) -> str:
    return name.replace("_", " ")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("s" if count != 1 else "")


def _draw_box(ax: Any, box: _Box, number: int) -> None:
    from matplotlib.patches import FancyBboxPatch

    ink, colour = _axes.ink(ax), _axes.color(ax, 0)
    half = 0.92 - 0.09 * box.depth
    look = {"facecolor": (*_rgb(colour), 0.22), "edgecolor": colour} if box.weighty else {"facecolor": "none", "edgecolor": ink}
    shape = "round,pad=0,rounding_size=0.06"
    ax.add_patch(
        FancyBboxPatch((-half, number - 0.34), 2 * half, 0.68, boxstyle=shape, linewidth=1.1, mutation_aspect=2, **look)
    )
    if number:
        ax.annotate("", (0, number - 0.34), (0, number - 0.66), arrowprops={"arrowstyle": "->", "color": ink, "shrinkA": 0, "shrinkB": 0})
    size = float(np.clip(_axes.size_in_points(ax)[0] * half * 0.9 / (0.58 * len(box.title)), 6, 10))
    ax.text(0, number - (0.12 if box.note else 0), box.title, ha="center", va="center", fontsize=size, color=ink)
    if box.note:
        ax.text(0, number + 0.17, box.note, ha="center", va="center", fontsize=7.5, color=ink, alpha=0.7)


def _rgb(colour: str) -> Tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)


def _draw_shortcut(ax: Any, first: int, last: int, depth: int) -> None:
    """Draws the way around a block, from above its first box to below its last one."""
    right = 1.02 + 0.16 * depth
    top, bottom = first - 0.5, last + 0.5
    look = {"color": _axes.color(ax, 1), "linewidth": 1.4}
    ax.plot([0, right, right], [top, top, bottom], solid_joinstyle="round", **look)
    ax.annotate("", (0, bottom), (right, bottom), arrowprops={"arrowstyle": "->", "shrinkA": 0, "shrinkB": 0, **look})
    ax.text(right + 0.03, (top + bottom) / 2, "+ input", rotation=90, va="center", ha="left", fontsize=7.5, color=_axes.ink(ax))
