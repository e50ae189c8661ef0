"""Texts that a program keeps in a model."""

from __future__ import annotations

from typing import Any, Iterator, MutableMapping

from ._columns import NOTE
from ._library import c_int64, lib, text_of
from .errors import ArgumentError


class Notes(MutableMapping[str, str]):
    """The notes of a model by name, in the order in which they were first set; `Model.notes` makes it.

    A name has 1 to 128 bytes of UTF-8; at most 256 notes of 131,072 bytes together. A file has note "build" as the key
    "x-build" of its metadata.
    """

    def __init__(self, model: Any):
        # The model itself: its handle lives as long as it does.
        self._model = model

    def __len__(self) -> int:
        count = c_int64()
        lib.nns_note_count(self._model._handle, count)
        return count.value

    def __iter__(self) -> Iterator[str]:
        handle = self._model._handle
        return iter([text_of(lib.nns_note_name, handle, index) for index in range(len(self))])

    def __getitem__(self, name: str) -> str:
        if name not in list(self):
            raise KeyError(name)
        return text_of(lib.nns_get_note, self._model._handle, _bytes(name, "name"))

    def __setitem__(self, name: str, text: str) -> None:
        lib.nns_set_note(self._model._handle, _bytes(name, "name"), _bytes(text, "text"))
        self._changed(name)

    def __delitem__(self, name: str) -> None:
        if name not in list(self):
            raise KeyError(name)
        lib.nns_set_note(self._model._handle, _bytes(name, "name"), None)
        self._changed(name)

    def _changed(self, name: str) -> None:
        if name == NOTE:
            self._model._describe()

    def __repr__(self) -> str:
        return f"<nnswift.Notes {dict(self)}>"


def _bytes(value: Any, what: str) -> bytes:
    """Returns a text for C, which would end it at a byte 0."""
    if not isinstance(value, str) or "\0" in value:
        raise ArgumentError(f"{what} must be a text without a byte 0, got {value!r}")
    return value.encode()
