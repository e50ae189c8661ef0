"""NNClassifier beside MLPClassifier on MNIST: same layers, epochs, batch size; accuracy and seconds of each seed.

    python Tests/Benchmarks/estimators.py --units 64 --batch 32 --epochs 10 --seeds 3
    python Tests/Benchmarks/estimators.py --small      # scikit-learn's own tables, with the defaults of both

One thread each, in turn within one process. Needs scikit-learn, and MNIST's files in $NNSWIFT_DATA_DIR/mnist.
"""

import argparse
import os
import statistics
import time
import warnings

# Before NumPy, whose products would take all processors.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import gzip  # noqa: E402

import accuracy  # noqa: E402
import numpy as np  # noqa: E402
from sklearn import datasets, model_selection  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402

from nnswift.sklearn import NNClassifier, NNRegressor  # noqa: E402


def pictures(part):
    """Returns pixels in 0 ... 1 [rows x 784] float32, and labels; part: train or test."""
    folder = accuracy.source()
    if folder is None:
        raise SystemExit("no MNIST files; set NNSWIFT_DATA_DIR (make data)")
    found = []
    for name in ("x", "y"):
        path = accuracy._file(folder, accuracy.FILES[f"{part}_{name}"])
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found.append(np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]))
    return found[0].reshape(len(found[1]), -1).astype(np.float32) / 255, found[1]


def measure(kind, seed, options, train, test):
    """Returns accuracy in percent, seconds, and CPU seconds of a fit."""
    network = kind(random_state=seed, **options)
    start, start_cpu = time.perf_counter(), time.process_time()
    network.fit(*train)
    seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    return 100 * network.score(*test), seconds, cpu


def small():
    """Prints mean scores over five folds twice, on the tables that scikit-learn brings."""
    print("| data | here | scikit-learn |\n|---|---|---|")
    for name in ("iris", "wine", "breast_cancer", "digits", "diabetes"):
        X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
        kinds, folds = (NNClassifier, MLPClassifier), model_selection.RepeatedStratifiedKFold
        if name == "diabetes":
            kinds, folds = (NNRegressor, MLPRegressor), model_selection.RepeatedKFold
        folds = folds(n_splits=5, n_repeats=2, random_state=0)
        scores = [model_selection.cross_val_score(kind(random_state=0), X, y, cv=folds).mean() for kind in kinds]
        print(f"| {name} | {scores[0]:.3f} | {scores[1]:.3f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=200)
    parser.add_argument("--units", type=int, nargs="+", default=[100])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # that so few epochs bring no loss to rest
    if given.small:
        return small()
    train, test = pictures("train"), pictures("test")
    options = {
        "hidden_layer_sizes": tuple(given.units), "batch_size": given.batch, "max_iter": given.epochs,
        "n_iter_no_change": given.epochs + 1,
    }  # fmt: skip
    rows = {MLPClassifier: [], NNClassifier: []}
    for seed in range(given.seeds):
        for kind, found in rows.items():
            found.append(measure(kind, seed, options, train, test))
    print(f"784-{'-'.join(map(str, given.units))}-10, {given.epochs} epochs, batch {given.batch}, one thread\n")
    print("| | test accuracy, % | mean | seconds | CPU seconds |\n|---|---|---|---|---|")
    for kind, found in rows.items():
        shares, seconds, cpu = zip(*found)
        print(
            f"| {kind.__name__} | {', '.join(f'{share:.2f}' for share in shares)} | {statistics.mean(shares):.2f} "
            f"| {statistics.mean(seconds):.1f} | {statistics.mean(cpu):.1f} |"
        )
    ratio = [sum(run[2] for run in found) for found in rows.values()]
    print(f"\nNNClassifier takes {ratio[1] / ratio[0]:.2f} of MLPClassifier's CPU time")


if __name__ == "__main__":
    main()
