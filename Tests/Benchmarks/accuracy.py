"""Time from the start of a process to 97.0 % on the test pictures of MNIST, and peak memory."""

import gzip
import os
import pathlib
import statistics
import subprocess
import sys
import time

import peer_table
import sampling
import tables
import workloads

PEERS = {
    "nnswift": ("nnswift, Python", "accuracy_nnswift.py", "numpy"),
    "torch": ("PyTorch, fused, index", "accuracy_torch.py", "torch"),
    "jax": ("JAX, scan, rows by index", "accuracy_jax.py", "jax"),
}
FILES = {
    "train_x": "train-images-idx3-ubyte", "train_y": "train-labels-idx1-ubyte", "test_x": "t10k-images-idx3-ubyte",
    "test_y": "t10k-labels-idx1-ubyte",
}  # fmt: skip
PICTURES = workloads.DATA / "pictures"


def source():
    """Returns the folder of MNIST's own files, or None."""
    folder = pathlib.Path(os.environ.get("NNSWIFT_DATA_DIR", workloads.REPOSITORY / "build/data")) / "mnist"
    return folder if all(_file(folder, name) for name in FILES.values()) else None


def _file(folder, name):
    return next((path for path in (folder / f"{name}.gz", folder / name) if path.exists()), None)


def unpack(folder):
    """Writes the bytes of pictures and labels without their headers."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, file in FILES.items():
        path = _file(folder, file)
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        dimensions = raw[3]
        (PICTURES / f"{name}.u8").write_bytes(raw[4 + 4 * dimensions :])


def measure(runs, patience):
    """Returns all samples: for each seed one process a peer; nothing where the pictures are missing."""
    folder = source()
    if folder is None:
        print("bench: time to 97.0 % is skipped: no MNIST files; set NNSWIFT_DATA_DIR (make data)", file=sys.stderr)
        return []
    # In a process of its own: a child's peak memory is never told as less than this process's.
    subprocess.run([sys.executable, __file__, str(folder)], check=True)
    there = [name for name, (_, _, needs) in PEERS.items() if peer_table.installed(needs)]
    samples = []
    for seed in range(1, runs + 1):
        for name in there:
            sampling.wait_for_quiet(patience)
            _, script, needs = PEERS[name]
            command = [peer_table.python_of(needs), str(peer_table.HERE / "peers" / script), str(PICTURES), str(seed)]
            samples.append({"peer": name, "seed": seed, **sampling.run([*command, str(time.time())])})
    return samples


def table(samples):
    lines = []
    for name, (label, _, _) in PEERS.items():
        all_runs = [sample for sample in samples if sample["peer"] == name]
        runs = [run for run in all_runs if run.get("reached")]
        if not all_runs:
            continue
        if not runs:
            lines.append((label, [all_runs[-1].get("error", "not reached"), "", "", "", ""]))
            continue
        seconds = [run["seconds"] for run in runs]
        epochs = [run["epochs"] for run in runs]
        lines.append(
            (
                label,
                [
                    f"{statistics.median(seconds):.2f}", f"{min(seconds):.2f}-{max(seconds):.2f}",
                    f"{statistics.median(epochs):g}", f"{max(run['rss_mb'] for run in runs):.0f}",
                    f"{len(runs)} of {len(all_runs)}{'*' if any(run['disturbed'] for run in runs) else ''}",
                ],
            )
        )  # fmt: skip
    columns = ["seconds", "least-most", "epochs", "peak MB", "reached"]
    return tables.grid("97.0 % on MNIST", [f"{column:>12}" for column in columns], lines)


if __name__ == "__main__":
    unpack(pathlib.Path(sys.argv[1]))
