"""Pictures show the right numbers, and what cannot be drawn is refused."""

import numpy as np
import pytest

import nnswift
from nnswift import plot

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed: no picture is drawn")
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

RNG = np.random.default_rng(0)
TRUE = np.arange(300) % 2
SCORES = RNG.normal(size=300) + TRUE
DIGITS = RNG.integers(0, 17, size=(40, 64))


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def history(epochs=20, **extra):
    values = np.linspace(1, 0.1, epochs).tolist()
    seconds = np.arange(1.0, epochs + 1).tolist()
    return nnswift.History({"epoch": list(range(1, epochs + 1)), "loss": values, "seconds": seconds, **extra})


def test_learning_curves_are_named_and_dashed():
    ax = plot.learning_curves({"Adam": history(val_loss=[0.5] * 20, best_epoch=12), "SGD": history()})
    assert legend(ax) == ["Adam (best 12)", "SGD", "training", "validation", "best for early stopping"]
    train, validation, best, other = ax.lines
    assert (train.get_linestyle(), validation.get_linestyle()) == ("-", "--")
    assert train.get_color() == validation.get_color() == best.get_color() != other.get_color()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    assert legend(plot.learning_curves(history())) == ["training"]


def test_learning_curves_of_little():
    assert plot.learning_curves({"epoch": [1], "loss": [0.5]}).lines[0].get_marker() == "o"
    plot.learning_curves({"loss": [], "stopped": "cancelled"})
    assert legend(plot.learning_curves({"val_accuracy": [0.5, 0.6]}, "accuracy")) == ["validation"]


def test_learning_curves_by_batch_put_validation_at_the_ends_of_epochs():
    ax = plot.learning_curves({"loss": [4.0, 2, 3, 1], "val_loss": [3.0, 2]}, by="batch", window=2)
    faint, mean, validation = ax.lines
    np.testing.assert_array_equal(faint.get_ydata(), [4, 2, 3, 1])
    np.testing.assert_array_equal(mean.get_ydata(), [4, 3, 2.5, 2])
    np.testing.assert_array_equal(validation.get_xdata(), [2, 4])
    assert legend(ax) == ["training, mean of 2", "validation"]


def test_learning_curves_of_a_record_of_progress(model, blobs):
    record = []
    model.train(*blobs, {"epochs": 3, "batch_size": 80, "progress": "batch"}, validation=blobs, callback=record.append)
    train, validation = plot.learning_curves(record, by="batch").lines
    np.testing.assert_array_equal(train.get_xdata(), np.arange(1, 10))
    np.testing.assert_array_equal(validation.get_xdata(), [3, 6, 9])
    train, validation = plot.learning_curves({"a": record}).lines
    np.testing.assert_array_equal(train.get_ydata(), model.history["loss"])
    np.testing.assert_array_equal(validation.get_ydata(), model.history["val_loss"])


def test_metrics_of_a_record_of_progress(model, blobs):
    record = []
    config = {"epochs": 3, "batch_size": 80, "progress": "batch", "metrics": ["accuracy"]}
    model.train(*blobs, config, validation=blobs, callback=record.append)
    for by, places in (("epoch", [1, 2, 3]), ("batch", [3, 6, 9])):
        train, validation = plot.learning_curves(record, "accuracy", by=by).lines
        np.testing.assert_array_equal(train.get_xdata(), places)
        np.testing.assert_array_equal(validation.get_ydata(), model.history["val_accuracy"])


def test_learning_curves_by_seconds_add_them_up():
    ax = plot.learning_curves(history(3), by="seconds")
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [1, 3, 6])


def test_learning_curves_refuse():
    with pytest.raises(nnswift.ArgumentError, match="accuracy.*there are: loss"):
        plot.learning_curves(history(), "accuracy")
    with pytest.raises(nnswift.ArgumentError, match="by must be"):
        plot.learning_curves(history(), by="step")
    with pytest.raises(nnswift.ArgumentError, match="seconds"):
        plot.learning_curves({"loss": [1.0]}, by="seconds")
    with pytest.raises(nnswift.ArgumentError, match="loss must have a value for each of 3 places, got 2"):
        plot.learning_curves({"epoch": [1, 2, 3], "loss": [1.0, 2]})
    with pytest.raises(nnswift.ArgumentError, match="each batch, got one an epoch"):
        plot.learning_curves(history(), by="batch")
    with pytest.raises(nnswift.ArgumentError, match="hold histories"):
        plot.learning_curves({"a": history(), "b": 3})
    assert not plt.get_fignums()


def cells(ax):
    return {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in ax.texts}


def test_confusion_matrix_counts_and_rates():
    truth, guess = [0, 0, 0, 1], [0, 0, 1, 1]
    assert cells(plot.confusion_matrix(truth, guess)) == {
        (0, 0): "2\n66.7%", (0, 1): "1\n33.3%", (1, 0): "0\n0.0%", (1, 1): "1\n100.0%"
    }  # fmt: skip
    for normalize, first in (("true", "0.67"), ("pred", "1.00"), ("all", "0.50")):
        assert cells(plot.confusion_matrix(truth, guess, normalize=normalize))[0, 0] == first
    weighted = plot.confusion_matrix([0, 0, 1, 1], [0, 1, 0, 1], sample_weight=[17106, 563, 4164, 273])
    assert cells(weighted)[0, 0] == "17,106\n96.8%"


def ticks(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def test_confusion_matrix_labels():
    words = plot.confusion_matrix(["b", "a", "b"], ["a", "a", "b"])
    assert ticks(words) == ["a", "b"] and cells(words)[1, 0] == "1\n50.0%"
    assert ticks(plot.confusion_matrix(["b", "a"], ["a", "a"], labels=["b", "a", "c"])) == ["b", "a", "c"]
    named = plot.confusion_matrix([0, 1], [1, 1], labels=["no", "yes", "maybe"])
    assert ticks(named) == ["no", "yes", "maybe"] and cells(named)[0, 1] == "1\n100.0%"
    some = plot.confusion_matrix([0, 1, 2, 2], [0, 1, 1, 2], labels=[2, 1])
    assert ticks(some) == ["2", "1"] and cells(some) == {(0, 0): "1\n50.0%", (0, 1): "1\n50.0%", (1, 0): "0\n0.0%",
                                                         (1, 1): "1\n100.0%"}  # fmt: skip
    scores = plot.confusion_matrix([0, 1], np.array([[0.9, 0.1], [0.2, 0.8]]))
    assert cells(scores)[1, 1] == "1\n100.0%"


def test_confusion_matrix_refuses():
    with pytest.raises(nnswift.ArgumentError, match="normalize"):
        plot.confusion_matrix([0, 1], [0, 1], normalize="rows")
    with pytest.raises(nnswift.ShapeError, match="1 names for 2 classes"):
        plot.confusion_matrix([0, 1], [0, 1], labels=["a"])
    with pytest.raises(nnswift.ShapeError):
        plot.confusion_matrix([0, 1], [0, 1, 1])
    for labels in ([], [-1, 0]):
        with pytest.raises(nnswift.ArgumentError, match="labels"):
            plot.confusion_matrix([0, 1], [0, 1], labels=labels)
    assert not plt.get_fignums()


def test_areas_are_those_of_the_metrics():
    auc, precision = nnswift.metrics.roc_auc(TRUE, SCORES), nnswift.metrics.pr_auc(TRUE, SCORES)
    assert legend(plot.roc_curve(TRUE, SCORES)) == [f"AUC {auc:.3f}", "chance"]
    assert legend(plot.precision_recall_curve(TRUE, SCORES, label="a")) == [f"a: AP {precision:.3f}", "chance 0.500"]
    two = np.stack([-SCORES, SCORES], axis=1)
    assert legend(plot.roc_curve(np.array(["no", "yes"])[TRUE], two))[0] == f"AUC {auc:.3f}"
    weight = np.where(TRUE == 1, 3.0, 1.0)
    assert "chance 0.750" in legend(plot.precision_recall_curve(TRUE, SCORES, sample_weight=weight))


@pytest.mark.parametrize("function", [plot.roc_curve, plot.precision_recall_curve])
def test_curves_are_added_in_other_colours(function):
    ax = function(TRUE, SCORES, label="a")
    assert function(TRUE, -SCORES, label="b", ax=ax) is ax
    assert [text[:6] for text in legend(ax)] == [legend(ax)[0][:6], legend(ax)[1][:6], "chance"]
    assert len({line.get_color() for line in ax.lines}) == len(ax.lines) == 3


def test_threshold_marks_the_best_or_the_chosen():
    best = nnswift.metrics.best_threshold("f1", TRUE, SCORES)
    assert legend(plot.threshold(TRUE, SCORES))[-1] == f"F1 {best.value:.3f} at {best.threshold:.3g}"
    for at in (-9.0, 0.3, SCORES[7], 9.0):
        f1 = nnswift.metrics.f1(TRUE, (SCORES >= at).astype(int))
        assert legend(plot.threshold(TRUE, SCORES, at=at))[-1] == f"F1 {f1:.3f} at {at:.3g}"


ONE_CLASS = [plot.threshold, plot.calibration_curve, plot.score_histogram]


@pytest.mark.parametrize("function", ONE_CLASS)
def test_scores_of_several_classes_are_refused(function):
    with pytest.raises(nnswift.ShapeError, match="y_score must be of one class, got 3 columns"):
        function(TRUE, np.ones((300, 3)))


@pytest.mark.parametrize("function", [plot.roc_curve, plot.precision_recall_curve, *ONE_CLASS])
def test_scores_that_do_not_fit_are_refused(function):
    with pytest.raises(nnswift.ArgumentError, match="both classes"):
        function(np.ones(300), SCORES)
    with pytest.raises(nnswift.ShapeError, match="equally many"):
        function(TRUE, SCORES[1:])
    if function is not plot.score_histogram:
        with pytest.raises(nnswift.Error):
            function(np.arange(300), SCORES)
    assert not plt.get_fignums()


def test_predictions_and_residuals():
    truth, guess = np.array([1.0, 2, 4]), np.array([1.0, 3, 4])
    left, right = Figure().subplots(1, 2)
    plot.predictions(truth, guess[:, None], ax=left)
    plot.residuals(truth, guess, ax=right)
    assert legend(left) == [f"R² {nnswift.metrics.r2(truth, guess):.3f}", "predicted = true"]
    assert legend(right) == [f"RMSE {nnswift.metrics.rmse(truth, guess):.3g}"]
    np.testing.assert_array_equal(right.collections[0].get_offsets(), [[1, 0], [3, -1], [4, 0]])
    assert plot.predictions([2.0], [2.0]).get_xlim() == (1.0, 3.0)
    for function in (plot.predictions, plot.residuals):
        with pytest.raises(nnswift.ArgumentError, match="y_pred must be finite, got nan in row 1"):
            function([1.0, 2.0], [1.0, np.nan])
        with pytest.raises(nnswift.ShapeError, match="at least one row"):
            function([], [])


def test_bars():
    ax = plot.bars({"SGD": {"ReLU": 1.0, "tanh": [1.0, 2.0]}, "Adam": {"ReLU": None}}, ylabel="loss")
    heights = [bar.get_height() for bar in ax.patches]
    np.testing.assert_array_equal(heights, [1.0, np.nan, 1.5, np.nan])
    assert [text.get_text() for text in ax.texts] == ["1", "", "1.5", ""]
    assert legend(ax) == ["ReLU", "tanh"] and ax.get_ylabel() == "loss"
    for values in ({}, {"a": {}}, {"a": "text"}, [1, 2]):
        with pytest.raises(nnswift.ArgumentError, match="values must"):
            plot.bars(values)


def test_images_of_other_shapes():
    assert len(plot.images(RNG.random((3, 12)), shape=(3, 4)).images) == 3
    assert len(plot.images(RNG.random((3, 9, 5, 3)), labels=list("abc"), columns=2).images) == 3
    assert plot.images(RNG.random((2, 9, 5, 1))).images[0].get_array().shape == (9, 5)


def test_images_refuse():
    with pytest.raises(nnswift.ShapeError, match="10 pixels"):
        plot.images(np.ones((2, 10)))
    with pytest.raises(nnswift.ShapeError, match="images must be"):
        plot.images(np.ones(10))
    with pytest.raises(nnswift.ShapeError, match="labels must be as many"):
        plot.images(np.ones((2, 8, 8)), labels=[1])
    with pytest.raises(nnswift.ArgumentError, match="columns"):
        plot.images(np.ones((2, 8, 8)), columns=0)
    with pytest.raises(nnswift.ShapeError, match="images and y_true"):
        plot.misclassified(np.ones((2, 8, 8)), [1], [2])
    assert not plt.get_fignums()


def test_misclassified_by_label_and_by_score():
    ax = plot.misclassified(DIGITS[:4], [0, 1, 2, 3], [0, 2, 2, 1])
    assert [text.get_text() for text in ax.texts] == ["1 → 2", "3 → 1"]
    assert ax.get_xlabel() == "true → predicted; 2 of 4 wrong"
    scores = np.array([[0.6, 0.4], [0.1, 0.9], [0.2, 0.8]])
    ax = plot.misclassified(DIGITS[:3], [1, 1, 0], scores, limit=1)
    assert [text.get_text() for text in ax.texts] == ["0 → 1"]
    assert ax.get_xlabel() == "true → predicted; 2 of 3 wrong, 1 of them shown"
