"""The example programs, run as a user runs them. The C ones must have been built into build/examples."""

import os
import re
import subprocess
import sys

import pytest

from programs import DATA, PROGRAMS, SCRIPTS, run


class Digits:
    """What one run of the digits example left behind."""

    def __init__(self, folder, program, *more):
        folder.mkdir()
        self.model = folder / "digits.safetensors"
        self.picture = folder / "digits.png"
        self.output = run(*program, DATA, self.model.name, *more, folder=folder).stdout

    def lines(self):
        return [line for line in self.output.splitlines() if line.startswith("digit ")]

    def rows(self):
        return [re.match(r"digit (\d+):", line)[1] for line in self.lines()]


@pytest.fixture(scope="module")
def in_c(tmp_path_factory):
    return Digits(tmp_path_factory.mktemp("digits") / "c", [PROGRAMS / "digits"])


@pytest.fixture(scope="module")
def in_python(tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits") / "python"
    return Digits(folder, [sys.executable, SCRIPTS / "digits.py"], "digits.png")


def test_the_digits_are_recognised(in_c):
    accuracy = float(re.search(r"test accuracy ([\d.]+)", in_c.output)[1])
    assert accuracy >= 0.96
    train, test = map(int, re.match(r"(\d+) digits to learn from, (\d+) held out\n", in_c.output).groups())
    assert train + test == 1797 and 445 <= test <= 454
    assert len(in_c.lines()) == 5


def test_the_table_agrees_with_the_accuracy(in_c):
    table = [line.split() for line in re.findall(r"^ +\d(?: +(?:\d+|\.)){10}$", in_c.output, re.MULTILINE)]
    matrix = [[0 if cell == "." else int(cell) for cell in row[1:]] for row in table]
    total = sum(map(sum, matrix))
    right = sum(matrix[i][i] for i in range(10))
    assert f", {total} held out" in in_c.output
    assert f"test accuracy {right / total:.4f}" in in_c.output


def test_c_and_python_print_the_same(in_c, in_python):
    assert in_python.output == in_c.output


def test_c_and_python_save_the_same_bytes(in_c, in_python):
    assert in_python.model.read_bytes() == in_c.model.read_bytes()


def test_python_draws_a_picture(in_python):
    assert in_python.picture.read_bytes().startswith(b"\x89PNG")
    assert in_python.picture.stat().st_size > 10_000


def test_a_terminal_shows_one_growing_bar(tmp_path):
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen([PROGRAMS / "digits", DATA, tmp_path / "m.safetensors"], stdout=theirs)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait() == 0
    assert shown.count(b"\r[") == 40
    assert b"\r[" + 30 * b"#" + b"] epoch 40/40" in shown


@pytest.mark.parametrize("saved_by", ["c", "python"])
@pytest.mark.parametrize("loaded_by", ["c", "python"])
def test_a_second_process_gives_identical_probabilities(in_c, in_python, saved_by, loaded_by):
    model = {"c": in_c, "python": in_python}[saved_by].model
    program = {"c": [PROGRAMS / "predict"], "python": [sys.executable, SCRIPTS / "predict.py"]}[loaded_by]
    output = run(*program, model, DATA, *in_c.rows()).stdout
    assert [line for line in output.splitlines() if line.startswith("digit ")] == in_c.lines()


@pytest.mark.parametrize("loaded_by", ["c", "python"])
def test_predict_shows_held_out_digits_unless_told(in_c, loaded_by):
    program = {"c": [PROGRAMS / "predict"], "python": [sys.executable, SCRIPTS / "predict.py"]}[loaded_by]
    output = run(*program, in_c.model, DATA).stdout
    assert [line for line in output.splitlines() if line.startswith("digit ")] == in_c.lines()


def test_c_and_python_draw_the_same(in_c):
    arguments = [in_c.model, DATA, 0, 17, 1796]
    output = run(PROGRAMS / "predict", *arguments).stdout
    assert output == run(sys.executable, SCRIPTS / "predict.py", *arguments).stdout
    assert output.count("|\n") == 24


@pytest.mark.parametrize("row", ["-1", "1797", "x", "", "99999999999999999999"])
def test_predict_refuses_a_row_that_is_not_there(in_c, row):
    for program in ([PROGRAMS / "predict"], [sys.executable, SCRIPTS / "predict.py"]):
        assert "from 0 to 1796" in run(*program, in_c.model, DATA, row, status=1).stderr


def test_predict_refuses_a_damaged_model(in_c, tmp_path):
    damaged = tmp_path / "damaged.safetensors"
    whole = in_c.model.read_bytes()
    damaged.write_bytes(whole[:-1])
    assert re.search("NNS_E_(FORMAT|CHECKSUM)", run(PROGRAMS / "predict", damaged, DATA, status=1).stderr)
    damaged.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert "NNS_E_CHECKSUM" in run(PROGRAMS / "predict", damaged, DATA, status=1).stderr


def test_digits_refuses_another_file(tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"\x00" * 64)
    for program in ([PROGRAMS / "digits"], [sys.executable, SCRIPTS / "digits.py"]):
        assert "records of 65 bytes" in run(*program, other, status=1).stderr


def test_the_gallery_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "plot.png"
    run(sys.executable, SCRIPTS / "gallery.py", DATA, picture, folder=tmp_path)
    assert picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size > 50_000
