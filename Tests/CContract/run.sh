#!/bin/sh
# Compiles the contract programs into BUILD_DIR/contract and runs them there. Shows what fails; the
# whole output of each lies in BUILD_DIR/contract/NAME.log.
# Usage: run.sh BUILD_DIR [static|embedded [PROGRAM]] static: the library with the Swift runtime
# inside
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${1:?usage: run.sh BUILD_DIR [static|embedded [PROGRAM]]}" && pwd) || exit 1
flavour=${2:-$(cat "$build/.flavour" 2>/dev/null || echo embedded)}
work=$build/contract
mkdir -p "$work"
cd "$work" || exit 1
passed=0
failed=0

fail() {
  failed=$((failed + 1))
  echo "not ok $1: $2"
}

# NAME.c, what lies in the folder NAME, and what all share; but for what loads the library by
# itself.
compile() {
  sources="$here/$1.c $here/contract.c" library=-lnnswift
  [ "$1" = unload ] && sources="$here/$1.c" library=
  for part in "$here/$1"/*.c; do
    [ -f "$part" ] && sources="$sources $part"
  done
  # shellcheck disable=SC2086
  ${CC:-gcc} -std=c99 -O1 -g -Wall -Wextra -Wpedantic -Werror -fno-builtin-malloc -pthread -rdynamic \
    -I"$root/Include" ${CONTRACT_FLAGS:-} -o "$1" $sources -L"$build" $library -lm -ldl \
    -Wl,-rpath,"$build" 2>"$1.errors" || {
    fail "$1 compiles" "$(grep -m 1 -E 'error|undefined' "$1.errors")"
    return 1
  }
}

# Adds up "N passed, N failed", the last line of a log; $2 is the exit status.
add() {
  total=$(tail -n 1 "$1.log")
  echo "$1: $total"
  grep -E '^(not ok|skipped:)' "$1.log"
  case $total in
    [0-9]*\ passed,\ [0-9]*\ failed)
      passed=$((passed + ${total%% *}))
      rest=${total#*, }
      failed=$((failed + ${rest%% *}))
      [ "$2" -ne 0 ] && [ "${rest%% *}" -eq 0 ] && fail "$1 ends well" "exit status $2"
      ;;
    *) fail "$1 runs to its end" "it ended with status $2 after: $total" ;;
  esac
}

# program, log, and what stands before it on the command line
run() {
  program=$1
  log=$2
  shift 2
  env "$@" timeout "${CONTRACT_SECONDS:-240}" "./$program" >"$log.log" 2>"$log.stderr"
  add "$log" $?
}

# A locale with comma decimals of our own, where the system has the means and none installed.
make_locale() {
  command -v localedef >/dev/null 2>&1 || return 0
  [ -d locales/de_DE.UTF-8 ] && return 0
  mkdir -p locales
  localedef -i de_DE -f UTF-8 "$work/locales/de_DE.UTF-8" >/dev/null 2>&1
  return 0
}

# Where there is one of our own, that is the locale with commas.
run_manners() {
  make_locale
  locales=A=
  [ -d locales/de_DE.UTF-8 ] && locales="LOCPATH=$work/locales"
  compile manners && run manners manners "$locales"
}

run_determinism() {
  compile determinism || return
  for level in base v3 v4; do run determinism "determinism-$level" "NNSWIFT_KERNELS=$level"; done
}

# Every function that returns a status or frees must stand in the table of bad input.
check_coverage() {
  for function in $(cat symbols/declared 2>/dev/null); do
    case $function in
      nns_abi_version | nns_version | nns_last_error | nns_last_errno | nns_status_name) continue ;;
    esac
    if grep -qE "ok $function " badinput.log; then passed=$((passed + 1))
    else fail "the table of bad input has every function" "$function is missing"; fi
  done
}

case ${3:-} in
  '') ;;
  manners) run_manners ;;
  *) compile "$3" && run "$3" "$3" LD_LIBRARY_PATH="$build" ;;
esac
if [ -n "${3:-}" ]; then
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
fi

sh "$here/symbols.sh" "$build" "$flavour" >symbols.log 2>symbols.stderr
add symbols $?
# The library as linked, before it was stripped.
linked=$root/.build-embedded/release/libnnswift.so
if [ "$flavour" = embedded ] && [ -f "$linked" ]; then
  sh "$here/registers.sh" "$linked" >registers.log 2>registers.stderr
  add registers $?
fi
compile lifecycle && run lifecycle lifecycle A=
compile badinput && run badinput badinput A= && check_coverage
run_determinism
compile allocation && run allocation allocation A=
compile checkpoints && run checkpoints checkpoints A=
compile kills && run kills kills "KILLS=${KILLS:-100}" && grep 'in the middle' kills.log
compile memory && run memory memory A=
compile unload && run unload unload LD_LIBRARY_PATH="$build"
run_manners

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
