#!/bin/sh
# Compiles contract programs with a sanitizer and runs them against a library built with the same,
# such as `swift test --sanitize=thread` leaves behind. A report of the sanitizer fails its program.
# Usage: sanitize.sh address|thread LIBRARY_DIR
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
kind=${1:?usage: sanitize.sh address|thread LIBRARY_DIR}
library=$(cd "${2:?usage: sanitize.sh address|thread LIBRARY_DIR}" && pwd) || exit 1
toolchain=$(dirname "$(readlink -f "$(command -v swift)")")
work=$root/build/sanitize-$kind
mkdir -p "$work"
cd "$work" || exit 1
passed=0
failed=0

# Leaks of the test itself and of the Swift runtime's start are none of ours; see leaks.txt.
ASAN_SYMBOLIZER_PATH=$toolchain/llvm-symbolizer
ASAN_OPTIONS=exitcode=66
LSAN_OPTIONS=suppressions=$root/tools/leaks.txt:print_suppressions=0
# Children of a process with threads go on; the tests check that.
TSAN_OPTIONS=exitcode=66:die_after_fork=0:external_symbolizer_path=$toolchain/llvm-symbolizer
export ASAN_SYMBOLIZER_PATH ASAN_OPTIONS LSAN_OPTIONS TSAN_OPTIONS

# The library with this sanitizer leaves libdispatch's names to the program.
runtime=$toolchain/../lib/swift/linux
extra="-L$runtime -ldispatch -lBlocksRuntime -Wl,--export-dynamic -Wl,-rpath,$runtime"

compile() {
  program=$1
  shift
  # shellcheck disable=SC2086
  "$toolchain/clang" -std=c99 -O1 -g -fsanitize="$kind" -fuse-ld=lld -pthread -DSANITIZED -I"$root/Include" \
    -o "$program" "$@" -L"$library" -lnnswift -lm -ldl $extra \
    -Wl,-rpath,"$library" 2>"$program.errors" && return
  failed=$((failed + 1))
  echo "not ok $program compiles: $(grep -m 1 error "$program.errors")"
  return 1
}

# program and its arguments; its last line has its counts
run() {
  timeout "${CONTRACT_SECONDS:-240}" "./$@" >"$1.log" 2>"$1.stderr"
  status=$?
  echo "$1: $(tail -n 1 "$1.log")"
  grep -E '^not ok' "$1.log"
  if [ $status -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "not ok $1 under the $kind sanitizer: status $status"
    grep -m 3 -A 12 -E 'ERROR:|WARNING:|FINDING' "$1.stderr"
  fi
}

programs="lifecycle manners"
[ "$kind" = address ] && programs="lifecycle badinput manners"
for name in $programs; do
  compile "$name" "$here/$name.c" "$here/contract.c" "$here/$name"/*.c && run "$name"
done
if [ "$kind" = address ]; then
  calls=$root/Tests/Fuzz
  compile calls "$calls/calls.c" "$calls/calls"/*.c &&
    run calls "${FUZZ_SECONDS:-120}" "$(date +%s)000000"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
