"""The report: right numbers, honest warnings, one page that needs nothing else."""

import datetime
import html
import re
import subprocess
import sys

import numpy as np
import pytest

import nnswift
from nnswift._report import _figures, _pictures, _subject

pytest.importorskip("jinja2", reason="Jinja2 is not installed: no report is written")
pytest.importorskip("matplotlib", reason="matplotlib is not installed: no report is written")

RNG = np.random.default_rng(0)


def people(rows=400, seed=1, **columns):
    rng = np.random.default_rng(seed)
    first = datetime.date(2024, 1, 1)
    age = rng.integers(18, 80, rows).astype(float)
    found = {
        "age": np.where(rng.random(rows) < 0.1, np.nan, age),
        "city": rng.choice(["Bern", "Oslo", "Rome"], rows),
        "since": [first + datetime.timedelta(int(days)) for days in rng.integers(0, 900, rows)],
        **columns,
    }
    return {**found, "came": np.where(age + 15 * rng.normal(size=rows) > 45, "yes", "no")}


@pytest.fixture(scope="module")
def guest():
    return nnswift.fit_table(people(), "came", seed=1, config={"epochs": 10})


def classifier(outputs=3, loss="softmax_cross_entropy", **keys):
    layers = [{"type": "dense", "units": 8, "activation": "relu"}, {"type": "dense", "units": outputs}]
    return nnswift.Model({"input": 4, "layers": layers, "loss": loss, "seed": 1, **{"preprocess": "standardize", **keys}})


@pytest.fixture
def report(tmp_path):
    """Writes a report and returns its text."""
    return writer(tmp_path)


@pytest.fixture
def plain_report(tmp_path, monkeypatch):
    """Writes a report without pictures, which are most of its time."""
    monkeypatch.setattr(_pictures.Gallery, "draw", lambda *_, **__: [])
    return writer(tmp_path)


def writer(folder):
    def write(model, X, y=None, **options):
        path = folder / "report.html"
        options = {"repeats": 20, **options}
        assert nnswift.report(model, X, y, path, **options) == str(path)
        return path.read_text(encoding="utf-8")

    return write


def words(page):
    """The text of a page without its pictures and tags."""
    page = re.sub(r"<(style|svg)\b.*?</\1>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def titles(page):
    return re.findall(r'<figure role="img" aria-label="([^"]*)">', page)


def test_a_model_of_a_table(guest, report):
    rows = people(seed=2)
    page = report(guest, rows)
    scores = guest.predict(rows)
    auc = nnswift.metrics.roc_auc((rows["came"] == "yes").astype(int), scores)
    assert f"ROC-AUC {auc:.3f}" in words(page)
    for title in ("ROC curve", "Precision and recall", "Confusion matrix", "Scores of both classes",
                  "Precision, recall and F1 by threshold", "Do probabilities come true?", "Importance of the columns",
                  "Dependence on age", "The network", "Loss while learning"):  # fmt: skip
        assert title in titles(page)
    assert "of the model" in words(page) and "2024-01-0" in words(page) and "3 levels: " in words(page)


def test_the_same_rows_and_seed_give_the_same_page(guest, report):
    rows = people(seed=2)
    assert report(guest, rows) == report(guest, rows)


def test_another_seed_gives_other_intervals(guest, plain_report):
    rows = people(seed=2)
    assert plain_report(guest, rows, seed=1) != plain_report(guest, rows, seed=2)


def test_targets_beside_a_table(guest, plain_report):
    rows = people(seed=2)
    target = rows.pop("came")
    assert words(plain_report(guest, rows, target)) == words(plain_report(guest, {**rows, "came": target}))
    assert words(plain_report(guest, {**rows, "came": target}, "came")) == words(plain_report(guest, nnswift.Table({**rows, "came": target}, "came")))


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_tables_of_other_packages(guest, plain_report, package):
    library = pytest.importorskip(package)
    rows = people(seed=2)
    plain = {name: values if isinstance(values, list) else values.tolist() for name, values in rows.items()}
    frame = library.table(plain) if package == "pyarrow" else library.DataFrame(plain)
    found, wanted = (re.findall(r"[\w-]+ \d\.\d{3} \d\.\d{3} to \d\.\d{3}", words(plain_report(guest, X))) for X in (frame, rows))
    assert found == wanted and found


def test_a_classifier_of_arrays(report, blobs):
    X, y = blobs
    model = classifier()
    model.train(X, np.array(["left", "right", "top"])[y], epochs=20, metrics=["accuracy"])
    page = report(model, X, np.array(["left", "right", "top"])[y])
    accuracy = model.evaluate(X, np.array(["left", "right", "top"])[y], "accuracy")["accuracy"]
    assert f"accuracy {accuracy:.3f}" in words(page) and "By class" in words(page)
    assert "ROC curves, each class against the rest" in titles(page) and "Accuracy while learning" in titles(page)


@pytest.mark.parametrize("labels", [[0, 1], [1, 2], [-1, 1], ["no", "yes"], [False, True], [0.0, 1.0]])
@pytest.mark.parametrize("outputs, loss", [(1, "binary_cross_entropy"), (2, "softmax_cross_entropy")])
def test_two_classes_of_any_label(plain_report, labels, outputs, loss):
    X = RNG.normal(size=(200, 4)).astype(np.float32)
    y = np.array(labels)[(X[:, 0] > 0).astype(int)]
    model = classifier(outputs, loss)
    model.train(X, y, epochs=10)
    page = words(plain_report(model, X, y))
    scores = model.predict(X)
    auc = nnswift.metrics.roc_auc(X[:, 0] > 0, scores if outputs == 1 else scores[:, 1])
    assert f"ROC-AUC {auc:.3f}" in page and "Where to set the threshold" in page


def test_several_answers(report):
    X = RNG.normal(size=(200, 4)).astype(np.float32)
    y = (X[:, :3] > 0).astype(int)
    model = classifier(3, "binary_cross_entropy")
    model.train(X, y, epochs=10)
    assert "ROC curves of the answers" in titles(report(model, X, y))


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_regression(report, outputs):
    X = RNG.normal(size=(200, 4)).astype(np.float32)
    y = X[:, :outputs] * 2
    model = classifier(outputs, "mse", target={"scale": "standardize"})
    model.train(X, y, epochs=30)
    page = report(model, X, y)
    r2 = nnswift.metrics.r2(y, model.predict(X))
    assert f"R² {r2:.3f}" in words(page)
    assert ("Predictions" if outputs == 1 else "Predictions of output 1") in titles(page)


def test_quantiles_have_their_coverage(plain_report):
    X = RNG.normal(size=(300, 4)).astype(np.float32)
    y = X[:, 0] + RNG.normal(size=300)
    model = classifier(2, {"type": "quantile", "q": [0.1, 0.9]})
    model.train(X, np.column_stack([y, y]), epochs=10)
    coverage = nnswift.metrics.coverage(y, model.predict(X))
    assert f"coverage {coverage:.3f}" in words(plain_report(model, X, y))


def test_images_are_drawn(report):
    X = RNG.integers(0, 17, size=(120, 64)).astype(np.float32)
    y = np.arange(120) % 3
    model = nnswift.Model.mlp([64, 8, 3], seed=1)
    model.train(X, y, epochs=1)
    page = report(model, X, y, image_shape=(8, 8))
    assert {"What the units of the first layer look for", "Images that were taken for something else"} <= set(titles(page))


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """Of 40 sets of rows, the true accuracy 0.8 lies in the intervals of at least 33: 95 % less four deviations."""
    class Rows:
        kind, classes, weight, rows = "classes", ["a", "b", "c"], None, 400
        spec = {"loss": {"type": "softmax_cross_entropy"}}

    inside = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        rows = Rows()
        rows.truth = rng.integers(0, 3, 400)
        rows.labels = np.where(rng.random(400) < 0.8, rows.truth, (rows.truth + 1) % 3)
        rows.scores = np.eye(3)[rows.labels] * 0.94 + 0.02
        accuracy = next(figure for figure in _figures.figures(rows, 60, seed) if figure.name == "accuracy")
        inside += accuracy.low <= 0.8 <= accuracy.high
    assert inside >= 33


def test_the_table_of_thresholds_counts_rows(guest):
    rows = people(seed=2)
    subject = _subject.Subject(guest, rows, None, None)
    for row in _figures.thresholds(subject):
        positive = guest.predict(rows) >= row["threshold"]
        truth = rows["came"] == "yes"
        assert (row["right"], row["false"]) == ((positive & truth).sum(), (positive & ~truth).sum())
        assert row["missed"] == (truth & ~positive).sum()


def warned(page):
    found = re.search(r'<section class="warnings".*?</section>', page, re.S)
    return words(found[0]) if found else ""


def test_nothing_is_warned_of_where_all_is_well(guest, plain_report):
    assert warned(plain_report(guest, people(600, seed=2), train=people())) == ""


def test_few_rows_are_warned_of(guest, plain_report):
    assert "30 rows are few" in warned(plain_report(guest, people(30, seed=2)))


def test_drifted_columns_are_warned_of(guest, plain_report):
    rows = people(seed=2)
    rows["age"] = rows["age"] + 30
    rows["city"] = np.where(rows["city"] == "Rome", "Kyoto", rows["city"])
    for options in ({"train": people()}, {}):
        text = warned(plain_report(guest, rows, **options))
        assert '"age"' in text and '"city"' in text and '"since"' not in text, text
    assert "levels that the training never met" in text


def test_columns_that_tell_the_target_are_warned_of(plain_report):
    def leaking(seed):
        rows = people(seed=seed)
        return {**rows, "fee": np.where(rows["came"] == "yes", 10.0, 0.0), "note": np.where(rows["came"] == "yes", "paid", "open")}

    model = nnswift.fit_table(leaking(1), "came", seed=1, config={"epochs": 5})
    text = warned(plain_report(model, leaking(2)))
    assert '"fee" alone tells came' in text and '"note" alone tells came' in text and '"age" alone' not in text


def test_rows_of_the_training_are_warned_of(guest, plain_report):
    assert "400 of 400 rows also occur in the training" in warned(plain_report(guest, people(), train=people()))


def test_a_model_no_better_than_chance_is_warned_of(plain_report):
    X = RNG.normal(size=(300, 4)).astype(np.float32)
    y = RNG.integers(0, 2, 300)
    model = classifier(1, "binary_cross_entropy")
    model.train(X, y, epochs=1)
    assert "may be no better than chance" in warned(plain_report(model, RNG.normal(size=(300, 4)), y))


def test_names_from_anywhere_are_only_text(report):
    evil = '<script>alert("x")</script> $\\frac{$ & <img src=x onerror=alert(1)>'
    rows = people(120)
    rows[evil] = rows.pop("age")
    rows["city"] = np.where(rows["city"] == "Rome", evil, rows["city"])
    rows["came"] = np.where(rows["came"] == "yes", evil, "no")
    model = nnswift.fit_table(rows, "came", seed=1, config={"epochs": 3})
    page = report(model, rows, title=evil)
    assert "<script" not in page and "<img" not in page and html.escape(evil, quote=False)[:20] in page


def test_the_page_needs_nothing_from_elsewhere(guest, report):
    page = report(guest, people(seed=2))
    for source in re.findall(r'(?:\bsrc|href|xlink:href)="([^"]*)"|url\(([^)]*)\)', page):
        assert source[0].startswith(("#", "data:")) or source[1].startswith("#"), source
    assert "http:" not in page and "https:" not in page and "@import" not in page
    ids = re.findall(r'\bid="([^"]*)"', page)
    for name in re.findall(r'href="#([^"]*)"', page) + re.findall(r"url\(#([^)]*)\)", page):
        assert name in ids


def test_what_does_not_fit_is_refused(guest, tmp_path):
    path = tmp_path / "report.html"
    X = np.ones((50, 4), np.float32)
    with pytest.raises(nnswift.ArgumentError, match="y must be the targets"):
        nnswift.report(classifier(), X, None, path)
    with pytest.raises(nnswift.ArgumentError, match='label "7" in row 0'):
        nnswift.report(classifier(preprocess="none"), X, np.full(50, 7), path)
    with pytest.raises(nnswift.ShapeError, match="equally many rows"):
        nnswift.report(classifier(preprocess="none"), X, np.zeros(49, int), path)
    with pytest.raises(nnswift.ShapeError, match="at least two rows"):
        nnswift.report(classifier(preprocess="none"), X[:1], [0], path)
    with pytest.raises(nnswift.ArgumentError, match="repeats"):
        nnswift.report(classifier(preprocess="none"), X, np.zeros(50, int), path, repeats=1)
    with pytest.raises(nnswift.ArgumentError, match="model must be a nnswift.Model"):
        nnswift.report("model", X, np.zeros(50, int), path)
    with pytest.raises(nnswift.ArgumentError, match='target "came", got "age"'):
        nnswift.report(guest, people(), "age", path)
    with pytest.raises(nnswift.Error, match="city"):
        nnswift.report(guest, {"age": [1.0, 2.0], "came": ["no", "yes"]}, None, path)
    assert not path.exists()


def run(code):
    subprocess.run([sys.executable, "-c", code], check=True, cwd=nnswift.__path__[0] + "/..")


def test_jinja_is_imported_when_it_is_used():
    run("import sys, nnswift; assert 'jinja2' not in sys.modules and callable(nnswift.report)")


@pytest.mark.parametrize("module", ["jinja2", "matplotlib"])
def test_without_it_the_error_says_what_to_install(module):
    run(
        f"import sys; sys.modules['{module}'] = None\n"
        "import nnswift\n"
        "try: nnswift.report(nnswift.Model.mlp([2, 2]), [[1, 2]], [0])\n"
        "except ImportError as error: assert 'pip install \"nnswift[report]\"' in str(error), error\n"
        "else: raise SystemExit('no error')\n"
    )
