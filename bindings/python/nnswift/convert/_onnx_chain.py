"""ONNX: a graph that is being written, node after node."""

from __future__ import annotations

from typing import Any, Collection, Dict, List, Union

import numpy as np

#: The domain of LabelEncoder.
ML_DOMAIN = "ai.onnx.ml"


class Chain:
    """Nodes in order; `value` is the name of their last output, `size` its number of columns.

    Parameters
    ----------
    onnx : module
    size : int
    inputs : collection of str
        The names of the graph's inputs: no other value gets one of them.
    """

    def __init__(self, onnx: Any, size: int, inputs: Collection[str] = ("input",)):
        self._onnx = onnx
        self.prefix = ""
        self.size = size
        #: The least version of the operators that the nodes are written for.
        self.opset = 13
        self._inputs = set(inputs)
        self._names: Dict[str, int] = {}
        self.nodes: List[Any] = []
        self.initializers: Dict[str, Any] = {}
        self.value = "input"

    def begin(self, prefix: str) -> None:
        """The names of the next nodes and constants start with prefix."""
        self.prefix = prefix

    def free(self, name: str) -> str:
        """Returns a name, changed if an input has it."""
        while name in self._inputs:
            name += "_"
        return name

    def constant(self, name: str, values: Any, dtype: Any = np.float32) -> str:
        """Adds a constant, or finds the one of that name; returns its name in the graph."""
        name = self.free(f"{self.prefix}.{name}")
        if name not in self.initializers:
            array = np.asarray(values, dtype)
            self.initializers[name] = self._onnx.numpy_helper.from_array(array, name)
        return name

    def add(self, operator: str, *inputs: Union[str, float], **attributes: Any) -> str:
        """Adds a node, numbers as constants, and returns the name of its output: the chain's new value."""
        names = [given if isinstance(given, str) else self.constant(f"{given:g}", given) for given in inputs]
        name = f"{self.prefix}/{operator}"
        self._names[name] = self._names.get(name, 0) + 1
        if self._names[name] > 1:
            name += f"_{self._names[name]}"
        self.value = self.free(f"{name}_output")
        self.nodes.append(self._onnx.helper.make_node(operator, names, [self.value], name, **attributes))
        return self.value

    def cast(self, value: str, dtype: Any) -> str:
        """Adds a conversion to a type of NumPy."""
        return self.add("Cast", value, to=self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def columns(self, name: str, value: str, places: Any) -> str:
        """Adds the selection of some columns of a value, each as often as it is listed."""
        return self.add("Gather", value, self.constant(name, places, np.int64), axis=1)

    def reduced(self, operator: str, value: str) -> str:
        """Adds what an operator such as ReduceMean makes of each row, one column."""
        if self.opset < 18:
            return self.add(operator, value, axes=[-1], keepdims=1)
        return self.add(operator, value, self.constant("axes", [-1], np.int64), keepdims=1)

    def joined(self, values: List[str]) -> str:
        """Adds the columns of values side by side."""
        return values[0] if len(values) == 1 else self.add("Concat", *values, axis=1)

    def finish(self, name: str) -> str:
        """Names the output of the last node, as an output of the graph; returns that name."""
        if not self.nodes:
            self.add("Identity", self.value)
        self.value = self.nodes[-1].output[0] = self.free(name)
        return self.value
