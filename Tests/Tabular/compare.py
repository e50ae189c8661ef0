"""Compares the preset "tabular" with LightGBM, scikit-learn's MLP and a plain network of ours.

    python Tests/Tabular/compare.py [--tables noshow,german] [--peers preset,LightGBM] [--splits 3]

Random splits of 80 to 20, stratified for classes; ROC-AUC (no-show: also average precision) or R2;
CPU seconds of one thread. Prints a row a table: the mean of each, and paired differences with their
standard errors. Needs LightGBM, scikit-learn and pandas beside nnswift.
"""
import argparse
import os
import time
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
from peers import PEERS, targets  # noqa: E402
from tables import SOURCES, load  # noqa: E402

# Small tables vary more from split to split.
SPLITS = {"german": 10, "horse": 10, "cars": 10, "abalone": 10, "noshow": 3, "telco": 5, "mushrooms": 3}


def split(table, seed):
    from sklearn.model_selection import train_test_split

    labels = None if table.task == "regression" else table.target
    return train_test_split(np.arange(table.rows), test_size=0.2, random_state=seed, stratify=labels)


def score(table, rows, predictions):
    from sklearn.metrics import average_precision_score, r2_score, roc_auc_score

    truth = targets(table, rows)
    if table.task == "regression":
        return [r2_score(truth, predictions)]
    return [roc_auc_score(truth, predictions), average_precision_score(truth, predictions)]


def measured(table, peer, splits):
    """Scores [splits x metrics] and CPU seconds of one fit and prediction."""
    start, found = time.process_time(), []
    for seed in splits:
        train, test = split(table, seed)
        found.append(score(table, test, PEERS[peer](table, train, test, seed)))
    return np.array(found), (time.process_time() - start) / len(found)


def line(name, table, peers, splits):
    results = {peer: measured(table, peer, splits) for peer in peers}
    own, seconds = results["preset"]
    cells = [name, str(len(splits)), f"{own[:, 0].mean():.4f}", f"{seconds:.2f}"]
    if name == "noshow":
        cells[2] += f" / {own[:, 1].mean():.4f}"
    for peer in peers[1:]:
        other, seconds = results[peer]
        difference = own[:, 0] - other[:, 0]
        error = difference.std(ddof=1) / len(difference) ** 0.5
        text = f"{other[:, 0].mean():.4f}" + (f" / {other[:, 1].mean():.4f}" if name == "noshow" else "")
        cells.append(f"{text} ({difference.mean():+.4f} ± {error:.4f}, {seconds:.1f} s)")
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", default=",".join(SOURCES))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--splits", type=int, default=0, help="of each table; 0: as many as the page has")
    parser.add_argument("--first", type=int, default=0, help="seed of the first split")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    peers = options.peers.split(",")
    print("| table | splits | preset | CPU s | " + " | ".join(peers[1:]) + " |")
    print("|" + "---|" * (3 + len(peers)))
    for name in options.tables.split(","):
        count = options.splits or SPLITS[name]
        print(line(name, load(name), peers, range(options.first, options.first + count)), flush=True)


if __name__ == "__main__":
    main()
