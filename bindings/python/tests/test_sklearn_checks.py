"""scikit-learn's own checks of estimators, with nothing expected to fail."""

import pytest

pytest.importorskip("sklearn", minversion="1.6")
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

from nnswift.sklearn import NNClassifier, NNRegressor  # noqa: E402

# That a training on 5 or 200 epochs is not over, or that a class has no row, is no matter here.
pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")


@parametrize_with_checks([NNClassifier(), NNRegressor()])
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)
