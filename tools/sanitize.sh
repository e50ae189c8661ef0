#!/usr/bin/env bash
# The Swift tests, and C clients of the library that they leave behind, under AddressSanitizer (with
# its search for leaks) and ThreadSanitizer. With the first go UndefinedBehaviorSanitizer's checks
# of the C sources: Swift has none on Linux.
# Usage: sanitize.sh [address|thread]      both without arguments
set -uo pipefail
cd "$(dirname "$0")/.."
. tools/parts.sh
mkdir -p build
export LSAN_OPTIONS=suppressions=$PWD/tools/leaks.txt:print_suppressions=0

undefined="-Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined"
[ $# -gt 0 ] || set -- address thread
for kind in "$@"; do
  [ "$kind" = address ] && checks="$undefined" || checks=
  # shellcheck disable=SC2086
  part "$kind sanitizer" swift_tests --sanitize="$kind" $checks --scratch-path ".build-$kind"
  part "c $kind sanitizer" sh Tests/CContract/sanitize.sh "$kind" ".build-$kind/debug"
done
finish
