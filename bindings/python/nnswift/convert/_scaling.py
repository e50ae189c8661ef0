"""The fitted scaling of a model, out of it and into one: no function of the library sets it, its file does."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from ..errors import StateError
from ..model import Model, from_bytes

# The default secret and primes of XXH3, from xxhash.h (Collet 2012-2023, BSD licence).
_SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)
_PRIME32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
_PRIME64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
_MASK = 0xFFFFFFFFFFFFFFFF
_STRIPE, _STRIPES = 64, 16
_BLOCK = _STRIPE * _STRIPES
_CHECKSUM = b"xxh3-64:"


def fitted_scaling(model: Model) -> Optional[Tuple[np.ndarray, np.ndarray]]:
    """Returns the center and the scale [features] of a preprocess that was fitted, None for those that need no data.

    Raises
    ------
    StateError
        If it has not seen any data yet.
    """
    if model.spec["preprocess"]["type"] in ("none", "scale"):
        return None
    data = model.to_bytes()
    places = _places(data)
    if not places:
        raise StateError("the model's preprocess must be fitted before; train the model or call fit_preprocess")
    center, scale = (np.frombuffer(data[place], "<f4").astype(np.float32) for place in places.values())
    return center, scale


def with_scaling(model: Model, center: np.ndarray, scale: np.ndarray) -> Model:
    """Returns a copy of a model whose preprocess is fitted to these values, bit by bit.

    Parameters
    ----------
    center, scale : array [features] float32
        Finite, scale above 0.
    """
    fitted = model.copy()
    fitted.fit_preprocess(np.zeros((1, model.input_size), np.float32))
    data = bytearray(fitted.to_bytes())
    for place, values in zip(_places(data).values(), (center, scale)):
        data[place] = np.asarray(values, "<f4").tobytes()
    digits = data.index(_CHECKSUM) + len(_CHECKSUM)
    data[digits : digits + 16] = b"0" * 16
    data[digits : digits + 16] = b"%016x" % _xxh3(data)
    return from_bytes(data)


def _places(data: Any) -> Dict[str, slice]:
    """Where the two tensors stand in the bytes of a model file; empty where they do not."""
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(bytes(data[8:start]))
    names = [name for name in ("preprocess.center", "preprocess.scale") if name in header]
    return {name: slice(*(start + offset for offset in header[name]["data_offsets"])) for name in names}


def _xxh3(data: Any) -> int:
    """XXH3-64 with seed 0 of more than 240 bytes, which every model file has."""
    content = np.frombuffer(data, np.uint8)
    state = np.array([_PRIME32[2], *_PRIME64[:4], _PRIME32[1], _PRIME64[4], _PRIME32[0]], np.uint64)
    blocks = (content.size - 1) // _BLOCK
    mixing = _words(_SECRET[128:])
    for first in range(0, blocks, 1024):
        last = min(first + 1024, blocks)
        # What a block adds does not depend on the state: all of them at once, only the mixing one by one.
        for added in _added(content[first * _BLOCK : last * _BLOCK], _STRIPES):
            state += added
            state ^= state >> np.uint64(47)
            state ^= mixing
            state *= np.uint64(_PRIME32[0])
    stripes = (content.size - 1 - blocks * _BLOCK) // _STRIPE
    rest = content[blocks * _BLOCK : blocks * _BLOCK + stripes * _STRIPE]
    for added in _added(rest, stripes) if stripes else ():
        state += added
    state += _added(content[-_STRIPE:], 1, offset=121)[0]
    return _merged([int(value) for value in state], content.size)


def _added(content: np.ndarray, stripes: int, offset: int = 0) -> np.ndarray:
    """What blocks of so many stripes add to the state, [blocks x 8]."""
    words = np.frombuffer(content.tobytes(), "<u8").reshape(-1, stripes, 8)
    keys = np.stack([_words(_SECRET[offset + 8 * i : offset + 8 * i + _STRIPE]) for i in range(stripes)])
    mixed = words ^ keys
    products = (mixed & np.uint64(0xFFFFFFFF)) * (mixed >> np.uint64(32))
    swapped = words[:, :, [1, 0, 3, 2, 5, 4, 7, 6]]
    return (products + swapped).sum(axis=1, dtype=np.uint64)


def _words(secret: bytes) -> np.ndarray:
    return np.frombuffer(secret, "<u8").astype(np.uint64)


def _merged(state: List[int], size: int) -> int:
    result = size * _PRIME64[0] & _MASK
    keys = [int(word) for word in _words(_SECRET[11 : 11 + _STRIPE])]
    for i in range(0, 8, 2):
        product = (state[i] ^ keys[i]) * (state[i + 1] ^ keys[i + 1])
        result += (product & _MASK) ^ (product >> 64)
    result &= _MASK
    result ^= result >> 37
    result = result * 0x165667919E3779F9 & _MASK
    return result ^ (result >> 32)
