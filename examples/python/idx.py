"""Reads IDX files of unsigned bytes (the format of MNIST), plain or gzip, into NumPy arrays."""

import gzip
import math
import pathlib

import numpy as np

MNIST_FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}


def read_idx(path):
    """Returns the array; ValueError when the header and the file do not agree."""
    with open(path, "rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    with (gzip.open if is_gzip else open)(path, "rb") as file:
        magic = file.read(4)
        if len(magic) < 4 or magic[:3] != b"\0\0\x08" or not 1 <= magic[3] <= 4:
            raise ValueError(f"{path}: the file must begin with 00 00 08 and 1 to 4 dimensions, got {magic.hex(' ')}")
        sizes = file.read(4 * magic[3])
        shape = [int.from_bytes(sizes[i : i + 4], "big") for i in range(0, len(sizes), 4)]
        count = math.prod(shape)
        if len(sizes) < 4 * magic[3] or not 1 <= count <= 1 << 30:
            raise ValueError(f"{path}: the header must promise 1 to {1 << 30} values, got the sizes {shape}")
        values = np.empty(count, np.uint8)
        try:
            got = file.readinto(values.data)
            more = file.read(1)
        except (EOFError, OSError) as error:
            raise ValueError(f"{path}: the file is damaged: {error}") from error
    if got != count or more:
        raise ValueError(f"{path}: the header promises {count} values, the file holds {'more' if more else got}")
    return values.reshape(shape)


def has_mnist(folder):
    return all(pathlib.Path(folder, "mnist", name).is_file() for pair in MNIST_FILES.values() for name in pair)


def read_mnist(folder, part):
    """Returns images [rows x 784] and labels [rows] of part "train" or "test", all uint8."""
    images, labels = (read_idx(pathlib.Path(folder, "mnist", name)) for name in MNIST_FILES[part])
    if images.shape[1:] != (28, 28) or labels.shape != images.shape[:1]:
        raise ValueError(f"{folder}: images must be 28 x 28 with a label each, got {images.shape} and {labels.shape}")
    return images.reshape(len(images), -1), labels
