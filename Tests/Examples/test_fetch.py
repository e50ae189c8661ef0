"""examples/data/fetch.py against a server on this machine."""

import gzip
import hashlib
import http.server
import io
import os
import pathlib
import socket
import subprocess
import sys
import threading
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FETCH = ROOT / "examples" / "data" / "fetch.py"
BODY = bytes(range(256)) * 2000
SHA256 = hashlib.sha256(BODY).hexdigest()


def zipped(name):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, BODY)
    return file.getvalue()


BODIES = {
    "/good": BODY, "/wrong": BODY[:-1] + b"!", "/truncated": BODY[:1000], "/good.zip": zipped("folder/file.bin"),
    "/other.zip": zipped("other.bin"), "/damaged.zip": BODY,
}  # fmt: skip


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append(self.path)
        if self.path == "/missing":
            self.send_error(404)
            return
        body = BODIES[self.path]
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY if self.path == "/truncated" else body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.requests = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def fetch(tmp_path, server):
    """Runs fetch.py on one file, set/file.bin, whose URLs are paths on the server."""

    def run(*urls, sha256=SHA256, data_dir=None, options=()):
        base = f"http://127.0.0.1:{server.server_port}"
        addresses = [base + url if url.startswith("/") else url for url in urls]
        sources = tmp_path / "SOURCES"
        sources.write_text(f"# a comment\n\nset/file.bin {sha256} {' '.join(addresses)}\n")
        environment = {k: v for k, v in os.environ.items() if k.lower() not in ("http_proxy", "all_proxy")}
        environment.pop("NNSWIFT_DATA_DIR", None)
        environment["NO_PROXY"] = "127.0.0.1"
        if data_dir:
            environment["NNSWIFT_DATA_DIR"] = str(data_dir)
        command = [sys.executable, str(FETCH), "--into", str(tmp_path / "into"), "--sources", str(sources), *options]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    return run


@pytest.fixture
def target(tmp_path):
    return tmp_path / "into" / "set" / "file.bin"


def assert_nothing_left(target):
    assert list(target.parent.iterdir()) == []


def test_downloads_and_checks(fetch, target, tmp_path):
    result = fetch("/good")
    assert result.returncode == 0, result.stderr
    assert target.read_bytes() == BODY
    assert sorted(p.name for p in target.parent.iterdir()) == ["file.bin"]
    assert "set/file.bin: downloaded" in result.stdout
    assert "MB" in result.stderr


def test_a_wrong_checksum_is_an_error_and_leaves_nothing(fetch, target):
    result = fetch("/wrong")
    assert result.returncode == 1
    assert "sha256 must be" in result.stderr
    assert_nothing_left(target)


def test_a_wrong_checksum_keeps_the_file_that_was_there(fetch, target):
    target.parent.mkdir(parents=True)
    target.write_bytes(b"older")
    assert fetch("/wrong").returncode == 1
    assert target.read_bytes() == b"older"


@pytest.mark.parametrize("first", ["/missing", "/wrong", "/truncated"])
def test_the_second_url_helps_when_the_first_fails(fetch, target, server, first):
    result = fetch(first, "/good")
    assert result.returncode == 0, result.stderr
    assert target.read_bytes() == BODY
    assert server.requests == [first, "/good"]


def test_missing_everywhere(fetch, target):
    result = fetch("/missing", "/missing")
    assert result.returncode == 1
    assert result.stderr.count("404") == 2
    assert_nothing_left(target)


def test_a_truncated_body_is_an_error_and_leaves_nothing(fetch, target):
    result = fetch("/truncated")
    assert result.returncode == 1
    assert f"promised {len(BODY)} bytes and sent 1000" in result.stderr
    assert_nothing_left(target)


def test_what_is_right_is_not_fetched_again(fetch, target, server):
    target.parent.mkdir(parents=True)
    target.write_bytes(BODY)
    result = fetch("/good")
    assert result.returncode == 0
    assert "already there" in result.stdout
    assert server.requests == []


def test_what_is_damaged_is_replaced(fetch, target):
    target.parent.mkdir(parents=True)
    target.write_bytes(BODY[:-5])
    assert fetch("/good").returncode == 0
    assert target.read_bytes() == BODY


@pytest.mark.parametrize("how", ["environment", "option"])
def test_a_local_folder_comes_first(fetch, target, server, tmp_path, how):
    local = tmp_path / "local"
    (local / "set").mkdir(parents=True)
    (local / "set" / "file.bin").write_bytes(BODY)
    if how == "environment":
        result = fetch("/wrong", data_dir=local)
    else:
        result = fetch("/wrong", options=["--from", str(local)])
    assert result.returncode == 0, result.stderr
    assert target.read_bytes() == BODY
    assert server.requests == []


def test_a_damaged_local_file_is_an_error(fetch, target, tmp_path):
    local = tmp_path / "local"
    (local / "set").mkdir(parents=True)
    (local / "set" / "file.bin").write_bytes(b"damaged")
    result = fetch("/good", data_dir=local)
    assert result.returncode == 1
    assert "sha256 must be" in result.stderr
    assert_nothing_left(target)


def test_a_packed_local_file_is_unpacked(fetch, target, server, tmp_path):
    local = tmp_path / "local"
    (local / "set").mkdir(parents=True)
    packed = gzip.compress(BODY)
    (local / "set" / "file.bin.gz").write_bytes(packed)
    assert fetch("/wrong", data_dir=local).returncode == 0
    assert target.read_bytes() == BODY
    assert server.requests == []
    target.unlink()
    (local / "set" / "file.bin.gz").write_bytes(packed[:-20])
    result = fetch("/good", data_dir=local)
    assert (result.returncode, "is damaged" in result.stderr) == (1, True)
    assert_nothing_left(target)


def test_the_file_of_an_archive_is_taken(fetch, target):
    assert fetch("/good.zip").returncode == 0
    assert target.read_bytes() == BODY
    assert sorted(p.name for p in target.parent.iterdir()) == ["file.bin"]


@pytest.mark.parametrize("url, says", [("/other.zip", "must hold file.bin"), ("/damaged.zip", "must be a zip archive")])
def test_an_archive_without_the_file_is_an_error(fetch, target, url, says):
    result = fetch(url)
    assert (result.returncode, says in result.stderr) == (1, True), result.stderr
    assert_nothing_left(target)


def test_a_local_folder_without_the_file_is_passed_over(fetch, target, tmp_path):
    assert fetch("/good", data_dir=tmp_path / "nowhere").returncode == 0
    assert target.read_bytes() == BODY


def test_no_network_is_one_line_and_status_3(fetch, target):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        result = fetch(f"http://127.0.0.1:{unused.getsockname()[1]}/good")
    assert result.returncode == 3
    assert result.stderr.startswith("no network: ")
    assert result.stderr.count("\n") == 1
    assert_nothing_left(target)


@pytest.mark.parametrize("line", ["../outside", "/absolute"])
def test_a_path_must_stay_inside(tmp_path, line):
    sources = tmp_path / "SOURCES"
    sources.write_text(f"{line} {SHA256} http://127.0.0.1:1/good\n")
    command = [sys.executable, str(FETCH), "--into", str(tmp_path / "into"), "--sources", str(sources)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "must stay inside" in result.stderr


def test_only_names_a_subfolder(fetch):
    assert fetch("/good", options=["--only", "set"]).returncode == 0
    result = fetch("/good", options=["--only", "other"])
    assert result.returncode == 1
    assert "one of: set" in result.stderr
