"""Estimators of scikit-learn: `NNClassifier` and `NNRegressor`, beside MLPClassifier and MLPRegressor.

    >>> from sklearn.datasets import load_iris
    >>> from nnswift.sklearn import NNClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> NNClassifier(random_state=0).fit(X, y).score(X, y) > 0.9
    True

scikit-learn 1.6 or newer is needed; `import nnswift` does not load it.
"""

try:
    import sklearn as _sklearn
except ImportError as _problem:
    raise ImportError(
        'nnswift.sklearn needs scikit-learn 1.6 or newer; install it with pip install "scikit-learn>=1.6"'
    ) from _problem

if tuple(int(part) for part in _sklearn.__version__.split(".")[:2]) < (1, 6):
    raise ImportError(
        f"nnswift.sklearn needs scikit-learn 1.6 or newer, {_sklearn.__version__} is installed; "
        'install a newer one with pip install -U "scikit-learn>=1.6"'
    )

from ._classifier import NNClassifier  # noqa: E402
from ._regressor import NNRegressor  # noqa: E402

__all__ = ["NNClassifier", "NNRegressor"]
