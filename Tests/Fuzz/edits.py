"""Damage: random edits of bytes, of JSON values, and of model files whose checksum is then repaired."""

import copy
import json

import modelfile

WORDS = [
    0, 1, -1, 2, 3, 4, 8, 255, 2**31, 2**32, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1, 2**64, 0.5, -0.0, 1e-308, 1e308, 1e-45,
    0.1, 1.5, 1e30, True, False, None, "", "relu", "dense", "batch_norm", "mse", "none", "\u0000", "\U0001f600", "x" * 300, [], {}, [0], [[1]],
    {"type": "dropout", "rate": 0.5}, {"type": "dense", "units": 2}, {"type": 3}, [1, 2, 3, 4],
]  # fmt: skip


def bytes_edited(rng, content):
    """A few bytes changed, put in, taken out, or a piece repeated."""
    content = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        place = rng.randrange(len(content) + 1)
        kind = rng.randrange(5)
        if kind == 0 and place < len(content):
            content[place] ^= 1 << rng.randrange(8)
        elif kind == 1 and place < len(content):
            content[place] = rng.choice([0, 0xFF, 0x7F, 0x80, 0x22, 0x2C, 0x5B, 0x7B, rng.randrange(256)])
        elif kind == 2:
            content[place:place] = rng.randbytes(rng.choice([1, 1, 2, 8, 64]))
        elif kind == 3:
            del content[place : place + rng.choice([1, 1, 2, 8, 64])]
        else:
            content[place:place] = content[place : place + rng.randrange(1, 32)]
    return bytes(content)


def truncated(rng, content):
    return content[: rng.randrange(len(content) + 1)]


def spliced(rng, content, other):
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]


def _places(value):
    """Every (container, key) below a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from _places(inner)


def value_edited(rng, value, donors):
    """A JSON value with one to three of its parts replaced, taken out, doubled or moved.

    donors: other JSON values; parts of them are put in too.
    """
    value = copy.deepcopy(value)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        places = list(_places(value))
        if not places:
            return rng.choice(WORDS)
        container, key = rng.choice(places)
        kind = rng.randrange(6)
        if kind <= 1:
            container[key] = _near(rng, container[key])
        elif kind == 2:
            container[key] = copy.deepcopy(rng.choice(WORDS))
        elif kind == 3:
            inner, name = rng.choice(list(_places(rng.choice(donors))))
            container[name if isinstance(container, dict) and isinstance(name, str) else key] = copy.deepcopy(inner[name])
        elif kind == 4:
            del container[key]
        elif isinstance(container, list):
            container.insert(key, copy.deepcopy(container[key]))
        else:
            container[rng.choice(["type", "units", "seed", "x-own", "rate", key + "s"])] = container[key]
    return value


def _near(rng, old):
    """A value of the same kind."""
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return old + rng.choice([-1, 1, -old, old, 2 - old, 10**6])
    if isinstance(old, float):
        return rng.choice([old * rng.choice([-1, 0, 0.5, 2, 1e10, 1e-10]), 1 - old])
    return copy.deepcopy(rng.choice(WORDS))


def blindly_edited(rng, kind, content, donors):
    """Bytes damaged in one of three ways that know nothing of what they mean."""
    if kind == 0:
        return bytes_edited(rng, content)
    if kind == 1:
        return truncated(rng, content)
    return spliced(rng, content, rng.choice(donors))


def text_edited(rng, text, donors):
    """A JSON text damaged as text or as a value."""
    kind = rng.randrange(10)
    if kind < 3:
        return blindly_edited(rng, kind, text, donors)
    return json.dumps(value_edited(rng, json.loads(text), [json.loads(donor) for donor in rng.sample(donors, 2)])).encode()


def file_edited(rng, content, donors):
    """A model file damaged; in most cases with a right header length and checksum."""
    kind = rng.randrange(12)
    if kind < 3:
        return blindly_edited(rng, kind, content, donors)
    text, data = modelfile.split(content)
    other_text, other_data = modelfile.split(rng.choice(donors))
    if kind == 3:
        return modelfile.sealed(bytes_edited(rng, text), data)
    if kind == 4:
        return modelfile.sealed(text, rng.choice([truncated, bytes_edited])(rng, data))
    if kind == 5:
        return modelfile.sealed(*rng.choice([(text, other_data), (spliced(rng, text, other_text), data)]))
    if kind <= 7:
        return modelfile.sealed(text, _floats_edited(rng, data))
    header = json.loads(text)
    if kind == 8:
        return modelfile.written(value_edited(rng, header, [json.loads(other_text)]), data)
    notes, others = header["__metadata__"], json.loads(other_text)["__metadata__"]
    key = rng.choice([key for key in ("nnswift.spec", "nnswift.training", "nnswift.training") if key in notes])
    inner = value_edited(rng, json.loads(notes[key]), [json.loads(others[key] if key in others else notes[key])])
    notes[key] = json.dumps(inner)
    return modelfile.written(header, data)


def _floats_edited(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 3, 9])):
        if len(data) >= 4:
            place = 4 * rng.randrange(len(data) // 4)
            data[place : place + 4] = rng.choice(
                [b"\0\0\0\0", b"\0\0\x80\x3f", b"\xff\xff\x7f\x7f", b"\xff\xff\x7f\xff", b"\1\0\0\0", b"\0\0\0\x80", rng.randbytes(4)]
            )
    return bytes(data)
