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

from . import convert, data, errors, metrics, plot
from .convert import from_onnx, to_onnx
from ._fit import fit_table
from ._folds import CrossValidation, cross_validate
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

__version__ = "1.0.0"

__all__ = [
    "ArgumentError", "BusyError", "CallbackError", "CancelledError", "ChecksumError", "CrossValidation", "DivergedError", "DtypeError",
    "Error", "FileError", "ForbiddenFileError", "FormatError", "History", "InternalError", "LimitError",
    "MissingFileError", "Model", "NullError", "OutOfMemoryError", "Progress", "STOP", "Session", "ShapeError", "StateError", "Table",
    "TrainingWarning", "VersionError",
    "build_info", "convert", "cross_validate", "data", "errors", "fit_table", "from_bytes", "from_onnx", "get_threads", "load", "metrics",
    "plot", "registry", "set_threads", "split", "split_indices", "to_onnx", "version",
]  # fmt: skip
