"""A program that was built with an older header goes on running with this library; that is also how it is found out."""
import pathlib
import re
import shutil
import subprocess

import pytest
import twin

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build"
HEADER = ROOT / "Include" / "nnswift.h"
RELEASES = sorted(path.parent for path in HERE.glob("*/nnswift.h"))
PROGRAMS = [path for release in RELEASES for path in sorted(release.glob("*.c"))]

needs_abidiff = pytest.mark.skipif(
    not shutil.which("abidiff"), reason="abidiff is not installed (Debian: apt-get install abigail-tools)")


def functions(header):
    return set(re.findall(r"\b(nns_\w+)\s*\(", "\n".join(twin.declarations(header)))) - {"nns_progress_fn"}


def test_exports_are_the_header():
    """Every declared function is exported with its version, and nothing else is."""
    done = subprocess.run(
        ["sh", ROOT / "Tests" / "CContract" / "symbols.sh", BUILD, (BUILD / ".flavour").read_text().strip()],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@needs_abidiff
@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_header_breaks_no_older_client(release, tmp_path):
    old = twin.build_twin(release / "nnswift.h", tmp_path / "old")
    difference = twin.compare(old, twin.build_twin(HEADER, tmp_path / "new"))
    assert not difference.breaks, difference.report


def test_baseline_is_complete():
    """Until 1.0.0 is released its header is a copy; from then on it stays as it is."""
    if "1.0.0 (not released)" in (ROOT / "CHANGELOG.md").read_text():
        assert twin.declarations(HERE / "1.0" / "nnswift.h") == twin.declarations(HEADER), \
            "cp Include/nnswift.h Tests/ABI/1.0/nnswift.h, and call what is new in Tests/ABI/1.0/functions.c"


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_programs_call_every_function(release):
    text = "".join(path.read_text() for path in release.glob("*.[ch]") if path.name != "nnswift.h")
    assert functions(release / "nnswift.h") - set(re.findall(r"\b(nns_\w+)\(", text)) == set()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_program_of_an_older_client_runs(program, tmp_path):
    """Compiled against the header of its time, run with the library of today."""
    subprocess.run(
        ["gcc", "-std=c99", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{program.parent}", program, "-o",
         "program", f"-L{BUILD}", "-lnnswift", "-lm", f"-Wl,-rpath,{BUILD}"], cwd=tmp_path, check=True)
    done = subprocess.run(["./program"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:]
    assert re.search(r"^[1-9]\d* passed, 0 failed$", done.stdout, re.M)


# Each edit of the header: (what, old text, new text), one or several.
FAULTS = {
    "a function removed": [("int32_t nns_cancel(const nns_model *model);", "")],
    "a function renamed": [("int32_t nns_cancel(const", "int32_t nns_stop(const")],
    "another parameter type": [("int32_t nns_set_threads(int32_t threads);", "int32_t nns_set_threads(int64_t threads);")],
    "another result type": [("uint32_t nns_abi_version(void);", "uint64_t nns_abi_version(void);")],
    "a parameter more": [("int32_t nns_set_threads(int32_t threads);", "int32_t nns_set_threads(int32_t threads, int32_t x);")],
    "another callback": [("typedef int32_t (*nns_progress_fn)", "typedef int64_t (*nns_progress_fn)")],
    "a status renumbered": [("NNS_E_IO = 10,", "NNS_E_IO = 9,")],
    "a dtype renumbered": [("NNS_U8 = 3,", "NNS_U8 = 30,")],
    "a constant renamed": [("NNS_SPLIT_TIME = 4", "NNS_SPLIT_LAST = 4")],
    "fields of nns_array change places": [("int64_t rows;\n    int64_t cols;", "int64_t cols;\n    int64_t rows;")],
    "fields of nns_progress change places": [("double val_loss; ", "double loss; "), ("double loss; ", "double val_loss; ")],
    "fields of nns_limits change places": [("int64_t max_parameters;", "int64_t max_layers; //"), ("int64_t max_layers;  ", "int64_t max_parameters;")],
    "a field in the middle": [("int64_t max_layers; ", "int64_t max_depth; int64_t max_layers; ")],
    "a field less": [("int64_t max_layers; ", "// ")],
    "another field type": [("int32_t dtype;        /* NNS_F32 ... NNS_BOOL */", "uint32_t dtype;       /* */")],
    "fields change places and one is added": [
        ("int64_t rows;\n    int64_t cols;", "int64_t cols;\n    int64_t rows;"), ("int64_t col_stride; /", "int64_t col_stride; int64_t more; /")],
}

ADDITIONS = {
    "a function": [("int32_t nns_cancel(const", "int32_t nns_pause(nns_model *model);\nint32_t nns_cancel(const")],
    "a status": [("NNS_E_INTERNAL = 99 ", "NNS_E_INTERNAL = 99, NNS_E_NEW = 100 ")],
    "a group of constants": [("/* Statuses, grouped in tens", "enum { NNS_NEW = 1 };\n/* Statuses, grouped in tens")],
    "a field at the end of nns_array": [("int64_t col_stride; /", "int64_t col_stride; int64_t more; /")],
    "a field at the end of nns_progress": [("int64_t folds;", "int64_t folds; int64_t more;")],
    "a field at the end of nns_limits": [("int64_t max_levels; ", "int64_t max_levels; int64_t more; ")],
    "another comment": [("/* Statuses, grouped in tens", "/* Numbers, grouped in tens")],
}


def edited(edits, folder):
    """The difference that edits of the 1.0 header make."""
    text = before = (HERE / "1.0" / "nnswift.h").read_text()
    for old, new in edits:
        assert before.count(old) == 1, f"{old!r} stands {before.count(old)} times in the header"
        text = text.replace(old, new, 1)
    changed = folder / "nnswift.h"
    changed.write_text(text)
    return twin.compare(
        twin.build_twin(HERE / "1.0" / "nnswift.h", folder / "old"), twin.build_twin(changed, folder / "new"))


@needs_abidiff
@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_seen(fault, tmp_path):
    assert edited(FAULTS[fault], tmp_path).breaks


@needs_abidiff
@pytest.mark.parametrize("addition", ADDITIONS)
def test_addition_is_allowed(addition, tmp_path):
    difference = edited(ADDITIONS[addition], tmp_path)
    assert not difference.breaks, difference.report
