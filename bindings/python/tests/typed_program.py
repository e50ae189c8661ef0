"""A program as users write it, with the types that they expect: `test_types.py` lets mypy and pyright read it."""

from __future__ import annotations

from typing import Dict, List, Tuple

import numpy as np
import numpy.typing as npt

import nnswift
from nnswift import metrics

Features = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


def trained(X: Features, y: Labels) -> Tuple[nnswift.Model, List[float]]:
    X_rest, X_part, y_rest, y_part = nnswift.split(X, y, seed=1)
    model = nnswift.Model.mlp([4, 8, 3], preprocess="standardize", seed=7)
    history = model.train(X_rest, y_rest, epochs=3, validation=(X_part, y_part), callback=lambda now: None)
    print(history.stopped.upper(), history.best_epoch + 1, *history.warnings)
    return model, history["val_loss"]


def answers(model: nnswift.Model, X: Features) -> Tuple[npt.NDArray[np.float32], Labels]:
    model.threshold = 0.3
    model.notes["build"] = "4711"
    return model.predict(X), model.predict(X, kind="label")


def in_a_service(model: nnswift.Model, row: Features, out: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return model.session(max_rows=1).predict(row, out=out)


def weights(model: nnswift.Model) -> Dict[str, npt.NDArray[np.float32]]:
    return model.weights


def numbers(y: Labels, scores: npt.NDArray[np.float32]) -> Tuple[float, npt.NDArray[np.float64]]:
    return metrics.roc_auc(y, scores), metrics.roc_curve(y, scores).false_positive_rate


def stored(model: nnswift.Model, path: str) -> bytes:
    try:
        model.save(path)
    except nnswift.FileError as refusal:
        print(refusal.errno, refusal.status)
    return nnswift.load(path).to_bytes()
