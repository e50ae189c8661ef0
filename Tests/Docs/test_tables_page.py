"""The page on tables: its samples run, in their order, and reach what they say."""
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tables.md").read_text()


def samples(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


OPTIONAL = ("pandas", "polars")
PLAIN = [text for text in samples("python") if not any(f"import {name}" in text for name in OPTIONAL)]
OTHERS = [text for text in samples("python") if text not in PLAIN]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


def test_the_way_from_a_csv_to_a_service(folder):
    assert len(PLAIN) == 7 and len(OTHERS) == 1
    (folder / "cars.py").write_text("\n".join(PLAIN))
    subprocess.run([sys.executable, "cars.py"], cwd=folder, check=True)


@pytest.mark.parametrize("source", OTHERS)
def test_tables_of_other_packages(folder, source):
    for name in OPTIONAL:
        pytest.importorskip(name)
    (folder / "frames.py").write_text("import nnswift\n" + source)
    subprocess.run([sys.executable, "frames.py"], cwd=folder, check=True)


def test_the_c_sample_runs(folder):
    (source,) = samples("c")
    (folder / "people.c").write_text(source)
    build = ROOT / "build"
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'Include'}", f"-L{build}", "-lnnswift"]
    subprocess.run(["gcc", "people.c", "-o", "people", *flags, f"-Wl,-rpath,{build}"], cwd=folder, check=True)
    told = subprocess.run(["./people"], cwd=folder, check=True, capture_output=True, text=True)
    assert told.stderr == "" and float(told.stdout) > 0.5
    import nnswift

    model = nnswift.load(folder / "people.safetensors")
    assert f"{model.predict({'age': 30, 'city': 'Rome'}):.2f}" == told.stdout.strip()
