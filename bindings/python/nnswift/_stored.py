"""A model as a thing: made, described, saved, read, copied, released."""

from __future__ import annotations

import ctypes
import functools
import json
import os
import weakref
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Type, TypeVar

import numpy as np

from . import _arrays, _columns, _hints, _json, _library
from ._library import (
    NNS_SAVE_TRAINING, NNS_SAVE_WEIGHTS, NNS_VERIFY, NNS_VERIFY_OFF, Buffer, c_int64, lib, nns_limits, text_of,
)  # fmt: skip
from ._notes import Notes
from ._prediction import OutputForm, predict_one
from .errors import ArgumentError

Kind = TypeVar("Kind", bound="StoredModel")


class StoredModel:
    """Owns a model of the library; `Model` adds what one does with it."""

    def __init__(self, spec: Optional[Mapping[str, Any]] = None, **keys: Any):
        handle = _library.Model()
        lib.nns_create(_json.encode(_hints.spec_of(spec, keys), "spec"), handle)
        self._adopt(handle)
        self._learns_classes = not self._classes

    def _adopt(self, handle: Any) -> None:
        # A finalizer, not __del__: it also runs, in order, when the interpreter ends.
        self._release = weakref.finalize(self, lib.nns_free, handle)
        self._handle = handle
        self._predict_one = functools.partial(predict_one, handle)
        # Whether the first labels may still name the classes.
        self._learns_classes = False
        self._waits = False
        self._form = OutputForm(self.input_size, self.output_size, self.param_count)
        self._describe()

    def _describe(self) -> None:
        """Takes the spec anew: classes and threshold may have changed."""
        self._spec_text = text_of(lib.nns_describe, self._handle)
        spec = self.spec
        self._classes = spec.get("classes") or []
        note = None if "columns" in spec else self.notes.get(_columns.NOTE)
        self._form.describe(spec, _columns.learnt(note, self.input_size))

    @classmethod
    def _owning(cls: Type[Kind], handle: Any) -> Kind:
        model = cls.__new__(cls)
        model._adopt(handle)
        return model

    @classmethod
    def mlp(
        cls: Type[Kind],
        sizes: Sequence[int],
        activation: str = "relu",
        loss: str = "softmax_cross_entropy",
        seed: int = 0,
        **keys: Any,
    ) -> Kind:
        """Makes a multi-layer perceptron.

        Parameters
        ----------
        sizes : sequence of int
            At least two: features first, outputs last.
        activation : str
            Of the layers between.
        loss : str
            A name of the reference page.
        seed : int
            Of the initialisation, 0 ... 2^64 - 1.
        **keys
            Of the spec, such as ``preprocess="standardize"`` or ``classes=["no", "yes"]``.
        """
        for name in ("input", "layers"):
            if name in keys:
                raise ArgumentError(f'mlp has no "{name}": sizes say it; give the whole spec to nnswift.Model')
        numbers = _arrays.int64s([_arrays.size(size, "sizes") for size in sizes])
        handle = _library.Model()
        names = (_text(activation, "activation"), _text(loss, "loss"))
        lib.nns_create_mlp(numbers, len(numbers), *names, _arrays.seed(seed), handle)
        model = cls._owning(handle)
        if keys:
            return cls(model.spec, **keys)
        model._learns_classes = True
        return model

    @property
    def spec(self) -> Dict[str, Any]:
        """The spec with every default filled in; ``Model(model.spec)`` is the same network, untrained.

        Of a model of a table it is ``Model.for_table(table, model.spec)``, which learns levels and scales anew.
        """
        return json.loads(self._spec_text)

    @property
    def input_size(self) -> int:
        """Features of a row."""
        return self._number(lib.nns_input_size)

    @property
    def output_size(self) -> int:
        """Outputs of a row."""
        return self._number(lib.nns_output_size)

    @property
    def param_count(self) -> int:
        """Trainable values."""
        return self._number(lib.nns_param_count)

    @property
    def classes(self) -> List[Any]:
        """The names of the classes in their type: texts, integers or booleans; empty without.

        They are the spec's "classes"; without these, the sorted labels of the first `train` that are not simply 0, 1,
        2 ... May be set, in the order of the outputs; None takes the spec's.
        """
        return list(self._classes)

    @classes.setter
    def classes(self, names: Optional[Sequence[Any]]) -> None:
        lib.nns_set_classes(self._handle, None if names is None else _json.encode(list(names), "classes"))
        self._describe()

    @property
    def feature_names(self) -> List[str]:
        """The names of the columns of X; empty without.

        They are the spec's "features"; without these, the columns of the first table that the model was trained on,
        which a note keeps. Tables must have these columns, in any order; arrays have no names. May be set where the
        spec has none; None forgets them. Of a model of a table they are its columns.
        """
        return list(self._form.feature_names or self._form.columns)

    @feature_names.setter
    def feature_names(self, names: Optional[Sequence[str]]) -> None:
        if self._form.columns:
            raise ArgumentError("feature_names cannot be set, as the model has those of its table's columns")
        if "features" in self.spec:
            raise ArgumentError('feature_names cannot be set, as the spec has "features"')
        if names is None:
            self.notes.pop(_columns.NOTE, None)
            return
        names = list(names)
        if len(names) != self.input_size or not all(isinstance(name, str) for name in names):
            raise ArgumentError(f"feature_names must be {self.input_size} texts, one for each column, got {names!r}")
        self.notes[_columns.NOTE] = json.dumps(names, ensure_ascii=False)

    @property
    def threshold(self) -> float:
        """The probability from which one binary output is class 1; may be set to 0 ... 1."""
        value = ctypes.c_double()
        lib.nns_get_threshold(self._handle, value)
        return value.value

    @threshold.setter
    def threshold(self, value: float) -> None:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ArgumentError(f"threshold must be a number in 0...1, got {value!r}") from None
        lib.nns_set_threshold(self._handle, number)
        self._describe()

    @property
    def notes(self) -> Notes:
        """Texts of yours that the model keeps, as a dict: ``model.notes["build"] = "4711"``; files and copies have them."""
        return Notes(self)

    def summary(self) -> str:
        """Returns the layers as a table for people: shape of a row that comes out, number of values, totals."""
        return text_of(lib.nns_summary, self._handle)

    def _number(self, function: Any) -> int:
        number = c_int64()
        function(self._handle, number)
        return number.value

    def save(self, path: Any, training: bool = False) -> None:
        """Writes the model as a safetensors file, whole or not at all.

        Parameters
        ----------
        path : str, bytes or os.PathLike
        training : bool
            Also the optimiser's state, its position and the history, to go on later (config ``"continue": true``).

        Raises
        ------
        FileError
            The operating system refused: `MissingFileError` (also a FileNotFoundError) for a missing folder,
            `ForbiddenFileError` (also a PermissionError) for a folder or a file that may not be written.
        """
        lib.nns_save(self._handle, _path(path), _flags(training))

    def to_bytes(self, training: bool = False) -> bytes:
        """Returns what `save` would write."""
        buffer, address, size = Buffer(), ctypes.c_void_p(), ctypes.c_size_t()
        lib.nns_save_buffer(self._handle, _flags(training), buffer)
        try:
            lib.nns_buffer_bytes(buffer, address, size)
            return ctypes.string_at(address, size.value)
        finally:
            lib.nns_buffer_free(buffer)

    def copy(self: Kind) -> Kind:
        """Returns an independent model: spec, weights, preprocessing, history; not the optimiser."""
        handle = _library.Model()
        lib.nns_clone(self._handle, handle)
        twin = type(self)._owning(handle)
        twin._learns_classes = self._learns_classes
        return twin

    def __copy__(self: Kind) -> Kind:
        return self.copy()

    def __deepcopy__(self: Kind, _: Any) -> Kind:
        return self.copy()

    def __getstate__(self) -> bytes:
        # The parts that a prediction needs, as in a file; without history and optimiser.
        return self.to_bytes()

    def __setstate__(self, state: bytes) -> None:
        self._adopt(handle_from_bytes(state))

    # Hidden from type checkers, for which every attribute would exist.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            raise AttributeError(_hints.missing_attribute(type(self), name))

    def __repr__(self) -> str:
        spec = self.spec
        preprocess = spec["preprocess"]
        kinds = [kind["type"] for kind in (preprocess if isinstance(preprocess, list) else [preprocess])]
        inputs = f"{len(spec['columns'])} columns" if "columns" in spec else str(spec["input"])
        parts = [inputs] + [kind for kind in kinds if kind != "none"]
        layers = " -> ".join(parts + [_layer_text(layer) for layer in spec["layers"]])
        return f"<nnswift.Model {layers}; {spec['loss']['type']}; {self.param_count:,} parameters>"


def _layer_text(layer: Mapping[str, Any]) -> str:
    """Returns a layer as people say it: "dense 64 relu", "dropout 0.2"."""
    words = [layer["type"]] + [str(layer[key]) for key in ("units", "rate") if key in layer]
    activation = layer.get("activation", "identity")
    name = activation if isinstance(activation, str) else activation["type"]
    return " ".join(words + ([name] if name != "identity" else []))


def _flags(training: bool) -> int:
    return NNS_SAVE_WEIGHTS | (NNS_SAVE_TRAINING if training else 0)


def _text(value: Any, name: str) -> bytes:
    """Returns a name for C, which would end it at a byte 0."""
    if not isinstance(value, str) or "\0" in value:
        raise ArgumentError(f"{name} must be a name, got {value!r}")
    return value.encode("utf-8", "replace")


def _path(path: Any) -> bytes:
    name = os.fsencode(path)
    if b"\0" in name:
        raise ArgumentError(f"path must not hold a byte 0, got {path!r}")
    return name


def _limits(limits: Optional[Mapping[str, int]], verify: bool) -> Optional[nns_limits]:
    if not limits and verify:
        return None
    limits = limits or {}
    known = [field[0] for field in nns_limits._fields_[2:]]
    for name in limits:
        if name not in known:
            raise ArgumentError(f'unknown limit "{name}"; known limits: {", ".join(known)}')
    return nns_limits(NNS_VERIFY if verify else NNS_VERIFY_OFF, **{name: _arrays.size(value, name) for name, value in limits.items()})


def handle_from_file(path: Any, limits: Optional[Mapping[str, int]] = None, verify: bool = True) -> Any:
    """Returns the library's handle of a model in a file."""
    handle = _library.Model()
    lib.nns_load(_path(path), _limits(limits, verify), handle)
    return handle


def handle_from_bytes(data: Any, limits: Optional[Mapping[str, int]] = None, verify: bool = True) -> Any:
    content = np.frombuffer(data, np.uint8)
    handle = _library.Model()
    lib.nns_load_buffer(content.ctypes.data, content.size, _limits(limits, verify), handle)
    return handle
