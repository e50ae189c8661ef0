"""Pages beside the reference: their samples run, their lists are complete, their links lead somewhere."""
import os
import pathlib
import platform
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADER = (ROOT / "Include" / "nnswift.h").read_text()
EMBEDDING = (ROOT / "docs" / "embedding.md").read_text()
ERRORS = (ROOT / "docs" / "errors.md").read_text()
INDEX = (ROOT / "docs" / "README.md").read_text()
PAGES = sorted(path for folder in (".", "docs", "examples", "Tests") for path in (ROOT / folder).glob("*.md"))


def samples(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page, re.S)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Where `make install` put library, header and nnswift.pc."""
    folder = tmp_path_factory.mktemp("prefix")
    subprocess.run(["make", "-s", "install", f"PREFIX={folder}"], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture
def program(tmp_path):
    """A folder with program.c, the sample of the page."""
    (source,) = samples(EMBEDDING, "c")
    (tmp_path / "program.c").write_text(source)
    return tmp_path


def with_prefix(prefix):
    return {**os.environ, "PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig", "LD_LIBRARY_PATH": f"{prefix}/lib"}


@pytest.mark.skipif(not shutil.which("pkg-config"), reason="pkg-config is not installed")
def test_sample_links_by_pkg_config(program, prefix):
    (command,) = [line for text in samples(EMBEDDING, "sh") for line in text.split("\n") if "pkg-config" in line]
    subprocess.run(["bash", "-c", command], cwd=program, env=with_prefix(prefix), check=True)
    subprocess.run(["./a.out"], cwd=program, env=with_prefix(prefix), check=True)


def test_sample_links_from_the_build_folder(program):
    (command,) = [line for text in samples(EMBEDDING, "sh") for line in text.split("\n") if "-Lbuild" in line]
    for name in ("Include", "build"):
        (program / name).symlink_to(ROOT / name)
    subprocess.run(["bash", "-c", f"{command} -Wall -Wextra -Werror"], cwd=program, check=True)
    subprocess.run(["./a.out"], cwd=program, check=True)


@pytest.mark.skipif(not (shutil.which("cmake") and shutil.which("pkg-config")), reason="CMake is not installed")
def test_sample_links_by_cmake(program, prefix):
    (text,) = samples(EMBEDDING, "cmake")
    (program / "CMakeLists.txt").write_text(text)
    for command in (["cmake", "-S", ".", "-B", "made"], ["cmake", "--build", "made"], ["made/program"]):
        subprocess.run(command, cwd=program, env=with_prefix(prefix), check=True, capture_output=True)


@pytest.mark.skipif(f"{platform.libc_ver()[1]}," not in EMBEDDING, reason="the list is that of another libc")
def test_an_exception_of_a_callback_comes_through(tmp_path):
    if not shutil.which("g++"):
        pytest.skip("no C++ compiler")
    (source,) = samples(EMBEDDING, "cpp")
    (tmp_path / "throws.cpp").write_text(source)
    command = ["g++", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'Include'}", "throws.cpp", f"-L{ROOT / 'build'}",
               "-lnnswift", f"-Wl,-rpath,{ROOT / 'build'}", "-o", "throws"]  # fmt: skip
    subprocess.run(command, cwd=tmp_path, check=True)
    told = subprocess.run(["./throws"], cwd=tmp_path, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert told == "thrown in epoch 2\n"


def test_the_system_calls_are_enough(tmp_path):
    table = re.search(r"\| for \| system calls \|\n(.*?)\n\n", EMBEDDING, re.S)[1]
    calls = sorted(set(re.findall(r"`([a-z]\w+)`", re.sub(r"^\|[^|]*\|", "", table, flags=re.M))))
    assert len(calls) > 20
    (tmp_path / "calls.h").write_text("#define ALLOWED " + ", ".join(f"SYS_{call}" for call in calls))
    subprocess.run(
        ["gcc", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'Include'}", f"-I{tmp_path}",
         ROOT / "Tests" / "Docs" / "sandbox.c", "-o", "sandbox", f"-L{ROOT / 'build'}", "-lnnswift",
         f"-Wl,-rpath,{ROOT / 'build'}"], cwd=tmp_path, check=True)
    status = subprocess.run(["./sandbox"], cwd=tmp_path).returncode
    if status == 77:
        pytest.skip("seccomp is not allowed here")
    assert status == 0  # -31, SIGSYS: strace -f names the call that is missing in the page


def test_every_status_is_explained():
    statuses = dict(re.findall(r"(NNS_OK|NNS_E_[A-Z]+) = (\d+)", HEADER))
    assert len(statuses) > 10
    assert dict(re.findall(r"^\| `(NNS_\w+)` \((\d+)\)", ERRORS, re.M)) == statuses


def test_every_status_names_its_exception():
    from nnswift import errors

    for kind in errors._BY_STATUS.values():
        (row,) = re.findall(rf"^\| `{kind.status_name}` .*$", ERRORS, re.M)
        assert f"`{kind.__name__}`" in row


def test_every_ending_is_explained():
    """`stopped` of nns_history, as the header lists it."""
    sentence = re.search(r'"stopped": (.*?)"best_epoch"', HEADER.replace("\n *", ""), re.S)[1]
    endings = set(re.findall(r'"([a-z_]+)"', sentence))
    assert {"completed", "diverged"} <= endings
    assert set(re.findall(r"^\| `([a-z_]+)` \|", ERRORS, re.M)) - {"stopped"} == endings


def test_the_index_has_every_page():
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert {name for name in re.findall(r"\]\(([\w-]+\.md)\)", INDEX)} == pages


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for link, place in re.findall(r"\]\(([^)#\s]*)(?:#([^)]*))?\)", page.read_text()):
        if link.startswith("http"):
            continue
        target = page.parent / link if link else page
        assert target.exists(), link
        if place:
            titles = re.findall(r"^#+ (.*)$", target.read_text(), re.M)
            assert place in [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles], place


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    used = set(re.findall(r"`make ([a-z-]+)", page.read_text()))
    assert used <= targets, used - targets


def test_the_design_names_what_exists():
    page = (ROOT / "docs" / "design.md").read_text()
    sources = ROOT / "Sources"
    everything = "".join(path.read_text() for path in sources.rglob("*.swift"))
    for name in re.findall(r"`([\w/]+\.swift)`", page):
        assert (sources / name).exists() or list(sources.rglob(name)), name
    for name in re.findall(r"`(NN[A-Z][A-Za-z]+|CPlatform|CKernels)(?:/\w+)?`", page):
        assert (sources / name).is_dir(), name
    for name in re.findall(r"`(?:[A-Z]\w+\.)?([a-z]\w+)`", page):
        assert re.search(rf"\b{name}\b", everything), name


def test_contributing_names_registries_and_folders_that_exist():
    page = (ROOT / "CONTRIBUTING.md").read_text()
    everything = "".join(path.read_text() for path in (ROOT / "Sources").rglob("*.swift"))
    registries = re.findall(r"`(\w+)\.registry`", page)
    assert len(registries) >= 6
    for name in registries:
        assert f"static let registry: [{name}]" in everything, name
    for folder in re.findall(r"`((?:Sources|Tests|tools|docs|examples)/[\w/.]*)`", page):
        assert "X.swift" in folder or list(ROOT.glob(folder.rstrip("/") + "*")), folder
