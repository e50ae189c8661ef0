"""Long C calls that Ctrl-C can stop."""

from __future__ import annotations

import _thread
import atexit
import contextvars
import threading
from typing import Any, Callable, List, Optional

_LOOK_SECONDS = 0.1
_CANCEL_AGAIN_SECONDS = 0.05


class _Job:
    """A call that runs in a thread of its own, and its outcome.

    Only bare locks: a handler's exception may come between any two byte codes of the main thread, and in the middle
    of threading's Event or Thread it would leave them broken or be lost.
    """

    def __init__(self, work: Callable[[], Any]):
        self._work = work
        self._context = contextvars.copy_context()
        # The first to take it decides whether work begins.
        self.claim = _thread.allocate_lock()
        self.is_finished = False
        self.result: Any = None
        self.errors: List[BaseException] = []
        self._bell = _thread.allocate_lock()
        self._bell.acquire()

    def run(self) -> None:
        if not self.claim.acquire(False):
            return
        try:
            # The caller's context: decimal precision, numpy.errstate, loggers hold in callbacks, too.
            self.result = self._context.run(self._work)
        except BaseException as error:
            self.errors.append(error)
        finally:
            self.is_finished = True
            self._bell.release()

    def wait(self, seconds: float) -> bool:
        """Waits until the call has ended, at most so long; whether it has."""
        if not self.is_finished:
            self._bell.acquire(True, seconds)
        return self.is_finished

    def wait_for_end(self) -> None:
        """Waits until the call has ended."""
        # In slices: a signal that comes just before the thread falls asleep does not wake it.
        while not self.wait(_LOOK_SECONDS):
            pass


def run_interruptibly(work: Callable[[], Any], cancel: Optional[Callable[[], None]] = None) -> Any:
    """Runs work so that a signal handler that raises, as Ctrl-C's does, ends it at once.

    Python runs signal handlers only between byte codes of the main thread, and never while that thread is in a C
    call. So the main thread only waits, which handlers do interrupt, and a thread of its own makes the call; that
    costs 0.1 to 0.2 ms a call and nothing a step. (A callback for every batch would pay for the GIL each time and
    could lose an exception between ctypes and its try; a watcher on signal.set_wakeup_fd would take that away from
    asyncio.) Outside the main thread no handler runs, so the call is made directly.

    When a handler raises, cancel is called until work has returned, then its exception goes on. A second one does
    not wait: it goes on at once, and work ends by itself, at the latest before the interpreter does. Without cancel
    the first does not wait either, nor does the interpreter: work must not call back into it.
    """
    if threading.get_ident() != threading.main_thread().ident:
        return work()
    job = _Job(work)
    try:
        _thread.start_new_thread(job.run, ())
        job.wait_for_end()
    except BaseException as interruption:
        if job.claim.acquire(False):
            # The call has not begun and never will.
            if isinstance(interruption, RuntimeError):
                # No thread can be started, for example when the interpreter shuts down.
                return work()
        elif cancel is not None:
            _stop(job, cancel)
        raise
    if job.errors:
        # Popped, so that no reference circle keeps the caller's arrays alive.
        raise job.errors.pop()
    return job.result


def _stop(job: _Job, cancel: Callable[[], None]) -> None:
    """Cancels a call that has begun, and waits for its end."""
    try:
        cancel()
        # Once more and again: a training that is cancelled before it began does not know.
        while not job.wait(_CANCEL_AGAIN_SECONDS):
            cancel()
    except BaseException:
        # A thread that still calls back into an interpreter that has gone would end in the middle of C.
        atexit.register(job.wait_for_end)
        raise
