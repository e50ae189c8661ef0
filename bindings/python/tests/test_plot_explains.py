"""Pictures of probabilities, of what predictions depend on, and of networks themselves."""

import datetime

import numpy as np
import pytest

import nnswift
from nnswift import plot

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed: no picture is drawn")
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

RNG = np.random.default_rng(0)
TRUE = np.arange(400) % 2
PROBABILITIES = 1 / (1 + np.exp(-RNG.normal(size=400) - 2 * TRUE + 1))
CLASSES = np.arange(300) % 3
SCORES = RNG.random((300, 3)) + np.eye(3)[CLASSES]
SCORES /= SCORES.sum(axis=1, keepdims=True)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.fixture(scope="module")
def people():
    first = datetime.date(2024, 1, 1)
    rows = {
        "age": RNG.integers(18, 80, 300).astype(float),
        "city": RNG.choice(["Bern", "Oslo", None], 300).tolist(),
        "vip": RNG.integers(0, 2, 300).astype(bool),
        "since": [first + datetime.timedelta(int(days)) for days in RNG.integers(0, 900, 300)],
    }
    rows["came"] = np.where(rows["age"] > 45, "yes", "no")
    return rows


@pytest.fixture(scope="module")
def guest(people):
    return nnswift.fit_table(people, "came", seed=1, config={"epochs": 5})


def test_areas_of_several_classes_are_those_of_each_against_the_rest():
    areas = [nnswift.metrics.roc_auc(CLASSES == number, SCORES[:, number]) for number in range(3)]
    ax = plot.roc_curve(CLASSES, SCORES, labels=["a", "b", "c"])
    assert legend(ax) == [f"{name}: AUC {area:.3f}" for name, area in zip("abc", areas)] + ["chance"]
    named = plot.roc_curve(np.array(["x", "y", "z"])[CLASSES], SCORES, label="net", labels=["x", "y", "z"])
    assert legend(named)[0] == f"net, x: AUC {areas[0]:.3f}"
    assert np.mean(areas) == pytest.approx(nnswift.metrics.roc_auc(CLASSES, SCORES))
    parts = [nnswift.metrics.pr_auc(CLASSES == number, SCORES[:, number]) for number in range(3)]
    assert legend(plot.precision_recall_curve(CLASSES, SCORES)) == [f"{n}: AP {part:.3f}" for n, part in enumerate(parts)]


def test_of_many_classes_the_ten_worst_are_drawn():
    truth = np.arange(600) % 30
    scores = np.eye(30)[truth] + RNG.random((600, 30)) * np.linspace(1, 5, 30)
    shown = [int(text.split(":")[0]) for text in legend(plot.roc_curve(truth, scores))[:-1]]
    areas = [nnswift.metrics.roc_auc(truth == number, scores[:, number]) for number in range(30)]
    assert shown == np.argsort(areas)[:10].tolist()


def test_several_classes_refuse():
    with pytest.raises(nnswift.ArgumentError, match="indices below 3"):
        plot.roc_curve(CLASSES + 1, SCORES)
    with pytest.raises(nnswift.ShapeError, match="labels must name the 3 classes"):
        plot.roc_curve(CLASSES, SCORES, labels=["a"])
    with pytest.raises(nnswift.ArgumentError, match='"d", which is not in labels'):
        plot.roc_curve(np.array(["a", "b", "d"])[CLASSES], SCORES, labels=["a", "b", "c"])
    with pytest.raises(nnswift.ArgumentError, match="only one"):
        plot.roc_curve(np.zeros(300, int), SCORES)
    assert not plt.get_fignums()


def test_calibration_curve_has_the_librarys_points():
    found = nnswift.metrics.calibration_curve(TRUE, PROBABILITIES)
    error = nnswift.metrics.expected_calibration_error(TRUE, PROBABILITIES)
    ax = plot.calibration_curve(TRUE, PROBABILITIES)
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), np.column_stack([found.mean_score, found.positive_share]))
    assert legend(ax) == [f"calibration error {error:.3f}", "perfect"]
    heights = np.array([bar.get_height() for bar in ax.patches])
    np.testing.assert_allclose(heights / heights.max(), found.weight / found.weight.max())


def test_score_histogram_has_both_classes():
    ax = plot.score_histogram(np.array(["no", "yes"])[TRUE], PROBABILITIES, threshold=0.5, bins=10)
    assert legend(ax) == ["no: 200 rows", "yes: 200 rows", "threshold 0.5"]
    with pytest.raises(nnswift.ArgumentError, match="two classes"):
        plot.score_histogram(TRUE, PROBABILITIES, labels=["a"])
    with pytest.raises(nnswift.ArgumentError, match="finite"):
        plot.score_histogram(TRUE, np.where(TRUE, np.nan, 0))


def test_importance_sorts_and_limits():
    ax = plot.importance({"a": (0.1, 0.01), "b": (0.3, 0.0), 2: -0.1}, limit=2)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert [bar.get_width() for bar in ax.patches] == [0.1, 0.3] and ax.get_ylabel() == "the largest 2 of 3"
    for values in ({}, {"a": "text"}, [1]):
        with pytest.raises(nnswift.ArgumentError, match="importances must"):
            plot.importance(values)


def test_importance_of_a_model(guest, people):
    ax = plot.importance(guest.importance(people, repeats=2))
    assert {label.get_text() for label in ax.get_yticklabels()} == {"age", "city", "vip", "since"}


def test_dependence_of_numbers(guest, people):
    ax = plot.dependence(guest, people, "age")
    x, y = ax.lines[0].get_data()
    assert len(x) == 41 and (np.diff(x) > 0).all()
    np.testing.assert_array_equal(y, guest.dependence(people, "age", x.tolist()))
    assert ax.get_ylabel() == "mean probability of yes"
    again = plot.dependence(guest, people, "age", values=[20, 70], ax=ax)
    assert again.lines[2].get_color() != ax.lines[0].get_color()


def test_dependence_of_levels_and_dates(guest, people):
    cities = plot.dependence(guest, people, "city")
    assert {label.get_text() for label in cities.get_xticklabels()} == {"Bern", "Oslo"}
    assert len(plot.dependence(guest, people, "vip").patches) == 2
    assert len(plot.dependence(guest, people, "since").lines[0].get_xdata()) == 41
    missing = plot.dependence(guest, people, "city", values=["Bern", None])
    assert [label.get_text() for label in missing.get_xticklabels()] == ["Bern", "missing"]


def test_dependence_of_arrays_by_position_and_name(model, blobs):
    X, y = blobs
    model.train(X, y, epochs=2)
    ax = plot.dependence(model, X, 2, output=1)
    assert ax.get_ylabel() == "mean of output 1"
    model.feature_names = ["a", "b", "c", "d"]
    again = plot.dependence(model, X, "c", output=1)
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), again.lines[0].get_xydata())
    for column in (4, "e", -1):
        with pytest.raises(nnswift.ArgumentError, match="column"):
            plot.dependence(model, X, column)


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_dependence_of_tables_of_other_packages(guest, people, package):
    library = pytest.importorskip(package)
    frame = library.table(people) if package == "pyarrow" else library.DataFrame(people)
    for column in ("age", "city", "vip", "since"):
        mine, theirs = (plot.dependence(guest, rows, column) for rows in (people, frame))
        if mine.lines:
            np.testing.assert_array_equal(mine.lines[0].get_ydata(), theirs.lines[0].get_ydata())


def test_learning_by_rows_draws_means():
    ax = plot.learning_by_rows({"training": {400: [0.9, 1.0], 100: 0.8}, "validation": {100: 0.5}}, ylabel="accuracy")
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[100, 0.8], [400, 0.95]])
    assert legend(ax) == ["training", "validation"] and ax.get_ylabel() == "accuracy"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["100", "400"]
    assert plot.learning_by_rows({10: 1.0}).get_legend() is None
    for results in ({}, {"a": {}}, {0: 1.0}, {"many": 1.0}, {10: "text"}):
        with pytest.raises(nnswift.ArgumentError, match="results must"):
            plot.learning_by_rows(results)


def test_weights_have_0_in_the_middle():
    network = nnswift.Model.mlp([64, 10, 3], seed=1)
    ax = plot.weights(network, limit=4)
    found = network.weights["layers.0.weight"]
    strongest = np.argsort(-np.linalg.norm(found, axis=1))[:4]
    np.testing.assert_array_equal(ax.images[0].get_array(), found[strongest[0]].reshape(8, 8))
    low, high = ax.images[0].get_clim()
    assert low == -high and "strongest 4 of 10 units" in ax.get_xlabel()


def test_weights_of_a_table_are_no_images(guest):
    with pytest.raises(nnswift.ArgumentError, match="first layer"):
        plot.weights(guest)


def test_architecture_has_every_layer_and_shortcut(guest):
    block = {"type": "residual", "layers": [{"type": "dense", "units": 8, "activation": "relu"}, {"type": "dropout", "rate": 0.2}]}
    network = nnswift.Model({
        "input": 8, "layers": [block, {"type": "dense", "units": 3}], "loss": "softmax_cross_entropy",
        "preprocess": ["standardize", "clip"],
    })  # fmt: skip
    words = [text.get_text() for text in plot.architecture(network).texts]
    for word in ("8 features", "standardize → clip", "dense 8 relu", "72 parameters", "dropout 0.2", "+ input",
                 "dense 3", "3 outputs", "probabilities; loss softmax cross entropy"):  # fmt: skip
        assert word in words
    assert "4 columns" in [text.get_text() for text in plot.architecture(guest).texts]
