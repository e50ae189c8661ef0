"""Networks: train, evaluate, predict."""

from __future__ import annotations

import ctypes
import math
from typing import TYPE_CHECKING, Any, Dict, List, Literal, Mapping, Optional, Sequence, Union, overload

import numpy as np

from . import _arrays, _json, _labels, _learning, _prediction, _rows, _training
from ._library import NNS_F32, Doubles, Floats, lib, text_of
from ._explained import ExplainedModel
from ._stored import handle_from_bytes, handle_from_file
from ._watchers import Watching
from .errors import ArgumentError
from .history import History
from .session import Session

if TYPE_CHECKING:
    import numpy.typing as npt

MetricSpec = Union[str, Mapping[str, Any]]


class Model(ExplainedModel):
    """A neural network and how it is trained.

    Parameters
    ----------
    spec : dict
        What the network is; the reference page has every key. For example
        ``{"input": 4, "layers": [{"type": "dense", "units": 16, "activation": "relu"}, {"type": "dense", "units": 3}],
        "loss": "softmax_cross_entropy", "classes": ["a", "b", "c"], "seed": 7}``
    **keys
        Laid over spec: ``Model(spec, seed=8)``, ``Model(**spec)``.

    Notes
    -----
    X is anything `numpy.asarray` takes, [rows x features], a table of pandas, polars, pyarrow or DuckDB, any other with
    `__arrow_c_stream__` or `__dataframe__` (pyarrow reads it), or a sparse matrix of SciPy. float32, float64, uint8, int32, int64 and bool of any stride are read where they are, without a copy, but `train`
    makes rows of float32 of an array whose columns lie together, as those of most tables do, or whose numbers are wider,
    if they take at most 1 GiB: it gives the same bytes in half of the time. y is [rows]
    or [rows x targets]: class indices, numbers, or labels out of `classes`. sample_weight is [rows], each >= 0.

    A model of a table (`nnswift.fit_table`, `Model.for_table`) takes tables instead, with columns of numbers, texts,
    booleans and dates in any order, and y is one of them.

    Any number of threads may read a model (predict, evaluate, save) at a time; whoever changes it needs it alone,
    else `BusyError`. All methods let go of the GIL while the library computes.

    Raises
    ------
    nnswift.Error
        Its subclasses say what is wrong and are also ValueError, TypeError, OSError or MemoryError where that fits.
    """

    def train(
        self,
        X: Any,
        y: Any = None,
        config: Optional[Mapping[str, Any]] = None,
        *,
        validation: Optional[Sequence[Any]] = None,
        sample_weight: Any = None,
        callback: Watching = None,
        verbose: Optional[int] = None,
        **options: Any,
    ) -> History:
        """Trains until the epochs are over or something stops it.

        Parameters
        ----------
        X, y, sample_weight
            See the class. A `nnswift.Table`, or a table with the target, stands alone: ``train(table)``.
        config : dict, optional
            For example ``{"epochs": 20, "batch_size": 32, "optimizer": {"type": "adam", "learning_rate": 0.001}}``.
            ``"checkpoint": {"path": "run.safetensors", "every_epochs": 5, "keep": 2}`` saves the training while it runs;
            the reference page says how to resume it. The path may be an `os.PathLike`.
        validation : (X, y) or (X, y, sample_weight), or a table, optional
        callback : function of `Progress`, `nnswift.callbacks.Callback`, or a list of them, optional
            Called after every epoch (config ``"progress": "batch"``: also after every batch), in the thread that called
            `train`. It may read the model. The result `nnswift.STOP` ends the training, and so does an exception, which
            `train` then raises; other results mean nothing.
        verbose : int
            1: a bar on a terminal or in a notebook (`nnswift.callbacks.ProgressBar`). 2: a line an epoch
            (`nnswift.callbacks.Log`). 0, the default: nothing.
        **options
            Laid over config: ``train(X, y, epochs=5)``; write ``continue_=True`` for "continue". One metric may stand
            without a list, ``early_stopping=True`` has its defaults, None is an option that is not given.

        Returns
        -------
        History
            ``history["loss"]`` and so on; ``history.stopped`` says how it ended.

        Raises
        ------
        DivergedError
            The loss became NaN or infinite. By default weights and optimiser are those before the training, or the best
            weights that early stopping saw; config "restore": "start", "best" or "last" (the last finite weights).
        CancelledError
            `cancel` was called.
        FileError, OutOfMemoryError
            A checkpoint could not be written: before the first step, or later, with weights and history kept.
        KeyboardInterrupt
            Ctrl-C; weights and history are kept.

        Warns
        -----
        TrainingWarning
            Some classes have no row, or the loss grew.
        """
        merged = _json.merged(config, options)
        if self._is_table(X):
            return self._train_table(self._with_target(X, y, sample_weight), merged, validation, callback, verbose)
        y = _labels.for_stratifying(y, self._classes) if merged.get("stratify") and self._form.has_one_class else y
        with _learning.learning(self, X, y):
            data = self._borrowed(X, y, sample_weight, _rows.together)
            held_out = None
            if validation is not None:
                held_out = self._borrowed_validation(validation, may_round=data[0].dtype == NNS_F32)
            _training.train(self, data, held_out, merged, callback, verbose)
        history = self.history
        history._warn(depth=2)
        return history

    def _borrowed_validation(self, validation: Sequence[Any], may_round: bool) -> tuple:
        if not isinstance(validation, (tuple, list)) or len(validation) not in (2, 3):
            raise ArgumentError("validation must be (X, y) or (X, y, sample_weight)")
        X, y, sample_weight = (*validation, None)[:3]
        return self._borrowed(X, y, sample_weight, lambda array: _rows.together(array, may_round))

    @property
    def history(self) -> History:
        """The record of the last training."""
        return History(text_of(lib.nns_history, self._handle))

    def cancel(self) -> None:
        """Asks a running training to stop after its present step; from any thread."""
        lib.nns_cancel(self._handle)

    def configure(self, config: Optional[Mapping[str, Any]] = None, **options: Any) -> None:
        """Sets what `train_batch` and `apply_grad` use (as in `train`), with a fresh optimiser."""
        lib.nns_configure(self._handle, _json.encode(_json.merged(config, options), "config"))

    def train_batch(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Makes one step on one batch: online learning.

        Returns
        -------
        float
            The batch's loss before the step.
        """
        loss = ctypes.c_double()
        lib.nns_train_batch(self._handle, *self._borrowed(X, y, sample_weight), loss)
        _learning.keep_feature_names(self, X)
        self._learns_classes = False
        return loss.value

    def set_wait(self, seconds: Optional[float]) -> None:
        """Sets how long calls wait for their turn on this model before they raise `BusyError`.

        Parameters
        ----------
        seconds : float or None
            0, the initial value: not at all; None: for ever. Otherwise than with 0, callbacks of a training in the
            main thread run in a thread of their own.
        """
        milliseconds = -1 if seconds is None else math.ceil(1000 * seconds)
        lib.nns_set_wait(self._handle, _arrays.integer(milliseconds, "milliseconds", -1, 2**31 - 1))
        self._waits = milliseconds != 0

    def swap(self, newer: "Model") -> None:
        """Puts newer in the place of this model, while others predict with it; newer is used up.

        Raises
        ------
        ShapeError
            newer has another spec.
        BusyError
            newer is in use, or this model is being changed.
        """
        lib.nns_swap(self._handle, newer._handle)
        self._describe()  # threshold and classes came, too

    def evaluate(
        self,
        X: Any,
        y: Any = None,
        metrics: Union[MetricSpec, Sequence[MetricSpec]] = ("loss",),
        sample_weight: Any = None,
        *,
        allow_nan: bool = False,
    ) -> Dict[str, float]:
        """Computes metrics on rows; of a table, which has its target, write ``evaluate(table, metrics=...)``.

        Parameters
        ----------
        metrics : list of names or of dicts with options, such as ``{"type": "f_beta", "beta": 2}``

        Ctrl-C ends a long call as it ends `predict`.

        Returns
        -------
        dict
            Value by name; a metric that stands there again gets a number, as in a history: ``top_k``, ``top_k_2``.
        """
        wanted = [metrics] if isinstance(metrics, (str, Mapping)) else list(metrics)
        values = np.empty(len(wanted), np.float64)
        text = _json.encode(wanted, "metrics")
        if self._is_table(X):
            given: Any = self._with_target(X, y, sample_weight)
            rows = len(given)
        else:
            given = self._borrowed(X, y, sample_weight)
            rows = given[0].rows

        def work() -> None:
            with _training.opened(given, allow_nan) as data:
                lib.nns_evaluate(self._handle, data.handle, text, _arrays.pointer(values, Doubles), values.size)

        _prediction.run(work, self._form, rows)
        return dict(zip(_metric_names(wanted), values.tolist()))

    @overload
    def predict(
        self, X: Any, kind: Literal["proba", "raw"] = "proba", allow_nan: bool = False
    ) -> npt.NDArray[np.float32]: ...

    @overload
    def predict(self, X: Any, kind: str, allow_nan: bool = False) -> npt.NDArray[Any]: ...

    def predict(self, X: Any, kind: str = "proba", allow_nan: bool = False) -> Any:
        """Predicts.

        Parameters
        ----------
        X : array [rows x features], or [features] for one row
            Of a model of a table: a table, columns in any order, others than its own are passed over; a dict of single
            values is one row.
        kind : {"proba", "label", "raw"}
            Probabilities, or the values of a regression; class labels; outputs before the output function (logits).
        allow_nan : bool
            Lets features through that are not finite.

        Ctrl-C ends a long call at once: the library still computes to the end, in a thread of its own, and until then
        whoever changes the model gets `BusyError`.

        Returns
        -------
        array
            "proba", "raw": float32 [rows x outputs], for one output [rows]. "label": int64 [rows], for several binary
            outputs [rows x outputs]; labels in the type of `classes`.
            For one row without a second dimension: its own result, a number, an array [outputs] or one label.
        """

        if kind == "proba" and not allow_nan:
            out = _prediction.one_row(self._predict_one, self._form, X)
            if out is not None:
                return out
        if self._is_table(X):
            return self._predict_table(X, kind, allow_nan)

        def call(*arguments: Any) -> None:
            lib.nns_predict(self._handle, *arguments)

        return _prediction.predict(call, self._form, X, kind, allow_nan)

    def session(self, max_rows: int = 1) -> Session:
        """Returns scratch memory for repeated predictions of up to max_rows rows."""
        return Session(self, max_rows)

    @property
    def weights(self) -> Dict[str, npt.NDArray[np.float32]]:
        """Copies of all tensors by name, [float32]: ``layers.0.weight`` [units x inputs], ``layers.0.bias`` [units]."""
        return self._layout.unpack(self._values())

    def set_weights(self, weights: Mapping[str, Any]) -> None:
        """Replaces tensors; those that are not named stay.

        Raises
        ------
        ArgumentError
            An unknown name, or values that are not finite.
        ShapeError
            Another shape than the tensor's.
        """
        values = self._values()
        self._layout.pack(weights, values, "weights")
        lib.nns_set_weights(self._handle, _arrays.pointer(values, Floats), values.size)

    def _values(self) -> np.ndarray:
        values = np.empty(self._layout.size, np.float32)
        lib.nns_get_weights(self._handle, _arrays.pointer(values, Floats), values.size)
        return values


def _metric_names(metrics: Sequence[MetricSpec]) -> List[str]:
    """Returns the names that a history would give the metrics."""
    names: List[str] = []
    count: Dict[str, int] = {}
    for metric in metrics:
        name = metric if isinstance(metric, str) else metric["type"]
        count[name] = count.get(name, 0) + 1
        names.append(name if count[name] == 1 else f"{name}_{count[name]}")
    return names


def load(path: Any, limits: Optional[Mapping[str, int]] = None, *, verify: bool = True) -> Model:
    """Reads a model that `Model.save`, or a program in C, wrote; a file from anywhere is checked, never believed.

    Parameters
    ----------
    path : str, bytes or os.PathLike
    limits : dict, optional
        Bounds kept before anything is allocated: max_file_bytes (8 GiB), max_header_bytes (16 MiB), max_parameters
        (1,000,000,000), max_layers (1,000), max_note_bytes (131,072), max_levels
        (10,000,000).
    verify : bool
        False takes a file that another program wrote anew, such as the safetensors package, so that its checksum does
        not fit. All else is still checked; metadata that the library does not know are left out.

    Raises
    ------
    FileError, FormatError, VersionError, ChecksumError, LimitError
        A missing file is also a FileNotFoundError, one that may not be read a PermissionError.
    """
    return Model._owning(handle_from_file(path, limits, verify))


def from_bytes(data: Any, limits: Optional[Mapping[str, int]] = None, *, verify: bool = True) -> Model:
    """`load` from bytes, as `Model.to_bytes` returns them; raises the same, without FileError."""
    return Model._owning(handle_from_bytes(data, limits, verify))
