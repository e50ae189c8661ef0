"""ONNX: what the values of a graph are, as onnx's own reference computes them.

What depends on no input is a constant. What depends on the features is computed for a few rows, twice: the shapes
say how many columns a value has and that its rows stay rows, the numbers what a model must give.
"""

from __future__ import annotations

import math
import warnings
from typing import Any, Collection, Dict, List, Optional, Sequence, Set, Tuple

import numpy as np

from ._onnx_graph import Graph, Node

# Rows: two numbers, so that a size that is the number of rows is told from one that only equals it.
ROWS = (3, 5)

# Elements: a small file can ask for arrays that no memory holds.
_LARGEST = 2**28

# Operators whose result depends on the shape of their input alone.
_OF_SHAPES = ("Shape", "Size")

# Their inputs may be of several types.
_OF_ANY_TYPES = ("Cast", "CastLike", "Where", "Dropout", "Pow", "FeatureVectorizer")


class Values:
    """The constants of a graph, and its other values for a few rows.

    Parameters
    ----------
    graph : Graph
    nodes : list of Node
        Sorted; those to be computed.
    sizes : list of lists of int
        For every input of the graph the sizes of a row.
    operators : collection of str
        The others are not computed.
    """

    def __init__(
        self, onnx: Any, graph: Graph, nodes: Sequence[Node], sizes: Sequence[Sequence[int]], operators: Collection[str]
    ):
        self._onnx = onnx
        self._operators = operators
        self._opsets = {"": 1, "ai.onnx": graph.opsets.get("", 1), "ai.onnx.ml": 1, **graph.opsets}
        shapes = [value.shape for value in graph.inputs]
        #: The number of rows, if the file has a fixed one.
        self._rows = next((shape[0] for shape in shapes if shape), None)
        self.constants: Dict[str, np.ndarray] = dict(graph.initializers)
        self.computed: Dict[str, Tuple[np.ndarray, ...]] = {}
        #: Why a value could not be computed.
        self.problems: Dict[str, str] = {}
        self._features: Set[str] = {value.name for value in graph.inputs}
        for value, row in zip(graph.inputs, sizes):
            self.computed[value.name] = tuple(_example((rows, *row), value.dtype) for rows in ROWS)
        for node in nodes:
            self._take(node)

    def depends_on_features(self, name: str) -> bool:
        """Whether a value depends on more of the input than its shape."""
        return name in self._features

    def results(self, node: Node, inputs: Sequence[Optional[np.ndarray]]) -> List[np.ndarray]:
        """What a node gives for inputs.

        Raises
        ------
        ValueError
            If it cannot be computed.
        """
        return self._runner(node)(inputs)

    def inputs(self, node: Node, run: int) -> List[Optional[np.ndarray]]:
        """The inputs of a node in one of the two runs, None for one that is left out."""
        return [self._value(name, run) for name in node.inputs]

    def _value(self, name: str, run: int) -> Optional[np.ndarray]:
        value = self.constants.get(name)
        if value is None and name in self.problems:
            raise ValueError(self.problems[name])
        return self.computed[name][run] if value is None and name else value

    def _take(self, node: Node) -> None:
        names = [name for name in node.inputs if name]
        is_constant = all(name in self.constants for name in names)
        if node.operator not in _OF_SHAPES and any(name in self._features for name in names):
            self._features.update(node.outputs)
        missing = [name for name in names if name not in self.constants and name not in self.computed]
        try:
            if missing or node.operator not in self._operators:
                known = self.problems.get(missing[0]) if missing else None
                raise ValueError(known or f"{node} has no counterpart in this library")
            run = self._runner(node)
            found = [run(self.inputs(node, index)) for index in range(1 if is_constant else len(ROWS))]
        except ValueError as problem:
            self.problems.update(dict.fromkeys(node.outputs, str(problem)))
            return
        for name, *values in zip(node.outputs, *found):
            if not name:
                continue
            same = len(values) == 1 or np.array_equal(values[0], values[1])
            if same and name not in self._features:
                self.constants[name] = values[0]
            else:
                self.computed[name] = tuple(values)

    def _runner(self, node: Node) -> Any:
        if node.operator == "ZipMap":  # its maps are rows with names
            return lambda inputs: [inputs[0]]
        self._require_known(node)
        helper, proto = self._onnx.helper, node.proto
        if node.operator == "OneHotEncoder":  # else it fails at the first number that is no category
            kept = {name: value for name, value in node.attributes.items() if name != "zeros"}
            proto = helper.make_node(proto.op_type, proto.input, proto.output, domain=proto.domain, zeros=1, **kept)
        names = list(dict.fromkeys(name for name in node.inputs if name))
        outputs = [name for name in node.outputs if name]
        ends = [[self._onnx.ValueInfoProto(name=name) for name in part] for part in (names, outputs)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                evaluator = self._onnx.reference.ReferenceEvaluator(helper.make_graph([proto], "", *ends), self._opsets)
            except Exception as problem:  # whatever onnx says to a node that it does not know
                raise ValueError(f"{node} cannot be computed: {_short(problem)}") from None

        def run(inputs: Sequence[Optional[np.ndarray]]) -> List[np.ndarray]:
            _require_small(node, inputs)
            _require_one_type(node, inputs)
            feeds = {name: value for name, value in zip(node.inputs, self._of_any_rows(node, inputs)) if name}
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                try:
                    found = evaluator.run(None, feeds)
                except Exception as problem:  # NumPy's and onnx's, which differ from operator to operator
                    raise ValueError(f"{node} cannot be computed: {_short(problem)}") from None
            given = iter(np.asarray(value) for value in found)
            return [next(given) if name else np.zeros(0) for name in node.outputs]

        return run

    def _require_known(self, node: Node) -> None:
        """Refuses attributes and numbers of inputs that the operator has not in the file's version."""
        domain = node.proto.domain
        version = self._opsets[domain]
        try:
            schema = self._onnx.defs.get_schema(node.proto.op_type, version, domain)
        except Exception:  # a class of its own; the evaluator says what is missing
            return
        unknown = sorted(set(node.attributes) - set(schema.attributes))
        if unknown:
            raise ValueError(f'{node} has the attribute "{unknown[0]}", which the operator lacks in version {version}')
        if not schema.min_input <= len(node.inputs) <= schema.max_input:
            raise ValueError(f"{node} has {len(node.inputs)} inputs, which the operator lacks in version {version}")

    def _of_any_rows(self, node: Node, inputs: Sequence[Optional[np.ndarray]]) -> List[Optional[np.ndarray]]:
        """The inputs of a node; of a Reshape to the file's fixed number of rows, to that of this run."""
        changed = list(inputs)
        fixed = self._rows and node.operator == "Reshape" and node.input(1) in self.constants
        if fixed and node.input(0) in self._features:
            shape = np.array(changed[1])
            if shape.size and shape[0] == self._rows and changed[0] is not None and changed[0].ndim:
                shape[0] = len(changed[0])
                changed[1] = shape
        return changed


def _example(shape: Tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    if math.prod(shape) > _LARGEST:
        raise ValueError("the input of the graph is too large")
    values = np.random.default_rng(1).normal(size=shape)
    return np.round(abs(values) * 2).astype(dtype) if dtype.kind in "iu" else values.astype(dtype)


def _require_small(node: Node, inputs: Sequence[Optional[np.ndarray]]) -> None:
    arrays = [value for value in inputs if value is not None]
    sizes = [value.size for value in arrays]
    if node.operator in ("ConstantOfShape", "Expand", "Tile", "Range") and arrays:
        wanted = arrays[-1].astype(np.float64)
        sizes.append(abs(wanted).max() if node.operator == "Range" and wanted.size else abs(wanted).prod() * sizes[0])
    elif node.operator in ("MatMul", "Gemm") and len(arrays) > 1:
        sizes.append(math.prod(arrays[0].shape[:-1]) * (arrays[1].shape or (1,))[-1])
    elif node.operator not in ("Concat", "Gather", "ArrayFeatureExtractor"):
        try:
            sizes.append(math.prod(np.broadcast_shapes(*(value.shape for value in arrays))))
        except ValueError:
            pass
    if max(sizes, default=0) > _LARGEST:
        raise ValueError(f"{node} would give an array that is too large")


def _require_one_type(node: Node, inputs: Sequence[Optional[np.ndarray]]) -> None:
    kinds = {str(value.dtype) for value in inputs if value is not None and value.dtype.kind == "f"}
    if len(kinds) > 1 and node.operator not in _OF_ANY_TYPES:
        raise ValueError(f"{node} mixes {' and '.join(sorted(kinds))}; its inputs must be of one type")


def _short(problem: Exception) -> str:
    lines = str(problem).strip().splitlines() or [type(problem).__name__]
    return lines[0][:200]
