"""Pictures of trainings and predictions, with matplotlib (``pip install "nnswift[plot]"``).

Every function draws into the Axes it is given, or into a new figure that nothing is cut off from, and returns the Axes:
titles, limits and scales are the caller's. No setting of matplotlib is changed, and dark styles are followed. Colours
are those of Okabe and Ito, which people who see fewer colours can tell apart.

    >>> from nnswift import plot
    >>> plot.learning_curves({"Adam": history, "SGD": other}, "accuracy")
    >>> ax = plot.roc_curve(y_test, model.predict(X_test)[:, 1], label="nnswift")
    >>> ax.figure.savefig("roc.png", dpi=150)

All raise ImportError where matplotlib is missing, and `nnswift.Error` for what cannot be drawn.
"""

from ._bars import bars
from ._classes import confusion_matrix
from ._dependence import dependence, importance
from ._images import images, misclassified
from ._learning import learning_curves
from ._network import architecture, weights
from ._numbers import predictions, residuals
from ._probabilities import calibration_curve, score_histogram
from ._rates import learning_rates
from ._rows import learning_by_rows
from ._scores import precision_recall_curve, roc_curve, threshold

__all__ = [
    "architecture", "bars", "calibration_curve", "confusion_matrix", "dependence", "images", "importance",
    "learning_by_rows", "learning_curves", "learning_rates", "misclassified", "precision_recall_curve", "predictions",
    "residuals", "roc_curve", "score_histogram", "threshold", "weights",
]  # fmt: skip
