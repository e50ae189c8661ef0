"""Gradients of a model, in and out: for a loss or an optimiser of your own, or a sum over machines."""

from __future__ import annotations

import ctypes
import functools
from typing import TYPE_CHECKING, Any, Callable, Dict, Literal, Mapping, Tuple, Union, overload

import numpy as np

from . import _arrays, _labels
from ._library import Floats, lib
from ._stored import StoredModel
from ._tensors import TensorLayout
from .errors import ArgumentError, ShapeError

if TYPE_CHECKING:
    import numpy.typing as npt

    Gradient = Dict[str, npt.NDArray[np.float32]]


class DifferentiableModel(StoredModel):
    """What a `Model` tells of its gradients, and what it does with yours."""

    def loss_grad(self, X: Any, y: Any, sample_weight: Any = None) -> Tuple[float, Gradient]:
        """Returns a batch's loss and its gradient, in training mode; changes nothing.

        Returns
        -------
        loss : float
        gradient : dict
            An array [float32] for each trainable tensor, by its name in `weights`.
        """
        loss = ctypes.c_double()
        layout = self._layout
        gradient = np.empty(layout.trainable_size, np.float32)
        arrays = self._borrowed(X, y, sample_weight)
        lib.nns_loss_grad(self._handle, *arrays, loss, _arrays.pointer(gradient, Floats), gradient.size, None)
        return loss.value, layout.unpack(gradient)

    def forward_train(self, X: Any) -> npt.NDArray[np.float32]:
        """Runs rows forward in training mode, for a loss of your own, and keeps the batch for `backward`.

        Dropout acts; batch_norm takes the statistics of the batch and adds them to the running ones.

        Returns
        -------
        array [rows x outputs]
            float32, before the output function (logits).
        """
        x = self._form.view(X)
        out = np.empty((x.rows, self.output_size), np.float32)
        lib.nns_forward_train(self._handle, x, _arrays.borrow_array(out, "out"))
        self._kept_rows = x.rows
        return out

    @overload
    def backward(self, d_outputs: Any, inputs: Literal[False] = False) -> Gradient: ...

    @overload
    def backward(self, d_outputs: Any, inputs: Literal[True]) -> Tuple[Gradient, npt.NDArray[np.float32]]: ...

    def backward(self, d_outputs: Any, inputs: bool = False) -> Any:
        """Turns dLoss/doutputs of the kept batch into the gradient of the weights, and of the inputs.

        Parameters
        ----------
        d_outputs : array [rows x outputs]
        inputs : bool
            Whether dLoss/dX is wanted, too: for the features after "preprocess".

        Returns
        -------
        gradient : dict as `loss_grad` returns; with inputs: (gradient, array [rows x features])

        Raises
        ------
        StateError
            No batch is kept: the model was changed since `forward_train`.
        """
        layout = self._layout
        gradient = np.empty(layout.trainable_size, np.float32)
        d_x = np.empty((self._kept_rows, self.input_size), np.float32) if inputs else None
        lib.nns_backward(
            self._handle, _arrays.borrow(d_outputs, "d_outputs"), _arrays.pointer(gradient, Floats), gradient.size,
            _arrays.borrow_optional(d_x, "d_inputs"),
        )  # fmt: skip
        return (layout.unpack(gradient), d_x) if inputs else layout.unpack(gradient)

    # Of `forward_train`; the library knows whether they are still kept.
    _kept_rows = 1

    def apply_grad(self, gradient: Union[Mapping[str, Any], Any]) -> None:
        """Makes one optimiser step with a gradient of yours.

        Parameters
        ----------
        gradient : dict as `loss_grad` returns, or array [param_count] in the order of `weights`
        """
        layout = self._layout
        values = np.zeros(layout.trainable_size, np.float32)
        if isinstance(gradient, Mapping):
            missing = layout.missing(gradient, values.size)
            if missing:
                raise ArgumentError(f"gradient must have every trainable tensor, {', '.join(missing)} missing")
            layout.pack(gradient, values, "gradient")
        else:
            flat = _arrays.supported(gradient, "gradient")
            if flat.shape != values.shape:
                raise ShapeError(f"gradient must have shape {values.shape} or be a dict, got {flat.shape}")
            values[:] = flat
        lib.nns_apply_grad(self._handle, _arrays.pointer(values, Floats), values.size)

    def _borrowed(
        self, X: Any, y: Any, sample_weight: Any, prepare: Callable[[np.ndarray], np.ndarray] = lambda array: array
    ) -> tuple:
        x = self._form.view(X, prepare)
        # Texts among the targets of a regression are wrong as numbers, not as labels.
        targets = _arrays.borrow(y if self._form.is_regression else _labels.encode(y, self._classes), "y")
        return x, targets, _arrays.borrow_optional(sample_weight, "sample_weight")

    @functools.cached_property
    def _layout(self) -> TensorLayout:
        return TensorLayout(self._handle, self.param_count)
