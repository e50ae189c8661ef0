#!/usr/bin/env python3
"""Brings the files named in SOURCES into a folder and checks every one by its sha256.

    fetch.py --into DIR [--from DIR] [--sources FILE] [--only mnist]

A file that lies in --from (or in NNSWIFT_DATA_DIR), also packed as FILE.gz, is copied, any other is downloaded; of an
address that ends in .zip the archive's file of that name. Files that are already right are left alone; a file appears
whole and checked, or not at all.
Exit status: 0 all there, 1 something is wrong, 2 wrong arguments, 3 no server could be reached.
"""

import argparse
import gzip
import hashlib
import http.client
import os
import pathlib
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from typing import NamedTuple

CHUNK = 1 << 18
TIMEOUT = 20  # seconds without a byte


class Source(NamedTuple):
    path: str
    sha256: str
    urls: list


class FetchError(Exception):
    """Something that trying again will not mend."""


class Unreachable(Exception):
    """No server answered: the machine has probably no network."""


def read_sources(file, only):
    sources = []
    for number, line in enumerate(pathlib.Path(file).read_text(encoding="utf-8").splitlines(), 1):
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        if len(fields) < 3 or len(fields[1]) != 64:
            raise FetchError(f"{file}, line {number}: must be PATH SHA256 URL..., got {line!r}")
        path = pathlib.PurePosixPath(fields[0])
        if path.is_absolute() or ".." in path.parts:
            raise FetchError(f"{file}, line {number}: the path must stay inside the folder, got {path}")
        if not all(url.startswith(("https://", "http://")) for url in fields[2:]):
            raise FetchError(f"{file}, line {number}: every URL must begin with https:// or http://")
        sources.append(Source(fields[0], fields[1].lower(), fields[2:]))
    chosen = [s for s in sources if only is None or s.path.split("/")[0] == only]
    if not chosen:
        known = ", ".join(sorted({s.path.split("/")[0] for s in sources}))
        raise FetchError(f"--only must name one of: {known}; got {only!r}")
    return chosen


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy(source, origin, scratch):
    # No link: whoever changes the copy must not change the original.
    if origin.suffix == ".gz" and not source.path.endswith(".gz"):
        try:
            with gzip.open(origin) as packed, open(scratch, "wb") as file:
                shutil.copyfileobj(packed, file)
        except (EOFError, zlib.error) as error:
            raise FetchError(f"{origin}: is damaged: {error}") from error
    else:
        shutil.copyfile(origin, scratch)
    found = sha256_of(scratch)
    if found != source.sha256:
        raise FetchError(f"{origin}: sha256 must be {source.sha256}, is {found}")


def show(path, done, total, end=""):
    if sys.stderr.isatty() or end:
        share = f" of {total / 1e6:.1f}" if total else ""
        start = "\r" if sys.stderr.isatty() else ""
        print(f"{start}{path}: {done / 1e6:.1f}{share} MB", end=end, file=sys.stderr, flush=True)


def download(source, url, scratch):
    """Writes the body of url to scratch; FetchError when it is not the file that was asked for."""
    request = urllib.request.Request(url, headers={"User-Agent": "nnswift-fetch"})
    done = 0
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer, open(scratch, "wb") as file:
        total = int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(CHUNK):
            file.write(chunk)
            done += len(chunk)
            show(source.path, done, total)
    show(source.path, done, total, end="\n")
    if total and done != total:
        raise FetchError(f"{url}: the server promised {total} bytes and sent {done}")
    if url.endswith(".zip") and not source.path.endswith(".zip"):
        unpack(source, url, scratch)
    found = sha256_of(scratch)
    if found != source.sha256:
        raise FetchError(f"{url}: sha256 must be {source.sha256}, is {found}")


def unpack(source, url, scratch):
    """Puts the archive's file of the right name in the place of the archive."""
    name = pathlib.PurePosixPath(source.path).name
    try:
        with zipfile.ZipFile(scratch) as archive, open(f"{scratch}.out", "wb") as file:
            member = next((m for m in archive.infolist() if m.filename.split("/")[-1] == name), None)
            if member is None:
                raise FetchError(f"{url}: the archive must hold {name}, it holds {', '.join(archive.namelist()[:5])}")
            with archive.open(member) as packed:
                shutil.copyfileobj(packed, file)
    except zipfile.BadZipFile as error:
        raise FetchError(f"{url}: must be a zip archive: {error}") from error
    os.replace(f"{scratch}.out", scratch)


def download_from_any(source, scratch):
    problems = []
    was_reached = False
    for url in source.urls:
        try:
            return download(source, url, scratch)
        except FetchError as error:
            was_reached = True
            problems.append(str(error))
        except urllib.error.HTTPError as error:
            was_reached = True
            problems.append(f"{url}: {error.code} {error.reason}")
        except (OSError, http.client.HTTPException) as error:
            problems.append(f"{url}: {getattr(error, 'reason', error)}")
    if was_reached:
        raise FetchError("\n".join(problems))
    raise Unreachable(problems[-1])


def bring(source, into, local):
    """Returns a word for what was done."""
    target = into / source.path
    if target.is_file() and sha256_of(target) == source.sha256:
        return "already there"
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the final rename stays on one file system and is atomic.
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=target.parent) as folder:
        scratch = pathlib.Path(folder, target.name)
        origins = [local / source.path, local / f"{source.path}.gz"] if local else []
        origin = next((path for path in origins if path.is_file()), None)
        if origin:
            copy(source, origin, scratch)
            done = f"taken from {local}"
        else:
            download_from_any(source, scratch)
            done = "downloaded"
        os.replace(scratch, target)
    return done


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", required=True, type=pathlib.Path, help="the data folder")
    parser.add_argument("--from", dest="local", type=pathlib.Path, help="a folder that may have the files already")
    parser.add_argument("--sources", default=pathlib.Path(__file__).with_name("SOURCES"), help="the list of files")
    parser.add_argument("--only", help="only what lies in this subfolder, for example mnist")
    options = parser.parse_args()
    local = options.local
    if local is None and os.environ.get("NNSWIFT_DATA_DIR"):
        local = pathlib.Path(os.environ["NNSWIFT_DATA_DIR"])
    try:
        for source in read_sources(options.sources, options.only):
            print(f"{source.path}: {bring(source, options.into, local)}", flush=True)
    except Unreachable as error:
        print(f"no network: {error}; NNSWIFT_DATA_DIR may name a folder that has the files", file=sys.stderr)
        return 3
    except (FetchError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
