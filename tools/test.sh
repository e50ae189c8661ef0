#!/usr/bin/env bash
# Everything quick, in the order of the floors; ends with one line "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
. tools/parts.sh
python=.venv/bin/python

part "format" swift format lint --strict --recursive Sources Tests Package.swift
part "imports" "$python" tools/imports.py
part "swift" swift_tests
part "c contract" sh Tests/CContract/run.sh build
part "python" "$python" -m pytest -q -rs -p no:cacheprovider bindings/python/tests
part "bad files" "$python" -m pytest -q -rs -p no:cacheprovider Tests/BadFiles
part "old files" "$python" -m pytest -q -rs -p no:cacheprovider Tests/OldFiles
part "golden" "$python" -m pytest -q -rs -p no:cacheprovider Tests/Golden
part "examples" "$python" -m pytest -q -rs -p no:cacheprovider Tests/Examples
part "docs" "$python" -m pytest -q -rs -p no:cacheprovider Tests/Docs
finish
