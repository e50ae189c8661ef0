#!/bin/sh
# Compiles the contract programs into BUILD_DIR/contract and runs them there. Shows what fails; the
# whole output of each lies in BUILD_DIR/contract/NAME.log.
# Usage: run.sh BUILD_DIR [static]         static: the library with the Swift runtime inside
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${1:?usage: run.sh BUILD_DIR [static]}" && pwd) || exit 1
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

# CONTRACT_ONLY names the programs to run; all without it.
wanted() {
  case " ${CONTRACT_ONLY:-$1} " in *" $1 "*) return 0 ;; esac
  return 1
}

# NAME.c, what lies in the folder NAME, and what all share.
compile() {
  wanted "$1" || return 1
  sources="$here/$1.c $here/contract.c"
  for part in "$here/$1"/*.c; do
    [ -f "$part" ] && sources="$sources $part"
  done
  # shellcheck disable=SC2086
  ${CC:-gcc} -std=c99 -O1 -g -Wall -Wextra -Wpedantic -Werror -fno-builtin-malloc -pthread \
    -I"$root/Include" ${CONTRACT_FLAGS:-} -o "$1" $sources -L"$build" -lnnswift -lm -ldl \
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

run_determinism() {
  compile determinism || return
  for level in base v3 v4; do run determinism "determinism-$level" "NNSWIFT_KERNELS=$level"; done
}

# Every function that returns a status or frees must stand in the table of bad input.
check_coverage() {
  for function in $(cat symbols/declared 2>/dev/null); do
    case $function in
      nns_abi_version | nns_version | nns_last_error | nns_status_name) continue ;;
    esac
    if grep -qE "ok $function " badinput.log; then passed=$((passed + 1))
    else fail "the table of bad input has every function" "$function is missing"; fi
  done
}

if wanted symbols; then
  sh "$here/symbols.sh" "$build" "$flavour" >symbols.log 2>symbols.stderr
  add symbols $?
fi
# The library as it was linked, before its symbols were taken away.
linked=$root/.build-embedded/release/libnnswift.so
if wanted registers && [ "$flavour" = embedded ] && [ -f "$linked" ]; then
  sh "$here/registers.sh" "$linked" >registers.log 2>registers.stderr
  add registers $?
fi
compile lifecycle && run lifecycle lifecycle A=
compile badinput && run badinput badinput A= && check_coverage
run_determinism
compile allocation && run allocation allocation A=
make_locale
if [ -d locales/de_DE.UTF-8 ]; then
  compile manners && run manners manners LOCPATH="$work/locales"
else
  compile manners && run manners manners A=
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
