"""scikit-learn's tools around the estimators: pipelines, searches, calibration, copies."""

import copy
import doctest
import importlib
import io
import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")
import joblib  # noqa: E402
import sklearn  # noqa: E402
from sklearn.base import clone  # noqa: E402
from sklearn.calibration import CalibratedClassifierCV  # noqa: E402
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector  # noqa: E402
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris  # noqa: E402
from sklearn.ensemble import BaggingClassifier, StackingRegressor, VotingClassifier  # noqa: E402
from sklearn.inspection import partial_dependence, permutation_importance  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.metrics import make_scorer, roc_auc_score  # noqa: E402
from sklearn.model_selection import (  # noqa: E402
    GridSearchCV, RandomizedSearchCV, TunedThresholdClassifierCV, cross_val_predict, cross_val_score,
)  # fmt: skip
from sklearn.multiclass import OneVsRestClassifier  # noqa: E402
from sklearn.multioutput import MultiOutputRegressor  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402

from nnswift.sklearn import NNClassifier, NNRegressor  # noqa: E402

# Twenty epochs do not bring a loss to rest.
pytestmark = pytest.mark.filterwarnings("ignore::nnswift.TrainingWarning")

IRIS, SPECIES = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[SPECIES]
TISSUE, MALIGNANT = load_breast_cancer(return_X_y=True)
PATIENTS, PROGRESS = load_diabetes(return_X_y=True)


def classifier(**parameters):
    return NNClassifier(**{"random_state": 0, "max_iter": 20, "learning_rate_init": 0.02, **parameters})


def test_a_pipeline():
    pipeline = make_pipeline(StandardScaler(), classifier()).fit(IRIS, NAMES)
    assert pipeline.score(IRIS, NAMES) > 0.9
    assert pipeline.predict_proba(IRIS).shape == (150, 3)
    assert list(pipeline.classes_) == ["setosa", "versicolor", "virginica"]


@pytest.mark.parametrize("sparse_threshold", [0, 1])
def test_columns_that_scikit_learn_encodes(sparse_threshold):
    pandas = pytest.importorskip("pandas")
    random = np.random.default_rng(1)
    frame = pandas.DataFrame({"city": random.choice(["Bern", "Rome"], 300), "age": random.normal(50, 10, 300)})
    came = (frame.age > 50) ^ (frame.city == "Rome")
    encoder = ColumnTransformer(
        [("one", OneHotEncoder(), ["city"]), ("two", StandardScaler(), make_column_selector(dtype_include=float))],
        sparse_threshold=sparse_threshold,
    )
    assert make_pipeline(encoder, classifier(max_iter=60)).fit(frame, came).score(frame, came) > 0.9


def test_searches_in_two_processes():
    search = GridSearchCV(classifier(), {"hidden_layer_sizes": [(4,), (32, 16)], "dropout": [0.0, 0.2]}, n_jobs=2, cv=3)
    assert search.fit(IRIS, NAMES).best_score_ > 0.9
    assert search.best_estimator_.predict(IRIS[:1]) == ["setosa"]
    drawn = RandomizedSearchCV(classifier(), {"alpha": [1e-5, 1e-2], "solver": ["adam", "sgd"]}, n_iter=3, random_state=0)
    assert drawn.fit(IRIS, NAMES).best_score_ > 0.8


def test_cross_validation():
    assert cross_val_score(classifier(), IRIS, NAMES, cv=5).mean() > 0.9
    predicted = cross_val_predict(classifier(), IRIS, NAMES, method="predict_proba")
    assert np.allclose(predicted.sum(axis=1), 1, atol=1e-6)  # float32
    scored = cross_val_score(classifier(), TISSUE, MALIGNANT, scoring="roc_auc")
    assert scored.min() > 0.95


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_calibration(method):
    calibrated = CalibratedClassifierCV(classifier(), method=method, cv=3).fit(IRIS, NAMES)
    assert calibrated.score(IRIS, NAMES) > 0.9


def test_a_tuned_threshold():
    tuned = TunedThresholdClassifierCV(classifier(), scoring="balanced_accuracy", cv=3).fit(TISSUE, MALIGNANT)
    assert 0 < tuned.best_threshold_ < 1
    assert tuned.score(TISSUE, MALIGNANT) > 0.9


def test_ensembles():
    voting = VotingClassifier([("net", classifier()), ("line", LogisticRegression(max_iter=500))], voting="soft")
    assert voting.fit(IRIS, NAMES).score(IRIS, NAMES) > 0.9
    assert BaggingClassifier(classifier(), n_estimators=3).fit(IRIS, NAMES).score(IRIS, NAMES) > 0.9
    assert OneVsRestClassifier(classifier()).fit(IRIS, NAMES).score(IRIS, NAMES) > 0.8
    stack = StackingRegressor([("net", NNRegressor(random_state=0)), ("ridge", Ridge())], cv=3)
    assert stack.fit(PATIENTS, PROGRESS).score(PATIENTS, PROGRESS) > 0.4


def test_regressors_within_others():
    within = TransformedTargetRegressor(NNRegressor(random_state=0), func=np.log, inverse_func=np.exp)
    assert within.fit(PATIENTS, PROGRESS).score(PATIENTS, PROGRESS) > 0.4
    both = np.stack([PROGRESS, -PROGRESS], axis=1)
    assert MultiOutputRegressor(NNRegressor(random_state=0)).fit(PATIENTS, both).score(PATIENTS, both) > 0.4


def test_explanations():
    network = classifier().fit(TISSUE, MALIGNANT)
    importance = permutation_importance(network, TISSUE, MALIGNANT, n_repeats=2, random_state=0)
    assert importance.importances_mean.shape == (30,) and importance.importances_mean.max() > 0
    assert partial_dependence(network, TISSUE, [0], grid_resolution=5)["average"].shape == (1, 5)


def test_a_scorer_of_the_users():
    scorer = make_scorer(roc_auc_score, response_method="predict_proba")
    assert scorer(classifier().fit(TISSUE, MALIGNANT), TISSUE, MALIGNANT) > 0.98


def through_joblib(network):
    file = io.BytesIO()
    joblib.dump(network, file)
    file.seek(0)
    return joblib.load(file)


@pytest.mark.parametrize("again", [lambda net: pickle.loads(pickle.dumps(net)), copy.deepcopy, through_joblib],
                         ids=["pickle", "deepcopy", "joblib"])  # fmt: skip
def test_copies_predict_the_same(again):
    network = classifier(callbacks=[print_nothing]).fit(IRIS, NAMES)
    twin = again(network)
    assert (twin.predict_proba(IRIS) == network.predict_proba(IRIS)).all()
    assert twin.loss_curve_ == network.loss_curve_
    assert twin.fit(IRIS, NAMES).loss_ == network.loss_


def print_nothing(progress):
    """A callback that can be pickled."""


def test_a_clone_is_not_fitted():
    network = classifier(dropout=[0.1], class_weight={"setosa": 2}).fit(IRIS, NAMES)
    twin = clone(network)
    assert twin.get_params() == network.get_params()
    assert not hasattr(twin, "model_")


def test_the_diagram_of_a_notebook():
    with sklearn.config_context(display="diagram"):
        page = make_pipeline(StandardScaler(), classifier())._repr_html_()
    assert "NNClassifier" in page and "</div>" in page


def test_weights_go_by_metadata_routing():
    with sklearn.config_context(enable_metadata_routing=True):
        network = classifier().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        weights = np.where(SPECIES == 0, 0.0, 1.0)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), network).fit(
            IRIS, SPECIES, sample_weight=weights
        )
        assert pipeline.predict_proba(IRIS)[:, 0].max() < 0.5


def test_names_of_columns_are_checked():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(IRIS, columns=["a", "b", "c", "d"])
    network = classifier().fit(frame, NAMES)
    assert list(network.feature_names_in_) == network.model_.feature_names == ["a", "b", "c", "d"]
    with pytest.raises(ValueError, match="feature names should match"):
        network.predict(frame[["b", "a", "c", "d"]])
    assert (network.predict(frame) == classifier().fit(IRIS, NAMES).predict(IRIS)).all()


@pytest.mark.parametrize("module", ["nnswift.sklearn", "nnswift.sklearn._classifier", "nnswift.sklearn._regressor"])
def test_the_examples_of_the_docstrings(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted > 2 and result.failed == 0
