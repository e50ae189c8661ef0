"""The border against the header; where the library is looked for; the wheel."""

import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

import nnswift
from nnswift import _library

PACKAGE = pathlib.Path(nnswift.__file__).resolve().parent
BINDING = PACKAGE.parent
HEADER = BINDING.parents[1] / "Include" / "nnswift.h"
LOADED = _library.lib._name


@pytest.fixture(scope="module")
def header():
    text = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.S)
    return re.sub(r"\*(?=\w)", "* ", text.replace("NNS_CHECKED ", ""))


def c_type(text):
    """Returns the ctypes type that a C declaration stands for."""
    text = re.sub(r"\b(const|struct)\b", "", text)
    words = text.replace("*", " * ").split()
    stars = words.count("*")
    base = next(word for word in words if word != "*")
    plain = {"int32_t": "c_int32", "int64_t": "c_int64", "uint32_t": "c_uint32", "uint64_t": "c_uint64",
             "double": "c_double", "float": "c_float", "size_t": "c_size_t"}  # fmt: skip
    if base == "void":
        kind, stars = (ctypes.c_void_p, stars - 1) if stars else (None, 0)
    elif base == "char":
        kind, stars = ctypes.c_char_p, stars - 1
    else:
        kind = getattr(ctypes, plain[base]) if base in plain else getattr(_library, base)
    for _ in range(stars):
        kind = ctypes.POINTER(kind)
    return kind


def test_every_function_is_declared_as_in_the_header(header):
    found = re.findall(r"^([a-z][\w ]*?[ *]+)(nns_\w+)\(([^)]*)\);", header, re.M)
    assert {name for _, name, _ in found} == {*_library._CHECKED, *_library._UNCHECKED}
    for result, name, parameters in found:
        arguments = [] if parameters.strip() == "void" else parameters.split(",")
        function = getattr(_library.lib, name)
        assert list(function.argtypes) == [c_type(argument) for argument in arguments], name
        assert function.restype == c_type(result), name
        assert bool(function.errcheck) == (name in _library._CHECKED), name


def test_every_constant_has_the_headers_value(header):
    constants = dict(re.findall(r"\b(NNS_[A-Z0-9_]+) = (0x[0-9a-fA-F]+|\d+)", header))
    assert len(constants) > 30
    assert "#define NNS_NO_LABEL INT32_MIN" in header
    constants["NNS_NO_LABEL"] = "-2147483648"
    assert {name: int(value, 0) for name, value in constants.items()} == {
        name: value for name, value in vars(_library).items() if name.startswith("NNS_")
    }


@pytest.mark.parametrize("name", ["nns_array", "nns_progress", "nns_limits"])
def test_every_structure_has_the_headers_fields(header, name):
    body = re.search(rf"typedef struct {name} {{(.*?)}} {name};", header, re.S).group(1)
    fields = [line.strip().rsplit(None, 1) for line in body.split(";") if line.strip()]
    assert [(field.lstrip("*"), c_type(kind)) for kind, field in fields] == getattr(_library, name)._fields_
    assert getattr(_library, name)().struct_size == ctypes.sizeof(getattr(_library, name))


def test_handles_of_another_kind_are_refused():
    with pytest.raises(ctypes.ArgumentError):
        _library.lib.nns_cancel(_library.Data())
    with pytest.raises(nnswift.NullError):
        _library.lib.nns_cancel(_library.Model())


def test_version_and_build():
    assert re.fullmatch(r"\d+\.\d+\.\d+", nnswift.version())
    assert nnswift.__version__.split(".")[0] == nnswift.version().split(".")[0]
    assert nnswift.build_info()["version"] == nnswift.version()
    assert set(nnswift.__all__) <= set(dir(nnswift))


def run(code, package=BINDING, **environment):
    variables = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", _library.PATH_VARIABLE)}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd="/",
        env={**variables, "PYTHONPATH": str(package), **environment},
    )  # fmt: skip


def test_the_variable_names_the_library():
    found = run("from nnswift._library import lib; print(lib._name)", NNSWIFT_LIBRARY=os.path.abspath(LOADED))
    assert found.stdout.strip() == os.path.abspath(LOADED)


def test_a_missing_library_says_where_it_was_looked_for(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "nnswift", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    error = run("import nnswift", tmp_path).stderr
    for fragment in ("ImportError", str(tmp_path / "nnswift" / "libnnswift.so"), "libnnswift.so.1 (system loader)",
                     "make lib", "NNSWIFT_LIBRARY"):  # fmt: skip
        assert fragment in error
    named = run("import nnswift", tmp_path, NNSWIFT_LIBRARY="/nowhere/libnnswift.so").stderr
    assert "/nowhere/libnnswift.so (environment variable NNSWIFT_LIBRARY): no such file" in named
    assert "system loader" not in named


def test_another_library_is_refused(tmp_path):
    error = run("import nnswift", NNSWIFT_LIBRARY="libc.so.6").stderr
    assert "ImportError" in error and "nns_abi_version" in error


def test_the_wheel_holds_the_library(tmp_path):
    pytest.importorskip("setuptools", minversion="77")
    pytest.importorskip("pip")
    source = tmp_path / "source"
    shutil.copytree(BINDING, source, ignore=shutil.ignore_patterns("build", "tests", "__pycache__", "*.egg-info"))
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", "--wheel-dir", str(tmp_path), str(source)],
        check=True, env={**os.environ, "NNSWIFT_BUILT_LIBRARY": os.path.abspath(LOADED)},
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    assert re.fullmatch(rf"nnswift-{nnswift.__version__}-py3-none-linux_\w+\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    installed = tmp_path / "installed"
    assert {path.name for path in (installed / "nnswift").glob("*") if path.is_file()} == {
        path.name for path in PACKAGE.glob("*") if path.is_file()
    } | {"libnnswift.so"}
    found = run("import nnswift; print(nnswift._library.lib._name, nnswift.Model.mlp([2, 2]))", installed)
    assert found.stdout.startswith(str(installed / "nnswift" / "libnnswift.so")), found.stderr


def test_the_readme_sample_runs(tmp_path):
    (sample,) = re.findall(r"```python\n(.*?)```", (BINDING / "README.md").read_text(), re.S)
    done = run(f"import os; os.chdir({str(tmp_path)!r})\n{sample}")
    assert (done.returncode, done.stderr) == (0, "")
