#!/usr/bin/env bash
# The studies of examples/reports, one after the other; arguments go to each. REPORTS_PYTHON: an
# interpreter that has NumPy and matplotlib, and PyTorch and Keras for their columns; else that of
# `make bench-setup`, else .venv.
set -uo pipefail
cd "$(dirname "$0")/.."
python=${REPORTS_PYTHON:-.venv-bench/bin/python}
# The quick run is part of `make check`: the same columns on every machine.
if [ ! -x "$python" ] || { [ "${1:-}" = --quick ] && [ -z "${REPORTS_PYTHON:-}" ]; }; then
  python=.venv/bin/python
fi
export PYTHONPATH=$PWD/bindings/python NNSWIFT_LIBRARY=$PWD/build/libnnswift.so
ran=0
missed=0
for study in examples/reports/[a-e]_*.py; do
  start=$SECONDS
  if "$python" "$study" "$@"; then
    ran=$((ran + 1))
  else
    missed=$((missed + 1))
    echo "not ok  $study"
  fi
  echo "$study: $((SECONDS - start)) s"
  echo
done
echo "$ran studies as promised or skipped, $missed not"
[ "$missed" -eq 0 ]
