"""Puts a fault into the sources, one at a time, and sees that the golden tests notice. `make faults`; 10 minutes.

It works on a copy below build/faults; the checkout stays as it is.
"""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / "build" / "faults"

# (what goes wrong, file, the text, the text with the fault)
FAULTS = [
    ("the sign of GELU's tail in its gradient", "NNKernels/Activations.swift",
     "return fma(z, density, normalDistribution(z))", "return fma(-z, density, normalDistribution(z))"),
    ("Adam's second bias correction left out", "NNTraining/Optimizers/Adam.swift",
     "root: Float(nnc_sqrt(correction2))", "root: Float(nnc_sqrt(1))"),
    ("Nesterov looks ahead by the gradient, not by the velocity", "NNKernels/Optimizers.swift",
     "rate * fma(look, velocity, direct * g)", "rate * fma(look, direct * g, velocity)"),
    ("ties in ROC-AUC count as ordered", "NNMetrics/RankedScores.swift",
     "if place + 1 == count || rows.base[place + 1].score != row.score {", "if place < count {"),
    ("label smoothing of one output mixes with 1, not 1/2", "NNNetwork/Losses/BinaryCrossEntropy.swift",
     "* (1 - smoothing) + smoothing / 2", "* (1 - smoothing) + smoothing"),
    ("the running variance of batch_norm is biased", "NNNetwork/Layers/BatchNorm.swift",
     "* rows / (rows - 1)", "* rows / rows"),
    ("class weights are missing from the mean", "NNNetwork/Losses/SoftmaxCrossEntropy.swift",
     "return input.weight(row) * Double(classes[Int(indices[row])])", "return input.weight(row)"),
    ("pos_weight weighs the negatives in the gradient", "NNNetwork/Losses/BinaryCrossEntropy.swift",
     "(loss, (1 - t) * probability - weight * t * complement)", "(loss, weight * (1 - t) * probability - t * complement)"),
    ("adamw shrinks by the rate of 1", "NNTraining/Optimizer.swift",
     "1 - learningRate * shared.weightDecay : 1", "1 - shared.weightDecay : 1"),
    ("RMSprop adds eps inside the root", "NNKernels/Optimizers.swift",
     "nnv_quotient(g, nnv_sqrt(variance) + eps)", "nnv_quotient(g, nnv_sqrt(variance + eps))"),
    ("a plateau's cooldown is one epoch short", "NNTraining/Schedules/ReduceOnPlateau.swift",
     "    cooldownLeft = rule.cooldown\n", "    cooldownLeft = rule.cooldown - 1\n"),
    ("quadratic kappa counts linearly", "NNMetrics/ClassCounts.swift",
     "squaredDistance += weight * gap * gap", "squaredDistance += weight * abs(gap)"),
]


def run(command, **more):
    return subprocess.run(command, cwd=COPY, capture_output=True, text=True, **more)


def build():
    done = run(["bash", "tools/build.sh", "embedded", "build/libnnswift.so"])
    if done.returncode != 0:
        sys.exit("the fault does not compile:\n" + done.stdout[-3000:] + done.stderr[-3000:])


def failures():
    """The lines of the golden tests that failed."""
    library = {**os.environ, "NNSWIFT_LIBRARY": str(COPY / "build" / "libnnswift.so")}
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(ROOT / "Tests" / "Golden")]
    done = run(tests, env=library)
    return [line.lstrip("E ") for line in done.stdout.splitlines() if line.startswith(("FAILED", "E ")) and "for c in found" not in line]


def main():
    COPY.mkdir(parents=True, exist_ok=True)
    missed = 0
    for name, file, good, bad in FAULTS:
        for part in ("Sources", "Include", "Tests"):
            shutil.rmtree(COPY / part, ignore_errors=True)
            shutil.copytree(ROOT / part, COPY / part, symlinks=True)
        shutil.copy2(ROOT / "Package.swift", COPY)
        path = COPY / "Sources" / file
        text = path.read_text()
        if text.count(good) != 1:
            sys.exit(f"{file} must contain {good!r} once, it does {text.count(good)} times; mend FAULTS")
        path.write_text(text.replace(good, bad))
        build()
        found = failures()
        missed += not found
        print(f"{'caught' if found else 'MISSED'}: {name}", *found[:3], sep="\n    ", flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(main())
