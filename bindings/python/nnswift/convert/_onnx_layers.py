"""ONNX: steps to layers, tensors and a preprocess of a spec."""

from __future__ import annotations

import math
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ._onnx_graph import Graph, Node
from ._onnx_operators import Step, short


class _Affine(NamedTuple):
    """(x - center) · scale + shift in float64, each one number or one a feature; the node that began it."""

    node: Node
    center: np.ndarray = np.zeros(())
    scale: np.ndarray = np.ones(())
    shift: np.ndarray = np.zeros(())

    def then(self, operator: str, value: np.ndarray) -> "_Affine":
        value = value.astype(np.float64)
        if operator in ("Mul", "Div"):
            if operator == "Div":
                if not value.all():
                    raise ValueError(f"{self.node} divides by zero")
                value = 1 / value
            return self._replace(scale=self.scale * value, shift=self.shift * value)
        value = -value if operator == "Add" else value
        # A subtraction before any scaling stays a center: no digit is lost.
        if self.is_shift and not self.shift.any():
            return self._replace(center=self.center + value)
        return self._replace(shift=self.shift - value)

    @property
    def is_shift(self) -> bool:
        return bool((self.scale == 1).all())


class Layers:
    """The layers so far, of a network or of one branch of a residual, and how many columns they give.

    Parameters
    ----------
    graph : Graph, optional
        Whose input says how many features a row has, if it does. Without one it is a branch.
    """

    def __init__(self, graph: Optional[Graph] = None):
        self.layers: List[Dict[str, Any]] = []
        self.preprocess: Dict[str, Any] = {"type": "none"}
        #: Center and scale [features] float32 of a preprocess that has seen its data.
        self.scaling: Optional[Tuple[np.ndarray, np.ndarray]] = None
        self.input_size: Optional[int] = None
        self._tensors: List[Dict[str, np.ndarray]] = []
        self._pending: Optional[_Affine] = None
        self._size: Optional[int] = None
        self._rows: Optional[int] = None
        self._rank = 2
        self._is_branch = graph is None
        if graph is not None and graph.shape is not None:
            self._take_shape(graph.input, graph.shape)

    def _take_shape(self, name: str, shape: List[Optional[int]]) -> None:
        self._rank = len(shape)
        columns = shape[1:]
        if self._rank < 2 or (self._rank > 2 and None in columns):
            sizes = " x ".join("?" if size is None else str(size) for size in shape)
            raise ValueError(f'the input "{name}" must be [rows x features], its shape is [{sizes}]')
        self._rows = shape[0]
        if None not in columns:
            self._size = self.input_size = math.prod(columns)

    def add(self, step: Step) -> None:
        """Adds what one step does.

        Raises
        ------
        ValueError
            If it does not fit to what comes before it.
        """
        if step.kind == "reshape":
            self._reshape(step)
        elif step.kind == "affine":
            self._take_affine(step)
        elif step.kind in ("exp", "two_columns", "centred"):
            raise ValueError(f"{step.node} has no counterpart in this library where it stands")
        else:
            self._require_rows(step.node)
            self._check_sizes(step)
            resolved = self._resolved(step)
            if step.kind == "residual":
                self._append_residual(resolved)
            else:
                self._append(resolved)

    def finish(self) -> None:
        """Ends the layers: a scaling that is left over is put into one of them."""
        if not self.layers:
            self.add(Step("activation", _END, "", {"type": "identity"}))
        self._resolved(None)
        if self.input_size is None:
            raise ValueError("the graph must say how many features its input has; export it with the input's shape")

    def tensors(self, branch: str = "layers") -> Dict[str, np.ndarray]:
        """All tensors by their names in a model, or in the residual that has a branch of that name."""
        return {f"{branch}.{i}.{name}": value for i, own in enumerate(self._tensors) for name, value in own.items()}

    def _require_rows(self, node: Node) -> None:
        if self._rank != 2:
            raise ValueError(f"{node} is given {self._rank} dimensions; flatten the input before the first layer")

    def _reshape(self, step: Step) -> None:
        rows, columns = step.options["shape"]
        if self._size is None and columns > 0:
            self._require_size(columns, step.node)
        same = rows in (0, self._rows) or (rows == -1 and columns != -1)
        if not same or columns not in (-1, self._size):
            made = f"{rows} x {columns}"
            raise ValueError(f"{step.node} must keep the rows and their {self._size} features, it makes {made}")
        self._rank = 2

    def _require_size(self, size: int, node: Node) -> None:
        if self._size is None:
            self._size = self.input_size = size
        if size != self._size:
            raise ValueError(f"{node} takes {size} features, what comes in has {self._size}")

    def _check_sizes(self, step: Step) -> None:
        if step.kind == "dense":
            self._require_size(step.tensors["weight"].shape[1], step.node)
            return
        for value in step.tensors.values():
            if step.options.get("shared"):
                continue
            if value.ndim != 1:
                raise ValueError(f"{step.node} must have one value a feature, the shape is {value.shape}")
            self._require_size(value.size, step.node)

    def _append(self, step: Step) -> None:
        if step.kind == "activation" and self._ends_with_dense():
            self.layers[-1]["activation"] = step.options
            return
        options = dict(step.options)
        if step.kind == "dense":
            self._size = step.tensors["weight"].shape[0]
            options = {"type": "dense", "units": self._size, "bias": "bias" in step.tensors}
        tensors = dict(step.tensors)
        if step.kind == "rms_norm":
            options["affine"] = "weight" in tensors
        if step.kind == "layer_norm":
            options["affine"] = "weight" in tensors
            if "weight" in tensors:
                tensors.setdefault("bias", np.zeros_like(tensors["weight"]))
        self.layers.append(options)
        self._tensors.append(tensors)

    def _append_residual(self, step: Step) -> None:
        main, other = (self._branch(step, steps) for steps in step.branches)
        # A branch whose size nothing told gives what it takes.
        sizes = [self._size if branch._size is None else branch._size for branch in (main, other)]
        if sizes[0] != sizes[1]:
            raise ValueError(f"{step.node} must add branches of as many features, they have {sizes[0]} and {sizes[1]}")
        if not main.layers:
            main, other = other, main
        if not main.layers:
            main._append(Step("activation", step.node, "", {"type": "identity"}))
        self._size = sizes[0]
        self.layers.append({"type": "residual", "layers": main.layers, "shortcut": other.layers})
        self._tensors.append({**main.tensors(), **other.tensors("shortcut")})

    def _branch(self, step: Step, steps: Sequence[Step]) -> "Layers":
        branch = Layers()
        branch._size, branch._rows = self._size, self._rows
        for inner in steps:
            branch.add(inner)
        branch._resolved(None)
        if branch.input_size is not None:
            self._require_size(branch.input_size, step.node)
        return branch

    def _ends_with_dense(self) -> bool:
        """Whether the last layer is dense and its output was not changed."""
        return bool(self.layers) and self.layers[-1]["type"] == "dense" and "activation" not in self.layers[-1]

    def _take_affine(self, step: Step) -> None:
        affine = self._pending or _Affine(step.node)
        for operator, value in step.options["operations"]:
            if value.ndim:
                self._require_rows(step.node)
                self._require_size(value.size, step.node)
            affine = affine.then(operator, value)
        self._pending = affine

    def _resolved(self, step: Optional[Step]) -> Optional[Step]:
        """Puts a scaling that is left over into its layer; returns the next step, changed by it."""
        affine, self._pending = self._pending, None
        if affine is None:
            return step
        kind = None if step is None else step.kind
        if kind == "batch_norm" and affine.is_shift:
            mean = step.tensors["running_mean"].astype(np.float64) + affine.center - affine.shift
            return step._replace(tensors={**step.tensors, "running_mean": mean.astype(np.float32)})
        if self._ends_with_dense():
            self._fold_behind(affine)
            return step
        if not self.layers and not self._is_branch:
            return self._take_preprocess(affine, step)
        if kind == "dense":
            return _folded_before(affine, step)
        raise ValueError(
            f"{affine.node} scales values between layers; this library scales before the first layer, "
            "or as a part of a dense layer beside it"
        )

    def _fold_behind(self, affine: _Affine) -> None:
        own = self._tensors[-1]
        units = own["weight"].shape[0]
        scale = np.broadcast_to(affine.scale, (units,))
        bias = (own.get("bias", np.zeros(units)).astype(np.float64) - affine.center) * scale + affine.shift
        self._tensors[-1] = {"weight": _rounded(own["weight"] * scale[:, np.newaxis]), "bias": _rounded(bias)}
        self.layers[-1]["bias"] = True

    def _take_preprocess(self, affine: _Affine, step: Optional[Step]) -> Optional[Step]:
        if not affine.scale.ndim and not affine.center.any() and not affine.shift.any():
            self.preprocess = {"type": "scale", "factor": short(affine.scale)}
            return step
        size = (self._size if self._size is not None else 1,)
        center, scale, shift = (np.broadcast_to(part, size) for part in affine[1:])
        if not (scale > 0).all():
            if step is None or step.kind != "dense":
                raise ValueError(f"{affine.node} must scale by more than 0, unless a dense layer follows")
            step = _with_signs(step, scale, shift)
        used = scale != 0
        safe = np.where(used, scale, 1)
        self.preprocess = {"type": "standardize"}
        center, scale = _rounded(np.where(used, center - shift / safe, 0)), _rounded(np.abs(safe))
        if not (np.isfinite(center).all() and np.isfinite(scale).all() and (scale > 0).all()):
            raise ValueError(f"{affine.node} scales beyond what float32 holds")
        self.scaling = (center, scale)
        return step


_END = Node("Identity", "", (), ("output",), {})


def _rounded(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # the model refuses what is not finite
        return np.ascontiguousarray(values, np.float32)


def _folded_before(affine: _Affine, step: Step) -> Step:
    """A dense layer that includes the scaling before it; in double, then rounded once."""
    weight = step.tensors["weight"].astype(np.float64)
    columns = weight.shape[1:]
    shift = np.broadcast_to(affine.shift - affine.center * affine.scale, columns)
    bias = step.tensors.get("bias", np.zeros(len(weight))) + weight @ shift
    return step._replace(tensors={"weight": _rounded(weight * affine.scale), "bias": _rounded(bias)})


def _with_signs(step: Step, scale: np.ndarray, shift: np.ndarray) -> Step:
    """A dense layer that takes over the signs of scales, and the columns that a scale of 0 made constant."""
    weight = step.tensors["weight"].astype(np.float64)
    tensors = {**step.tensors, "weight": _rounded(weight * np.sign(scale))}
    if not scale.all():
        constant = weight @ np.where(scale == 0, shift, 0)
        tensors["bias"] = _rounded(step.tensors.get("bias", np.zeros(len(weight))) + constant)
    return step._replace(tensors=tensors)
