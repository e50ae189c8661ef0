"""Estimators and pipelines of scikit-learn: what `from_sklearn` makes of them, and what it refuses by name."""

import numpy as np
import pytest

from nnswift import convert

sklearn = pytest.importorskip("sklearn")
from sklearn import compose, decomposition, feature_selection, impute, linear_model, preprocessing  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(9)
X = RNG.normal(size=(60, 5)) * [1, 10, 0.1, 3, 1] + [0, 20, 0, -2, 5]
Y = (X[:, 0] + X[:, 4] > 5).astype(int) + (X[:, 3] > 0)
TARGET = X[:, 0] - X[:, 3] + 0.1 * X[:, 1]

# scikit-learn computes in float64, this library in float32: the features, the weights and a few sums are rounded to
# 6e-8 of their values, and features that lie 10 deviations from 0 lose a digit. (Far from 0 a Normalizer gives values
# that hardly differ, and a scaler behind it makes their rounding large: that is no error of a conversion.)
TOLERANCE = 1e-5


def mlp(activation="relu", hidden=(7,), **options):
    return MLPClassifier(hidden, activation=activation, max_iter=15, random_state=0, **options)


def close(found, wanted):
    return abs(np.asarray(found).ravel() - np.asarray(wanted).ravel()).max() <= TOLERANCE * max(1, abs(wanted).max())


def same_classifier(network, x=X):
    model = convert.from_sklearn(network)
    wanted = network.predict_proba(x)
    labels = model.predict(x, kind="label")
    if len(network.classes_) == 2:
        wanted = wanted[:, 1]
    return close(model.predict(x), wanted) and bool((labels == network.predict(x)).all())


@pytest.mark.parametrize("names", [
    [10, 20, 30], [-1, 1], [1, 2], [0, 1, 2], [False, True], ["a", "b"], ["c", "a", "b"], [0.0, 1.0], [1.0, 2.0, 3.0],
], ids=str)  # fmt: skip
def test_labels_keep_their_type(names):
    y = np.array(names)[Y % len(names)]
    model = convert.from_sklearn(mlp().fit(X, y))
    labels = model.predict(X, kind="label")
    assert (labels == mlp().fit(X, y).predict(X)).all()
    assert type(model.spec["classes"][0]) is (int if type(names[0]) is float else type(names[0]))
    assert set(labels.tolist()) <= set(names)
    assert same_classifier(linear_model.LogisticRegression().fit(X, y))


def test_multi_label():
    y = np.stack([Y > 0, Y > 1, X[:, 0] > 0], axis=1).astype(int)
    network = mlp().fit(X, y)
    model = convert.from_sklearn(network)
    assert close(model.predict(X), network.predict_proba(X))
    assert (model.predict(X, kind="label") == network.predict(X)).all() and "classes" not in model.spec


SCALERS = {
    "standard": preprocessing.StandardScaler(), "only mean": preprocessing.StandardScaler(with_std=False),
    "only std": preprocessing.StandardScaler(with_mean=False), "minmax": preprocessing.MinMaxScaler(),
    "minmax -1": preprocessing.MinMaxScaler((-1, 1)), "maxabs": preprocessing.MaxAbsScaler(),
    "robust": preprocessing.RobustScaler(), "robust 2": preprocessing.RobustScaler(with_centering=False, unit_variance=True),
    "robust 3": preprocessing.RobustScaler(with_scaling=False), "norm": preprocessing.Normalizer(),
    "identity": preprocessing.FunctionTransformer(), "pca": decomposition.PCA(3), "all": decomposition.PCA(),
    "whitened": decomposition.PCA(2, whiten=True), "parts": decomposition.IncrementalPCA(3),
    "svd": decomposition.TruncatedSVD(3), "best": feature_selection.SelectKBest(k=2),
    "varying": feature_selection.VarianceThreshold(0.5), "nothing": "passthrough", "none": None,
    "union": FeatureUnion([("a", preprocessing.StandardScaler()), ("b", decomposition.PCA(2)), ("c", "drop")]),
    "columns": compose.ColumnTransformer([
        ("a", preprocessing.StandardScaler(), [0, 3]), ("b", make_pipeline(preprocessing.RobustScaler(),
         decomposition.PCA(1)), slice(1, 3))], remainder="passthrough"),
    "shared": compose.ColumnTransformer([
        ("a", preprocessing.StandardScaler(), [1, 0]), ("b", preprocessing.MinMaxScaler(), [True, True, False, False, True]),
        ("c", "drop", [2]), ("d", "passthrough", [-1])]),
    "in order": compose.ColumnTransformer([
        ("a", preprocessing.StandardScaler(), [0, 1, 2]), ("b", preprocessing.MinMaxScaler(), [3, 4])]),
}  # fmt: skip


@pytest.mark.parametrize("scaler", SCALERS.values(), ids=SCALERS)
@pytest.mark.parametrize("before", ["passthrough", preprocessing.StandardScaler(), decomposition.PCA()], ids=str)
def test_pipelines(scaler, before):
    for last in (mlp(), linear_model.LogisticRegression()):
        network = make_pipeline(before, scaler, preprocessing.StandardScaler(), last)
        assert same_classifier(network.fit(X, Y))
        assert same_classifier(Pipeline([("front", make_pipeline(scaler)), ("end", make_pipeline(before, last))]).fit(X, Y))


def test_a_scaler_is_the_preprocess():
    network = make_pipeline(preprocessing.StandardScaler(), mlp(hidden=(4, 3))).fit(X, Y)
    model = convert.from_sklearn(network)
    assert model.spec["preprocess"] == {"type": "standardize"} and len(model.spec["layers"]) == 3
    assert np.array_equal(model.scaling[0], network[0].mean_.astype(np.float32))
    assert np.array_equal(model.weights["layers.1.weight"], network[1].coefs_[1].T.astype(np.float32))
    constant = X * [1, 1, 0, 1, 1]
    assert same_classifier(make_pipeline(preprocessing.MinMaxScaler(), mlp()).fit(constant, Y), constant)
    ordered = make_pipeline(SCALERS["in order"], mlp()).fit(X, Y)
    assert np.allclose(convert.from_sklearn(ordered).weights["layers.0.weight"], ordered[1].coefs_[0].T, atol=1e-6)


def test_a_row_of_zeros_and_one_without_a_norm():
    x = np.concatenate([np.zeros((1, 5)), 1e-6 * X, 1e6 * X])
    network = make_pipeline(preprocessing.Normalizer(), mlp()).fit(X, Y)
    assert same_classifier(network, x)


def test_tables():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(X, columns=list("abcde"))
    columns = compose.ColumnTransformer([
        ("s", preprocessing.StandardScaler(), ["d", "a"]), ("m", preprocessing.MinMaxScaler(), slice("b", "c")),
    ], remainder=preprocessing.RobustScaler())  # fmt: skip
    network = make_pipeline(columns, mlp()).fit(table, Y)
    model = convert.from_sklearn(network)
    assert model.feature_names == list("abcde")
    assert close(model.predict(table), network.predict_proba(table))
    # By name, whatever their order.
    np.testing.assert_array_equal(model.predict(table[list("edcba")]), model.predict(table))
    with pytest.raises(ValueError, match="column"):
        model.predict(table.rename(columns={"a": "z"}))


REGRESSORS = [
    MLPRegressor(hidden_layer_sizes=(6, 5), max_iter=20, random_state=0), MLPRegressor(hidden_layer_sizes=(), max_iter=5), linear_model.LinearRegression(),
    linear_model.LinearRegression(fit_intercept=False), linear_model.Ridge(), linear_model.RidgeCV(), linear_model.Lasso(0.1),
    linear_model.LassoCV(), linear_model.ElasticNet(0.1), linear_model.SGDRegressor(), linear_model.HuberRegressor(),
    linear_model.BayesianRidge(), linear_model.Lars(), linear_model.OrthogonalMatchingPursuit(),
]  # fmt: skip


@pytest.mark.parametrize("network", REGRESSORS, ids=str)
def test_regressors(network):
    scaled = make_pipeline(preprocessing.StandardScaler(), network).fit(X, TARGET)
    assert close(convert.from_sklearn(scaled).predict(X), scaled.predict(X))
    for scaler in (preprocessing.StandardScaler(), preprocessing.MinMaxScaler(), preprocessing.RobustScaler(), None):
        whole = compose.TransformedTargetRegressor(scaled, transformer=scaler).fit(X, 1e5 * TARGET + 1e6)
        assert close(convert.from_sklearn(whole).predict(X), whole.predict(X))
    both = make_pipeline(preprocessing.StandardScaler(), compose.TransformedTargetRegressor(
        network, transformer=preprocessing.StandardScaler())).fit(X, TARGET)
    assert close(convert.from_sklearn(both).predict(X), both.predict(X))


def test_several_targets_and_rates():
    targets = np.stack([TARGET, X[:, 1]], axis=1)
    for network in (linear_model.Ridge(), linear_model.MultiTaskLasso(), MLPRegressor(hidden_layer_sizes=(4,), max_iter=9)):
        whole = compose.TransformedTargetRegressor(network, transformer=preprocessing.StandardScaler()).fit(X, targets)
        assert close(convert.from_sklearn(whole).predict(X), whole.predict(X))
    rates = make_pipeline(preprocessing.StandardScaler(), linear_model.PoissonRegressor()).fit(X, Y)
    assert close(convert.from_sklearn(rates).predict(X), rates.predict(X))


def test_classifiers_of_one_layer():
    binary, scaler = Y > 0, preprocessing.StandardScaler()
    for network in (
        linear_model.LogisticRegressionCV(cv=2, max_iter=500), linear_model.SGDClassifier(loss="log_loss", random_state=0),
        linear_model.LogisticRegression(solver="liblinear"), linear_model.LogisticRegression(fit_intercept=False),
        GridSearchCV(linear_model.LogisticRegression(), {"C": [0.1, 1]}, cv=2),
    ):  # fmt: skip
        assert same_classifier(make_pipeline(scaler, network).fit(X, binary))


def test_a_center_that_float32_cannot_hold():
    # 1.7e9 + 30 in float32 is 1.7e9: the bias takes the 30 back, for rows whose features float32 holds exactly.
    x = 1.7e9 + 128.0 * np.arange(-8, 8)[:, None] + np.zeros(2)
    shifted = preprocessing.StandardScaler().fit(x + 30.0)
    network = make_pipeline(shifted, linear_model.Ridge().fit(np.eye(16, 2), np.arange(16.0)))
    assert close(convert.from_sklearn(network).predict(x), network.predict(x))


class Mine(MLPClassifier):
    def predict_proba(self, X):
        return 1 - super().predict_proba(X)


def fitted(last, *before, y=Y):
    return make_pipeline(*before, last).fit(X, y)


REFUSED = {
    "^MLPClassifier must be fitted": lambda: mlp(),
    'step "mlpclassifier", MLPClassifier must be fitted': lambda: make_pipeline(preprocessing.StandardScaler(), mlp()),
    'step "standardscaler", StandardScaler must be fitted': lambda: make_pipeline(
        preprocessing.StandardScaler(), mlp().fit(X, Y)),
    "Mine has no.*derived from MLPClassifier": lambda: Mine(max_iter=2).fit(X, Y),
    'step "minmaxscaler", MinMaxScaler has no.*clip': lambda: fitted(mlp(), preprocessing.MinMaxScaler(clip=True)),
    'step "normalizer", Normalizer.*l2': lambda: fitted(mlp(), preprocessing.Normalizer("l1")),
    'step "quantiletransformer", QuantileTransformer has no': lambda: fitted(
        mlp(), preprocessing.QuantileTransformer(n_quantiles=9)),
    "PolynomialFeatures has no": lambda: fitted(mlp(), preprocessing.PolynomialFeatures()),
    "SimpleImputer has no": lambda: fitted(mlp(), impute.SimpleImputer()),
    "FunctionTransformer.*no function": lambda: fitted(mlp(), preprocessing.FunctionTransformer(np.abs)),
    'ColumnTransformer, block "q", OneHotEncoder has no': lambda: fitted(mlp(), compose.ColumnTransformer(
        [("q", preprocessing.OneHotEncoder(handle_unknown="ignore"), [0])], remainder="passthrough")),
    'block "q", Normalizer.*some of the columns': lambda: fitted(
        mlp(), compose.ColumnTransformer([("q", preprocessing.Normalizer(), [0, 1])])),
    "transformer_weights": lambda: fitted(mlp(), FeatureUnion(
        [("a", preprocessing.StandardScaler())], transformer_weights={"a": 2.0})),
    "Perceptron has no.*no probabilities": lambda: linear_model.Perceptron().fit(X, Y),
    "SGDClassifier.*log_loss": lambda: linear_model.SGDClassifier().fit(X, Y),
    "SGDClassifier.*against the rest": lambda: linear_model.SGDClassifier(loss="log_loss").fit(X, Y),
    "TransformedTargetRegressor, transformer_, FunctionTransformer": lambda: compose.TransformedTargetRegressor(
        linear_model.Ridge(), func=np.log, inverse_func=np.exp).fit(X, TARGET - TARGET.min() + 1),
    "GridSearchCV must have fitted": lambda: GridSearchCV(
        linear_model.Ridge(), {"alpha": [1, 2]}, refit=False, cv=2).fit(X, TARGET),
    "int has no": lambda: 3,
    "PCA has no": lambda: make_pipeline(preprocessing.StandardScaler(), decomposition.PCA()).fit(X),
}  # fmt: skip


@pytest.mark.parametrize(("fragment", "network"), REFUSED.items(), ids=range(len(REFUSED)))
def test_refused_by_name(fragment, network):
    with pytest.raises(ValueError, match=fragment):
        convert.from_sklearn(network())


def test_keys_of_a_spec():
    network = mlp().fit(X, Y > 0)
    assert convert.from_sklearn(network, threshold=0.3, seed=4).spec["threshold"] == 0.3
    with pytest.raises(ValueError, match="loss, classes must come from the estimator"):
        convert.from_sklearn(network, classes=[0, 1], loss="mse")


def test_classes_that_have_no_type_here():
    network = mlp().fit(X, Y)
    network.classes_ = np.array([0.5, 1.5, 2.5])
    with pytest.raises(ValueError, match="classes must be texts, integers or booleans, got .0.5"):
        convert.from_sklearn(network)


@pytest.mark.parametrize("seed", range(150))
def test_a_random_pipeline(seed):
    rng = np.random.default_rng(seed)
    width = int(rng.integers(2, 7))
    x = rng.normal(size=(40, width)) * rng.uniform(0.1, 5, width) + rng.normal(size=width)
    # TruncatedSVD wants two features, SelectKBest one target.
    names = [name for name in list(SCALERS)[:-5] if name not in ("svd", "best")]
    steps = [sklearn.base.clone(scaler) if hasattr(scaler := SCALERS[names[rng.integers(len(names))]], "fit") else scaler
             for _ in range(int(rng.integers(4)))]  # fmt: skip
    for step in steps:
        for name in ("n_components", "k"):
            if hasattr(step, name) and getattr(step, name) is not None:
                step.set_params(**{name: 1})
        if hasattr(step, "threshold"):
            step.set_params(threshold=0.0)
    hidden = tuple(int(n) for n in rng.integers(1, 8, int(rng.integers(3))))
    activation = ["relu", "tanh", "logistic", "identity"][rng.integers(4)]
    options = {"hidden_layer_sizes": hidden, "activation": activation, "max_iter": 3, "random_state": seed}
    if seed % 2:
        y = np.array([[10, 20, 30], [-1, 1], ["b", "a"], [True, False]][seed % 4 if seed % 8 < 4 else 3], object)
        y = np.array(y.tolist())[rng.permutation(40) % len(y)]
        assert same_classifier(make_pipeline(*steps, MLPClassifier(**options)).fit(x, y), x)
    else:
        network = make_pipeline(*steps, MLPRegressor(**options)).fit(x, rng.normal(size=(40, 2))[:, : seed % 4 // 2 + 1].squeeze())
        assert close(convert.from_sklearn(network).predict(x), network.predict(x))
