"""Classification: one class a row, or several labels."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

import numpy as np
import numpy.typing as npt
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_array, column_or_1d

from ..errors import ArgumentError
from . import _network
from ._bases import ClassifierMixin
from ._base import Kind, Network


class NNClassifier(ClassifierMixin, Network):
    """A network for classes, in the place of MLPClassifier.

    Arrays of numbers, SciPy's sparse matrices and tables of numbers are learnt from with MLPClassifier's recipe on
    standardised features. A table of pandas, polars or pyarrow with texts, categories, dates or gaps is learnt from with
    the preset "tabular" of `nnswift.fit_table`, which encodes the columns itself. "auto" leaves a choice to these two.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units of the hidden layers. "auto": (100,); of tables (64, 64).
    activation : str or dict
        "relu", "tanh", "logistic", "identity", or any of the library. "auto": "relu"; of tables "silu".
    dropout : float in [0, 1), or one for each hidden layer
        "auto": 0; of tables 0.15.
    normalization : {None, "batch_norm", "layer_norm", "rms_norm"} or dict
        Between a hidden layer and its activation.
    preprocess : str, dict, list or None
        Of the features, as the library names it. "auto": "standardize"; one factor for dense features that are mostly 0
        and of one range, such as images; nothing for sparse matrices.
    tabular : bool or "auto"
        Whether a table goes by the preset. "auto": if it has columns that are not numbers, or gaps.
    loss : str or dict
        "auto": cross-entropy.
    solver : {None, "adam", "sgd", "lbfgs"}
        MLPClassifier's name of an optimiser.
    optimizer : str or dict, optional
        Any optimiser of the library, in place of solver: ``{"type": "sgd", "momentum": 0.9}``. Default: adam.
    schedule : str or dict, optional
        Of the learning rate: ``"cosine"``.
    alpha : float >= 0
        The penalty of squared weights, as MLPClassifier's. "auto": 1e-4; of tables the preset's.
    batch_size : int
        Rows of a step. "auto": 200 at most; of tables the preset's.
    learning_rate_init : float > 0
        "auto": the optimiser's, 0.001 for adam; of tables 0.005.
    max_iter : int
        Epochs at most. "auto": 200; of tables the preset's.
    tol, n_iter_no_change
        The training ends when the loss has not become less by tol for so many epochs; with early_stopping val_loss
        counts. tol=None: never.
    early_stopping : bool or dict
        Sets validation_fraction of the rows aside and keeps the best epoch; ``{"metric": "val_roc_auc"}`` chooses
        by that. Not needed for tables, where the preset does so.
    validation_fraction : float in (0, 1)
    random_state : int, RandomState or None
    warm_start : bool
        Whether fit goes on from the weights of the last fit.
    verbose : bool or int
        1, True: a bar on a terminal or in a notebook. 2: a line an epoch.
    callbacks : function of a `nnswift.Progress`, `nnswift.callbacks.Callback`, or a list of them
        Called after every epoch; one that returns `nnswift.STOP` ends the training.
    n_jobs : int or None
        Threads of a training; -1: as many as pay. Results do not depend on it.
    class_weight : dict, "balanced" or None
        By class; of several labels "balanced" or a list of dicts.
    label_smoothing : float in [0, 1]

    Attributes
    ----------
    classes_ : array
        The classes in order, in the type of y.
    model_ : nnswift.Model
        The network with its scalings: ``model_.save("model.safetensors")``.
    history_ : nnswift.History
        Losses and metrics of each epoch.
    loss_curve_, loss_, n_iter_
        The loss of each epoch, the last, and how many there were.
    n_features_in_, feature_names_in_
        As of every estimator.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from nnswift.sklearn import NNClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> network = NNClassifier(hidden_layer_sizes=(32, 32), random_state=0).fit(X, y)
    >>> network.predict_proba(X).shape
    (150, 3)
    """

    classes_: npt.NDArray[Any]
    _is_multilabel: bool

    def __init__(
        self,
        hidden_layer_sizes: Any = "auto",
        activation: Kind = "auto",
        *,
        dropout: Any = "auto",
        normalization: Optional[Kind] = None,
        preprocess: Any = "auto",
        tabular: Any = "auto",
        loss: Kind = "auto",
        solver: Optional[str] = None,
        optimizer: Optional[Kind] = None,
        schedule: Optional[Kind] = None,
        alpha: Any = "auto",
        batch_size: Any = "auto",
        learning_rate_init: Any = "auto",
        max_iter: Any = "auto",
        tol: Optional[float] = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: Any = False,
        validation_fraction: float = 0.1,
        random_state: Any = None,
        warm_start: bool = False,
        verbose: Any = False,
        callbacks: Any = None,
        n_jobs: Optional[int] = None,
        class_weight: Any = None,
        label_smoothing: float = 0.0,
    ):
        super().__init__(
            hidden_layer_sizes, activation, dropout=dropout, normalization=normalization, preprocess=preprocess,
            tabular=tabular, loss=loss, solver=solver, optimizer=optimizer, schedule=schedule, alpha=alpha,
            batch_size=batch_size, learning_rate_init=learning_rate_init, max_iter=max_iter, tol=tol,
            n_iter_no_change=n_iter_no_change, early_stopping=early_stopping, validation_fraction=validation_fraction,
            random_state=random_state, warm_start=warm_start, verbose=verbose, callbacks=callbacks, n_jobs=n_jobs,
        )  # fmt: skip
        self.class_weight = class_weight
        self.label_smoothing = label_smoothing

    def fit(self, X: Any, y: Any, sample_weight: Any = None, eval_set: Any = None) -> "NNClassifier":
        """Trains.

        Parameters
        ----------
        X : array or sparse matrix [rows x features], or a table
        y : labels of any kind [rows], or 0 and 1 [rows x labels] for several labels a row
        sample_weight : [rows], each >= 0
            Rows of weight 0 are left out.
        eval_set : (X, y) or (X, y, sample_weight), or a list of one of these
            Held-out rows: history_ has their loss, early_stopping looks at them.

        Raises
        ------
        ValueError
            What scikit-learn or the library refuses.
        """
        self._fit(X, y, sample_weight, eval_set)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> "NNClassifier":
        """Trains one epoch on these rows, after those before.

        The first call names all classes, unless its rows have all of them, and fixes how features are scaled.
        """
        self._fit_once(X, y, sample_weight, classes)
        return self

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Returns classes in the type of y [rows]; of several labels 0 and 1, int64 [rows x labels]."""
        scores = self.decision_function(X)
        if self._is_multilabel:
            return (scores.reshape(len(scores), -1) > 0).astype(np.int64)
        return self.classes_[(scores > 0).astype(np.int64) if scores.ndim == 1 else scores.argmax(axis=1)]

    def predict_proba(self, X: Any) -> npt.NDArray[np.float32]:
        """Returns probabilities, float32 [rows x classes]; of several labels each by itself."""
        found = self._predicted(X, "proba")
        if self._is_multilabel:
            return found.reshape(len(found), -1)
        return found if found.ndim == 2 else np.stack([1 - found, found], axis=1)

    def decision_function(self, X: Any) -> npt.NDArray[np.float32]:
        """Returns what comes before the probabilities, float32 [rows x classes]; of two classes [rows]."""
        return self._predicted(X, "raw")

    def _learn_targets(self, y: Any, known: bool, classes: Any = None) -> npt.NDArray[Any]:
        self._target_name = str(getattr(y, "name", None) or "target")
        y = self._checked_targets(y)
        if not known:
            self._is_multilabel = y.ndim == 2
            found = np.arange(y.shape[1]) if y.ndim == 2 else np.unique(y)
            self.classes_ = found if classes is None else np.unique(np.asarray(classes))
            if y.ndim == 1 and len(self.classes_) < 2:
                raise ArgumentError(
                    f"y must have at least two classes, got one class ({_shown(self.classes_[0])}); give rows of another one"
                )
        elif classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            raise ArgumentError(f"classes must be those of the first call, {self.classes_.tolist()}")
        return self._indices(y)

    def _checked_targets(self, y: Any) -> npt.NDArray[Any]:
        check_classification_targets(y)
        if type_of_target(y).startswith("multilabel"):
            return check_array(y, accept_sparse=False, dtype="int64") if not hasattr(y, "tocsr") else y.toarray()
        return column_or_1d(y, warn=True)

    def _indices(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Returns labels as places in classes_; several labels as they are."""
        if self._is_multilabel != (y.ndim == 2) or y.ndim == 2 and y.shape[1] != len(self.classes_):
            raise ArgumentError(f"y must have labels as in the first fit, got shape {y.shape}")
        if y.ndim == 2:
            return y
        places = np.searchsorted(self.classes_, y).clip(0, len(self.classes_) - 1)
        odd = self.classes_[places] != y
        if np.any(odd):
            raise ArgumentError(f"y has the label {_shown(y[odd][0])}, which is not among the classes {self.classes_.tolist()}")
        return places

    def _encoded(self, y: Any) -> npt.NDArray[Any]:
        return self._indices(self._checked_targets(y))

    def _outputs_of(self, y: npt.NDArray[Any]) -> Tuple[int, Dict[str, Any], Dict[str, Any], float]:
        count = len(self.classes_)
        is_binary = self._is_multilabel or count == 2
        loss = _network.loss_of(
            self.loss, "binary_cross_entropy" if is_binary else "softmax_cross_entropy", self.label_smoothing
        )
        outputs = 1 if count == 2 and loss["type"] == "binary_cross_entropy" and not self._is_multilabel else count
        typed = self._typed()
        # 0, 1, 2 ... are what a model without names says; False and True are equal to them.
        is_named = bool(typed) and (isinstance(typed[0], bool) or typed != list(range(count)))
        names = {"classes": typed} if is_named else {}
        return outputs, loss, names, 1 / count if self._is_multilabel else 1.0

    def _typed(self) -> List[Any]:
        return [] if self._is_multilabel else _network.typed_labels(self.classes_)

    def _for_model(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        typed = self._typed()
        # A model looks integers up; of texts and booleans it takes the places.
        return np.array(typed)[y] if typed and type(typed[0]) is int else y

    def _table_target(self, y: npt.NDArray[Any]) -> Tuple[Any, Dict[str, Any]]:
        if self._is_multilabel:
            raise ArgumentError(
                "y must have one label a row where X is a table of mixed columns; wrap the estimator in "
                "sklearn.multioutput.MultiOutputClassifier"
            )
        typed = self._typed()
        return (np.array(typed)[y] if typed else y), {"target": {"kind": "classes"}}

    def _class_weights(self, y: npt.NDArray[Any], weight: Optional[npt.NDArray[Any]]) -> Optional[npt.NDArray[Any]]:
        if self.class_weight is None:
            return weight
        given = self.class_weight
        if isinstance(given, dict):
            given = {place: given.get(label, 1.0) for place, label in enumerate(self.classes_.tolist())}
        by_class = compute_sample_weight(given, y)
        return by_class if weight is None else weight * by_class

    def _may_stratify(self, y: npt.NDArray[Any]) -> bool:
        return not self._is_multilabel and bool(np.bincount(y).min(initial=2) > 1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _shown(label: Any) -> str:
    """Returns a label as Python writes it, whatever NumPy calls its type."""
    return repr(label.item() if isinstance(label, np.generic) else label)
