"""A long call in a thread of its own, and its callbacks in the thread that waits for it."""

from __future__ import annotations

import _thread
import contextvars
import os
import queue
import threading
from typing import Any, Callable, List, Optional

_LOOK_SECONDS = 0.1

_here = threading.local()
# The job whose callback runs in this context; threads that run long predictions for the callback have it, too.
_asking: contextvars.ContextVar[Optional["Job"]] = contextvars.ContextVar("nnswift job", default=None)


class Job:
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
        self.process = os.getpid()
        self._is_abandoned = False
        self._question: Optional[Callable[[], None]] = None
        # What the job's thread does while a question is open: calls, and None at its end.
        self._calls: "queue.SimpleQueue[Optional[Callable[[], None]]]" = queue.SimpleQueue()
        self._gate = _thread.allocate_lock()
        self._is_open = False

    def run(self) -> None:
        if not self.claim.acquire(False):
            return
        _here.job = self
        try:
            # The caller's context: decimal precision, numpy.errstate, loggers hold in callbacks, too.
            self.result = self._context.run(self._work)
        except BaseException as error:
            self.errors.append(error)
        finally:
            self.is_finished = True
            self._ring()

    def wait(self, seconds: float) -> bool:
        """Waits until the call has ended or asked something, at most so long; whether it has ended."""
        if not self.is_finished and self._bell.acquire(True, seconds):
            question, self._question = self._question, None
            if question is not None and not self._is_abandoned:
                self._reply(question)
        return self.is_finished

    def ask(self, question: Callable[[], None]) -> None:
        """Lets the waiting thread run a question, and returns when it has; nothing is run once nobody waits."""
        if self._is_abandoned:
            return
        self._question = question
        self._ring()
        for call in iter(self._calls.get, None):
            call()

    def make(self, call: Callable[[], Any]) -> bool:
        """Makes a call in the job's thread while its question is open; whether it was."""
        errors: List[BaseException] = []
        done = _thread.allocate_lock()
        done.acquire()

        def work() -> None:
            try:
                call()
            except BaseException as error:
                errors.append(error)
            finally:
                done.release()

        with self._gate:
            # In a forked child the job's thread does not exist.
            if not self._is_open or os.getpid() != self.process:
                return False
            self._calls.put(work)
        done.acquire()
        if errors:
            raise errors.pop()
        return True

    def abandon(self) -> None:
        """Answers no question any more, also not the one that may be open."""
        self._is_abandoned = True
        self._close()

    def _reply(self, question: Callable[[], None]) -> None:
        before = _asking.set(self)
        try:
            self._is_open = True
            question()
        finally:
            _asking.reset(before)
            self._close()

    def _close(self) -> None:
        with self._gate:
            self._is_open = False
            self._calls.put(None)

    def _ring(self) -> None:
        # Only the job's thread releases it.
        if self._bell.locked():
            self._bell.release()

    def wait_for_end(self) -> None:
        """Waits until the call has ended."""
        # In slices: a signal that comes just before the thread falls asleep does not wake it.
        while not self.wait(_LOOK_SECONDS):
            if os.getpid() != self.process:
                raise RuntimeError("this process was forked in a callback; the training goes on in its parent only")


def in_callers_thread(question: Callable[[], None]) -> None:
    """Runs a question in the thread that called `run_interruptibly`; within no job in this one.

    A callback so finds the thread-local things of its caller (MLflow's run, a connection of sqlite3, a figure), and
    Ctrl-C ends it. If the wait for the job was interrupted, the question is not run.
    """
    job = getattr(_here, "job", None)
    if job is None:
        question()
    else:
        job.ask(question)


def is_made_by_job(call: Callable[[], Any]) -> bool:
    """Makes a call in the thread of the job whose callback runs here, if one does; whether it was made.

    For calls that the library refuses to all threads but the one that trains.
    """
    job = _asking.get()
    return job is not None and job.make(call)
