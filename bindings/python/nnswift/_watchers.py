"""The callbacks of a training as one."""

from __future__ import annotations

import contextlib
import math
import time
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Mapping, Sequence, Union

from ._callback import Callback
from .errors import ArgumentError, BusyError
from .history import STOP, Progress

if TYPE_CHECKING:
    from .model import Model

Watcher = Union[Callback, Callable[[Progress], Any]]
Watching = Union[Watcher, Sequence[Watcher], None]


class Watchers:
    """The callbacks of one training.

    Attributes
    ----------
    config : dict
        The config, with what the callbacks add to it.
    """

    def __init__(self, model: "Model", given: Watching, verbose: Any, config: Mapping[str, Any]):
        self._all = _as_list(given) + _printing(verbose)
        self._tells_every_batch = config.get("progress") == "batch"
        self.config: Dict[str, Any] = dict(config)
        self._for_batches: List[Callback] = []
        for watcher in self._derived:
            options = watcher.options(model, config)
            self._add(watcher, options)
            if "progress" in options:
                self._for_batches.append(watcher)
        self._seconds_between = min((each.seconds_between for each in self._for_batches), default=math.inf)
        self._next = 0.0

    def __bool__(self) -> bool:
        return bool(self._all)

    @property
    def _derived(self) -> List[Callback]:
        return [watcher for watcher in self._all if isinstance(watcher, Callback)]

    def _add(self, watcher: Callback, options: Mapping[str, Any]) -> None:
        for name, value in options.items():
            if name == "progress":
                self.config[name] = value
            elif name in self.config:
                raise ArgumentError(
                    f'"{name}" must be given once: by the config or by callbacks.{type(watcher).__name__}'
                )
            else:
                self.config[name] = value

    @contextlib.contextmanager
    def watching(self, model: "Model") -> Iterator[None]:
        """Tells the callbacks of begin and end."""
        begun: List[Callback] = []
        try:
            for watcher in self._derived:
                watcher.begin(model)
                begun.append(watcher)
            yield
        finally:
            # Busy: a second Ctrl-C did not wait for the end.
            with contextlib.suppress(BusyError):
                for watcher in begun:
                    watcher.end(model.history)

    def wants(self, is_epoch_end: bool) -> bool:
        """Returns whether some callback is told: cheap, as it is asked for every batch."""
        return is_epoch_end or self._tells_every_batch or time.monotonic() >= self._next

    def __call__(self, progress: Progress) -> Any:
        told: Sequence[Watcher] = self._all
        if not progress.epoch_end and not self._tells_every_batch:
            told = self._for_batches
        results = [watcher(progress) for watcher in told]
        self._next = time.monotonic() + self._seconds_between
        return STOP if any(result is STOP for result in results) else None


def _as_list(given: Watching) -> List[Watcher]:
    watchers: List[Any] = list(given) if isinstance(given, (list, tuple)) else [] if given is None else [given]
    for watcher in watchers:
        if isinstance(watcher, type) or not callable(watcher):
            cure = f"; write {watcher.__name__}()" if isinstance(watcher, type) else ""
            raise ArgumentError(
                "a callback must be a function of a Progress, or an object of nnswift.callbacks, or a list of them, "
                f"got {watcher!r}{cure}"
            )
    return watchers


def _printing(verbose: Any) -> List[Watcher]:
    if verbose is None or verbose is False or verbose == 0 and not isinstance(verbose, str):
        return []
    if verbose is True or verbose == 1:
        from .callbacks import ProgressBar

        return [ProgressBar()]
    if verbose == 2:
        from .callbacks import Log

        return [Log()]
    raise ArgumentError(f"verbose must be 0 (nothing), 1 (a bar) or 2 (a line an epoch), got {verbose!r}")
