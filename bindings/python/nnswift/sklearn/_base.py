"""What the two estimators share: parameters, fitting, and the way to the outputs."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import _fit
from ..errors import ArgumentError
from ..history import History
from ..model import Model
from . import _network, _parameters, _rows, _schooling, _weighted
from ._bases import BaseEstimator
from ._foreign import Hinting

Kind = Union[str, Mapping[str, Any]]

# Values of a training whose rows are sorted, which then costs little.
_MERGED_VALUES = 1_000_000


class Network(BaseEstimator, Hinting):
    """A network with scikit-learn's manners; `NNClassifier` and `NNRegressor` say what its outputs mean."""

    model_: Model
    history_: History
    loss_curve_: List[float]
    loss_: float
    n_iter_: int
    n_features_in_: int
    feature_names_in_: npt.NDArray[Any]
    _is_table: bool
    _seed: int
    _target_name: str

    def __init__(
        self,
        hidden_layer_sizes: Any = "auto",
        activation: Kind = "auto",
        *,
        dropout: Any = "auto",
        normalization: Optional[Kind] = None,
        preprocess: Any = "auto",
        tabular: Union[bool, str] = "auto",
        loss: Kind = "auto",
        solver: Optional[str] = None,
        optimizer: Optional[Kind] = None,
        schedule: Optional[Kind] = None,
        alpha: Union[float, str] = "auto",
        batch_size: Union[int, str] = "auto",
        learning_rate_init: Union[float, str] = "auto",
        max_iter: Union[int, str] = "auto",
        tol: Optional[float] = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: Union[bool, Mapping[str, Any]] = False,
        validation_fraction: float = 0.1,
        random_state: Any = None,
        warm_start: bool = False,
        verbose: Union[bool, int] = False,
        callbacks: Any = None,
        n_jobs: Optional[int] = None,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.normalization = normalization
        self.preprocess = preprocess
        self.tabular = tabular
        self.loss = loss
        self.solver = solver
        self.optimizer = optimizer
        self.schedule = schedule
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.warm_start = warm_start
        self.verbose = verbose
        self.callbacks = callbacks
        self.n_jobs = n_jobs

    # What the two kinds of estimator say of their targets.

    def _learn_targets(self, y: Any, known: bool, classes: Any = None) -> npt.NDArray[Any]:
        """Checks targets, learns what there is to learn of them, and returns them as the library takes them."""
        raise NotImplementedError

    def _encoded(self, y: Any) -> npt.NDArray[Any]:
        """Returns targets of held-out rows as the library takes them."""
        raise NotImplementedError

    def _outputs_of(self, y: npt.NDArray[Any]) -> Tuple[int, Dict[str, Any], Dict[str, Any], float]:
        """Returns outputs, loss, what else the spec says, and the share of the penalty (see `config_of`)."""
        raise NotImplementedError

    def _table_target(self, y: npt.NDArray[Any]) -> Tuple[Any, Dict[str, Any]]:
        """Returns a column of targets, and what the spec of a model of a table says of them."""
        raise NotImplementedError

    def _class_weights(self, y: npt.NDArray[Any], weight: Optional[npt.NDArray[Any]]) -> Optional[npt.NDArray[Any]]:
        """Returns the weights of rows, with those of their classes."""
        return weight

    def _for_model(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Returns encoded targets as the values that a model of arrays is trained on."""
        return y

    def _may_stratify(self, y: npt.NDArray[Any]) -> bool:
        return False

    # Fitting.

    def _fit(self, X: Any, y: Any, sample_weight: Any, eval_set: Any) -> None:
        _parameters.check(self)
        again = self.warm_start and hasattr(self, "model_")
        self._is_table = _rows.is_mixed(X, self.tabular) if not again else self._is_table
        if self._is_table:
            self._fit_table(X, y, sample_weight, eval_set, again)
            return
        X, y = _rows.checked(self, X, not again, y=y)
        y = self._learn_targets(y, again)
        weight = self._class_weights(y, _rows.weights(sample_weight, X))
        X, y, weight = _weighted.counted(_rows.compact(X), y, weight)
        held_out = self._held_out(eval_set)
        preprocess = _network.preprocess_of(self.preprocess, X)
        if self._takes_all_at_once(X):
            X, y, weight = _weighted.merged(X, y, weight)
        if not again:
            self.model_ = self._new_model(X, y, weight, preprocess)
        self._train(X, y, weight, self._config(X, y, weight, held_out is not None), held_out)

    def _fit_once(self, X: Any, y: Any, sample_weight: Any, classes: Any) -> None:
        """One epoch on some rows, after those before."""
        _parameters.check(self)
        known = hasattr(self, "model_")
        if _rows.is_mixed(X, self.tabular) or known and self._is_table:
            raise ArgumentError(
                "partial_fit takes arrays of numbers, got a table of mixed columns, whose levels one fit must see; "
                "encode them before, or call fit"
            )
        self._is_table = False
        X, y = _rows.checked(self, X, not known, y=y)
        y = self._learn_targets(y, known, classes)
        weight = self._class_weights(y, _rows.weights(sample_weight, X))
        X, y, weight = _weighted.counted(_rows.compact(X), y, weight)
        if not known:
            self.model_ = self._new_model(X, y, weight, _network.preprocess_of(self.preprocess, X))
        config = self._config(X, y, weight, True)
        config.pop("early_stopping", None)
        config.update(epochs=1, continue_=self.model_.history.stopped not in ("", "none"))
        self._train(X, y, weight, config, None)

    def _takes_all_at_once(self, X: Any) -> bool:
        """Whether each step of a small training is on all rows, so that their order does not matter."""
        is_small = X.shape[0] * X.shape[1] <= _MERGED_VALUES and X.shape[0] <= _schooling.batch_size(self, X.shape[0])
        # Moments of a batch know no weights; rows that are set aside are drawn by their place.
        return is_small and not self.early_stopping and self.normalization in (None, "layer_norm", "rms_norm")

    def _new_model(self, X: Any, y: npt.NDArray[Any], weight: Optional[npt.NDArray[Any]], preprocess: Any) -> Model:
        outputs, loss, meaning, _ = self._outputs_of(y)
        spec: Dict[str, Any] = {
            "input": X.shape[1],
            "layers": _network.Shape(self, for_table=False).layers(outputs),
            "loss": loss,
            "preprocess": preprocess,
            "seed": self._draw_seed(),
            **meaning,
        }
        names = getattr(self, "feature_names_in_", None)
        if names is not None and len(set(names)) == len(names):
            spec["features"] = [str(name) for name in names]
        model = Model(spec)
        if weight is not None:
            _weighted.fit_scalings(model, X, y, weight)
        return model

    def _draw_seed(self) -> int:
        """Draws the seed of a fit; an integer as random_state gives the same one every time."""
        self._seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        return self._seed

    def _config(self, X: Any, y: npt.NDArray[Any], weight: Optional[npt.NDArray[Any]], held_out: bool) -> Dict[str, Any]:
        config = _schooling.config_of(
            self, rows=X.shape[0], weight=weight, decay_share=self._outputs_of(y)[3], held_out=held_out,
            stratify=self._may_stratify(y),
        )  # fmt: skip
        return {**config, "seed": self._seed}

    def _train(self, X: Any, y: Any, weight: Any, config: Dict[str, Any], held_out: Any) -> None:
        history = self.model_.train(
            X, self._for_model(y), sample_weight=weight, validation=held_out, **self._watching(), **config
        )
        self._keep(history)

    def _watching(self) -> Dict[str, Any]:
        return {"callback": self.callbacks, "verbose": int(self.verbose)}

    def _keep(self, history: History) -> None:
        self.history_ = history
        self.loss_curve_ = history["loss"]
        self.loss_ = history["loss"][-1]
        self.n_iter_ = int(history["epoch"][-1])

    def _held_out(self, eval_set: Any) -> Any:
        if eval_set is None:
            return None
        X, y, weight = pair_of(eval_set)
        if self._is_table:
            return X, y, _rows.weights(weight, X)
        X = _rows.compact(_rows.checked(self, X, False))
        return X, self._for_model(self._encoded(y)), _rows.weights(weight, X)

    def _fit_table(self, X: Any, y: Any, sample_weight: Any, eval_set: Any, again: bool) -> None:
        validate_data(self, X, y, reset=not again, skip_check_array=True)
        y = self._learn_targets(y, again)
        column, meaning = self._table_target(y)
        weight = self._class_weights(y, _rows.weights(sample_weight, X))
        target = _rows.free_name(self._target_name, _rows.column_names(X))
        table = _rows.table_of(X, column, target, weight)
        held_out: Any = self._held_out(eval_set)
        if held_out is not None:
            held_out = _rows.table_of(held_out[0], self._table_target(self._encoded(held_out[1]))[0], target, held_out[2])
        config = _schooling.table_config(self, len(table), held_out is not None)
        if again:
            config = {"preset": "tabular", "seed": self._seed, **config}
            history = self.model_.train(table, config=config, validation=held_out, **self._watching())
        else:
            spec = self._table_spec(y, meaning)
            self.model_ = _fit.fit_table(
                table, spec=spec, config=config, validation=held_out, seed=self._draw_seed(), **self._watching()
            )
            history = self.model_.history
        self._keep(history)

    def _table_spec(self, y: npt.NDArray[Any], meaning: Dict[str, Any]) -> Dict[str, Any]:
        outputs, loss, _, _ = self._outputs_of(y)
        spec: Dict[str, Any] = {"loss": loss, **meaning}
        shape = _network.Shape(self, for_table=True)
        if shape.is_given:
            spec["layers"] = shape.layers(outputs)
        if not _schooling.is_auto(self.preprocess):
            spec["preprocess"] = self.preprocess
        return spec

    # Predicting.

    def _predicted(self, X: Any, kind: str) -> npt.NDArray[Any]:
        """Returns outputs of the network, float32: [rows], or [rows x outputs] for several."""
        check_is_fitted(self)
        if self._is_table:
            validate_data(self, X, reset=False, skip_check_array=True)
            return self.model_.predict(_rows.with_names(X), kind)
        return self.model_.predict(_rows.compact(_rows.checked(self, X, False)), kind)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def pair_of(eval_set: Any) -> Tuple[Any, Any, Any]:
    """Returns features, targets and weights of an eval_set: (X, y), (X, y, sample_weight), or a list of one of these."""
    given: Sequence[Any] = eval_set
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
        raise ArgumentError("eval_set must be (X, y) or (X, y, sample_weight), or a list of one of these")
    return given[0], given[1], given[2] if len(given) == 3 else None
