"""Golden files: safetensors with float64 tensors, and in their metadata what made them.

Reading needs NumPy alone; writing is for the make.py scripts.
"""

import hashlib
import json
import os
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
# Where the make.py scripts write; `make golden-check` sends them elsewhere and compares.
TARGET = pathlib.Path(os.environ.get("NNSWIFT_GOLDEN_TARGET", HERE))
DTYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64}


def script_hash(folder):
    """Of the scripts that make a folder's file: its own and what all of them share."""
    digest = hashlib.sha256()
    for script in (*sorted((HERE / folder).glob("*.py")), HERE / "network.py"):
        digest.update(script.read_bytes())
    return digest.hexdigest()


def write(folder, cases, arrays, **versions):
    """Writes folder/golden.safetensors: arrays by name, cases as JSON."""
    from safetensors.numpy import save_file

    metadata = {
        "cases": json.dumps(cases), "script": script_hash(folder), "versions": json.dumps(versions)}
    (TARGET / folder).mkdir(parents=True, exist_ok=True)
    save_file(arrays, TARGET / folder / "golden.safetensors", metadata)


def read_metrics(root=HERE):
    """metrics/metrics.json as it is."""
    return json.loads((root / "metrics" / "metrics.json").read_text())


def read(folder, root=HERE):
    """(metadata, {name: array}) of folder/golden.safetensors."""
    raw = (root / folder / "golden.safetensors").read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    metadata = header.pop("__metadata__")
    arrays = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = np.frombuffer(raw[8 + length + start : 8 + length + end], DTYPES[entry["dtype"]])
        arrays[name] = values.reshape(entry["shape"])
    return metadata, arrays


def difference(ours, reference):
    """Largest |a - b|, and |a - b| / max(|b|, 1e-3 sqrt(n)) in the Euclidean norm."""
    ours, reference = np.ravel(ours).astype(float), np.ravel(reference).astype(float)
    apart = ours - reference
    scale = max(np.linalg.norm(reference), 1e-3 * np.sqrt(reference.size))
    return float(np.abs(apart).max()), float(np.linalg.norm(apart) / scale)


def error(ours, reference):
    """The second of `difference`."""
    return difference(ours, reference)[1]
