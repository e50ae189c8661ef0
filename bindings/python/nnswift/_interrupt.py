"""Long C calls that Ctrl-C can stop."""

from __future__ import annotations

import _thread
import atexit
import os
import threading
from typing import Any, Callable, Optional

from ._job import Job

_CANCEL_AGAIN_SECONDS = 0.05


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
    job = Job(work)
    try:
        _thread.start_new_thread(job.run, ())
        job.wait_for_end()
    except BaseException as interruption:
        if job.claim.acquire(False):
            # The call has not begun and never will.
            if isinstance(interruption, RuntimeError):
                # No thread can be started, for example when the interpreter shuts down.
                return work()
        elif cancel is not None and os.getpid() == job.process:
            _stop(job, cancel)
        raise
    if job.errors:
        # Popped, so that no reference circle keeps the caller's arrays alive.
        raise job.errors.pop()
    return job.result


def _stop(job: Job, cancel: Callable[[], None]) -> None:
    """Cancels a call that has begun, and waits for its end."""
    try:
        job.abandon()
        cancel()
        # Once more and again: a training that is cancelled before it began does not know.
        while not job.wait(_CANCEL_AGAIN_SECONDS):
            cancel()
    except BaseException:
        job.abandon()
        # A thread that still calls back into an interpreter that has gone would end in the middle of C.
        atexit.register(job.wait_for_end)
        raise
