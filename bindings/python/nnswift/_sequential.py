"""Networks out of layer objects."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence, Union

from .errors import ArgumentError
from .layers import Kind
from .model import Model


def Sequential(
    input: Union[int, Sequence[int]],
    layers: Optional[Sequence[Mapping[str, Any]]] = None,
    *,
    loss: Kind = "softmax_cross_entropy",
    **keys: Any,
) -> Model:
    """Makes a model of layers, one after the other: ``Model({"input": input, "layers": layers, "loss": loss})``.

    Parameters
    ----------
    input : int or list of ints
        Features of a row, or their shape.
    layers : list
        Of `nnswift.layers`, or their dicts; the last gives the outputs.
    loss : name or dict
        What is minimised, which also says what the outputs mean: "softmax_cross_entropy" (one class out of several),
        "binary_cross_entropy" (yes or no), "mse" and others (numbers).
    **keys
        Other keys of the spec: ``preprocess="standardize"``, ``classes=["no", "yes"]``, ``seed=7``.

    Raises
    ------
    ArgumentError
        What the library refuses: unknown names, values out of their range.

    Examples
    --------
    >>> import nnswift
    >>> from nnswift.layers import Dense, Dropout
    >>> model = nnswift.Sequential(4, [Dense(16, "relu"), Dropout(0.2), Dense(3)], preprocess="standardize", seed=7)
    >>> model
    <nnswift.Model 4 standardize -> dense 16 relu -> dropout 0.2 -> dense 3; softmax_cross_entropy; 131 parameters>
    """
    given = input if layers is None else layers
    if layers is None or isinstance(layers, (str, Mapping)) or not isinstance(layers, Sequence):
        raise ArgumentError(
            "Sequential needs the number of features and a list of layers, such as nnswift.Sequential(4, "
            f"[Dense(16, \"relu\"), Dense(3)]), got {_shown(given)}"
        )
    return Model({"input": input, "layers": list(layers), "loss": loss, **keys})


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:56]} ..."
