"""The pictures of a report, as SVG that follows the page's colours."""

from __future__ import annotations

import io
import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from .. import _given, plot
from ..errors import Error
from ..plot import _axes, _dependence
from ._subject import Name, Subject

# The text's colour while a picture is drawn; the page has its own in its place.
_INK = "#010203"
_STYLE = {
    "text.color": _INK, "axes.labelcolor": _INK, "axes.edgecolor": _INK, "xtick.color": _INK, "ytick.color": _INK,
    "grid.color": "#808080", "axes.facecolor": "none", "figure.facecolor": "none", "savefig.facecolor": "none",
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "text.parse_math": False,
    "svg.hashsalt": "nnswift", "svg.fonttype": "path", "font.family": ["DejaVu Sans"],
}  # fmt: skip
# More multiplications than these for importances take too long for a page.
_WORK = 20_000_000_000
_FEW_ROWS = 200
_MANY_COLUMNS = 200
# Of several classes, how many are looked at, and how many are drawn.
_MANY_CLASSES, _CURVES = 30, 3
# Of a category, as bars.
_LEVELS = 10


class Picture(NamedTuple):
    svg: str
    text: str
    """What is on it, for those who cannot see it, and as its title."""
    note: str = ""


class Gallery:
    """Draws pictures, one after the other; what cannot be drawn for these rows is left out."""

    def __init__(self) -> None:
        self._count = 0

    def draw(
        self, text: str, paint: Callable[[Any], Any], size: Tuple[float, float] = (4.7, 3.6), note: str = ""
    ) -> List[Picture]:
        """Returns one picture, or none where the rows do not allow it.

        Parameters
        ----------
        paint
            Draws into the Axes that it is given.
        """
        import matplotlib
        from matplotlib.figure import Figure

        with matplotlib.rc_context(_STYLE):
            figure = Figure(figsize=size, layout="constrained")
            try:
                paint(figure.subplots())
            except Error:
                return []
            file = io.StringIO()
            figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        self._count += 1
        return [Picture(self._inline(file.getvalue()), text, note)]

    def _inline(self, document: str) -> str:
        """Returns an SVG for the inside of a page: names of its own, and colours that the page decides."""
        svg = document[document.index("<svg") :]
        svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
        svg = re.sub(r"<style.*?</style>", "", svg, flags=re.S)
        svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>p{self._count}-", svg)
        svg = svg.replace(_INK, "var(--ink)")
        for number, color in enumerate(_axes.COLORS):
            svg = svg.replace(color.lower(), f"var(--curve-{number})")
        width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()  # type: ignore[union-attr]
        svg = re.sub(r'^<svg [^>]*>', f'<svg viewBox="0 0 {width} {height}" style="max-width: {width}pt">', svg)
        return svg.replace("xlink:href", "href")


def of_scores(gallery: Gallery, subject: Subject) -> List[Picture]:
    """Pictures of how good predictions are."""
    return {"binary": _binary, "classes": _classes, "labels": _labels, "numbers": _numbers}[subject.kind](gallery, subject)


def _binary(gallery: Gallery, subject: Subject) -> List[Picture]:
    truth, scores, weight = subject.truth, subject.scores, subject.weight
    guess, names = subject.labels, _short(subject.classes)
    options: Dict[str, Any] = {"sample_weight": weight}
    return [
        *gallery.draw("ROC curve", lambda ax: plot.roc_curve(truth, scores, ax=ax, **options), (4.7, 4.4)),
        *gallery.draw(
            "Precision and recall", lambda ax: plot.precision_recall_curve(truth, scores, ax=ax, **options), (4.7, 4.4)
        ),
        *gallery.draw(
            "Confusion matrix",
            lambda ax: plot.confusion_matrix(truth, guess, labels=names, ax=ax, **options), (4.4, 4.0),
            f"at the threshold {subject.threshold:.3g}",
        ),
        *gallery.draw(
            "Scores of both classes",
            lambda ax: plot.score_histogram(truth, scores, threshold=subject.threshold, labels=names, ax=ax, **options),
        ),
    ]  # fmt: skip


def _classes(gallery: Gallery, subject: Subject) -> List[Picture]:
    truth, scores, names = subject.truth, subject.scores, _short(subject.classes)
    side = float(np.clip(2.6 + 0.24 * len(names), 4.4, 8.0))
    many = "the ten classes that are told worst" if len(names) > 10 else ""
    return [
        *gallery.draw(
            "Confusion matrix", lambda ax: plot.confusion_matrix(truth, subject.labels, labels=names, ax=ax),
            (side, 0.94 * side), "colours: share of the true class",
        ),
        *gallery.draw(
            "ROC curves, each class against the rest",
            lambda ax: plot.roc_curve(truth, scores, labels=names, sample_weight=subject.weight, ax=ax), (4.7, 4.4), many,
        ),
    ]  # fmt: skip


def _labels(gallery: Gallery, subject: Subject) -> List[Picture]:
    def paint(ax: Any) -> None:
        for number, name in enumerate(_short(subject.classes[:7])):
            truth = subject.truth[:, number]
            if 0 < truth.sum() < len(truth):
                plot.roc_curve(truth, subject.scores[:, number], label=name, sample_weight=subject.weight, ax=ax)

    return gallery.draw("ROC curves of the answers", paint, (4.7, 4.4))


def _numbers(gallery: Gallery, subject: Subject) -> List[Picture]:
    found = []
    for number in range(min(3, subject.scores.shape[1])):
        truth, guess = subject.truth[:, min(number, subject.truth.shape[1] - 1)], subject.scores[:, number]
        of = f" of {subject.classes[number]}" if subject.scores.shape[1] > 1 else ""
        found += gallery.draw(f"Predictions{of}", lambda ax: plot.predictions(truth, guess, ax=ax), (4.7, 4.4))
        found += gallery.draw(f"Errors{of}", lambda ax: plot.residuals(truth, guess, ax=ax), (4.7, 4.4))
    return found


def of_thresholds(gallery: Gallery, subject: Subject) -> List[Picture]:
    return gallery.draw(
        "Precision, recall and F1 by threshold",
        lambda ax: plot.threshold(
            subject.truth, subject.scores, at=subject.threshold, sample_weight=subject.weight, ax=ax
        ),
        note="the line: the model's threshold",
    )


def of_calibration(gallery: Gallery, subject: Subject) -> List[Picture]:
    truth, scores = called(subject)
    what = f'of "{subject.classes[1]}"' if subject.kind == "binary" else "of the predicted class"
    return gallery.draw(
        "Do probabilities come true?",
        lambda ax: plot.calibration_curve(truth, scores, sample_weight=subject.weight, ax=ax), (4.7, 4.4), what,
    )  # fmt: skip


def called(subject: Subject) -> Tuple[np.ndarray, np.ndarray]:
    """Returns zeros and ones and their probabilities: of several classes, whether the predicted one is right."""
    if subject.kind == "binary":
        return subject.truth, subject.scores
    return (subject.labels == subject.truth).astype(np.uint8), np.clip(subject.scores.max(axis=1), 0, 1)


def of_history(gallery: Gallery, history: Any) -> List[Picture]:
    names = [name for name in history.curves() if not name.startswith("val_")][:4]
    return [
        picture for name in names
        for picture in gallery.draw(
            f"{name.replace('_', ' ').capitalize()} while learning",
            lambda ax: plot.learning_curves(history, name, ax=ax),
        )
    ]  # fmt: skip


def importances(subject: Subject, repeats: int, seed: int) -> Tuple[Optional[dict], str]:
    """Returns importances of the columns, and what they are of; None where they would take too long."""
    columns = len(subject.columns)
    rows = int(_WORK / max(1, subject.model.param_count * columns * repeats))
    if columns > _MANY_COLUMNS or rows < min(_FEW_ROWS, subject.rows):
        return None, ""
    metric, text = {
        "binary": ("roc_auc", "ROC-AUC lost without the column"), "classes": ("accuracy", "accuracy lost without the column"),
        "numbers": ("rmse", "RMSE gained without the column"), "labels": (None, "loss gained without the column"),
    }[subject.kind]  # fmt: skip
    if subject.kind == "numbers" and subject.scores.shape[1] != subject.truth.shape[1]:
        metric, text = None, "loss gained without the column"
    X, y = subject.part(max(rows, _FEW_ROWS), seed)
    try:
        found = subject.model.importance(X, y, metric, repeats=repeats, seed=seed, allow_nan=subject.allow_nan)
    except Error:
        return None, ""
    return {name: value for name, value in found.items() if name in subject.columns}, text


def of_importances(gallery: Gallery, subject: Subject, found: dict, text: str, seed: int) -> List[Picture]:
    """The importances, and the dependence on the four columns that matter most."""
    height = float(np.clip(1.0 + 0.24 * min(20, len(found)), 2.4, 6.0))
    named = {_column_name(name): value for name, value in found.items()}
    pictures = gallery.draw("Importance of the columns", lambda ax: plot.importance(named, xlabel=text, ax=ax), (4.9, height))
    X, _ = subject.part(500, seed)
    for name in sorted(found, key=lambda name: -found[name].mean)[:4]:
        if found[name].mean <= 0:
            continue

        def paint(ax: Any, name: Name = name) -> None:
            _dependences(ax, subject, X, name)
            ax.set_xlabel(_short([_column_name(name)], 48)[0])

        pictures += gallery.draw(f"Dependence on {_column_name(name)}", paint)
    return pictures


def _dependences(ax: Any, subject: Subject, X: Any, name: Name) -> None:
    """Draws the dependence on a column: of several classes, those that it moves most."""
    outputs = range(min(len(subject.classes), _MANY_CLASSES))
    found, allow_nan = subject.columns[name], subject.allow_nan
    values = _dependence.values_of(found)
    if not (_given.is_number(found) or _given.is_date(found)):
        values = values[:_LEVELS]
    if subject.kind != "classes":
        plot.dependence(subject.model, X, name, values=values, ax=ax)
        return
    moves = [np.ptp(subject.model.dependence(X, name, values, number, allow_nan=allow_nan)) for number in outputs]
    first = sorted(np.argsort(-np.array(moves), kind="stable")[: _CURVES if _given.is_number(found) else 1])
    for number in first:
        label = _short(subject.classes)[number] if len(first) > 1 else None
        plot.dependence(subject.model, X, name, values=values, output=int(number), label=label, ax=ax)
    if len(first) > 1:
        ax.set_ylabel("mean probability")


def _short(names: List[str], most: int = 20) -> List[str]:
    """Returns names as a picture has room for them, still different from each other."""
    cut = [name if len(name) <= most else f"{name[: most - 1]}…" for name in names]
    return cut if len(set(cut)) == len(set(names)) else [f"{number}: {name}"[:most] for number, name in enumerate(names)]


def _column_name(name: Name) -> str:
    return name if isinstance(name, str) else f"column {name}"


def of_images(gallery: Gallery, subject: Subject, shape: Tuple[int, int]) -> List[Picture]:
    pixels = _given.features(subject.X)
    found = gallery.draw(
        "What the units of the first layer look for",
        lambda ax: plot.weights(subject.model, shape=shape, limit=32, ax=ax), (4.9, 2.9),
    )  # fmt: skip
    if subject.kind == "classes":
        names = np.array(_short(subject.classes))
        found += gallery.draw(
            "Images that were taken for something else",
            lambda ax: plot.misclassified(pixels, names[subject.truth], names[subject.labels], shape=shape, ax=ax),
            (4.9, 3.2),
        )  # fmt: skip
    return found


def of_network(gallery: Gallery, model: Any) -> List[Picture]:
    boxes = model.summary().count("\n")
    return gallery.draw("The network", lambda ax: plot.architecture(model, ax=ax), (4.4, 0.6 + 0.48 * boxes))
