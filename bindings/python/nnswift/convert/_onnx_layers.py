"""ONNX: steps to layers, tensors and a preprocess of a spec."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from . import _onnx_affine, _onnx_tables
from ._onnx_affine import Affine, rounded
from ._onnx_graph import Node
from ._onnx_steps import Step, activation, short
from ._onnx_tables import Table

_END = Node("Identity", "", (), ("output",), {})


class Layers:
    """The layers so far, of a network or of one branch of it, and how many columns they give.

    Parameters
    ----------
    size : int
        How many columns come in.
    is_branch : bool
        Whether nothing but layers can be here: the preprocess is the network's.
    """

    def __init__(self, size: int, is_branch: bool = False):
        self.layers: List[Dict[str, Any]] = []
        self.preprocess: Dict[str, Any] = {"type": "none"}
        #: Center and scale [features] float32 of a preprocess that has seen its data.
        self.scaling: Optional[Tuple[np.ndarray, np.ndarray]] = None
        self.size = size
        self._tensors: List[Dict[str, np.ndarray]] = []
        # What is done after the layers: a table, then an affine.
        self._table: Optional[Table] = None
        self._affine: Optional[Affine] = None
        self._is_branch = is_branch

    def add(self, step: Step) -> None:
        """Adds what one step does.

        Raises
        ------
        ValueError
            If it does not fit to what comes before it.
        """
        if step.kind == "affine":
            self._then(step)
        elif step.kind == "select":
            self._affine = self._pending(step.node).selected(step.options["columns"])
        elif step.kind == "table":
            self._take_table(step)
        elif step.kind == "concat":
            self._join(step)
        elif step.kind in ("exp", "two_columns", "centred"):
            raise ValueError(f"{step.node} has no counterpart in this library where it stands")
        else:
            self._check_sizes(step)
            resolved = self._resolved(step)
            if step.kind == "residual":
                self._append_residual(resolved)
            else:
                self._append(resolved)

    def finish(self) -> None:
        """Ends the layers: a scaling that is left over is put into one of them."""
        if not self.layers and self._table is None and (self._affine is None or self._affine.is_whole(self.size)):
            self.add(activation(_END, "", type="identity"))
        self._resolved(None)

    def tensors(self, branch: str = "layers") -> Dict[str, np.ndarray]:
        """All tensors by their names in a model, or in the residual that has a branch of that name."""
        return {f"{branch}.{i}.{name}": value for i, own in enumerate(self._tensors) for name, value in own.items()}

    @property
    def columns(self) -> int:
        """How many columns there are, with what is not yet in a layer."""
        if self._affine is not None:
            return len(self._affine.columns)
        return self.size if self._table is None else len(self._table.base)

    def _pending(self, node: Node) -> Affine:
        return self._affine if self._affine is not None else Affine.of(node, self.columns)

    def _then(self, step: Step) -> None:
        affine = self._pending(step.node)
        for operator, value in step.options["operations"]:
            if value.ndim:
                self._require_size(value.size, step.node)
            affine = affine.then(operator, value)
        self._affine = affine

    def _require_size(self, size: int, node: Node) -> None:
        if size != self.columns:
            raise ValueError(f"{node} takes {size} features, what comes in has {self.columns}")

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
            self.size = step.tensors["weight"].shape[0]
            options = {"type": "dense", "units": self.size, "bias": "bias" in step.tensors}
        tensors = dict(step.tensors)
        if step.kind in ("layer_norm", "rms_norm"):
            options["affine"] = "weight" in tensors
            if step.kind == "layer_norm" and "weight" in tensors:
                tensors.setdefault("bias", np.zeros_like(tensors["weight"]))
        self.layers.append(options)
        self._tensors.append(tensors)

    def _append_dense(self, weight: np.ndarray, bias: Optional[np.ndarray], **options: Any) -> None:
        tensors = {"weight": rounded(weight)} if bias is None else {"weight": rounded(weight), "bias": rounded(bias)}
        self._append(Step("dense", _END, "", {}, tensors))
        self.layers[-1].update(options)

    def _append_residual(self, step: Step) -> None:
        main, other = (self._branch(steps) for steps in step.branches)
        for branch in (main, other):
            branch._resolved(None)
        if main.size != other.size:
            sizes = f"{main.size} and {other.size}"
            raise ValueError(f"{step.node} must add branches of as many features, they have {sizes}")
        if not main.layers:
            main, other = other, main
        if not main.layers:
            main._append(activation(step.node, "", type="identity"))
        self._append_branches(main, other)

    def _append_branches(self, main: "Layers", other: "Layers") -> None:
        self.size = main.size
        self.layers.append({"type": "residual", "layers": main.layers, "shortcut": other.layers})
        self._tensors.append({**main.tensors(), **other.tensors("shortcut")})

    def _branch(self, steps: Sequence[Step]) -> "Layers":
        branch = Layers(self.size if self._affine is None and self._table is None else self.columns, is_branch=True)
        for inner in steps:
            branch.add(inner)
        return branch

    def _take_table(self, step: Step) -> None:
        affine = self._affine
        if self._table is None and affine is not None and affine.is_selection:
            self._table, self._affine = step.options["table"].of(affine), None
            return
        self._resolved(None)
        self._table = step.options["table"]

    def _join(self, step: Step) -> None:
        """Puts the columns of branches side by side."""
        branches = [self._branch(steps) for steps in step.branches]
        plain = all(not branch.layers and branch._table is None for branch in branches)
        if plain:
            affine = _onnx_affine.joined([branch._pending(step.node) for branch in branches])
            self._affine = self._pending(step.node).followed(affine)
            return
        if all(not branch.layers and branch._table is not None for branch in branches):
            table = _onnx_tables.joined([branch._absorbed(step.node) for branch in branches])
            if self._table is None and (self._affine is None or self._affine.is_selection):
                self._take_table(step._replace(kind="table", options={"table": table}))
                return
        self._join_layers(step, branches)

    def _join_layers(self, step: Step, branches: Sequence["Layers"]) -> None:
        total = sum(branch.columns for branch in branches)
        places = np.split(np.arange(total), np.cumsum([branch.columns for branch in branches])[:-1])
        if self._table is not None or self._affine is not None:
            self._resolved(None)
        parts: List[Layers] = []
        scaled = [pair for pair in zip(branches, places) if not pair[0].layers and pair[0]._table is None]
        tables = [pair for pair in zip(branches, places) if not pair[0].layers and pair[0]._table is not None]
        if tables:
            part = self._branch([])
            part._table = _onnx_tables.joined([branch._absorbed(step.node) for branch, _ in tables])
            parts.append(part._placed(np.concatenate([place for _, place in tables]), total))
        parts += [branch._placed(place, total) for branch, place in zip(branches, places) if branch.layers]
        if scaled:
            part = self._branch([])
            affine = _onnx_affine.joined([branch._pending(step.node) for branch, _ in scaled])
            part._affine = self._begun(affine, tables) if len(parts) == len(tables[:1]) else affine
            parts.append(part._placed(np.concatenate([place for _, place in scaled]), total))
        while len(parts) > 1:
            pair = self._branch([])
            pair._append_branches(parts[-2], parts[-1])
            parts[-2:] = [pair]
        self.layers += parts[0].layers
        self._tensors += parts[0]._tensors
        self.size = total

    def _begun(self, affine: Affine, tables: Sequence[Any]) -> Affine:
        """What is left of a scaling beside tables when the network's preprocess has done its part."""
        if self.layers or self._is_branch:
            return affine
        fixed = [column for branch, _ in tables for column in branch._table.columns]
        scaling, rest = _onnx_affine.begin(affine, self.size, fixed)
        if scaling is not None:
            self.preprocess, self.scaling = {"type": "standardize"}, scaling
        return rest

    def _absorbed(self, node: Node) -> Table:
        return self._table if self._affine is None else self._table.then(self._affine)

    def _placed(self, places: np.ndarray, total: int) -> "Layers":
        """This branch with its columns among a number of others, which are 0."""
        if not self.layers and self._table is None:
            self._append_affine(self._affine)
            self._affine = None
        self._resolved(None)
        if not self._ends_with_dense():
            self._append_dense(np.eye(self.size), None)
        own = self._tensors[-1]
        weight = np.zeros((total, own["weight"].shape[1]), np.float32)
        weight[places] = own["weight"]
        self._tensors[-1] = {"weight": weight}
        if "bias" in own:
            bias = np.zeros(total, np.float32)
            bias[places] = own["bias"]
            self._tensors[-1]["bias"] = bias
        self.layers[-1]["units"] = self.size = total
        return self

    def _ends_with_dense(self) -> bool:
        """Whether the last layer is dense and its output was not changed."""
        return bool(self.layers) and self.layers[-1]["type"] == "dense" and "activation" not in self.layers[-1]

    def _resolved(self, step: Optional[Step]) -> Optional[Step]:
        """Puts what is not yet in a layer into one; returns the next step, changed by it."""
        if self._table is not None:
            return self._resolved_table(step)
        affine, self._affine = self._affine, None
        if affine is None or (affine.is_selection and affine.is_whole(self.size)):
            return step
        kind = None if step is None else step.kind
        is_whole = affine.is_whole(self.size)
        if kind == "batch_norm" and affine.is_shift and is_whole:
            mean = step.tensors["running_mean"].astype(np.float64) + affine.center - affine.shift
            return step._replace(tensors={**step.tensors, "running_mean": rounded(mean)})
        if self._ends_with_dense():
            self._fold_behind(affine)
            return step
        if not self.layers and not self._is_branch:
            affine = self._take_preprocess(affine, step)
            if affine is None:
                return step
        if kind == "dense":
            return _folded_before(affine, step, self.size)
        if is_whole and not affine.is_selection:
            raise ValueError(
                f"{affine.node} scales values between layers; this library scales before the first layer, "
                "or as a part of a dense layer beside it"
            )
        self._append_affine(affine)
        return step

    def _append_affine(self, affine: Affine) -> None:
        weight, bias = affine.matrix(self.size)
        self._append_dense(weight, bias if bias.any() else None)

    def _resolved_table(self, step: Optional[Step]) -> Optional[Step]:
        node = _END if step is None else step.node
        table, self._table = self._absorbed(node), None
        self._affine = None
        for own in table.tests(self.size):
            self._append_dense(own["weight"], own["bias"], activation={"type": "hard_sigmoid"})
        if step is not None and step.kind == "dense":
            weight = step.tensors["weight"].astype(np.float64)
            bias = weight @ table.base + step.tensors.get("bias", 0)
            return step._replace(tensors={"weight": rounded(weight @ table.jumps), "bias": rounded(bias)})
        self._append_dense(table.jumps, table.base if table.base.any() else None)
        return step

    def _fold_behind(self, affine: Affine) -> None:
        own = {name: value[affine.columns].astype(np.float64) for name, value in self._tensors[-1].items()}
        units = len(affine.columns)
        changed = {"weight": rounded(own["weight"] * affine.scale[:, np.newaxis])}
        if "bias" in own or affine.center.any() or affine.shift.any():
            changed["bias"] = rounded((own.get("bias", np.zeros(units)) - affine.center) * affine.scale + affine.shift)
        self._tensors[-1] = changed
        self.layers[-1].update(units=units, bias="bias" in changed)
        self.size = units

    def _take_preprocess(self, affine: Affine, step: Optional[Step]) -> Optional[Affine]:
        """Takes the preprocess out of a scaling at the begin of the network; returns what is left, if anything is."""
        same = (affine.scale == affine.scale[0]).all()
        if same and affine.is_whole(self.size) and not affine.center.any() and not affine.shift.any():
            self.preprocess = {"type": "scale", "factor": short(affine.scale[0])}
            return None
        dense = step is not None and step.kind == "dense"
        if affine.is_whole(self.size) and not dense and not (affine.scale > 0).all():
            raise ValueError(f"{affine.node} must scale by more than 0, unless a dense layer follows")
        scaling, rest = _onnx_affine.begin(affine, self.size)
        if scaling is not None:
            self.preprocess, self.scaling = {"type": "standardize"}, scaling
        return None if rest.is_selection and rest.is_whole(self.size) else rest


def _folded_before(affine: Affine, step: Step, size: int) -> Step:
    """A dense layer that includes the scaling before it; in double, then rounded once."""
    weight = step.tensors["weight"].astype(np.float64)
    scaled, shift = np.zeros((len(weight), size)), affine.shift - affine.center * affine.scale
    np.add.at(scaled, (slice(None), affine.columns), weight * affine.scale)
    tensors = {**step.tensors, "weight": rounded(scaled)}
    if shift.any():
        tensors["bias"] = rounded(step.tensors.get("bias", np.zeros(len(weight))) + weight @ shift)
    return step._replace(tensors=tensors)
