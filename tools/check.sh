#!/usr/bin/env bash
# The tests that are slower than test.sh: the second flavour, clients of older headers, sanitizers,
# damaged input. What measures how much is tested has a target of its own: make coverage.
set -uo pipefail
cd "$(dirname "$0")/.."
. tools/parts.sh
python=$PWD/.venv/bin/python

# The library with the Swift runtime inside must pass the same tests as the one that ships.
static=build/flavour-static
mkdir -p "$static"
part "static library" make --no-print-directory build/static/libnnswift.so
cp -f build/static/libnnswift.so "$static/libnnswift.so"
ln -sf libnnswift.so "$static/libnnswift.so.1"
part "static c contract" env KILLS=400 TRIES=2000 sh Tests/CContract/run.sh "$static" static
# But for what is drawn, printed and packed: that is Python's alone.
part "static python" env NNSWIFT_LIBRARY="$PWD/$static/libnnswift.so" \
  "$python" -m pytest -q -rs -p no:cacheprovider bindings/python/tests \
  -k "not plot and not report and not command and not package and not interrupt"

part "abi" "$python" -m pytest -q -rs -p no:cacheprovider Tests/ABI
part "sanitizers" bash tools/sanitize.sh

part "reports" make --no-print-directory reports QUICK=1

# Damaged input; what runs for days has its slice here: CONTRIBUTING.md, "Hostile input".
part "mutants" make --no-print-directory mutants
part "fuzz" env FUZZ_SECONDS=60 make --no-print-directory fuzz
finish
