#!/usr/bin/env bash
# Everything quick, in the order of the floors; ends with one line "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/../.."
python=.venv/bin/python
passed=0
failed=0

# Runs one part; its output is shown when it fails, its last line always.
part() {
  local name=$1
  shift
  local log=build/test-${name// /-}.log
  local start=$SECONDS
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok      $name ($((SECONDS - start)) s): $(grep -vE '^\s*$' "$log" | tail -n 1)"
  else
    failed=$((failed + 1))
    cat "$log"
    echo "not ok  $name"
  fi
}

swift_tests() {
  # One process, so that its own summary is the last line.
  swift test --explicit-target-dependency-import-check error 2>&1 | tee build/swift-test.log | grep -E 'error|warning|✘|recorded|Test run with'
  return "${PIPESTATUS[0]}"
}

part "format" swift format lint --strict --recursive Sources Tests Package.swift
part "imports" "$python" Tests/Scripts/imports.py
part "swift" swift_tests
part "c contract" sh Tests/CContract/run.sh build
part "python" "$python" -m pytest -q -rs -p no:cacheprovider bindings/python/tests
part "examples" "$python" -m pytest -q -rs -p no:cacheprovider Tests/Examples
part "docs" "$python" -m pytest -q -rs -p no:cacheprovider Tests/Docs
grep -hE '^(SKIPPED|skipped:)' build/test-*.log | sed -E 's/^SKIPPED( \[[0-9]+\])?/skipped:/' | sort -u || true
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
