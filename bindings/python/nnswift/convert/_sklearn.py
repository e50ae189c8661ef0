"""scikit-learn: models of fitted estimators and pipelines, and weights back into an MLPClassifier or MLPRegressor."""

from __future__ import annotations

from typing import Any, List, Mapping, Tuple

import numpy as np

from ..model import Model
from ._assembly import assembled
from ._kinds import require_known
from ._preprocess import kinds
from ._scaling import with_plain_targets
from ._sklearn_front import is_own, place_of, require_fitted
from ._sklearn_read import ACTIVATIONS, LOSSES, read_estimator, typed_classes

_KNOWN = {"dense", "dropout", *ACTIVATIONS.values()}
_FROM_ESTIMATOR = ("input", "layers", "loss", "classes", "preprocess")


def from_sklearn(network: Any, **spec: Any) -> Model:
    """Makes a model of a fitted estimator of scikit-learn, or of a pipeline that ends in one.

    `Model.predict` gives what predict_proba of a classifier gives (of two classes the second column), or predict of a
    regressor; ``kind="label"`` gives labels in their type, whole floats as integers. Where the probability is exactly
    0.5 the label is the second class, scikit-learn's the first.

    Parameters
    ----------
    network : estimator
        MLPClassifier, MLPRegressor, LogisticRegression, SGDClassifier of two classes with ``loss="log_loss"``,
        PoissonRegressor, and linear regressors: LinearRegression, Ridge, Lasso, ElasticNet and the like; in a Pipeline,
        a TransformedTargetRegressor with a scaler, or a GridSearchCV. Steps of a pipeline before it: StandardScaler,
        MinMaxScaler, MaxAbsScaler, RobustScaler, Normalizer, PCA, TruncatedSVD, selections of features,
        ColumnTransformer and FeatureUnion of these. Scalings become a fitted preprocess "standardize" (one factor:
        "scale"), matrices are multiplied into the first dense layer.
    **spec
        Further keys of the spec: threshold, seed, and features, which are else the names of the table's columns that it
        was fitted to.

    Raises
    ------
    ValueError
        Naming the first step that has no exact counterpart, or that is not fitted.
    """
    fixed = [key for key in _FROM_ESTIMATOR if key in spec]
    if fixed:
        raise ValueError(f"{', '.join(fixed)} must come from the estimator alone; leave it out")
    read = read_estimator(network)
    front, read_layers = read.with_front()
    layers, tensors = assembled(read_layers)
    names = [str(name) for name in getattr(network, "feature_names_in_", ())]
    named = {"features": names} if names and len(set(names)) == len(names) else {}
    model = Model({"input": front.size, "layers": layers, **front.spec(), **read.spec, **named, **spec})
    model.set_weights(tensors)
    return front.put_into(model)


def to_sklearn(model: Model, network: Any) -> Any:
    """Copies the weights of a model into a fitted MLPClassifier or MLPRegressor that computes the same, and returns it.

    Dropout is left out, it does nothing in a prediction; a dense layer without bias gets zeros.

    Parameters
    ----------
    model : Model
        Of dense layers, with the activation of the network behind all but the last, without a preprocess.
    network : MLPClassifier or MLPRegressor
        Its layers' sizes, activation and loss must be the model's. Its classes must be those of the spec, in any order:
        the outputs are put into its own. A spec without "classes" has 0, 1, 2 ...

    Raises
    ------
    ValueError
        If something of it differs; the network stays as it was.
    """
    require_known(model, _KNOWN, "scikit-learn")
    model = with_plain_targets(model)
    place = place_of(network)
    if place not in ("MLPClassifier", "MLPRegressor") or not is_own(network):
        raise ValueError(f"the network must be an MLPClassifier or MLPRegressor of scikit-learn, got {place}")
    require_fitted(network, place)
    spec = model.spec
    _require_same_meaning(model, spec, network)
    weights = _dense_weights(model.weights, spec["layers"], network.activation)
    shapes = [weight.shape for weight, _ in weights]
    if [value.shape for value in network.coefs_] != shapes:
        raise ValueError(f"the network must have layers of {shapes}, it has {[c.shape for c in network.coefs_]}")
    if hasattr(network, "classes_"):
        weights[-1] = _in_order(*weights[-1], spec, network)
    for index, (weight, bias) in enumerate(weights):
        network.coefs_[index] = weight.astype(network.coefs_[index].dtype)
        network.intercepts_[index] = bias.astype(network.intercepts_[index].dtype)
    return network


def _require_same_meaning(model: Model, spec: Mapping[str, Any], network: Any) -> None:
    """Refuses what scikit-learn would do otherwise before the first layer and behind the last."""
    if kinds(model):
        names = ", ".join(kind["type"] for kind in kinds(model))
        raise ValueError(
            f"the model must have no preprocess, it has {names}; train one on scaled features, and put the scaler before "
            "the network in a Pipeline")
    others = sorted(set(spec) - {"input", "layers", "loss", "preprocess", "seed", "classes", "features", "threshold"})
    if others:
        raise ValueError(f"the spec's {', '.join(others)} must not be given, an MLP of scikit-learn has none; leave it out")
    loss = spec["loss"]["type"]
    wanted = LOSSES.get(network.out_activation_)
    regressions = ("mse", "mae", "huber", "quantile")
    if loss != wanted and not (wanted == "mse" and loss in regressions):
        raise ValueError(
            f"the model's loss must go with the network's {network.out_activation_!r} at the end ({wanted}), it is {loss}")
    if loss == "binary_cross_entropy" and spec["threshold"] != 0.5:
        raise ValueError(
            f"the model's threshold must be 0.5 as scikit-learn's is, it is {spec['threshold']}; set model.threshold = 0.5, "
            "and put the network into a FixedThresholdClassifier")


def _dense_weights(
    weights: Mapping[str, np.ndarray], layers: List[Mapping[str, Any]], activation: str
) -> List[Tuple[np.ndarray, np.ndarray]]:
    """Weight [inputs x units] and bias of each dense layer; refuses activations that are not the network's."""
    found: List[Tuple[np.ndarray, np.ndarray]] = []
    functions: List[List[str]] = []
    for index, layer in enumerate(layers):
        if layer["type"] == "dense":
            weight = weights[f"layers.{index}.weight"].T
            found.append((weight, weights.get(f"layers.{index}.bias", np.zeros(weight.shape[1]))))
            functions.append([])
        elif not found and layer["type"] not in ("dropout", "identity"):
            raise ValueError(f"layers[{index}]: {layer['type']} must stand behind a dense layer, scikit-learn begins with one")
        function = layer.get("activation", layer)["type"]
        if found and function not in ("dense", "dropout", "identity"):
            functions[-1].append(function)
    hidden = [] if activation == "identity" else [ACTIVATIONS[activation]]
    for place, kept in enumerate(functions):
        wanted = hidden if place < len(functions) - 1 else []
        if kept != wanted:
            raise ValueError(
                f"behind dense layer {place + 1} of {len(functions)} must stand {' '.join(wanted) or 'no activation'} as in "
                f"the network (activation={activation!r}), the model has {', '.join(kept) or 'none'}")
    return found


def _in_order(
    weight: np.ndarray, bias: np.ndarray, spec: Mapping[str, Any], network: Any
) -> Tuple[np.ndarray, np.ndarray]:
    """The last layer with its outputs in the order of the network's classes."""
    count = len(bias)
    if spec["loss"]["type"] == "binary_cross_entropy":
        if count > 1:
            return weight, bias
        count = 2
    ours = spec.get("classes") or list(range(count))
    theirs = typed_classes(network.classes_, place_of(network))
    # True is 1 here as it is for scikit-learn.
    if set(ours) != set(theirs):
        cure = "" if "classes" in spec else '; make one with "classes" in the spec, in the order of its outputs'
        raise ValueError(f"the model's classes must be the network's {theirs[:20]}, they are {ours[:20]}{cure}")
    order = [ours.index(each) for each in theirs]
    if len(bias) > 1:
        return weight[:, order], bias[order]
    # One output is the second class's: the other way round it is 1 - p, the sigmoid of -z.
    return (weight, bias) if order == [0, 1] else (-weight, -bias)
