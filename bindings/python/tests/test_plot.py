"""Pictures: right numbers, labelled, drawn without a display, nothing cut off, no setting of matplotlib changed."""

import os
import subprocess
import sys

import numpy as np
import pytest

import nnswift
from nnswift import plot

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed: no picture is drawn")
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402

RNG = np.random.default_rng(0)
TRUE = np.arange(300) % 2
SCORES = RNG.normal(size=300) + TRUE
DIGITS = RNG.integers(0, 17, size=(40, 64))
CLASSES = np.arange(40) % 10


@pytest.fixture(autouse=True)
def nothing_left():
    before = dict(matplotlib.rcParams)
    yield
    assert dict(matplotlib.rcParams) == before
    plt.close("all")


def texts(figure):
    """Returns (text, box in pixels) of every text that is drawn."""
    canvas, drawn, draw = FigureCanvasAgg(figure), [], Text.draw

    def recorded(text, renderer, *arguments, **options):
        if text.get_visible() and text.get_text():
            drawn.append(text)
        return draw(text, renderer, *arguments, **options)

    # The first drawing lays the figure out.
    canvas.draw()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", recorded)
        canvas.draw()
    return [(text.get_text(), text.get_window_extent()) for text in drawn]


def assert_tidy(ax, labels=True):
    """Every text lies in the figure and, but for turned ones, on no other; both axes have a label."""
    assert isinstance(ax, Axes)
    if labels:
        assert ax.get_xlabel() and ax.get_ylabel()
    boxes = texts(ax.figure)
    width, height = ax.figure.canvas.get_width_height()
    assert boxes
    for text, box in boxes:
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, text
    turned = {label.get_text() for label in ax.get_xticklabels() if label.get_rotation() % 90}
    flat = [(text, box) for text, box in boxes if text not in turned]
    for number, (text, box) in enumerate(flat):
        for other, place in flat[:number]:
            across = min(box.x1, place.x1) - max(box.x0, place.x0)
            down = min(box.y1, place.y1) - max(box.y0, place.y0)
            assert across <= 1 or down <= 1, f"{text!r} lies on {other!r}"


def history(epochs=20, **extra):
    values = np.linspace(1, 0.1, epochs).tolist()
    seconds = np.arange(1.0, epochs + 1).tolist()
    return nnswift.History({"epoch": list(range(1, epochs + 1)), "loss": values, "seconds": seconds, **extra})


def drawings():
    """Each function as it is mostly called."""
    curves = {"val_loss": [0.5] * 20, "best_epoch": 12}
    truth, guess = RNG.integers(0, 10, size=(2, 500))
    yield "one training", plot.learning_curves, (history(**curves),), {}
    yield "several", plot.learning_curves, ({"a": history(**curves), "b": history()},), {}
    batches = {"loss": RNG.random(90), "val_loss": [1, 2, 3]}
    yield "by batch", plot.learning_curves, (batches,), {"by": "batch", "window": 9}
    yield "by seconds", plot.learning_curves, ([history(), history(5)],), {"by": "seconds"}
    for classes in (2, 3, 10):
        yield f"{classes} classes", plot.confusion_matrix, (truth % classes, guess % classes), {}
    yield "rates", plot.confusion_matrix, (truth, guess), {"normalize": "true"}
    names = np.array(["Iris versicolor", "Iris setosa", "Iris virginica"])
    yield "names", plot.confusion_matrix, (names[truth % 3], names[guess % 3]), {}
    yield "40 classes", plot.confusion_matrix, (np.arange(40), np.arange(40)), {}
    yield "ROC", plot.roc_curve, (TRUE, SCORES), {"label": "a network"}
    yield "PR", plot.precision_recall_curve, (TRUE, SCORES), {"label": "a network"}
    yield "threshold", plot.threshold, (TRUE, SCORES), {}
    yield "predictions", plot.predictions, (SCORES, SCORES + 0.1), {}
    yield "residuals", plot.residuals, (SCORES, SCORES[::-1]), {}
    yield "bars", plot.bars, ({"SGD": 0.5, "Adam": [0.9, 0.91]},), {"ylabel": "accuracy", "reference": 0.9}
    groups = {f"quite a long name {number}": {"nnswift": number + 1.5, "PyTorch": 1234.5} for number in range(6)}
    yield "grouped", plot.bars, (groups,), {"ylabel": "seconds"}
    yield "images", plot.images, (DIGITS,), {"labels": CLASSES, "predictions": CLASSES[::-1, None]}
    yield "misclassified", plot.misclassified, (DIGITS, CLASSES, CLASSES[::-1]), {}
    flowers = names[CLASSES % 3]
    yield "ROC of classes", plot.roc_curve, (truth, RNG.random((500, 10))), {}
    yield "PR of classes", plot.precision_recall_curve, (truth, RNG.random((500, 10))), {}
    probabilities = 1 / (1 + np.exp(-SCORES))
    yield "calibration", plot.calibration_curve, (TRUE, probabilities), {"label": "a network"}
    yield "score histogram", plot.score_histogram, (TRUE, SCORES), {"threshold": 0.5}
    importances = {f"a column with a long name {number}": (0.1 * number, 0.05) for number in range(30)}
    yield "importance", plot.importance, (importances,), {}
    yield "rows", plot.learning_by_rows, ({"training": {10: [1, 2], 20: 2}, "validation": {10: 1, 1000: 2}},), {"ylabel": "F1"}
    yield "nine trainings", plot.learning_curves, ({f"number {n}": history(**curves) for n in range(9)},), {}
    yield "long labels", plot.misclassified, (DIGITS, flowers, flowers[::-1]), {}


CASES = [pytest.param(*case, id=name) for name, *case in drawings()]
# Groups of bars, and images, are named by their ticks and by what stands below them.
UNLABELLED = (plot.bars, plot.images, plot.misclassified)


@pytest.mark.parametrize("function, arguments, options", CASES)
def test_a_new_figure_is_tidy(function, arguments, options):
    assert_tidy(function(*arguments, **options), labels=function not in UNLABELLED)


@pytest.mark.parametrize("function, arguments, options", CASES)
def test_given_axes_are_drawn_into_and_returned(function, arguments, options):
    axes = Figure(figsize=(13, 6), layout="constrained").subplots(1, 2)
    assert function(*arguments, **options, ax=axes[1]) is axes[1]
    assert not plt.get_fignums() and not axes[0].has_data()
    assert_tidy(axes[1], labels=function not in UNLABELLED)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 40])
def test_images(count):
    wrong = CLASSES + CLASSES % 2
    ax = plot.images(DIGITS[:count], labels=CLASSES[:count], predictions=wrong[:count].astype(float))
    assert_tidy(ax, labels=False)
    assert len(ax.images) == count and len(ax.patches) == np.count_nonzero(CLASSES[:count] % 2)
    assert [text.get_text() for text in ax.texts][:2] == (["0", "1 → 2"] if count else ["no images"])[: max(1, count)]


def run(code):
    subprocess.run([sys.executable, "-c", code], check=True, cwd=nnswift.__path__[0] + "/..")


def test_matplotlib_is_imported_when_it_is_used():
    run("import sys, nnswift; assert 'matplotlib' not in sys.modules and callable(nnswift.plot.images)")


def test_without_matplotlib_the_error_says_what_to_install():
    run(
        "import sys; sys.modules['matplotlib'] = None\n"
        "import nnswift\n"
        "try: nnswift.plot.bars({'a': 1})\n"
        "except ImportError as error: assert 'pip install \"nnswift[plot]\"' in str(error), error\n"
        "else: raise SystemExit('no error')\n"
    )


def test_the_first_figure_leaves_interactive_mode_on(tmp_path):
    """A backend such as Jupyter's switches it on while it is loaded, by the first figure."""
    (tmp_path / "backend_of_a_notebook.py").write_text(
        "from matplotlib import interactive\nfrom matplotlib.backends.backend_agg import *\ninteractive(True)\n"
    )
    program = "import matplotlib, nnswift; nnswift.plot.learning_curves({'loss': [2, 1]}); print(matplotlib.is_interactive())"
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    env = {**os.environ, "PYTHONPATH": path, "MPLBACKEND": "module://backend_of_a_notebook"}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=120)
    assert done.stdout == "True\n", done.stderr
