"""The report in a browser: nothing on the console, every picture shown, nothing cut off at any width."""

import shutil

import numpy as np
import pytest

import nnswift

for name in ("jinja2", "matplotlib"):
    pytest.importorskip(name, reason=f"{name} is not installed: no report is written")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no page is opened")

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
RNG = np.random.default_rng(0)
# Pixels on the screen below which a text cannot be read.
SMALLEST = 6.0


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    X = RNG.normal(size=(300, 4)).astype(np.float32)
    names = [f"a column with quite a long name, number {number}" for number in range(4)]
    for kind, outputs, loss, y in (
        ("binary", 1, "binary_cross_entropy", (X[:, 0] > 0).astype(int)),
        ("classes", 3, "softmax_cross_entropy", np.digitize(X[:, 0], [-0.5, 0.5])),
        ("numbers", 1, "mse", X[:, 0]),
    ):
        model = nnswift.Model.mlp([4, 8, outputs], loss=loss, seed=1, features=names)
        model.train(X, y, epochs=5)
        nnswift.report(model, X[:150], y[:150], folder / f"{kind}.html", train=(X, y), repeats=20)
    return folder


@pytest.fixture(scope="module")
def browser():
    if BROWSER is None:
        pytest.skip("no Chromium is installed: no page is opened")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield opened
        opened.close()


# What is said to be shown: of each picture its box, and the height of its text.
PICTURES = """[...document.querySelectorAll("figure svg")].map(svg => {
    const box = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("g[id*=text_]")].map(text => text.getBoundingClientRect().height);
    return {width: box.width, height: box.height, right: box.right, parts: svg.querySelectorAll("path, use, image").length,
            text: Math.max(...texts)};
})"""


@pytest.mark.parametrize("kind", ["binary", "classes", "numbers"])
@pytest.mark.parametrize("width", [400, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_shown(browser, pages, kind, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((pages / f"{kind}.html").as_uri())
    assert said == [] and len(asked) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    drawn = page.evaluate(PICTURES)
    assert len(drawn) >= 8
    for picture in drawn:
        assert picture["width"] >= 250 and picture["height"] >= 100 and picture["right"] <= width
        assert picture["parts"] > 5 and picture["text"] >= SMALLEST
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = page.evaluate("getComputedStyle(document.body).color")
    light, dark = (sum(map(int, color[4:-1].split(","))) for color in (paper, ink))
    assert (light > dark + 300) if scheme == "light" else (dark > light + 300)
    context.close()
