"""scikit-learn: a fitted estimator -> its layers, what scales its features, and its part of a spec."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Tuple

import numpy as np

from ._assembly import Layer
from ._front import Front
from ._sklearn_front import Features, is_own, place_of, require_fitted

ACTIVATIONS = {"identity": "identity", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu"}
# out_activation_ -> the loss that has it.
LOSSES = {"softmax": "softmax_cross_entropy", "logistic": "binary_cross_entropy", "identity": "mse", "exp": "poisson"}
_SEARCHES = ("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV")
_LINEAR = (
    "LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "SGDRegressor", "Lars",
    "LarsCV", "LassoLars", "LassoLarsCV", "LassoLarsIC", "HuberRegressor", "BayesianRidge", "ARDRegression",
    "OrthogonalMatchingPursuit", "OrthogonalMatchingPursuitCV", "TheilSenRegressor", "MultiTaskElasticNet",
    "MultiTaskElasticNetCV", "MultiTaskLasso", "MultiTaskLassoCV",
)  # fmt: skip
_WITHOUT_PROBABILITIES = ("Perceptron", "RidgeClassifier", "RidgeClassifierCV", "PassiveAggressiveClassifier", "LinearSVC")


class Read(NamedTuple):
    """What was read of an estimator.

    Attributes
    ----------
    steps : list of (str, transformer)
        What stands before the layers, with the beginning of its name in messages.
    layers : list of Layer
        In float64, the first one dense.
    spec : dict
        The keys loss and, of a classifier, classes.
    """

    steps: List[Tuple[str, Any]]
    layers: List[Layer]
    spec: Dict[str, Any]

    def with_front(self) -> Tuple[Front, List[Layer]]:
        """Returns the scaling of the features, and all layers."""
        sizes = [step.n_features_in_ for _, step in self.steps if hasattr(step, "n_features_in_")]
        features = Features(sizes[0] if sizes else self.layers[0].takes or 0)
        for outer, step in self.steps:
            features.apply(step, outer)
        return features.finish(self.layers)


def refusal(place: str, reason: str = "") -> ValueError:
    told = f": {reason}" if reason else ""
    return ValueError(f"{place} has no exact counterpart in this library{told}; the page on other frameworks lists what has")


def read_estimator(estimator: Any, outer: str = "") -> Read:
    """Reads a fitted estimator.

    Raises
    ------
    ValueError
        Naming the first step that has no counterpart, or that is not fitted.
    """
    place = place_of(estimator, outer)
    kind = type(estimator).__name__
    if not is_own(estimator):
        bases = [base.__name__ for base in type(estimator).__mro__ if base.__module__.startswith("sklearn.neural_network")]
        raise refusal(place, f"it is a class derived from {bases[0]}" if bases else "it is not of scikit-learn")
    if kind == "Pipeline":
        return _pipeline(estimator, outer)
    if kind in _SEARCHES:
        require_fitted(estimator, place)
        if not hasattr(estimator, "best_estimator_"):
            raise ValueError(f"{place} must have fitted the best estimator; set refit=True")
        return read_estimator(estimator.best_estimator_, f"{place}, best_estimator_, ")
    if kind == "TransformedTargetRegressor":
        require_fitted(estimator, place)
        return _with_target(estimator, place)
    return Read([], *_layers(estimator, kind, place))


def _pipeline(pipeline: Any, outer: str) -> Read:
    *steps, (name, last) = pipeline.steps
    read = read_estimator(last, f'{outer}step "{name}", ')
    return read._replace(steps=[*((f'{outer}step "{name}", ', step) for name, step in steps), *read.steps])


def _with_target(estimator: Any, place: str) -> Read:
    read = read_estimator(estimator.regressor_, f"{place}, regressor_, ")
    last = read.layers[-1]
    target = Features(last.options["units"])
    target.apply(estimator.transformer_, f"{place}, transformer_, ")
    front = target.front
    if read.spec["loss"] != "mse" or target.layers or front.matrix is not None:
        raise refusal(place, "its transformer must be a scaling, its regressor one with the loss mse")
    weight, bias = last.tensors["weight"] / front.factor[:, None], last.tensors["bias"] / front.factor + front.center
    return read._replace(layers=[*read.layers[:-1], last._replace(tensors={"weight": weight, "bias": bias})])


def _layers(estimator: Any, kind: str, place: str) -> Tuple[List[Layer], Dict[str, Any]]:
    reader = _READERS.get(kind, _linear if kind in _LINEAR else None)
    if reader is None:
        raise refusal(place, "it has no probabilities" if kind in _WITHOUT_PROBABILITIES else "")
    require_fitted(estimator, place)
    return reader(estimator, place)


def _dense(weight: Any, bias: Any, activation: str = "identity") -> Layer:
    """A dense layer in float64 of a weight [units x inputs]."""
    weight = np.asarray(weight, float)
    bias = np.broadcast_to(np.asarray(bias, float), len(weight))
    options = {"type": "dense", "units": len(weight), "activation": {"type": activation}}
    return Layer(options, {"weight": weight, "bias": bias}, "", weight.shape[1])


def _mlp(network: Any, place: str) -> Tuple[List[Layer], Dict[str, Any]]:
    hidden, loss = ACTIVATIONS.get(network.activation), LOSSES.get(network.out_activation_)
    if hidden is None or loss is None:
        raise refusal(place, f"its activations are {network.activation!r} and at the end {network.out_activation_!r}")
    ends = [*[hidden] * (len(network.coefs_) - 1), "identity"]
    layers = [_dense(w.T, b, end) for w, b, end in zip(network.coefs_, network.intercepts_, ends)]
    if not hasattr(network, "classes_") or (loss == "binary_cross_entropy" and network.n_outputs_ > 1):
        # Several binary outputs are labels beside each other: 0 or 1 for each.
        return layers, {"loss": loss}
    return layers, {"loss": loss, "classes": typed_classes(network.classes_, place)}


def _logistic(network: Any, place: str) -> Tuple[List[Layer], Dict[str, Any]]:
    several = len(network.classes_) > 2
    # multi_class is gone since scikit-learn 1.8.
    kind, solver = getattr(network, "multi_class", None), getattr(network, "solver", "")
    if several and (kind == "ovr" or solver == "liblinear"):
        raise refusal(place, "one class against the rest, normalised afterwards, is no softmax")
    if not several and kind == "multinomial":
        raise refusal(place, 'two classes must not have multi_class="multinomial"')
    spec = {"loss": "softmax_cross_entropy" if several else "binary_cross_entropy"}
    return [_dense(network.coef_, network.intercept_)], {**spec, "classes": typed_classes(network.classes_, place)}


def _sgd(network: Any, place: str) -> Tuple[List[Layer], Dict[str, Any]]:
    if network.loss != "log_loss":
        raise refusal(place, f'it must have loss="log_loss", got {network.loss!r}')
    if len(network.classes_) > 2:
        raise refusal(place, "one class against the rest, normalised afterwards, is no softmax")
    return _logistic(network, place)


def _linear(network: Any, place: str) -> Tuple[List[Layer], Dict[str, Any]]:
    return [_dense(np.atleast_2d(network.coef_), network.intercept_)], {"loss": "mse"}


def _poisson(network: Any, place: str) -> Tuple[List[Layer], Dict[str, Any]]:
    return _linear(network, place)[0], {"loss": "poisson"}


def typed_classes(classes: Any, place: str) -> List[Any]:
    """The classes as a spec has them, in their type: booleans, integers, whole floats as integers, or texts."""
    values = [value.item() if isinstance(value, np.generic) else value for value in np.asarray(classes).tolist()]
    if len(values) < 2:
        raise ValueError(f"{place} must know at least two classes, it knows {values}")
    if all(isinstance(value, float) and value.is_integer() for value in values):
        return [int(value) for value in values]
    for kind in (bool, int, str):
        if all(type(value) is kind for value in values):
            return values
    raise refusal(place, f"its classes must be texts, integers or booleans, got {values[:5]}")


_READERS: Dict[str, Callable[[Any, str], Tuple[List[Layer], Dict[str, Any]]]] = {
    "MLPClassifier": _mlp, "MLPRegressor": _mlp, "LogisticRegression": _logistic, "LogisticRegressionCV": _logistic,
    "SGDClassifier": _sgd, "PoissonRegressor": _poisson,
}  # fmt: skip
