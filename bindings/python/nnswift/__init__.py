"""Neural networks inside your program: the Python side of libnnswift.

    >>> import nnswift
    >>> model = nnswift.Model.mlp([4, 16, 3], preprocess="standardize", seed=7)
    >>> history = model.train(X, y)           # labels of any kind; ends when the loss no longer falls
    >>> model.predict(X)                      # probabilities [rows x 3]
    >>> model.predict(X, kind="label")        # labels [rows]
    >>> model.save("iris.safetensors")

A table with texts, dates and gaps needs one call:

    >>> model = nnswift.fit_table(frame, target="came")    # a table of pandas, polars, DuckDB, or a dict
    >>> model.predict(frame)                               # columns by name

`Model` is the centre; `metrics`, `split` and `plot` work without one. Every name of a spec and a config is on the
library's reference page.
"""

import importlib
from typing import TYPE_CHECKING, Any, List

from . import data, errors, layers, metrics
from ._fit import fit_table
from ._folds import CrossValidation, cross_validate
from ._rates import LearningRates, find_learning_rate
from ._report import report
from ._sequential import Sequential
from .data import split, split_indices
from .errors import (
    ArgumentError, BusyError, CallbackError, CancelledError, ChecksumError, DivergedError, DtypeError, Error,
    FileError, ForbiddenFileError, FormatError, InternalError, LimitError, MissingFileError, NullError,
    OutOfMemoryError, ShapeError, StateError, TrainingWarning, VersionError,
)  # fmt: skip
from .history import STOP, History, Progress
from .model import Model, from_bytes, load
from .session import Session
from .settings import build_info, get_threads, registry, set_threads, version
from .table import Table

if TYPE_CHECKING:
    from . import callbacks, convert, plot
    from .convert import from_onnx, to_onnx

__version__ = "1.0.0"

__all__ = [
    "ArgumentError", "BusyError", "CallbackError", "CancelledError", "ChecksumError", "CrossValidation", "DivergedError", "DtypeError",
    "Error", "FileError", "ForbiddenFileError", "FormatError", "History", "InternalError", "LearningRates", "LimitError",
    "MissingFileError", "Model", "NullError", "OutOfMemoryError", "Progress", "STOP", "Sequential", "Session", "ShapeError", "StateError", "Table",
    "TrainingWarning", "VersionError",
    "build_info", "callbacks", "convert", "cross_validate", "data", "errors", "find_learning_rate", "fit_table", "from_bytes", "from_onnx", "get_threads", "layers", "load", "metrics",
    "plot", "registry", "report", "set_threads", "split", "split_indices", "to_onnx", "version",
]  # fmt: skip

# Imported when they are first used, since most programs do without.
_LATER = {"callbacks": "callbacks", "convert": "convert", "plot": "plot", "from_onnx": "convert", "to_onnx": "convert"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'nnswift' has no attribute '{name}'")
    module = importlib.import_module(f"{__name__}.{_LATER[name]}")
    return module if name == _LATER[name] else getattr(module, name)


def __dir__() -> List[str]:
    return sorted({*globals(), *_LATER})
