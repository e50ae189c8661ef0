"""PyTorch: what a network's forward does, followed by torch.fx -> its layers. Needs PyTorch."""

from __future__ import annotations

import contextlib
import operator
from typing import Any, Dict, Iterator, List, Optional, Tuple

import torch
import torch.fx

from ._assembly import Layer
from ._branches import Branches
from ._torch_layers import ACTIVATIONS, OVER_ROWS, function_module, place_of, read_module, refusal
from ._torch_rows import rows_of_features
from .torch_layers import Residual

_CONTAINERS = (torch.nn.Module, torch.nn.Sequential, torch.nn.ModuleList, torch.nn.ModuleDict)
_SUMS = (operator.add, operator.iadd, torch.add, "add", "add_")
# The same values: another view of them, or a copy.
_SAME = ("contiguous", "detach", "float")
_COPIES = ("clone",)
_SHAPES = ("view", "reshape", "flatten", "squeeze")


class _Whole(torch.nn.Module):
    """A network as a child, so that it may be a single module, and its arguments with defaults keep them."""

    def __init__(self, network: torch.nn.Module):
        super().__init__()
        self.network = network

    def forward(self, x: Any) -> Any:
        return self.network(x)


class _Tracer(torch.fx.Tracer):
    """Follows modules of somebody's own, and keeps those of torch.nn whole."""

    def __init__(self) -> None:
        super().__init__()
        self.place = ""

    def is_leaf_module(self, module: torch.nn.Module, path: str) -> bool:
        if type(module).forward is torch.nn.Module.forward and "forward" not in vars(module):
            return True
        kinds = [base for base in type(module).__mro__ if base not in _CONTAINERS]
        return any(base.__module__.split(".")[0] == "torch" for base in kinds)

    def call_module(self, module: Any, forward: Any, args: Any, kwargs: Any) -> Any:
        before, self.place = self.place, place_of(module, _path(self.path_of_module(module)))
        made = super().call_module(module, forward, args, kwargs)
        self.place = before  # stays after an error: the sentence names the module
        return made


def _path(target: str) -> str:
    """A module's path in the network itself."""
    return target[len("network.") :]


def graph_layers(network: torch.nn.Module) -> Tuple[List[Layer], bool]:
    """Returns the layers of a network in inference mode, and whether Python code of somebody's own was followed.

    Raises
    ------
    ValueError
        Naming the first module or call that has no counterpart.
    """
    _require_no_hooks(network)
    whole = _Whole(network)
    tracer = _Tracer()
    try:
        graph = tracer.trace(whole)
    except Exception as error:
        raise ValueError(
            f"{tracer.place or type(network).__name__}: torch.fx must be able to follow its forward, which may not "
            f"depend on values or sizes; it says: {error}") from error
    followed = [m for m in network.modules() if not tracer.is_leaf_module(m, "")]
    is_own = any(type(module) not in (*_CONTAINERS, Residual) for module in followed)
    return rows_of_features(_Reader(whole, graph).layers()), is_own


def _require_no_hooks(network: torch.nn.Module) -> None:
    for path, module in network.named_modules():
        if isinstance(module, torch.jit.ScriptModule):
            raise refusal(place_of(module, path), "give the network from which TorchScript was made")
        hooks = [*module._forward_pre_hooks.values(), *module._forward_hooks.values()]
        if hooks:
            name = getattr(hooks[0], "__name__", type(hooks[0]).__name__)
            raise refusal(
                place_of(module, path),
                f"it has the hook {name}, which may change values; remove it (old-style weight_norm, spectral_norm and "
                "pruning have functions for that in torch.nn.utils)")


class _Reader:
    """Goes through a graph in order."""

    def __init__(self, whole: torch.nn.Module, graph: torch.fx.Graph):
        self._whole = whole
        self._nodes = list(graph.nodes)
        self._places = {node: index for index, node in enumerate(self._nodes)}
        self._values: Optional[Branches] = None
        # Values that share memory.
        self._shared: Dict[Any, List[Any]] = {}

    def layers(self) -> List[Layer]:
        for node in self._nodes:
            if node.op == "placeholder":
                self._values = Branches(node)
                self._shared[node] = [node]
            elif node.op == "output":
                return self._end(node)
            elif self._reached(node):
                self._read(node)
        raise AssertionError("a graph has an output")

    def _end(self, node: Any) -> List[Layer]:
        end = node.args[0]
        if end not in self._values:
            raise ValueError(
                f"the network must give one tensor that comes from its features, it gives {_shown(end)}")
        return self._values.layers(end)

    def _reached(self, node: Any) -> bool:
        return any(value in self._values for value in node.all_input_nodes)

    def _read(self, node: Any) -> None:
        if node.op == "call_function" and not _is_torch(node):
            raise refusal(_place(node))
        if node.op == "call_module":
            module = self._whole.get_submodule(node.target)
            layer = read_module(torch, module, place_of(module, _path(node.target)))
            if len(node.args) + len(node.kwargs) != 1:
                raise refusal(layer.place, "it must be given one value")
            self._put(node, layer, bool(getattr(module, "inplace", False)))
        elif _is_about_shape(node, self._values):
            return
        elif node.target in _SUMS:
            self._sum(node)
        elif _name(node) in (*_SAME, *_COPIES):
            self._require(node, len(node.args) == 1 and not node.kwargs)
            self._values.add(node, node.args[0], [])
            self._share(node, _name(node) in _SAME)
        elif _name(node) in _SHAPES:
            self._put(node, self._shape(node))
            self._share(node, True)
        else:
            self._put(node, *self._function(node))

    def _put(self, node: Any, layer: Layer, is_in_place: bool = False) -> None:
        source = _source(node)
        if [value for value in node.all_input_nodes if value in self._values] != [source]:
            raise refusal(layer.place, "it must take one value that comes from the features")
        self._changed(node, source, is_in_place, layer.place)
        self._values.add(node, source, [layer])
        self._share(node, is_in_place or layer.options["type"] in ("identity", "dropout", "left_out", "flatten"))

    def _sum(self, node: Any) -> None:
        values = [*node.args[:2], *(node.kwargs[key] for key in ("other",) if key in node.kwargs)]
        self._require(node, len(values) == 2 and set(node.kwargs) <= {"other"} and len(node.args) <= 2)
        if any(value not in self._values for value in values):
            raise refusal(_place(node), "both values of a sum must come from the features")
        is_in_place = node.target in (operator.iadd, "add_")
        self._changed(node, values[0], is_in_place, _place(node))
        stack = node.meta.get("nn_module_stack") or {}
        owner = _path(next(reversed(stack), "network."))
        self._values.join(node, *values, _place(node), f"{owner}." if owner else "")
        self._share(node, is_in_place)

    def _function(self, node: Any) -> Tuple[Layer, bool]:
        """An activation, or a dropout, that is a function or a method: as the module of the same kind."""
        name = _name(node)
        place = _place(node)
        if name in ("exp", "exp_"):
            self._require(node, len(node.args) == 1 and not node.kwargs)
            return Layer({"type": "exponential"}, place=place), name == "exp_"
        kind = function_module(torch, name)
        if kind is None:
            raise refusal(place)
        arguments = self._arguments(node, kind)
        is_in_place = arguments.pop("inplace", False) or name.endswith("_")
        if kind == "Dropout" and arguments.pop("training", True):
            raise refusal(place, "it must have training=self.training, else it drops values in a prediction, too")
        return read_module(torch, getattr(torch.nn, kind)(**arguments), place), is_in_place

    def _arguments(self, node: Any, kind: str) -> Dict[str, Any]:
        """The arguments of a function by the names that the module of this kind has for them."""
        known = next(list(names.values()) for theirs, names in ACTIVATIONS.values() if theirs == kind)
        if kind in OVER_ROWS:
            known = ["dim"]
        order = [*known, *(["training"] if kind == "Dropout" else []), "inplace"]
        given = dict(zip(order, node.args[1:]))
        given.update({key: value for key, value in node.kwargs.items() if key != "input"})
        nothing = {"_stacklevel": 3, "dtype": None}
        given = {key: value for key, value in given.items() if key not in nothing or value != nothing[key]}
        is_known = set(given) <= set(order) and len(node.args) <= 1 + len(order)
        self._require(node, is_known and not any(isinstance(value, torch.fx.Node) for value in given.values()))
        return given

    def _shape(self, node: Any) -> Layer:
        """A row stays a row: "flatten", with the number of features if it says so; or "squeeze" to one value a row."""
        name, sizes = _name(node), list(node.args[1:])
        place = _place(node)
        if name == "flatten":
            start = sizes[0] if sizes else node.kwargs.get("start_dim", 0)
            end = sizes[1] if len(sizes) > 1 else node.kwargs.get("end_dim", -1)
            if (start, end) == (1, -1):
                return Layer({"type": "flatten"}, place=place)
            if (start, end) == (0, -1):
                return Layer({"type": "squeeze"}, place=place)
        elif name == "squeeze":
            dims = sizes or list(node.kwargs.values())
            if dims in ([], [1], [-1]):
                return Layer({"type": "squeeze"}, place=place)
        elif not node.kwargs:
            sizes = list(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
            if len(sizes) == 1 and (sizes == [-1] or _is_rows(sizes[0], self._values)):
                return Layer({"type": "squeeze"}, place=place)
            is_row = len(sizes) == 2 and (sizes[0] == -1 or _is_rows(sizes[0], self._values)) and sizes != [-1, -1]
            if is_row and isinstance(sizes[1], int):
                return Layer({"type": "flatten"}, place=place, takes=None if sizes[1] == -1 else sizes[1])
        raise refusal(place, "it must make one row of features of each row, as flatten(1) does")

    def _share(self, node: Any, is_shared: bool) -> None:
        source = _source(node)
        self._shared[node] = [node] if not is_shared else self._shared[source]
        if is_shared:
            self._shared[source].append(node)

    def _changed(self, node: Any, source: Any, is_in_place: bool, place: str) -> None:
        """Refuses a change in place of what is read again later: then the reader sees the changed values."""
        readers = [user for value in self._shared[source] for user in value.users] if is_in_place else []
        if any(self._places[user] > self._places[node] for user in readers):
            raise refusal(place, "it changes a value in place that is read again after it; leave inplace out")

    def _require(self, node: Any, condition: bool) -> None:
        if not condition:
            raise refusal(_place(node), "of its arguments")


def _source(node: Any) -> Any:
    return node.args[0] if node.args else next(iter(node.kwargs.values()), None)


def _name(node: Any) -> str:
    return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))


def _place(node: Any) -> str:
    """What a message calls a call of a function or a method."""
    stack = node.meta.get("nn_module_stack") or {}
    path = _path(next(reversed(stack), "network."))
    where = f"module {path}: " if path else ""
    return f"{where}the call of {_name(node).lstrip('_')}"


def _is_torch(node: Any) -> bool:
    """Whether a function is one of PyTorch or of Python, not one of somebody's own with the same name."""
    if node.target in (*_SUMS, getattr, operator.getitem):
        return True
    name = _name(node)
    return any(getattr(place, name, None) is node.target for place in (torch, torch.nn.functional, torch._C._nn))


def _is_about_shape(node: Any, values: Branches) -> bool:
    """Whether a node is a size of a value: it counts only where it is used."""
    if _is_rows(node, values):
        return True
    is_size = node.op == "call_method" and node.target == "size" and len(node.args) == 1 and not node.kwargs
    return is_size or (node.target is getattr and node.args[1] == "shape")


def _is_rows(node: Any, values: Branches) -> bool:
    """Whether a node is the number of rows."""
    if not isinstance(node, torch.fx.Node):
        return False
    if node.op == "call_method" and node.target == "size":
        return list(node.args[1:]) + list(node.kwargs.values()) == [0]
    if node.target is not operator.getitem or node.args[1] != 0:
        return False
    whole = node.args[0]
    return isinstance(whole, torch.fx.Node) and whole not in values and _is_about_shape(whole, values)


def _shown(value: Any) -> str:
    return f"{value}" if isinstance(value, torch.fx.Node) else f"a {type(value).__name__.replace('immutable_', '')}"


@contextlib.contextmanager
def inference(network: torch.nn.Module) -> Iterator[None]:
    """Puts a network into inference mode for a while; each module gets its own mode back."""
    modes = [(module, module.training) for module in network.modules()]
    for module, _ in modes:
        module.training = False
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
