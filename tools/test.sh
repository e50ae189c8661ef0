#!/usr/bin/env bash
# Everything quick, in the order of the floors; ends with one line "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
. tools/parts.sh
python=.venv/bin/python

tests() {
  "$python" -m pytest -q -rs -p no:cacheprovider "$@"
}

contract_and_files() {
  part "c contract" sh Tests/CContract/run.sh build
  part "bad files" tests Tests/BadFiles
  part "old files" tests Tests/OldFiles
  part "golden" tests Tests/Golden
  part "examples" tests Tests/Examples
  part "docs" tests Tests/Docs
}

bindings() {
  part "python" tests bindings/python/tests
}

part "format" swift format lint --strict --recursive Sources Tests Package.swift
part "imports" "$python" tools/imports.py
part "swift" swift_tests
lanes contract_and_files bindings
finish
