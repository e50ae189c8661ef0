"""What people met in pictures: colours that repeat, dots on dots, legends over curves, dark styles."""

import numpy as np
import pytest

import nnswift
from nnswift import plot

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed: no picture is drawn")
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.colors import to_rgb  # noqa: E402

RNG = np.random.default_rng(0)
TRUE = np.arange(300) % 2
SCORES = RNG.normal(size=300) + TRUE


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def history(epochs=20, fall=0.9, **extra):
    values = np.linspace(1, 1 - fall, epochs).tolist()
    return {"epoch": list(range(1, epochs + 1)), "loss": values, "val_loss": values, **extra}


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def covered(ax):
    """How many points of curves lie below the legend."""
    FigureCanvasAgg(ax.figure).draw()
    box = ax.get_legend().get_window_extent()
    points = [line.get_transform().transform(line.get_xydata()) for line in ax.lines if line.get_gid() != "nnswift reference"]
    x, y = np.concatenate(points).T
    return np.count_nonzero((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1))


def test_trainings_can_be_told_apart_however_many_there_are():
    ax = plot.learning_curves({f"rate {n}": history(fall=n / 30) for n in range(28)})
    looks = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in ax.lines}
    assert len(looks) == len(ax.lines) == 2 * 28


def test_the_legend_of_nine_trainings_lies_on_no_curve():
    ax = plot.learning_curves({f"rate {n}": history(fall=n / 10, best_epoch=12) for n in range(9)})
    assert len(legend(ax)) == 9 + 3 and covered(ax) == 0


@pytest.mark.parametrize("fall", [0.9, -0.9, 0.0])
def test_the_legend_of_one_training_lies_on_no_curve(fall):
    assert covered(plot.learning_curves(history(fall=fall, best_epoch=3))) == 0


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.98])
def test_the_legend_of_thresholds_lies_on_no_curve(share):
    """Of a rare class, recall and F1 have long tails at the right, precision at the left."""
    truth = (RNG.random(4000) < share).astype(int)
    scores = 1 / (1 + np.exp(-RNG.normal(size=4000) - truth))
    assert covered(plot.threshold(truth, scores)) == 0
    assert covered(plot.precision_recall_curve(truth, scores)) == 0
    assert covered(plot.roc_curve(truth, -scores)) == 0


def test_a_legend_in_a_figure_without_layout_stands_above_the_data():
    figure, ax = plt.subplots(figsize=(4, 3))
    plot.learning_curves({f"rate {n}": history(fall=n / 10) for n in range(9)}, ax=ax)
    assert covered(ax) == 0
    plot.learning_curves({"another": history(fall=-1)}, ax=ax)
    assert covered(ax) == 0 and "another" in legend(ax)


def test_one_epoch_of_training_and_validation_are_two_marks():
    ax = plot.learning_curves({"epoch": [1], "loss": [0.5], "val_loss": [0.5], "best_epoch": 1})
    training, validation = ax.lines
    assert training.get_marker() != validation.get_marker() and validation.get_markerfacecolor() == "none"
    assert ax.get_xlim() == (0, 2)


def test_the_dot_says_what_it_is_best_for():
    assert legend(plot.learning_curves(history(best_epoch=12)))[-1] == "best for early stopping: epoch 12"


@pytest.mark.parametrize("name", ["learning_rate", "seconds", "samples_per_second"])
def test_what_is_neither_of_training_nor_of_validation_is_not_called_so(name):
    ax = plot.learning_curves(history(best_epoch=12, **{name: [0.1] * 20}), name)
    assert ax.get_legend() is None and ax.get_ylabel() == name.replace("_", " ")
    assert legend(plot.learning_curves({"a": {name: [1, 2]}, "b": {name: [2, 1]}}, name)) == ["a", "b"]


@pytest.mark.parametrize("names", [[str(n) for n in range(81)], [f"district {n}" for n in range(81)], None])
def test_the_names_of_81_classes_can_be_read(names):
    ax = plot.confusion_matrix(np.arange(400) % 81, np.arange(400) % 81, labels=names)
    assert min(label.get_fontsize() for label in ax.get_yticklabels()) >= 6
    _, small = plt.subplots(figsize=(3, 3))
    plot.confusion_matrix(np.arange(400) % 81, np.arange(400) % 81, labels=names, ax=small)
    assert min(label.get_fontsize() for label in small.get_yticklabels()) >= 6
    assert 2 <= len(small.get_yticks()) < 81 and "81 classes, each" in small.get_ylabel()


@pytest.mark.parametrize("cmap", ["RdBu", "RdBu_r", "coolwarm", plt.get_cmap("bwr")])
def test_diverging_colours_have_0_in_their_middle(cmap):
    (image,) = plot.images(np.linspace(-1, 3, 16).reshape(1, 4, 4), cmap=cmap).images
    assert image.get_clim() == (-3, 3)
    (image,) = plot.images(np.linspace(-1, 3, 16).reshape(1, 4, 4)).images
    assert image.get_clim() == (-1, 3)


def test_images_take_scores():
    scores = np.eye(4)[[0, 2, 2]]
    ax = plot.images(np.ones((3, 2, 2)), labels=[0, 1, 2], predictions=scores)
    assert [text.get_text() for text in ax.texts] == ["0", "1 → 2", "2"]


def test_probabilities_are_no_labels_of_a_confusion_matrix():
    for scores in ([0.25, 1.0], [[0.25], [1.0]]):
        with pytest.raises(nnswift.ArgumentError, match='y_pred must have labels, got 0.25 in row 0.*kind="label"'):
            plot.confusion_matrix([0, 1], scores)
    assert plot.confusion_matrix([0, 1], [0.0, 1.0]) and not plt.get_fignums()[1:]


@pytest.mark.parametrize("labels", [[1, 2], [-1, 1], [False, True], ["no", "yes"]])
def test_two_labels_of_any_kind_are_two_classes(labels):
    auc = nnswift.metrics.roc_auc(TRUE, SCORES)
    assert legend(plot.roc_curve(np.array(labels)[TRUE], SCORES))[0] == f"AUC {auc:.3f}"


def test_dark_styles_are_followed():
    with plt.style.context("dark_background"):
        ax = plot.learning_curves({f"rate {n}": history(fall=n / 10) for n in range(7)})
        words = plot.images(np.ones((1, 2, 2)), labels=[1]).texts
    # Contrast with black: of the sum of red, green and blue, not of one alone.
    assert min(sum(to_rgb(line.get_color())) for line in ax.lines) > 1
    assert to_rgb(words[0].get_color()) == (1, 1, 1)
    assert to_rgb(plot.images(np.ones((1, 2, 2)), labels=[1]).texts[0].get_color()) == (0, 0, 0)


def test_dollars_in_names_are_no_formulas():
    name = "price in $ or $\\frac{$"
    truth = np.array([name, "other"])[TRUE]
    for ax in (
        plot.learning_curves({name: history()}), plot.roc_curve(TRUE, SCORES, label=name), plot.bars({name: {name: 1.0}}),
        plot.confusion_matrix(truth, truth), plot.importance({name: 1.0}), plot.score_histogram(truth, SCORES),
    ):  # fmt: skip
        FigureCanvasAgg(ax.figure).draw()
