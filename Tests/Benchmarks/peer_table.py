"""Who is measured: how each peer is started, on which workloads, with how many threads; and our goals."""

import dataclasses
import fnmatch
import glob
import importlib.metadata
import os
import pathlib
import subprocess
import sys

import workloads

HERE = pathlib.Path(__file__).resolve().parent
BUILD = workloads.REPOSITORY / "build/bench"

# Our time over the best PyTorch's; for W8 with equally many threads.
GOALS = {
    "W1": 0.16, "W2": 0.165, "W3": 0.09, "W4s": 0.36, "W4a": 0.34, "W5": 0.115, "W6s": 0.16, "W6a": 0.16,
    "W7-10-tanh-adam": 0.004, "W7-128-sigmoid-rmsprop": 0.011, "W7-128x128-relu-sgd": 0.07,
    "W8": {1: 0.87, 2: 0.90},
}  # fmt: skip


def goal(workload, threads):
    """Returns the goal of a row of ours, or None."""
    wanted = GOALS.get(workload)
    return wanted.get(threads) if isinstance(wanted, dict) else wanted


def is_compared_by_threads(workload):
    """Whether rows are compared with rows of equally many threads only."""
    return isinstance(GOALS.get(workload), dict)


@dataclasses.dataclass(frozen=True)
class Peer:
    """A program that follows protocol.py."""

    label: str
    program: str  # peers/X.py, or the name of a program in build/bench
    variant: str = "-"
    needs: str = ""  # the Python distribution whose version is told
    threads: tuple = (1,)
    only: tuple = ("*",)
    skip: tuple = ()
    quick: tuple = ()  # the workloads of the quick run: of the PyTorch variants the one that usually wins there
    is_exact: bool = True  # the same arithmetic as the reference: it must pass the check

    @property
    def is_ours(self):
        return self.program in ("nnswift", "nnswift_peer.py")

    @property
    def is_python(self):
        return self.program.endswith(".py")

    @property
    def python(self):
        return python_of(self.needs) if self.is_python else None

    def command(self):
        start = [self.python, str(HERE / "peers" / self.program)] if self.is_python else [str(BUILD / self.program)]
        return [*start, "--variant", self.variant]

    def supports(self, workload, threads):
        return threads in self.threads and fits(workload, self.only) and not fits(workload, self.skip)


def fits(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


_ALL, _TRAINING, _INFERENCE = ("*",), ("W*",), ("I*",)
_BOTH = (1, 2)

PEERS = {
    "nnswift": Peer("nnswift, C", "nnswift", threads=_BOTH, quick=_ALL),
    "nnswift_dense": Peer("nnswift, C, zeros not used", "nnswift", "dense", only=("W1", "W2", "W3", "W4*", "W8")),
    "nnswift_python": Peer("nnswift, Python", "nnswift_peer.py", "predict", "numpy"),
    "nnswift_session": Peer("nnswift, Python session", "nnswift_peer.py", "session", "numpy", only=_INFERENCE),
    "torch_eager": Peer("PyTorch", "torch_peer.py", "eager", "torch", _BOTH, quick=("W6s", "W7-128*")),
    "torch_fused": Peer(
        "PyTorch, fused", "torch_peer.py", "fused", "torch", _BOTH, _TRAINING, quick=("W5", "W6a", "W7-10-*")
    ),
    "torch_index": Peer(
        "PyTorch, fused, index", "torch_peer.py", "index", "torch", _BOTH, _TRAINING, ("W6*",),
        quick=("W1", "W2", "W3", "W4*", "W8"),
    ),
    "torch_script": Peer("PyTorch, TorchScript", "torch_peer.py", "script", "torch", only=_INFERENCE, quick=_INFERENCE),
    "jax_scan": Peer("JAX, scan", "jax_peer.py", "scan", "jax", _BOTH),
    "jax_scang": Peer("JAX, scan, rows by index", "jax_peer.py", "scang", "jax", _BOTH, _TRAINING, ("W6*",)),
    "sklearn": Peer("scikit-learn", "sklearn_peer.py", "-", "scikit-learn", skip=("*rmsprop",), is_exact=False),
    "numpy": Peer("NumPy", "numpy_peer.py", "f32", "numpy"),
    "onnxruntime": Peer("ONNX Runtime, Python", "onnxruntime_peer.py", "-", "onnxruntime", _BOTH, _INFERENCE),
    "onnxruntime_c": Peer("ONNX Runtime, C", "onnxruntime", threads=_BOTH, only=_INFERENCE),
    "c_openblas": Peer("plain C + OpenBLAS", "openblas", threads=_BOTH, quick=_ALL),
    "c_fused": Peer("fused C", "fused", "dense", quick=_ALL),
    "c_sparse": Peer("fused C, sparse", "fused", "sparse", only=("W1", "W2", "W3", "W4*", "W8")),
    # W4 would take it 20 s an epoch, W8 minutes.
    "fann": Peer("FANN", "fann", skip=("W4*", "W8"), is_exact=False),
}  # fmt: skip
# The references of the check: exact, and exact except for roundings like those of float32.
REFERENCES = {
    variant: Peer(f"NumPy {variant}", "numpy_peer.py", variant, "numpy")
    for variant in ("f64", *(f"f64-{seed}" for seed in range(1, 7)))
}

# The rows that show what use of zeros gives.
SPARSE = ["nnswift", "nnswift_dense", "torch_index", "c_fused", "c_sparse"]


def python_of(distribution):
    """Returns the Python for a distribution: NNSWIFT_BENCH_PYTHON_TORCH and so on, NNSWIFT_BENCH_PYTHON, or this."""
    special = "NNSWIFT_BENCH_PYTHON_" + distribution.upper().replace("-", "_")
    return os.environ.get(special) or os.environ.get("NNSWIFT_BENCH_PYTHON") or sys.executable


def installed(distribution):
    """Returns the version that python_of(distribution) has, or None."""
    python = python_of(distribution)
    if python == sys.executable:
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            return None
    code = f"import importlib.metadata as m; print(m.version({distribution!r}))"
    result = subprocess.run([python, "-c", code], capture_output=True, text=True)
    return result.stdout.strip() or None


def onnxruntime_library():
    """Returns the path of ONNX Runtime's shared library in the Python package, or an empty string."""
    code = "import sysconfig; print(sysconfig.get_paths()['platlib'])"
    folder = subprocess.run([python_of("onnxruntime"), "-c", code], capture_output=True, text=True).stdout.strip()
    return next(iter(sorted(glob.glob(f"{folder}/onnxruntime/capi/libonnxruntime.so.*"))), "")


def available(names):
    """Returns those of the peers that are installed, and the versions of their packages; says which are not."""
    versions = {needs: installed(needs) for needs in {PEERS[name].needs for name in names} - {""}}
    there = []
    for name in names:
        peer = PEERS[name]
        is_there = versions[peer.needs] if peer.is_python else (BUILD / peer.program).exists()
        if name == "onnxruntime_c":
            is_there = is_there and onnxruntime_library()
        if is_there:
            there.append(name)
        else:
            print(f"bench: {peer.label} is not installed (make bench-setup)", file=sys.stderr)
    return there, {needs: version for needs, version in versions.items() if version}
