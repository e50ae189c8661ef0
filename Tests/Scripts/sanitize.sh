#!/usr/bin/env bash
# The Swift tests, then C clients of the same build of the library, under AddressSanitizer (with its search for leaks)
# and ThreadSanitizer, and the C sources under UndefinedBehaviorSanitizer.
# Usage: sanitize.sh [address] [thread] [undefined]      all of them without arguments
set -uo pipefail
cd "$(dirname "$0")/../.."
. Tests/Scripts/parts.sh
mkdir -p build

runtime=$(dirname "$(readlink -f "$(command -v swift)")")/../lib/swift/linux
export LSAN_OPTIONS=suppressions=$PWD/Tests/Scripts/leaks.txt:print_suppressions=0
export TSAN_OPTIONS=halt_on_error=0:exitcode=66
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# The C contract, and the programs of older clients, with the library that the Swift tests of this sanitizer built.
# What counts allocations or looks at symbols is about the library that ships.
contract() {
  local kind=$1 folder=build/sanitize-$1
  mkdir -p "$folder"
  cp -f ".build-$kind/debug/libnnswift.so" "$folder/"
  CC=$(dirname "$(readlink -f "$(command -v swift)")")/clang CONTRACT_ONLY="lifecycle badinput manners" CONTRACT_SECONDS=900 \
    CONTRACT_FLAGS="-fsanitize=$kind -fno-omit-frame-pointer -fuse-ld=lld -Wl,-rpath,$runtime $(client_libraries "$kind")" \
    sh Tests/CContract/run.sh "$folder" debug
}

client_libraries() {
  [ "$1" = thread ] && echo "-L$runtime -ldispatch -lBlocksRuntime -Wl,--export-dynamic"
}

[ $# -gt 0 ] || set -- address thread undefined
for kind in "$@"; do
  part "$kind sanitizer, Swift" swift_tests --sanitize="$kind" --scratch-path ".build-$kind"
  part "$kind sanitizer, C" contract "$kind"
done
finish
