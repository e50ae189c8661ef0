#!/usr/bin/env bash
# What is slower than test.sh: the second flavour, the Swift tests under two sanitizers, damaged input.
set -uo pipefail
cd "$(dirname "$0")/../.."
. Tests/Scripts/parts.sh
python=$PWD/.venv/bin/python

# The library with the Swift runtime inside must pass the same tests as the one that ships.
static=build/flavour-static
mkdir -p "$static"
part "static library" make --no-print-directory build/static/libnnswift.so
cp -f build/static/libnnswift.so "$static/libnnswift.so"
ln -sf libnnswift.so "$static/libnnswift.so.1"
part "static c contract" env KILLS=400 sh Tests/CContract/run.sh "$static" static
part "static python" env NNSWIFT_LIBRARY="$PWD/$static/libnnswift.so" \
  "$python" -m pytest -q -rs -p no:cacheprovider bindings/python/tests

# The sanitizers see the ordinary build.
export LSAN_OPTIONS=suppressions=$PWD/Tests/Scripts/leaks.txt:print_suppressions=0
part "address sanitizer" swift_tests --sanitize=address --scratch-path .build-address
part "thread sanitizer" swift_tests --sanitize=thread --scratch-path .build-thread
# The C programs and a minute of hostile calls against the libraries that those two left behind.
part "c address sanitizer" sh Tests/CContract/sanitize.sh address .build-address/debug
part "c thread sanitizer" sh Tests/CContract/sanitize.sh thread .build-thread/debug

# Damaged input; what runs for days has its slice here: CONTRIBUTING.md, "Hostile input".
part "mutants" make --no-print-directory mutants
part "fuzz" make --no-print-directory fuzz
finish
