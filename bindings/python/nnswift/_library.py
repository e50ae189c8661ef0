"""The C border: finds libnnswift, declares all of nnswift.h, checks every status in one place."""

from __future__ import annotations

import ctypes
import functools
import os
import pathlib
import struct
from ctypes import (
    CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_float, c_int32, c_int64, c_size_t, c_uint32,
    c_uint64, c_void_p,
)  # fmt: skip

from typing import Any, Callable, Optional

from ._columns import named
from ._job import is_made_by_job
from ._words import in_python
from .errors import ArgumentError, error_for

ABI_MAJOR = 1
PATH_VARIABLE = "NNSWIFT_LIBRARY"
FILE_NAME = "libnnswift.so"
LOADER_NAME = "libnnswift.so.1"

NNS_OK = 0
NNS_E_NULL, NNS_E_ARGUMENT, NNS_E_SHAPE, NNS_E_DTYPE, NNS_E_STATE, NNS_E_BUSY, NNS_E_MEMORY = range(1, 8)
NNS_E_IO, NNS_E_FORMAT, NNS_E_VERSION, NNS_E_CHECKSUM, NNS_E_LIMIT = range(10, 15)
NNS_E_DIVERGED, NNS_E_CANCELLED, NNS_E_CALLBACK = range(20, 23)
NNS_E_INTERNAL = 99
NNS_F32, NNS_F64, NNS_U8, NNS_I32, NNS_I64, NNS_BOOL = range(1, 7)
NNS_I8, NNS_I16, NNS_U16, NNS_U32, NNS_U64, NNS_BIT = range(7, 13)
NNS_TEXT_PTR, NNS_TEXT_FIXED, NNS_TEXT_32, NNS_TEXT_64, NNS_TEXT_VIEW = range(20, 25)
NNS_DAYS, NNS_MICROS = 30, 31
NNS_MISSING, NNS_NUMBER, NNS_INTEGER, NNS_TEXT, NNS_CODE = 0, 1, 2, 3, 4
NNS_CLASS_NONE, NNS_CLASS_TEXT, NNS_CLASS_INTEGER, NNS_CLASS_BOOL = range(4)
NNS_SPLIT_RANDOM, NNS_SPLIT_STRATIFIED, NNS_SPLIT_GROUP, NNS_SPLIT_TIME = range(1, 5)
NNS_PROBA, NNS_LABEL, NNS_RAW, NNS_ALLOW_NAN = 1, 2, 3, 0x100
NNS_NO_LABEL = -(2**31)
NNS_CURVE_ROC, NNS_CURVE_PR, NNS_CURVE_CALIBRATION = 1, 2, 3
NNS_SAVE_WEIGHTS, NNS_SAVE_TRAINING = 1, 2
NNS_VERIFY, NNS_VERIFY_OFF = 0, 1
NNS_STOP = 1000
(
    NNS_STOPPED_NONE, NNS_STOPPED_RUNNING, NNS_STOPPED_COMPLETED, NNS_STOPPED_EARLY, NNS_STOPPED_CALLBACK,
    NNS_STOPPED_CANCELLED, NNS_STOPPED_DIVERGED, NNS_STOPPED_CHECKPOINT, NNS_STOPPED_FAILED,
    NNS_STOPPED_CONVERGED,
) = range(10)  # fmt: skip


class _Sized(Structure):
    """A structure that begins with its own size."""

    def __init__(self, *args: Any, **fields: Any):
        super().__init__(ctypes.sizeof(type(self)), *args, **fields)


class nns_array(_Sized):
    """A borrowed array; `source` keeps the memory that it points to alive."""

    _fields_ = [
        ("struct_size", c_uint32), ("dtype", c_int32), ("data", c_void_p), ("rows", c_int64),
        ("cols", c_int64), ("row_stride", c_int64), ("col_stride", c_int64),
    ]  # fmt: skip
    source: Optional[Any] = None


class nns_column(_Sized):
    """A borrowed column of a table; `source` keeps the memory that it points to alive."""

    source: Optional[Any] = None


nns_column._fields_ = [
    ("struct_size", c_uint32), ("dtype", c_int32), ("name", c_char_p), ("data", c_void_p), ("stride", c_int64),
    ("offset", c_int64), ("valid", c_void_p), ("bytes", c_void_p), ("size", c_int64),
    ("levels", POINTER(nns_column)), ("level_count", c_int64),
]  # fmt: skip


class nns_value(Structure):
    _fields_ = [
        ("type", c_int32), ("bytes", c_int32), ("number", c_double), ("integer", c_int64), ("text", c_char_p),
    ]  # fmt: skip


class nns_progress(_Sized):
    _fields_ = [
        ("struct_size", c_uint32), ("epoch_end", c_int32), ("epoch", c_int64), ("epochs", c_int64),
        ("batch", c_int64), ("batches", c_int64), ("loss", c_double), ("val_loss", c_double),
        ("learning_rate", c_double), ("seconds", c_double), ("batch_loss", c_double), ("metric_count", c_int64),
        ("metric_names", POINTER(c_char_p)), ("metric_values", POINTER(c_double)), ("fold", c_int64),
        ("folds", c_int64),
    ]  # fmt: skip


class nns_limits(_Sized):
    _fields_ = [
        ("struct_size", c_uint32), ("verify", c_int32), ("max_file_bytes", c_int64),
        ("max_header_bytes", c_int64), ("max_parameters", c_int64), ("max_layers", c_int64),
        ("max_note_bytes", c_int64), ("max_levels", c_int64),
    ]  # fmt: skip


# Opaque and distinct, so that ctypes refuses a handle of another kind.
nns_model = type("nns_model", (Structure,), {})
nns_data = type("nns_data", (Structure,), {})
nns_session = type("nns_session", (Structure,), {})
nns_buffer = type("nns_buffer", (Structure,), {})
ArrowArrayStream = type("ArrowArrayStream", (Structure,), {})

Model: Any = POINTER(nns_model)
Data: Any = POINTER(nns_data)
Session: Any = POINTER(nns_session)
Buffer: Any = POINTER(nns_buffer)
Array = POINTER(nns_array)
Columns = POINTER(nns_column)
Limits = POINTER(nns_limits)
Int32s, Int64s, Floats, Doubles, Size = (POINTER(kind) for kind in (c_int32, c_int64, c_float, c_double, c_size_t))
nns_progress_fn = CFUNCTYPE(c_int32, c_void_p, POINTER(nns_progress))

# Functions that return a status: their arguments in the order of the header.
_CHECKED = {
    "nns_build_info": [c_char_p, c_size_t, Size],
    "nns_registry": [c_char_p, c_size_t, Size],
    "nns_set_threads": [c_int32],
    "nns_get_threads": [Int32s],
    "nns_create": [c_char_p, POINTER(Model)],
    "nns_create_mlp": [Int64s, c_int64, c_char_p, c_char_p, c_uint64, POINTER(Model)],
    "nns_clone": [Model, POINTER(Model)],
    "nns_swap": [Model, Model],
    "nns_set_wait": [Model, c_int32],
    "nns_input_size": [Model, Int64s],
    "nns_output_size": [Model, Int64s],
    "nns_param_count": [Model, Int64s],
    "nns_describe": [Model, c_char_p, c_size_t, Size],
    "nns_summary": [Model, c_char_p, c_size_t, Size],
    "nns_feature_name": [Model, c_int64, c_char_p, c_size_t, Size],
    "nns_class_count": [Model, Int64s],
    "nns_class_type": [Model, Int32s],
    "nns_class_name": [Model, c_int64, c_char_p, c_size_t, Size],
    "nns_get_threshold": [Model, Doubles],
    "nns_set_threshold": [Model, c_double],
    "nns_set_classes": [Model, c_char_p],
    "nns_set_note": [Model, c_char_p, c_char_p],
    "nns_get_note": [Model, c_char_p, c_char_p, c_size_t, Size],
    "nns_note_count": [Model, Int64s],
    "nns_note_name": [Model, c_int64, c_char_p, c_size_t, Size],
    "nns_data_create": [Array, Array, Array, c_char_p, POINTER(Data)],
    "nns_data_split": [Data, c_int32, c_double, Array, c_uint64, POINTER(Data), POINTER(Data)],
    "nns_data_create_table": [Columns, c_int64, c_int64, c_char_p, c_char_p, c_char_p, POINTER(Data)],
    "nns_data_create_arrow": [POINTER(ArrowArrayStream), c_char_p, c_char_p, c_char_p, POINTER(Data)],
    "nns_create_for": [Data, c_char_p, POINTER(Model)],
    "nns_fit_table": [Columns, c_int64, c_int64, c_char_p, c_char_p, nns_progress_fn, c_void_p, POINTER(Model)],
    "nns_predict_table": [Model, Columns, c_int64, c_int64, c_int32, Array],
    "nns_session_predict_values": [Session, POINTER(nns_value), c_int64, c_int32, Array],
    "nns_session_counts": [Session, Int64s, Int64s, Int64s, c_int64],
    "nns_column_count": [Model, Int64s],
    "nns_column_name": [Model, c_int64, c_char_p, c_size_t, Size],
    "nns_column_describe": [Model, c_int64, c_char_p, c_size_t, Size, Int64s],
    "nns_level": [Model, c_int64, c_int64, c_char_p, c_size_t, Size],
    "nns_level_code": [Model, c_int64, c_char_p, c_int64, Int64s],
    "nns_calibrate": [Model, Data],
    "nns_importance": [Model, Data, c_char_p, c_int32, c_uint64, Doubles, Doubles, c_int64],
    "nns_dependence": [Model, Data, c_int64, POINTER(nns_value), c_int64, c_int64, Doubles],
    "nns_data_folds": [Data, c_int32, c_int32, Array, c_uint64, Int32s, c_int64],
    "nns_cross_validate": [
        Data, c_char_p, c_char_p, c_int32, c_int32, Array, c_uint64, c_char_p, Doubles, c_int64, Array, nns_progress_fn,
        c_void_p,
    ],
    "nns_data_size": [Data, Int64s, Int64s, Int64s],
    "nns_data_rows": [Data, Int64s, c_int64],
    "nns_data_targets": [Data, Array],
    "nns_data_subset": [Data, Int64s, c_int64, POINTER(Data)],
    "nns_train": [Model, Data, Data, c_char_p, nns_progress_fn, c_void_p],
    "nns_configure": [Model, c_char_p],
    "nns_train_batch": [Model, Array, Array, Array, Doubles],
    "nns_fit_preprocess": [Model, Data],
    "nns_get_scaling": [Model, Doubles, Doubles, c_int64],
    "nns_set_scaling": [Model, Doubles, Doubles, c_int64],
    "nns_loss_grad": [Model, Array, Array, Array, Doubles, Floats, c_int64, Doubles],
    "nns_forward_train": [Model, Array, Array],
    "nns_backward": [Model, Array, Floats, c_int64, Array],
    "nns_apply_grad": [Model, Floats, c_int64],
    "nns_evaluate": [Model, Data, c_char_p, Doubles, c_int64],
    "nns_history": [Model, c_char_p, c_size_t, Size],
    "nns_history_info": [Model, Int64s, Int64s, Int64s, Int32s],
    "nns_history_value": [Model, c_char_p, c_int64, Doubles],
    "nns_cancel": [Model],
    "nns_predict": [Model, Array, c_int32, Array],
    "nns_predict_one": [Model, Floats, c_int64, c_int32, Array],
    "nns_predict_data": [Model, Data, c_int32, Array],
    "nns_session_create": [Model, c_int64, POINTER(Session)],
    "nns_session_predict": [Session, Array, c_int32, Array],
    "nns_metric": [c_char_p, Array, Array, Array, Doubles],
    "nns_curve": [c_int32, Array, Array, Array, Doubles, Doubles, Doubles, c_int64, Int64s],
    "nns_confusion": [Array, Array, Array, c_int64, Doubles, c_int64],
    "nns_best_threshold": [c_char_p, Array, Array, Array, Doubles, Doubles],
    "nns_save": [Model, c_char_p, c_int32],
    "nns_load": [c_char_p, Limits, POINTER(Model)],
    "nns_save_buffer": [Model, c_int32, POINTER(Buffer)],
    "nns_load_buffer": [c_void_p, c_size_t, Limits, POINTER(Model)],
    "nns_buffer_bytes": [Buffer, POINTER(c_void_p), Size],
    "nns_tensor_count": [Model, Int64s, Int64s],
    "nns_tensor": [Model, c_int64, c_char_p, c_size_t, Size, Int64s, c_size_t, Size, Int64s],
    "nns_get_weights": [Model, Floats, c_int64],
    "nns_set_weights": [Model, Floats, c_int64],
}

# The others: their results and arguments.
_UNCHECKED = {
    "nns_abi_version": (c_uint32, []),
    "nns_version": (c_char_p, []),
    "nns_last_error": (c_char_p, []),
    "nns_last_errno": (c_int32, []),
    "nns_status_name": (c_char_p, [c_int32]),
    "nns_free": (None, [Model]),
    "nns_data_free": (None, [Data]),
    "nns_session_free": (None, [Session]),
    "nns_buffer_free": (None, [Buffer]),
}


def check(status: int, function: Optional[Callable[..., Any]] = None, arguments: tuple = ()) -> None:
    """Raises the exception of a status that is not OK, with the library's sentence; ctypes' errcheck.

    Must run in the thread that made the call: the sentence is that thread's. A callback runs in the thread that called
    `train`, but the library lets only the thread that trains read the model: there the call is made again.
    """
    if status != NNS_OK:
        if status == NNS_E_BUSY and _may_be_made_by_job(function) and is_made_by_job(lambda: function(*arguments)):
            return
        sentence = in_python((lib.nns_last_error() or b"").decode("utf-8", "replace"))
        raise error_for(status, named(sentence, arguments), lib.nns_last_errno())


def _may_be_made_by_job(function: Any) -> bool:
    """Returns whether a call can be made in another thread; one with a callback would wait there for this one."""
    return function is not None and nns_progress_fn not in (function.argtypes or ())


def _candidates():
    """Where the library may be, in order: what to open, and its name in messages."""
    given = os.environ.get(PATH_VARIABLE)
    if given:
        # Whoever names a library wants that one or none.
        return [(given, f"{given} (environment variable {PATH_VARIABLE})")]
    package = pathlib.Path(__file__).resolve().parent
    places = [package / FILE_NAME]
    checkout = package.parents[2]
    if (checkout / "Include" / "nnswift.h").is_file():
        places.append(checkout / "build" / FILE_NAME)
    return [(str(place), str(place)) for place in places] + [(LOADER_NAME, f"{LOADER_NAME} (system loader)")]


def _load() -> ctypes.CDLL:
    tried = []
    for path, name in _candidates():
        if os.sep in path and not os.path.exists(path):
            tried.append(f"{name}: no such file")
            continue
        try:
            # CDLL, not PyDLL: every call lets go of the GIL.
            return _declared(ctypes.CDLL(path))
        except (OSError, AttributeError, ImportError) as problem:
            tried.append(f"{name}: {problem}")
    places = "\n  ".join(tried)
    raise ImportError(
        f"{FILE_NAME} could not be loaded; looked for\n  {places}\n"
        f'build it with "make lib" in the checkout, or set {PATH_VARIABLE} to its path'
    )


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    """Gives every function its types; an error if one is missing or the ABI is another."""
    library.nns_abi_version.restype = c_uint32
    major = library.nns_abi_version() >> 16
    if major != ABI_MAJOR:
        raise ImportError(f"its ABI must be version {ABI_MAJOR}, it is {major}; install the package again")
    for name, arguments in _CHECKED.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, c_int32
        function.errcheck = check
    for name, (result, arguments) in _UNCHECKED.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, result
    return library


lib = _load()


# A nns_array as bytes is made five times as fast as a Structure, and no signal handler can change it.
_pack_array = struct.Struct("=IiQqqqq").pack


def dense_array(dtype: int, address: int, rows: int, columns: int) -> bytes:
    """Returns a dense nns_array for a function of `taking_bytes`."""
    return _pack_array(48, dtype, address, rows, columns, 0, 0)


def taking_bytes(name: str) -> Any:
    """Returns a checked function whose arrays are the bytes of `dense_array`."""
    function = lib[name]
    function.argtypes = [c_void_p if kind is Array else kind for kind in _CHECKED[name]]
    function.restype, function.errcheck = c_int32, check
    return function


def prepared(name: str, *arguments: Any) -> Callable[[], None]:
    """Returns a call of a checked function whose arguments are converted once and for all.

    For a call that is made again and again: to convert five arguments takes half a microsecond.
    """
    converted = [kind.from_param(value) for kind, value in zip(_CHECKED[name], arguments)]
    # Another object for the same function: without types it takes converted arguments unchanged.
    function = lib[name]
    function.restype, function.errcheck = c_int32, check
    return functools.partial(function, *converted)


def text_of(function, *arguments) -> str:
    """Returns the text that a function writes into its (buffer, capacity, need)."""
    need = c_size_t()
    buffer = ctypes.create_string_buffer(_USUAL_TEXT)
    try:
        function(*arguments, buffer, len(buffer), need)
    except ArgumentError:
        if need.value <= len(buffer):
            raise
        # Larger than most: now its size is known.
        buffer = ctypes.create_string_buffer(need.value)
        function(*arguments, buffer, len(buffer), need)
    return buffer.value.decode()


# A text that fits is made once and not twice.
_USUAL_TEXT = 32768
