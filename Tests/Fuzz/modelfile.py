"""Model files taken apart and put together again, with a checksum that fits: for tests that damage them."""

import ctypes
import json
import pathlib
import struct
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build" / "fuzz"
PREFIX = "xxh3-64:"
ZEROS = PREFIX + "0" * 16


def _hash_function():
    """XXH3 with 64 bits, compiled from the header in Sources/CPlatform: Python's library has none."""
    source, target = HERE / "xxh3.c", BUILD / "xxh3.so"
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        BUILD.mkdir(parents=True, exist_ok=True)
        fresh = target.with_suffix(".new")
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", str(fresh), str(source)], check=True)
        fresh.replace(target)
    function = ctypes.CDLL(str(target)).xxh3
    function.argtypes, function.restype = [ctypes.c_char_p, ctypes.c_size_t], ctypes.c_uint64
    return function


xxh3 = _hash_function()


def sealed(header_text, data, length=None):
    """A file of a header's bytes and its data; the 16 digits behind the first xxh3-64: are repaired.

    length: what the first eight bytes say; the header's own length when None.
    """
    place = header_text.find(PREFIX.encode())
    if place >= 0 and len(header_text) >= place + len(ZEROS):
        digits = slice(place + len(PREFIX), place + len(ZEROS))
        blank = header_text[: digits.start] + b"0" * 16 + header_text[digits.stop :]
        front = struct.pack("<Q", len(blank) if length is None else length)
        whole = front + blank + data
        digest = b"%016x" % xxh3(whole, len(whole))
        header_text = blank[: digits.start] + digest + blank[digits.stop :]
    return struct.pack("<Q", len(header_text) if length is None else length) + header_text + data


def split(content):
    """(header's bytes, data) of an intact file."""
    (length,) = struct.unpack_from("<Q", content)
    return content[8 : 8 + length], content[8 + length :]


def parsed(content):
    """(header as a dictionary, data) of an intact file."""
    text, data = split(content)
    return json.loads(text), data


def written(header, data, pad=True, **length):
    """A file of a header's dictionary (its order is kept) and its data."""
    text = json.dumps(header).encode()
    if pad:
        text += b" " * (-(8 + len(text)) % 64)
    return sealed(text, data, **length)
