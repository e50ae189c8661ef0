"""Long C calls that Ctrl-C can stop."""

from __future__ import annotations

import contextvars
import threading
from typing import Any, Callable, List

_CANCEL_AGAIN_SECONDS = 0.05


class _Job:
    """A call that runs in a thread of its own, and what came of it."""

    def __init__(self, work: Callable[[], Any]):
        self._work = work
        self._context = contextvars.copy_context()
        self.finished = threading.Event()
        self.is_abandoned = False
        self.result: Any = None
        self.errors: List[BaseException] = []

    def run(self) -> None:
        try:
            if not self.is_abandoned:
                # The caller's context: decimal precision, numpy.errstate, loggers hold in callbacks, too.
                self.result = self._context.run(self._work)
        except BaseException as error:
            self.errors.append(error)
        finally:
            self.finished.set()


def run_interruptibly(work: Callable[[], Any], cancel: Callable[[], None]) -> Any:
    """Runs work so that a signal handler that raises, as Ctrl-C's does, ends it at once.

    Python runs signal handlers only between byte codes of the main thread, and never while that thread is in a C
    call. So the main thread only waits, which handlers do interrupt, and a thread of its own makes the call; that
    costs 0.1 to 0.2 ms a call and nothing a step. (A callback for every batch would pay for the GIL each time and
    could lose an exception between ctypes and its try; a watcher on signal.set_wakeup_fd would take that away from
    asyncio.) Outside the main thread no handler runs, so the call is made directly.

    When a handler raises, cancel is called until work has returned, then its exception goes on. A second one does
    not wait: it goes on at once, and work ends by itself.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    job = _Job(work)
    thread = threading.Thread(target=job.run, name="nnswift")
    try:
        try:
            thread.start()
        except RuntimeError:
            if thread.ident is not None:
                raise
            # No thread can be had, as when the interpreter shuts down.
            return work()
        job.finished.wait()
    except BaseException:
        # Before the thread has an identity it has not looked at this flag, so it will not begin.
        job.is_abandoned = True
        if thread.ident is not None:
            cancel()
            # Once more and again: what is cancelled before it began does not know.
            while not job.finished.wait(_CANCEL_AGAIN_SECONDS):
                cancel()
        raise
    if job.errors:
        # Popped, so that no reference circle keeps the caller's arrays alive.
        raise job.errors.pop()
    return job.result
