"""69 pipelines of scikit-learn by way of skl2onnx: the probabilities and labels of ONNX Runtime, or a sentence."""

import warnings

import numpy as np
import pytest

import nnswift

pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")
skl2onnx = pytest.importorskip("skl2onnx")
pytest.importorskip("sklearn")

from sklearn import preprocessing as pre  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.decomposition import PCA, TruncatedSVD  # noqa: E402
from sklearn.feature_selection import SelectKBest, VarianceThreshold  # noqa: E402
from sklearn.impute import SimpleImputer  # noqa: E402
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, Ridge  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402
from sklearn.pipeline import make_pipeline, make_union  # noqa: E402
from sklearn.svm import LinearSVC  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")

# Probabilities and predictions near 1; both sides compute in float32.
TOLERANCE = 1e-5

RNG = np.random.default_rng(5)
NUMBERS = (RNG.normal(size=(90, 4)) * [1, 10, 0.1, 3] + [0, 50, -1, 8]).astype(np.float32)
CODES = RNG.integers(0, 4, size=(90, 4)).astype(np.float32)
MIXED = np.concatenate([NUMBERS[:, :2], CODES[:, :2]], axis=1)
PLACES = np.arange(90) % 3
NAMES = np.array(["setosa", "versicolor", "virginica"])
VALUES = (NUMBERS @ [0.3, 0.02, 2, -0.1]).astype(np.float32)


def mlp(**options):
    return MLPClassifier(hidden_layer_sizes=(6,), max_iter=30, random_state=0, **options)


def regressor(**options):
    return MLPRegressor(hidden_layer_sizes=(6, 5), max_iter=30, random_state=0, **options)


def columns(first, second):
    return ColumnTransformer([("first", first, [0, 1]), ("second", second, [2, 3])])


def one_hot(**options):
    return pre.OneHotEncoder(sparse_output=False, handle_unknown="ignore", **options)


# Steps before a network, the features they are made for, and what they are.
STEPS = {
    "standard": (pre.StandardScaler(), NUMBERS),
    "standard without mean": (pre.StandardScaler(with_mean=False), NUMBERS),
    "standard without scale": (pre.StandardScaler(with_std=False), NUMBERS),
    "minmax": (pre.MinMaxScaler(), NUMBERS),
    "minmax of a range": (pre.MinMaxScaler((-1, 1)), NUMBERS),
    "minmax with clip": (pre.MinMaxScaler(clip=True), NUMBERS),
    "maxabs": (pre.MaxAbsScaler(), NUMBERS),
    "robust": (pre.RobustScaler(), NUMBERS),
    "robust without centre": (pre.RobustScaler(with_centering=False), NUMBERS),
    "normalizer": (pre.Normalizer(), NUMBERS),
    "normalizer behind a scaler": (make_pipeline(pre.StandardScaler(), pre.Normalizer()), NUMBERS),
    "binarizer": (pre.Binarizer(threshold=0.25), NUMBERS),
    "binarizer at zero": (make_pipeline(pre.StandardScaler(), pre.Binarizer()), NUMBERS),
    "one-hot": (one_hot(), CODES),
    "one-hot without the first": (pre.OneHotEncoder(sparse_output=False, drop="first"), CODES),
    "ordinal": (pre.OrdinalEncoder(), CODES),
    "bins": (pre.KBinsDiscretizer(3, encode="ordinal", quantile_method="averaged_inverted_cdf"), NUMBERS),
    "k best": (SelectKBest(k=2), NUMBERS),
    "variance": (VarianceThreshold(0.5), NUMBERS),
    "pca": (PCA(3), NUMBERS),
    "pca whitened": (PCA(3, whiten=True), NUMBERS),
    "svd": (TruncatedSVD(2), NUMBERS),
    "two blocks": (columns(pre.StandardScaler(), pre.MinMaxScaler()), NUMBERS),
    "a block passed on": (columns(pre.StandardScaler(), "passthrough"), NUMBERS),
    "a block left out": (columns(pre.StandardScaler(), "drop"), NUMBERS),
    "numbers and categories": (columns(pre.StandardScaler(), one_hot()), MIXED),
    "numbers and ordinals": (columns(pre.RobustScaler(), pre.OrdinalEncoder()), MIXED),
    "union": (make_union(pre.StandardScaler(), PCA(2)), NUMBERS),
    "function": (pre.FunctionTransformer(), NUMBERS),
    "imputer": (SimpleImputer(), NUMBERS),
    "polynomials": (pre.PolynomialFeatures(2), NUMBERS),
    "quantiles": (pre.QuantileTransformer(n_quantiles=10), NUMBERS),
}
CLASSIFIERS = {
    "three": (mlp(), PLACES),
    "two": (mlp(), PLACES % 2),
    "names": (mlp(), NAMES[PLACES]),
    "two names": (mlp(), NAMES[PLACES % 2]),
    "-1 and 10": (mlp(), np.array([-1, 10])[PLACES % 2]),
    "tanh": (mlp(activation="tanh"), NAMES[PLACES]),
    "logistic": (mlp(activation="logistic"), PLACES),
    "linear": (mlp(activation="identity"), PLACES),
    "logistic regression": (LogisticRegression(), PLACES),
    "logistic regression of two": (LogisticRegression(), NAMES[PLACES % 2]),
    "logistic regression of names": (LogisticRegression(fit_intercept=False), NAMES[PLACES]),
}
REGRESSORS = {
    "mlp regressor": (regressor(), VALUES),
    "mlp regressor with tanh": (regressor(activation="tanh"), VALUES),
    "linear regression": (LinearRegression(), VALUES),
    "ridge of two": (Ridge(), NUMBERS[:, 1:3]),
    "elastic net": (ElasticNet(0.01), VALUES),
}


def variants():
    """Name -> the fitted pipeline, its features, the opset, what becomes of the probabilities, one input or many."""
    made = {}
    for step, (transformer, X) in STEPS.items():
        made[f"{step}, three"] = (make_pipeline(transformer, mlp()), X, PLACES, {})
    for name, (model, y) in {**CLASSIFIERS, **REGRESSORS}.items():
        made[name] = (make_pipeline(pre.StandardScaler(), model), NUMBERS, y, {})
    for zipmap in (False, "columns"):
        for name in ("three", "two names", "logistic regression", "logistic regression of two"):
            model, y = CLASSIFIERS[name]
            made[f"{name}, zipmap {zipmap}"] = (make_pipeline(pre.StandardScaler(), model), NUMBERS, y, {"zipmap": zipmap})
    for opset in (9, 10, 11, 13, 15, 17, 21):
        made[f"opset {opset}"] = (make_pipeline(pre.MinMaxScaler(), mlp()), NUMBERS, NAMES[PLACES], {"opset": opset})
    made["opset 9 of logistic regression"] = (make_pipeline(pre.RobustScaler(), LogisticRegression()), NUMBERS, PLACES, {"opset": 9})
    made["opset 12 of categories"] = (make_pipeline(one_hot(), mlp()), CODES, PLACES, {"opset": 12})
    made["one input a column"] = (make_pipeline(pre.StandardScaler(), mlp()), NUMBERS, PLACES, {"inputs": 4})
    made["two inputs"] = (make_pipeline(pre.StandardScaler(), LogisticRegression()), NUMBERS, NAMES[PLACES], {"inputs": 2})
    blocks = columns(pre.RobustScaler(), PCA(1))
    made["blocks of logistic regression"] = (make_pipeline(blocks, LogisticRegression()), NUMBERS, NAMES[PLACES], {"zipmap": "columns"})
    made["blocks of ridge"] = (make_pipeline(blocks, Ridge()), NUMBERS, VALUES, {})
    return made


VARIANTS = variants()
REFUSED = {
    "imputer, three": r"operator Imputer \(node \"\w+\"\) fills in missing values",
    "polynomials, three": r"operator ReduceProd \(node \"\w+\"\) has no counterpart",
    "quantiles, three": r"operator \w+ \(node \"\w+\"\) has no counterpart",
    "bins, three": r"operator Less \(node \"\w+\"\) has no counterpart",
}


def exported(name):
    """The ONNX model of a variant, and its features."""
    return fitted(*VARIANTS[name])


def fitted(pipeline, X, y, options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.fit(X, y)
        count = options.get("inputs", 1)
        kind = skl2onnx.common.data_types.FloatTensorType
        types = [(f"x{place}", kind([None, X.shape[1] // count])) for place in range(count)]
        zipmap = {id(pipeline): {"zipmap": options["zipmap"]}} if "zipmap" in options else None
        proto = skl2onnx.to_onnx(pipeline, initial_types=types, target_opset=options.get("opset", 21), options=zipmap)
    return proto, X


def of_runtime(proto, X):
    """The labels, None for a regression, and the probabilities [rows x classes] or predictions of ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 1
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    found = session.run(None, dict(zip(names, np.split(X, len(names), axis=1))))
    if len(found) == 1:
        return None, found[0]
    labels, *rest = found
    if isinstance(rest[0], list):
        return labels, np.array([list(row.values()) for row in rest[0]], np.float32)
    return labels, rest[0] if len(rest) == 1 else np.stack([np.ravel(part) for part in rest], axis=1)


def test_there_are_69():
    assert len(VARIANTS) == 69 and len(REFUSED) == 4


@pytest.mark.parametrize("name", VARIANTS)
def test_variant(name):
    proto, X = exported(name)
    labels, wanted = of_runtime(proto, X)
    if name in REFUSED:
        with pytest.raises(ValueError, match=REFUSED[name]):
            nnswift.from_onnx(proto)
        return
    model = nnswift.from_onnx(proto)
    found = model.predict(X)
    if labels is None:
        assert abs(found - wanted.reshape(found.shape)).max() <= TOLERANCE * max(1, abs(wanted).max())
        return
    if found.ndim == 1:
        found = np.stack([1 - found, found], axis=1)
    assert abs(found - wanted).max() <= TOLERANCE
    clear = np.sort(wanted, axis=1)[:, -1] - np.sort(wanted, axis=1)[:, -2] > TOLERANCE
    assert clear.mean() > 0.9 and (np.asarray(model.predict(X, kind="label"))[clear] == labels[clear]).all()


@pytest.mark.parametrize("classes", [2, 3])
def test_scores_need_a_loss(classes):
    y = NAMES[PLACES % classes]
    proto, X = fitted(LinearSVC(), NUMBERS, y, {})
    labels, scores = of_runtime(proto, X)
    with pytest.raises(ValueError, match="gives scores, not probabilities; say by which loss"):
        nnswift.from_onnx(proto)
    model = nnswift.from_onnx(proto, "binary_cross_entropy" if classes == 2 else "softmax_cross_entropy")
    assert abs(model.predict(X, kind="raw").reshape(scores.shape) - scores).max() <= TOLERANCE * abs(scores).max()
    assert (model.predict(X, kind="label") == labels).all()


def test_features_are_named_by_inputs_of_one_column():
    proto, _ = exported("one input a column")
    assert nnswift.from_onnx(proto).spec["features"] == ["x0", "x1", "x2", "x3"]
    assert "features" not in nnswift.from_onnx(exported("two inputs")[0]).spec


def test_categories_beside_numbers_are_a_residual_behind_a_scaling():
    model = nnswift.from_onnx(exported("numbers and categories, three")[0])
    assert model.spec["preprocess"] == {"type": "standardize"}
    assert [layer["type"] for layer in model.spec["layers"]] == ["residual", "dense", "dense"]
