#!/usr/bin/env python3
"""Do two versions of the library give the same bytes?

  same_bytes.py record FILE              hashes of all cases of this library, as JSON
  same_bytes.py compare FILE             computes them again; status 1 if one differs or is missing
  same_bytes.py compare OLD NEW          compares two records
      --only PATTERN                     cases whose names fit, such as 'optimizer*'
      --levels base,v3                   of the kernels; without it all that this processor has
      --tensors                          headers of files may differ

NNSWIFT_LIBRARY and PYTHONPATH say which library and which package. A case is a network; its hashes
are those of its weights, predictions, files and history. same_bytes_*.py have the cases. Times and
warnings are left out of files and histories. The hash `tensors` of a file has the names, types and
values of its tensors and leaves out the header, whose form may change.

Compare on the processor that recorded, with the same version of NumPy, and with MNIST in
NNSWIFT_DATA_DIR both times or neither time: its cases are missing otherwise.
"""

import argparse
import contextlib
import fnmatch
import hashlib
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

import numpy as np

LEVELS = {"base": "base", "v3": "x86-64-v3", "v4": "x86-64-v4"}
# Parts of a case that have a file's header.
HEADERS = ("file: bytes", "file: header", ".safetensors: header", ".1: header", ".2: header")
# Times, and sentences.
LEFT_OUT = ("seconds", "samples_per_second", "warnings")


def digest(value):
    """Returns a hash of bytes, an array, or a structure of lists, dicts, texts and numbers."""
    if isinstance(value, np.ndarray):
        value = value.dtype.str.encode() + np.ascontiguousarray(value).tobytes()
    elif not isinstance(value, (bytes, bytearray)):
        value = json.dumps(value, sort_keys=True, default=_plain).encode()
    return hashlib.sha256(value).hexdigest()


def _plain(value):
    if isinstance(value, np.ndarray):
        return digest(value)
    return value.item() if isinstance(value, np.generic) else str(value)


def without_times(history):
    """Returns a history as a dict that two runs have alike."""
    return {key: value for key, value in dict(history).items() if key not in LEFT_OUT}


def file_parts(content, name="file", has_times=False):
    """Yields parts of a model file: its bytes, or its header without times; its tensors."""
    length = int.from_bytes(content[:8], "little")
    header, body = json.loads(content[8 : 8 + length]), content[8 + length :]
    yield f"{name}: tensors", {
        key: [entry["dtype"], hashlib.sha256(body[slice(*entry["data_offsets"])]).hexdigest()]
        for key, entry in header.items() if key != "__metadata__"
    }  # fmt: skip
    if not has_times:
        yield f"{name}: bytes", content
        return
    metadata = header["__metadata__"]
    metadata.pop("nnswift.checksum", None)
    for key, text in metadata.items():
        with contextlib.suppress(ValueError):
            metadata[key] = json.loads(text)
            if isinstance(metadata[key], dict) and "history" in metadata[key]:
                metadata[key]["history"] = without_times(metadata[key]["history"])
    yield f"{name}: header", header


def hashes(only):
    """Returns {case: part: hash} of the library that is loaded, for one level of its kernels."""
    import same_bytes_golden
    import same_bytes_networks
    import same_bytes_workloads

    found, seconds = {}, {}
    for module in (same_bytes_golden, same_bytes_networks, same_bytes_workloads):
        for name, parts in module.cases():
            if not fnmatch.fnmatch(name, only):
                continue
            unique, count = name, 1
            while f"{unique}: end" in found:
                count += 1
                unique = f"{name} ({count})"
            begun, end = time.perf_counter(), "came"
            try:
                for part, value in parts():
                    found[f"{unique}: {part}"] = digest(value)
            except Exception as error:  # An outcome too: the other library must give it as well.
                end = type(error).__name__
                print(f"{unique}: {end}: {error}", file=sys.stderr)
            found[f"{unique}: end"] = end
            seconds[name.split()[0]] = seconds.get(name.split()[0], 0) + time.perf_counter() - begun
    print(", ".join(f"{name} {value:.1f} s" for name, value in seconds.items()), file=sys.stderr)
    return found


def child(level, only):
    """Prints the hashes with one level of the kernels, or null where the processor lacks it."""
    import nnswift

    if nnswift.build_info().get("kernels") != LEVELS[level]:
        return print("null")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        text = json.dumps(hashes(only))
    print(text)


def record(only, levels):
    """Returns what the record was made with, and the hashes by level and case."""
    cases, computed = {}, []
    for level in levels:
        print(f"same_bytes: kernels {level}", file=sys.stderr, flush=True)
        command = [sys.executable, os.path.abspath(__file__), "child", level, "--only", only]
        result = subprocess.run(command, env={**os.environ, "NNSWIFT_KERNELS": level}, stdout=subprocess.PIPE, check=True)
        found = json.loads(result.stdout.splitlines()[-1])
        if found is not None:
            computed.append(level)
            cases |= {f"{level} {name}": value for name, value in found.items()}
    return {"about": about(computed), "cases": cases}


def about(levels):
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return {"levels": levels, "processor": processor, "numpy": np.__version__, "python": platform.python_version()}


def compare(old, new, only, levels, only_tensors=False):
    """Prints which cases differ; returns whether none does."""
    for key in old["about"].keys() - {"levels"}:
        if old["about"][key] != new["about"].get(key):
            print(f"warning: recorded with {key} {old['about'][key]}, computed with {new['about'].get(key)}")

    def is_meant(name):
        level, case = name.split(" ", 1)
        if only_tensors and case.endswith(HEADERS):
            return False
        return level in levels and any(fnmatch.fnmatch(part, only) for part in (case, case.rsplit(": ", 1)[0]))

    expected = {name: value for name, value in old["cases"].items() if is_meant(name)}
    got = new["cases"]
    differing = [name for name, value in expected.items() if name in got and got[name] != value]
    missing = [name for name in expected if name not in got]
    for word, names in (("differs", differing), ("missing", missing)):
        for name in names:
            print(f"{word}  {name}")
    added = sum(name not in old["cases"] for name in got)
    same = len(expected) - len(differing) - len(missing)
    print(f"{same} the same, {len(differing)} differ, {len(missing)} missing, {added} new")
    return bool(same) and not differing and not missing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["record", "compare", "child"])
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("other", nargs="?", metavar="NEW")
    parser.add_argument("--only", default="*")
    parser.add_argument("--levels", default=",".join(LEVELS))
    parser.add_argument("--tensors", action="store_true")
    asked = parser.parse_args()
    levels = asked.levels.split(",")
    if asked.action == "child":
        return child(asked.file, asked.only)
    if asked.action == "record":
        made = record(asked.only, levels)
        pathlib.Path(asked.file).write_text(json.dumps(made, indent=0) + "\n")
        return print(f"{len(made['cases'])} hashes written to {asked.file}")
    new = json.loads(pathlib.Path(asked.other).read_text()) if asked.other else record(asked.only, levels)
    old = json.loads(pathlib.Path(asked.file).read_text())
    raise SystemExit(not compare(old, new, asked.only, levels, asked.tensors))


if __name__ == "__main__":
    main()
