"""One exception for each status of the library, each also the built-in that fits."""

from __future__ import annotations

import errno
from typing import Any, Dict, Tuple, Type


class TrainingWarning(UserWarning):
    """A training ended well, but something about it is probably not meant."""


class Error(RuntimeError):
    """Whatever the library refuses or fails at; its text is the library's sentence.

    Attributes
    ----------
    status : int
        The number of the C contract, for example 3.
    status_name : str
        Its name, for example ``"NNS_E_SHAPE"``.
    """

    status: int = 99
    status_name: str = "NNS_E_INTERNAL"


class NullError(Error, ValueError):
    """Something that is needed was not given."""

    status: int = 1
    status_name: str = "NNS_E_NULL"


class ArgumentError(Error, ValueError):
    """A value, a name or a configuration is not acceptable."""

    status: int = 2
    status_name: str = "NNS_E_ARGUMENT"


class ShapeError(Error, ValueError):
    """Row or column counts do not fit together."""

    status: int = 3
    status_name: str = "NNS_E_SHAPE"


class DtypeError(Error, TypeError):
    """The element type does not fit its purpose."""

    status: int = 4
    status_name: str = "NNS_E_DTYPE"


class StateError(Error):
    """The model was released, or is asked too early."""

    status: int = 5
    status_name: str = "NNS_E_STATE"


class BusyError(Error):
    """Another thread uses the model in a way that excludes this call."""

    status: int = 6
    status_name: str = "NNS_E_BUSY"


class OutOfMemoryError(Error, MemoryError):
    """An allocation failed; nothing was changed."""

    status: int = 7
    status_name: str = "NNS_E_MEMORY"


class FileError(Error, OSError):
    """The operating system refused a file operation; ``errno`` says why where the system gave a number, else None."""

    status: int = 10
    status_name: str = "NNS_E_IO"

    def __reduce__(self) -> Tuple[Any, ...]:
        return error_for, (self.status, str(self), self.errno or 0)


class MissingFileError(FileError, FileNotFoundError):
    """There is no such file or folder."""


class ForbiddenFileError(FileError, PermissionError):
    """The file or folder may not be read or written."""


class FormatError(Error, ValueError):
    """Not a model file, or a damaged one."""

    status: int = 11
    status_name: str = "NNS_E_FORMAT"


class VersionError(FormatError):
    """A model file of a newer version."""

    status: int = 12
    status_name: str = "NNS_E_VERSION"


class ChecksumError(FormatError):
    """The bytes of a model file are not those that were written."""

    status: int = 13
    status_name: str = "NNS_E_CHECKSUM"


class LimitError(Error, ValueError):
    """Larger than the limits allow."""

    status: int = 14
    status_name: str = "NNS_E_LIMIT"


class DivergedError(Error, ArithmeticError):
    """The loss or its gradient is not finite; config "restore" says which weights the model has."""

    status: int = 20
    status_name: str = "NNS_E_DIVERGED"


class CancelledError(Error):
    """``Model.cancel`` stopped the training; weights and history are kept."""

    status: int = 21
    status_name: str = "NNS_E_CANCELLED"


class CallbackError(Error):
    """A callback stopped the training; ``Model.train`` turns it into a history."""

    status: int = 22
    status_name: str = "NNS_E_CALLBACK"


class InternalError(Error):
    """A mistake of the library: please report it."""

    status: int = 99
    status_name: str = "NNS_E_INTERNAL"


_BY_STATUS: Dict[int, Type[Error]] = {
    kind.status: kind
    for kind in (
        NullError, ArgumentError, ShapeError, DtypeError, StateError, BusyError, OutOfMemoryError,
        FileError, FormatError, VersionError, ChecksumError, LimitError, DivergedError,
        CancelledError, CallbackError, InternalError,
    )
}  # fmt: skip


_BY_ERRNO: Dict[int, Type[FileError]] = {
    errno.ENOENT: MissingFileError,
    errno.EACCES: ForbiddenFileError,
    errno.EPERM: ForbiddenFileError,
}


def error_for(status: int, message: str, number: int = 0) -> Error:
    """Returns the exception of a status that is not OK; unknown ones are a plain `Error`.

    number: the errno behind a `FileError`, 0: none.
    """
    kind = _BY_STATUS.get(status)
    if kind is FileError:
        refusal = _BY_ERRNO.get(number, FileError)(message)
        refusal.errno = number or None
        return refusal
    if kind is not None:
        return kind(message)
    error = Error(message)
    error.status, error.status_name = status, "unknown status"
    return error
