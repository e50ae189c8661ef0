"""A report: what there is to know of a model and some rows, in one page."""

from __future__ import annotations

import os
from typing import Any, Optional, Tuple, Union


def report(
    model: Any,
    X: Any,
    y: Any = None,
    path: Union[str, "os.PathLike[str]"] = "report.html",
    *,
    train: Any = None,
    sample_weight: Any = None,
    title: Optional[str] = None,
    image_shape: Optional[Tuple[int, int]] = None,
    repeats: int = 200,
    seed: int = 0,
) -> str:
    """Writes a page about a model and rows that it was not trained on: one HTML file that needs no network.

    It has metrics with 95 % intervals, curves, the confusion matrix, thresholds, calibration, what predictions depend
    on, the columns, the network, the training, and warnings: few rows, drifted columns, columns that may tell the target.

    Parameters
    ----------
    model : Model
        Of arrays or of a table; a classifier or a regression.
    X, y : arrays, or a table
        As in `Model.evaluate`; of a model of a table the table has its target, and y stays None.
    path : str or os.PathLike
        Where the page is written.
    train : (X, y), or a table, optional
        The rows of the training: then columns are compared with them, and rows that occur in both are counted. Without
        them, a model of a table knows of levels and numbers that its training never met.
    sample_weight : array [rows], optional
        Of arrays; a `nnswift.Table` has its own, which metrics here leave out.
    title : str, optional
        The heading; None: what is predicted.
    image_shape : (height, width), optional
        The features are pixels: weights and misclassified images are drawn.
    repeats : int
        Resamplings of the rows for the intervals, at least 20.
    seed : int
        Of the resamplings and permutations; the same seed gives the same numbers.

    Returns
    -------
    str
        The path.

    Raises
    ------
    ImportError
        Jinja2 or matplotlib is not installed: ``pip install "nnswift[report]"``.
    nnswift.Error
        As `Model.evaluate`, for rows that do not fit.
    OSError
        The page cannot be written.

    Examples
    --------
    >>> nnswift.report(model, X_test, y_test, "report.html", train=(X_train, y_train))
    'report.html'
    """
    from ._page import write

    return write(
        model, X, y, path, train=train, sample_weight=sample_weight, title=title, image_shape=image_shape,
        repeats=repeats, seed=seed,
    )  # fmt: skip
