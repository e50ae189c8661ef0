"""ONNX: XXH3 of a few words of 64 bits, by which a file of ours finds the groups of a table.

Reference: Collet, xxHash 0.8, XXH3_64bits with its default secret.
"""

from __future__ import annotations

from typing import List

import numpy as np

from ._onnx_chain import Chain

#: The first version of the operators that has exclusive or.
OPSET = 18

_SECRET = np.frombuffer(bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"), "<u8").tolist()  # fmt: skip
_PRIME, _MIX = 0x9E3779B185EBCA87, 0x165667919E3779F9
_LOW = 0xFFFFFFFF


def put_hash(chain: Chain, words: List[str]) -> str:
    """Adds the hash of 2 to 8 words, each uint64 of the same shape."""
    hashed = _Hash(chain)
    return hashed.of_two(*words) if len(words) == 2 else hashed.of_more(words)


class _Hash:
    """Arithmetic of uint64, which wraps around."""

    def __init__(self, chain: Chain):
        self._chain = chain

    def of_two(self, first: str, second: str) -> str:
        """XXH3_len_9to16_64b of 16 bytes."""
        low = self._xor(first, self._word(_SECRET[3] ^ _SECRET[4]))
        high = self._xor(second, self._word(_SECRET[5] ^ _SECRET[6]))
        total = self._add(self._add(self._swapped(low), self._word(16)), high)
        return self._avalanche(self._add(total, self._folded(low, high)))

    def of_more(self, words: List[str]) -> str:
        """XXH3_len_17to128_64b of up to 64 bytes."""
        total = self._word(8 * len(words) * _PRIME % 2**64)
        for index in reversed(range((len(words) + 3) // 4)):
            for first, secret in ((2 * index, 4 * index), (len(words) - 2 * (index + 1), 4 * index + 2)):
                pair = [self._xor(words[first + place], self._word(_SECRET[secret + place])) for place in range(2)]
                total = self._add(total, self._folded(*pair))
        return self._avalanche(total)

    def _folded(self, one: str, other: str) -> str:
        """The two halves of a product of 128 bits, one xor the other."""
        low, high = ((self._and(each, _LOW), self._right(each, 32)) for each in (one, other))
        least = self._multiply(low[0], high[0])
        middle = self._multiply(low[1], high[0])
        cross = self._add(self._add(self._right(least, 32), self._and(middle, _LOW)), self._multiply(low[0], high[1]))
        upper = self._add(self._right(middle, 32), self._right(cross, 32))
        upper = self._add(upper, self._multiply(low[1], high[1]))
        return self._xor(self._multiply(one, other), upper)

    def _swapped(self, value: str) -> str:
        """The bytes in the other order."""
        for bits, mask in ((8, 0x00FF00FF00FF00FF), (16, 0x0000FFFF0000FFFF)):
            upper = self._multiply(self._and(value, mask), self._word(1 << bits))
            value = self._add(upper, self._and(self._right(value, bits), mask))
        return self._add(self._multiply(value, self._word(1 << 32)), self._right(value, 32))

    def _avalanche(self, value: str) -> str:
        value = self._xor(value, self._right(value, 37))
        value = self._multiply(value, self._word(_MIX))
        return self._xor(value, self._right(value, 32))

    def _word(self, value: int) -> str:
        return self._chain.constant(f"{value:x}", value, np.uint64)

    def _add(self, one: str, other: str) -> str:
        return self._chain.add("Add", one, other)

    def _multiply(self, one: str, other: str) -> str:
        return self._chain.add("Mul", one, other)

    def _xor(self, one: str, other: str) -> str:
        return self._chain.add("BitwiseXor", one, other)

    def _and(self, value: str, mask: int) -> str:
        return self._chain.add("BitwiseAnd", value, self._word(mask))

    def _right(self, value: str, bits: int) -> str:
        return self._chain.add("BitShift", value, self._word(bits), direction="RIGHT")
