"""The documents say what the library knows, and their samples run."""
import inspect
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
REFERENCE = (ROOT / "docs" / "reference.md").read_text()
README = (ROOT / "README.md").read_text()

LAYER = {"type": "dense", "units": 1}
SPEC = {"input": 2, "layers": [LAYER], "loss": "mse"}


def known(error):
    """The names after "known: " in an error of the library."""
    return re.split(r", ", re.search(r"known: (.*)$", str(error)).group(1))


def registry(role):
    import nnswift

    nowhere = "no such name anywhere"
    specs = {
        "layer": {**SPEC, "layers": [{"type": nowhere}]},
        "activation": {**SPEC, "layers": [{**LAYER, "activation": nowhere}]},
        "init": {**SPEC, "layers": [{**LAYER, "init": nowhere}]},
        "loss": {**SPEC, "loss": nowhere},
        "preprocess": {**SPEC, "preprocess": nowhere},
    }
    with pytest.raises(nnswift.Error) as caught:
        if role in specs:
            nnswift.Model(specs[role])
        else:
            value = [nowhere] if role == "metrics" else nowhere
            nnswift.Model(SPEC).configure({role: value})
    return known(caught.value)


ROLES = ["layer", "activation", "init", "preprocess", "loss", "optimizer", "schedule", "metrics"]


@pytest.mark.parametrize("role", ROLES)
def test_reference_names_every_member(role):
    names = registry(role)
    assert len(names) >= 4
    missing = [name for name in names if f"| `{name}` |" not in REFERENCE]
    assert not missing


def test_the_options_of_the_reference_are_those_of_the_library():
    """What must hold after a change of an option: make reference."""
    import nnswift

    sys.path.insert(0, str(ROOT / "tools"))
    import reference

    assert reference.written(REFERENCE, nnswift.registry()) == REFERENCE


def test_the_page_of_pictures_has_every_function_as_it_is():
    from nnswift import plot

    page = (ROOT / "docs" / "plot.md").read_text()
    for name in plot.__all__:
        signature = inspect.signature(getattr(plot, name))
        plain = [parameter.replace(annotation=parameter.empty) for parameter in signature.parameters.values()]
        text = str(signature.replace(parameters=plain, return_annotation=signature.empty)).replace("'", '"')
        assert f"| `{name}{text}` |" in page


def samples(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def test_readme_tells_the_size():
    told = float(re.search(r"shared\s+library\s+of\s+([\d.]+) MB", README)[1])
    library = ROOT / "build" / "embedded" / "libnnswift.so"
    assert told == round(library.stat().st_size / 1e6, 1)


def test_readme_has_samples():
    assert samples("c") and samples("python") and samples("sh")


@pytest.mark.parametrize("source", samples("c"))
def test_readme_c_samples_run(source, tmp_path):
    (tmp_path / "sample.c").write_text(source)
    build = ROOT / "build"
    subprocess.run(
        ["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'Include'}", "sample.c", "-o",
         "sample", f"-L{build}", "-lnnswift", f"-Wl,-rpath,{build}"], cwd=tmp_path, check=True)
    done = subprocess.run(["./sample"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stderr == ""


@pytest.mark.parametrize("source", samples("python"))
def test_readme_python_samples_run(source, tmp_path):
    (tmp_path / "sample.py").write_text(source)
    subprocess.run([sys.executable, "sample.py"], cwd=tmp_path, check=True)


def test_readme_commands_exist():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    used = set(re.findall(r"^make ([a-z ]+?)(?:\s+#.*|\s+[A-Z_]+=.*)?$", "\n".join(samples("sh")), re.M))
    assert used
    for line in used:
        assert set(line.split()) <= targets, line


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "SECURITY.md"])
def test_commands_of_documents_exist(document):
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    used = set(re.findall(r"`make ([a-z-]+)", (ROOT / document).read_text()))
    assert used and used <= targets, used - targets


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/reference.md", "docs/plot.md"])
def test_links_lead_somewhere(document):
    path = ROOT / document
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text()):
        if not link.startswith("http"):
            assert (path.parent / link).exists(), link
