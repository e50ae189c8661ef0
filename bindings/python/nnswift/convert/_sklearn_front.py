"""scikit-learn: what a pipeline does with features before its network, as scalings, matrices and a row's norm."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np

from ._assembly import Layer
from ._front import Front

# Of rms_norm, where a row's length is all that is asked for: less than the square of any float32 that matters.
_TINY = 1e-30


def refusal(place: str, reason: str = "") -> ValueError:
    told = f": {reason}" if reason else ""
    return ValueError(f"{place} has no exact counterpart in this library{told}; apply it to the features before")


def place_of(estimator: Any, outer: str = "") -> str:
    """What a message calls an estimator."""
    return f"{outer}{type(estimator).__name__}"


def is_own(estimator: Any) -> bool:
    """Whether it is of a class of scikit-learn itself."""
    return type(estimator).__module__.split(".")[0] == "sklearn"


def require_fitted(estimator: Any, place: str) -> None:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(estimator)
    except NotFittedError:
        raise ValueError(f"{place} must be fitted; call fit before") from None


class Features:
    """The features on their way: a front, and behind it layers.

    Parameters
    ----------
    size : int
        Features of a row.
    """

    def __init__(self, size: int):
        self.front = Front(size)
        self.layers: List[Layer] = []
        self._now = self.front

    @property
    def width(self) -> int:
        return self._now.width

    def apply(self, transformer: Any, outer: str = "") -> None:
        """Puts a fitted transformer behind.

        Raises
        ------
        ValueError
            Naming the first transformer that has no counterpart.
        """
        if transformer is None or isinstance(transformer, str) and transformer == "passthrough":
            return
        place = place_of(transformer, outer)
        if type(transformer).__name__ == "Pipeline" and is_own(transformer):
            for name, step in transformer.steps:
                self.apply(step, f'{outer}step "{name}", ')
            return
        reader = _READERS.get(type(transformer).__name__) if is_own(transformer) else None
        if reader is None and is_own(transformer) and hasattr(transformer, "get_support"):
            reader = _select
        if reader is None:
            raise refusal(place)
        require_fitted(transformer, place)
        reader(self, transformer, place)

    def scale(self, center: Any, factor: Any) -> None:
        self._now.scale(center, factor)

    def multiply(self, matrix: np.ndarray, bias: Any = 0.0) -> None:
        self._now.multiply(matrix, bias)

    def normalize(self, place: str) -> None:
        """Divides each row by its length."""
        if self._now is not self.front or self._now.matrix is not None:
            self._make_layer(place)
        # x / √(mean(x²)) / √n is x / √(Σ x²).
        weight = np.full(self.width, self.width**-0.5)
        self.layers.append(Layer({"type": "rms_norm", "eps": _TINY}, {"weight": weight}, place, self.width))
        self._now = Front(self.width)

    def finish(self, layers: Sequence[Layer]) -> Tuple[Front, List[Layer]]:
        """Returns the front, which is only a scaling, and all layers; those given begin with a dense layer."""
        return self.front, [*self.layers, self._folded(layers[0]), *layers[1:]]

    def _folded(self, dense: Layer) -> Layer:
        if self._now is self.front:
            return self._now.folded_into(dense)
        own = self._now.as_dense("")
        weight, bias = dense.tensors["weight"], dense.tensors["bias"]
        tensors = {"weight": weight @ own.tensors["weight"], "bias": bias + weight @ own.tensors["bias"]}
        return dense._replace(tensors=tensors, takes=own.takes)

    def _make_layer(self, place: str) -> None:
        if self._now is not self.front:
            self.layers.append(self._now.as_dense(place))
            return
        width = self.width
        tensors = {"weight": np.eye(width), "bias": np.zeros(width)}
        dense = Layer({"type": "dense", "units": width, "bias": True}, tensors, place, width)
        self.layers.append(self._now.folded_into(dense))


def _standard(features: Features, scaler: Any, place: str) -> None:
    features.scale(scaler.mean_ if scaler.with_mean else 0, 1 / scaler.scale_ if scaler.with_std else 1)


def _minmax(features: Features, scaler: Any, place: str) -> None:
    _require(not scaler.clip, place, "it must have clip=False")
    features.scale(scaler.data_min_ - scaler.feature_range[0] / scaler.scale_, scaler.scale_)


def _maxabs(features: Features, scaler: Any, place: str) -> None:
    _require(not getattr(scaler, "clip", False), place, "it must have clip=False")
    features.scale(0, 1 / scaler.scale_)


def _robust(features: Features, scaler: Any, place: str) -> None:
    features.scale(scaler.center_ if scaler.with_centering else 0, 1 / scaler.scale_ if scaler.with_scaling else 1)


def _normalizer(features: Features, normalizer: Any, place: str) -> None:
    _require(normalizer.norm == "l2", place, f'it must have norm="l2", got {normalizer.norm!r}')
    features.normalize(place)


def _pca(features: Features, pca: Any, place: str) -> None:
    features.scale(pca.mean_, 1)
    matrix = pca.components_.astype(float)
    if pca.whiten:
        # As PCA.transform divides: by no less than eps.
        root = np.sqrt(pca.explained_variance_)
        matrix = matrix / np.maximum(root, np.finfo(root.dtype).eps)[:, None]
    features.multiply(matrix)


def _svd(features: Features, svd: Any, place: str) -> None:
    features.multiply(svd.components_.astype(float))


def _function(features: Features, transformer: Any, place: str) -> None:
    _require(transformer.func is None, place, "it must have no function")


def _select(features: Features, selector: Any, place: str) -> None:
    features.multiply(np.eye(features.width)[selector.get_support(indices=True)])


def _columns(features: Features, transformer: Any, place: str) -> None:
    names = list(getattr(transformer, "feature_names_in_", ()))
    blocks = []
    for name, each, columns in transformer.transformers_:
        if not (isinstance(each, str) and each == "drop"):
            indices = _indices(columns, names, features.width)
            if indices:
                blocks.append((f'{place}, block "{name}", ', each, indices))
    _side_by_side(features, blocks, transformer.transformer_weights)


def _union(features: Features, union: Any, place: str) -> None:
    everything = list(range(features.width))
    blocks = [(f'{place}, part "{name}", ', each, everything) for name, each in union.transformer_list if each != "drop"]
    _side_by_side(features, blocks, union.transformer_weights)


def _side_by_side(features: Features, blocks: Sequence[Tuple[str, Any, List[int]]], weights: Any) -> None:
    """Puts transformers beside each other, each on columns of its own or shared ones."""
    _require(not weights, blocks[0][0] if blocks else "ColumnTransformer", "it must have no transformer_weights")
    fronts = []
    for place, each, columns in blocks:
        inner = Features(len(columns))
        inner.apply(each, place)
        _require(not inner.layers, place_of(each, place), "a norm of some of the columns")
        fronts.append((inner.front, columns))
    center, factor = np.zeros(features.width), np.ones(features.width)
    taken: Dict[int, bool] = {}
    for front, columns in fronts:
        new = [place for place, column in enumerate(columns) if column not in taken]
        center[[columns[place] for place in new]] = front.center[new]
        factor[[columns[place] for place in new]] = front.factor[new]
        taken.update((column, True) for column in columns)
    rows, biases = [], []
    for front, columns in fronts:
        # (x - own) · f = ((x - center) · factor) · f / factor + (center - own) · f
        own = np.zeros((front.width, features.width))
        matrix = np.eye(front.width) if front.matrix is None else front.matrix
        own[:, columns] = matrix * (front.factor / factor[columns])
        rows.append(own)
        biases.append(front.bias + matrix @ ((center[columns] - front.center) * front.factor))
    whole = np.concatenate(rows)
    features.scale(center, factor)
    if whole.shape != (len(center), len(center)) or (whole != np.eye(len(center))).any():
        features.multiply(whole, np.concatenate(biases))


def _indices(columns: Any, names: List[str], count: int) -> List[int]:
    """The places of a block's columns: numbers, names, a slice of them, or a mask."""
    if isinstance(columns, slice):
        if isinstance(columns.start, str) or isinstance(columns.stop, str):
            first = 0 if columns.start is None else names.index(columns.start)
            last = count if columns.stop is None else names.index(columns.stop) + 1
            return list(range(first, last))[:: columns.step]
        return list(range(count))[columns]
    listed = [columns] if np.ndim(columns) == 0 else list(columns)
    if listed and all(isinstance(each, (bool, np.bool_)) for each in listed):
        return [place for place, each in enumerate(listed) if each]
    return [names.index(each) if isinstance(each, str) else int(each) % count for each in listed]


def _require(condition: Any, place: str, reason: str) -> None:
    if not condition:
        raise refusal(place, reason)


_READERS: Dict[str, Callable[[Features, Any, str], None]] = {
    "StandardScaler": _standard, "MinMaxScaler": _minmax, "MaxAbsScaler": _maxabs, "RobustScaler": _robust,
    "Normalizer": _normalizer, "PCA": _pca, "IncrementalPCA": _pca, "TruncatedSVD": _svd,
    "FunctionTransformer": _function, "ColumnTransformer": _columns, "FeatureUnion": _union,
}  # fmt: skip
