#!/usr/bin/env bash
# What is slower than `make test`: the second flavour, and the C tests under the sanitizers.
set -uo pipefail
cd "$(dirname "$0")/../.."
python=$PWD/.venv/bin/python
status=0

run() {
  echo "--- $*"
  "$@" || { status=1; echo "failed: $*"; }
}

# The library with the Swift runtime inside must pass the same tests as the one that ships.
static=build/flavour-static
mkdir -p "$static"
run make --no-print-directory build/static/libnnswift.so
cp -f build/static/libnnswift.so "$static/libnnswift.so"
ln -sf libnnswift.so "$static/libnnswift.so.1"
run sh Tests/CContract/run.sh "$static" static
NNSWIFT_LIBRARY=$PWD/$static/libnnswift.so run "$python" -m pytest -q -rs -p no:cacheprovider bindings/python/tests

# AddressSanitizer and ThreadSanitizer see the ordinary build through the Swift tests.
export LSAN_OPTIONS=suppressions=$PWD/Tests/Scripts/leaks.txt:print_suppressions=0
for sanitizer in address thread; do
  run swift test --sanitize=$sanitizer --scratch-path ".build-$sanitizer" --quiet
done
exit $status
