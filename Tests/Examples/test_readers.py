"""The IDX and CSV readers of the examples, and MNIST where its files are."""

import gzip
import os
import pathlib
import re
import struct
import sys

import pytest

from programs import PROGRAMS, ROOT, SCRIPTS, run

IMAGES = struct.pack(">4B3I", 0, 0, 8, 3, 2, 28, 28) + bytes(2 * 784)
LABELS = struct.pack(">4B1I", 0, 0, 8, 1, 2) + bytes([3, 7])


def mnist_folder(folder, images, labels=LABELS, compress=gzip.compress):
    (folder / "mnist").mkdir()
    for part in ("train", "t10k"):
        (folder / "mnist" / f"{part}-images-idx3-ubyte.gz").write_bytes(compress(images))
        (folder / "mnist" / f"{part}-labels-idx1-ubyte.gz").write_bytes(compress(labels))
    return folder


DAMAGED_IMAGES = {
    "empty": b"",
    "half a magic number": IMAGES[:3],
    "half a header": IMAGES[:9],
    "no values": IMAGES[:16],
    "one value too few": IMAGES[:-1],
    "one value too many": IMAGES + b"\0",
    "floats": IMAGES[:2] + b"\x0d" + IMAGES[3:],
    "no dimensions": IMAGES[:3] + b"\x00" + IMAGES[4:],
    "200 dimensions": IMAGES[:3] + b"\xc8" + IMAGES[4:],
    "zero images": struct.pack(">4B3I", 0, 0, 8, 3, 0, 28, 28),
    "2^96 values": struct.pack(">4B3I", 0, 0, 8, 3, *[0xFFFFFFFF] * 3),
    "a gigabyte that is not there": struct.pack(">4B3I", 0, 0, 8, 3, 1 << 20, 28, 28) + bytes(100),
    "another picture size": struct.pack(">4B3I", 0, 0, 8, 3, 2, 14, 14) + bytes(2 * 196),
}


@pytest.mark.parametrize("images", DAMAGED_IMAGES.values(), ids=DAMAGED_IMAGES.keys())
@pytest.mark.parametrize("compress", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_a_damaged_idx_file_is_refused(tmp_path, images, compress):
    folder = mnist_folder(tmp_path, images, compress=compress)
    result = run(PROGRAMS / "mnist", 1, folder, status=1)
    assert str(folder)[:20] in result.stderr
    assert "epoch" not in result.stdout


def test_a_cut_gzip_file_is_refused(tmp_path):
    folder = mnist_folder(tmp_path, IMAGES, compress=lambda raw: gzip.compress(raw)[:-9])
    assert "mnist" in run(PROGRAMS / "mnist", 1, folder, status=1).stderr


def test_a_gzip_file_with_a_wrong_check_value_is_refused(tmp_path):
    def spoil(raw):
        packed = bytearray(gzip.compress(raw))
        packed[-5] ^= 1
        return bytes(packed)

    folder = mnist_folder(tmp_path, IMAGES, compress=spoil)
    assert "damaged" in run(PROGRAMS / "mnist", 1, folder, status=1).stderr


@pytest.mark.parametrize("compress", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_a_whole_idx_file_is_read(tmp_path, compress):
    folder = mnist_folder(tmp_path, IMAGES, compress=compress)
    for program in ([PROGRAMS / "mnist"], [sys.executable, SCRIPTS / "mnist.py"]):
        assert "2 images to learn from, 2 held out" in run(*program, 1, folder).stdout


@pytest.mark.parametrize("images", DAMAGED_IMAGES.values(), ids=DAMAGED_IMAGES.keys())
@pytest.mark.parametrize("compress", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_the_python_reader_refuses_the_same(tmp_path, monkeypatch, images, compress):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from idx import read_mnist

    with pytest.raises(ValueError):
        read_mnist(mnist_folder(tmp_path, images, compress=compress), "train")


def test_without_files_mnist_is_skipped(tmp_path):
    for program in ([PROGRAMS / "mnist"], [sys.executable, SCRIPTS / "mnist.py"]):
        assert run(*program, 1, tmp_path).stdout.startswith("skipped: there is no ")


def test_mnist_learns_within_its_memory():
    folders = [os.environ.get("NNSWIFT_DATA_DIR"), ROOT / "build" / "data"]
    found = [f for f in folders if f and pathlib.Path(f, "mnist", "train-images-idx3-ubyte.gz").is_file()]
    if not found:
        pytest.skip("MNIST is not there: make data")
    # A process inherits its parent's peak: a small shell stands between it and ours.
    measured = ["sh", "-c", '"$@"; exit', "sh", PROGRAMS / "mnist", 1, pathlib.Path(found[0]).resolve()]
    in_c = run(*measured).stdout
    assert float(re.search(r"test accuracy ([\d.]+)", in_c)[1]) >= 0.93
    assert float(re.search(r"peak memory ([\d.]+) MB", in_c)[1]) < 120
    in_python = run(sys.executable, SCRIPTS / "mnist.py", 1, pathlib.Path(found[0]).resolve()).stdout

    def without_measurements(text):
        return re.sub(r"[\d.]+ (s|MB)$", r"\1", text, flags=re.MULTILINE)

    assert without_measurements(in_python) == without_measurements(in_c)


def csv(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode())
    return path


def test_csv_columns(tmp_path):
    text = '\ufeffa,"b, ""c""",d\r\n1,"x, ""y""\nz",3\r\n\r\n-2e1,,\n 4 ,5,6'
    lines = run(PROGRAMS / "csv_demo", csv(tmp_path, text)).stdout.splitlines()
    assert re.fullmatch(r"a +numbers -20 to 4, 0 empty", lines[0])
    assert re.fullmatch(r'b, "c" +text, for example "x, "y"', lines[1])
    assert re.fullmatch(r"d +numbers 3 to 6, 1 empty", lines[3])
    assert lines[4] == "3 rows"


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "a header and at least one row"),
        ("a,b\n", "a header and at least one row"),
        ("a,b\n1,2\n1,2,3\n", "row 2: 3 cells, the header has 2"),
        ("a,b\n1\n", "row 1: 1 cells, the header has 2"),
        ('a,b\n1,"2\n', "row 1: a quoted cell must end"),
        ('a,b\n1,"2"x\n', "row 1: a quoted cell must end"),
        ("a,b\n1,2\0\n", "has a 0 byte"),
    ],
)
def test_csv_refuses(tmp_path, text, message):
    assert message in run(PROGRAMS / "csv_demo", csv(tmp_path, text), status=1).stderr


def test_csv_refuses_a_missing_file_or_column(tmp_path):
    assert "No such file" in run(PROGRAMS / "csv_demo", tmp_path / "none", status=1, LC_ALL="C").stderr
    table = csv(tmp_path, "a,b\n1,2\nx,3\n")
    assert 'no column "c"' in run(PROGRAMS / "csv_demo", table, "c", status=1).stderr
    assert 'a, row 2: the target must be a number, got "x"' in run(PROGRAMS / "csv_demo", table, "a", status=1).stderr


def test_csv_regression(tmp_path):
    rows = [f"{i % 17},{i % 5},name {i},{3 * (i % 17) - 2 * (i % 5)}" for i in range(300)]
    table = csv(tmp_path, "\n".join(["u,v,name,y", "1,,gap,1", *rows]))
    output = run(PROGRAMS / "csv_demo", table, "y").stdout
    assert "left out: name (text)" in output
    assert "300 complete rows of 301" in output
    assert float(re.search(r"r2 ([\d.]+)", output)[1]) > 0.99
