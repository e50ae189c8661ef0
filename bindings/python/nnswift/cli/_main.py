"""The way from the command line to an exit status."""

from __future__ import annotations

import os
import sys
from typing import Optional, Sequence

from ._complaint import Complaint, tell

_REFUSED, _INTERRUPTED, _PIPE_CLOSED = 1, 130, 141


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs the command `nnswift`.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the name of the command; None: those of the process.

    Returns
    -------
    int
        0: done; 1: data, model or file were refused, stderr says why; 2: the command line is wrong; 130: Ctrl-C;
        141: the reader of the output has gone.
    """
    # Not before it is needed: --help is there at once.
    from ._arguments import parsed

    try:
        options = parsed(arguments)
        options.run(options)
        sys.stdout.flush()
        return 0
    except BrokenPipeError:
        # Whoever reads has enough, as head has; the interpreter must not complain when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except KeyboardInterrupt:
        tell("interrupted; nothing was written")
        return _INTERRUPTED
    except Complaint as complaint:
        tell(f"error: {complaint}")
    except Exception as problem:
        sentence = _sentence(problem)
        if sentence is None:
            raise
        tell(f"error: {sentence}")
    return _REFUSED


def _sentence(problem: Exception) -> Optional[str]:
    """Returns what to say of an exception that a user can mend; None: it is a mistake of ours."""
    from ..errors import Error, InternalError

    if isinstance(problem, InternalError):
        return None
    if isinstance(problem, (Error, ImportError)):
        return str(problem)
    if isinstance(problem, OSError):
        return f"{problem.filename or 'file'}: {problem.strerror or problem}"
    return "there is too little memory for this table" if isinstance(problem, MemoryError) else None
