"""Layers as objects with types, in the place of the dicts of a spec.

    >>> import nnswift
    >>> from nnswift.layers import Dense, Dropout, LeakyReLU
    >>> model = nnswift.Sequential(4, [Dense(64, "relu"), Dropout(0.2), Dense(32, LeakyReLU(0.1)), Dense(3)])

A layer is the dict that a spec has for it: ``Dropout(0.2) == {"type": "dropout", "rate": 0.2}``; layers and plain dicts
may stand beside each other. The library's reference page has formulas, ranges and sources; a value out of its range is
refused when the model is made.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence, Union

Kind = Union[str, Mapping[str, Any]]
"""A name, such as "relu" or "he_normal", or one with options: ``LeakyReLU(0.1)``, ``{"type": "normal", "std": 0.02}``."""


_SMALL: Kind = {"type": "normal", "std": 0.3}


class Layer(dict[str, Any]):
    """A layer of a spec: its type and its options."""

    def __init__(self, type: str, **options: Any):
        super().__init__(type=type, **options)

    def __repr__(self) -> str:
        import inspect  # slow to import, and most programs never look

        known = inspect.signature(type(self)).parameters
        options = [
            f"{name}={value!r}" for name, value in self.items()
            if (name in known or name != "type") and (name not in known or value != known[name].default)
        ]  # fmt: skip
        return f"{type(self).__name__}({', '.join(options)})"


class Dense(Layer):
    """``y = activation(x · Wᵀ + b)``: each of the units is a weighted sum of all inputs.

    Parameters
    ----------
    units : int
        1 ... 16,777,216.
    activation : name or a layer of this module
        Such as ``"relu"`` or ``LeakyReLU(0.1)``.
    init, bias_init : name or dict
        Of the weights and of the bias; "pytorch" is uniform in ±1/√inputs.
    bias : bool
        Whether there is a b.
    groups : int
        Into how many parts inputs and units are cut; the units of a part see its inputs alone.
    """

    def __init__(
        self,
        units: int,
        activation: Kind = "identity",
        *,
        init: Kind = "pytorch",
        bias: bool = True,
        bias_init: Kind = "pytorch",
        groups: int = 1,
    ):
        super().__init__(
            "dense", units=units, activation=activation, init=init, bias=bias, bias_init=bias_init, groups=groups)


class Table(Layer):
    """The first layer of a model of a table: `Dense` over what is derived from its columns, or over plain inputs.

    Parameters
    ----------
    units, activation, init, bias_init
        As of `Dense`.
    one_hot_up_to : int
        Categories of at most so many levels have an input for each of them, 0 ... 1,000,000.
    category_size : int
        Others have a vector of so many trained numbers, 1 ... 4,096.
    category_init : name or dict
        Of these.
    """

    def __init__(
        self,
        units: int,
        activation: Kind = "identity",
        *,
        init: Kind = "pytorch",
        bias_init: Kind = "pytorch",
        one_hot_up_to: int = 9,
        category_size: int = 8,
        category_init: Kind = _SMALL,
    ):
        super().__init__(
            "table", units=units, activation=activation, init=init, bias_init=bias_init, one_hot_up_to=one_hot_up_to,
            category_size=category_size, category_init=category_init,
        )  # fmt: skip


class Dropout(Layer):
    """Sets inputs to 0 with probability rate in training, and scales the others by 1 / (1 - rate)."""

    def __init__(self, rate: float):
        super().__init__("dropout", rate=rate)


class BatchNorm(Layer):
    """Makes each feature's mean 0 and variance 1 over the batch, then scales and shifts it (affine).

    momentum is the share of a new batch in the running moments that predictions use, as in PyTorch.
    """

    def __init__(self, momentum: float = 0.1, eps: float = 1e-5, affine: bool = True):
        super().__init__("batch_norm", momentum=momentum, eps=eps, affine=affine)


class LayerNorm(Layer):
    """Makes each row's mean 0 and variance 1, then scales and shifts each feature (affine)."""

    def __init__(self, eps: float = 1e-5, affine: bool = True):
        super().__init__("layer_norm", eps=eps, affine=affine)


class RMSNorm(Layer):
    """``y = x / √(mean(x²) + eps) · weight`` over each row."""

    def __init__(self, eps: float = 1.1920928955078125e-07, affine: bool = True):
        super().__init__("rms_norm", eps=eps, affine=affine)


class Residual(Layer):
    """``y = layers(x) + shortcut(x)``; an empty shortcut is x itself."""

    def __init__(self, layers: Sequence[Mapping[str, Any]], shortcut: Sequence[Mapping[str, Any]] = ()):
        super().__init__("residual", layers=list(layers), shortcut=list(shortcut))


class PReLU(Layer):
    """``y = x > 0 ? x : weight · x``, with one trained weight (shared), or one a feature; it begins at slope."""

    def __init__(self, shared: bool = True, slope: float = 0.25):
        super().__init__("prelu", shared=shared, slope=slope)


class Identity(Layer):
    """``y = x``."""

    def __init__(self) -> None:
        super().__init__("identity")


class ReLU(Layer):
    """``max(x, 0)``; with straight_through the gradient passes as if it were the identity."""

    def __init__(self, straight_through: bool = False):
        super().__init__("relu", straight_through=straight_through)


class LeakyReLU(Layer):
    """``x > 0 ? x : slope · x``."""

    def __init__(self, slope: float = 0.01):
        super().__init__("leaky_relu", slope=slope)


class ReLU6(Layer):
    """``min(max(x, 0), 6)``."""

    def __init__(self) -> None:
        super().__init__("relu6")


class HardTanh(Layer):
    """``min(max(x, min), max)``."""

    def __init__(self, min: float = -1, max: float = 1):
        super().__init__("hard_tanh", min=min, max=max)


class ELU(Layer):
    """``x > 0 ? x : alpha · (e^x - 1)``."""

    def __init__(self, alpha: float = 1):
        super().__init__("elu", alpha=alpha)


class SELU(Layer):
    """``1.0507 · (x > 0 ? x : 1.6733 · (e^x - 1))``."""

    def __init__(self) -> None:
        super().__init__("selu")


class CELU(Layer):
    """``x > 0 ? x : alpha · (e^(x/alpha) - 1)``."""

    def __init__(self, alpha: float = 1):
        super().__init__("celu", alpha=alpha)


class GELU(Layer):
    """``x · Φ(x)``; approximate is "none", or "tanh" for the usual formula with tanh."""

    def __init__(self, approximate: str = "none"):
        super().__init__("gelu", approximate=approximate)


class SiLU(Layer):
    """``x · σ(x)``, also called swish."""

    def __init__(self) -> None:
        super().__init__("silu")


class Mish(Layer):
    """``x · tanh(log(1 + e^x))``."""

    def __init__(self) -> None:
        super().__init__("mish")


class HardSwish(Layer):
    """``x · min(max(x/6 + 1/2, 0), 1)``."""

    def __init__(self) -> None:
        super().__init__("hard_swish")


class Sigmoid(Layer):
    """``σ(x) = 1 / (1 + e^-x)``."""

    def __init__(self) -> None:
        super().__init__("sigmoid")


class LogSigmoid(Layer):
    """``log σ(x)``."""

    def __init__(self) -> None:
        super().__init__("log_sigmoid")


class HardSigmoid(Layer):
    """``min(max(x/6 + 1/2, 0), 1)``."""

    def __init__(self) -> None:
        super().__init__("hard_sigmoid")


class Tanh(Layer):
    """``tanh x``."""

    def __init__(self) -> None:
        super().__init__("tanh")


class TanhShrink(Layer):
    """``x - tanh x``."""

    def __init__(self) -> None:
        super().__init__("tanh_shrink")


class Softsign(Layer):
    """``x / (1 + |x|)``."""

    def __init__(self) -> None:
        super().__init__("softsign")


class Softplus(Layer):
    """``log(1 + e^(beta · x)) / beta``; x itself where beta · x is above threshold."""

    def __init__(self, beta: float = 1, threshold: float = 20):
        super().__init__("softplus", beta=beta, threshold=threshold)


class Softmax(Layer):
    """``e^(x_j) / Σ_k e^(x_k)`` over the row. The losses have one of their own: end a classifier with a `Dense`."""

    def __init__(self) -> None:
        super().__init__("softmax")


class LogSoftmax(Layer):
    """``x_j - log Σ_k e^(x_k)`` over the row."""

    def __init__(self) -> None:
        super().__init__("log_softmax")
