"""Pictures: drawn without a display, nothing cut off, nothing on top of something else."""

import subprocess
import sys

import numpy as np
import pytest

import nnswift

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(figure):
    """Returns (text, box in pixels) of every text that is drawn."""
    canvas, drawn = FigureCanvasAgg(figure), []
    draw = Text.draw

    def recorded(text, renderer, *arguments, **options):
        if text.get_visible() and text.get_text():
            drawn.append(text)
        return draw(text, renderer, *arguments, **options)

    # The first drawing lays the figure out.
    canvas.draw()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", recorded)
        canvas.draw()
    return [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in drawn]


def assert_tidy(figure):
    width, height = figure.canvas.get_width_height()
    for text, box in texts(figure):
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, text


def history(**extra):
    values = np.linspace(1, 0.1, 20).tolist()
    return nnswift.History({"epoch": list(range(1, 21)), "loss": values, "learning_rate": values, **extra})


def test_learning_curves():
    values = np.linspace(0.5, 0.99, 20).tolist()
    ax = nnswift.plot.learning_curves(
        history(accuracy=values, val_loss=values, val_accuracy=values, stopped="completed", best_epoch=12)
    )
    assert_tidy(ax.figure)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["loss", "loss, validation", "accuracy", "accuracy, validation", "best epoch 12"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    assert [other.get_ylabel() for other in ax.figure.axes] == ["loss", "accuracy"]


def test_learning_curves_of_little():
    assert len(nnswift.plot.learning_curves(history()).lines) == 1
    nnswift.plot.learning_curves({"epoch": [1], "loss": [0.5]})
    nnswift.plot.learning_curves({"epoch": [], "loss": [], "stopped": "cancelled"})


@pytest.mark.parametrize("classes", [2, 10, 40])
def test_confusion_matrix(classes):
    matrix = np.random.default_rng(0).integers(0, 200, size=(classes, classes))
    ax = nnswift.plot.confusion_matrix(matrix)
    assert_tidy(ax.figure)
    assert len(ax.texts) == (0 if classes > 30 else np.count_nonzero(matrix))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")


def test_confusion_matrix_with_long_names_and_empty_rows():
    ax = nnswift.plot.confusion_matrix([[5, 0.5], [0, 0]], ["Iris versicolor", "Iris setosa"])
    assert_tidy(ax.figure)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Iris versicolor", "Iris setosa"]
    with pytest.raises(nnswift.ShapeError):
        nnswift.plot.confusion_matrix(np.ones((2, 3)))
    with pytest.raises(nnswift.ShapeError):
        nnswift.plot.confusion_matrix(np.eye(2), ["a"])


@pytest.mark.parametrize("count", [0, 1, 7, 12, 13, 100])
def test_digits(count):
    images = np.random.default_rng(0).integers(0, 16, size=(count, 64))
    truth = np.arange(count) % 10
    figure = nnswift.plot.digits(images, truth, (truth[:, None] + (truth[:, None] % 2)))
    assert_tidy(figure)
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert len(titles) == min(count, 48)
    assert titles[:2] == ["0", "1 read as 2"][:count]
    boxes = [box for text, box in texts(figure) if "read as" in text]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_digits_with_names():
    figure = nnswift.plot.digits(np.ones((9, 64)), ["versicolor"] * 9, ["setosa"] * 8 + ["versicolor"])
    assert_tidy(figure)
    boxes = [box for _, box in texts(figure)]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_digits_refuse_what_does_not_fit():
    with pytest.raises(nnswift.ShapeError, match="images"):
        nnswift.plot.digits(np.ones((2, 10)), [1, 2])
    with pytest.raises(nnswift.ShapeError, match="equally many"):
        nnswift.plot.digits(np.ones((2, 8, 8)), [1], [2])


def test_all_in_one_figure(tmp_path):
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=[2.2, 1])
    curves, table = above.subplots(1, 2)
    assert nnswift.plot.learning_curves(history(accuracy=[0.5] * 20), ax=curves) is curves
    assert nnswift.plot.confusion_matrix(np.eye(10), ax=table) is table
    assert nnswift.plot.digits(np.ones((9, 8, 8)), range(9), range(1, 10), figure=below) is below
    figure.savefig(tmp_path / "picture.png")
    assert_tidy(figure)


def test_matplotlib_is_imported_when_it_is_used():
    code = "import sys, nnswift; assert 'matplotlib' not in sys.modules and callable(nnswift.plot.digits)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=nnswift.__path__[0] + "/..")
