#!/bin/sh
# Compares the functions of nnswift.h with what the library exports, looks at what it needs, and
# compiles the header alone.
# Usage: symbols.sh BUILD_DIR [static]     static: the library with the Swift runtime inside
set -u

build=${1:?usage: symbols.sh BUILD_DIR [static]}
flavour=${2:-embedded}
root=$(cd "$(dirname "$0")/../.." && pwd)
header=$root/Include/nnswift.h
library=$build/libnnswift.so
work=$build/contract/symbols
mkdir -p "$work"
passed=0
failed=0

ok() {
  passed=$((passed + 1))
  echo "ok $1"
}

not_ok() {
  failed=$((failed + 1))
  echo "not ok $1: $2"
}

# Without comments, every "nns_name(" is a declared function; types are "(*nns_name)(".
declared() {
  tr '\n' ' ' <"$header" | sed 's|/\*[^*]*\*\{1,\}\([^/*][^*]*\*\{1,\}\)*/| |g' |
    grep -oE 'nns_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u
}

exported() {
  nm -D --defined-only "$library" | awk '{print $NF}' | grep -vx 'NNSWIFT_1' |
    sed 's/@@*NNSWIFT_1$//' | sort -u
}

check_symbols() {
  declared >"$work/declared"
  exported >"$work/exported"
  count=$(wc -l <"$work/declared")
  if [ "$count" -lt 40 ]; then
    not_ok "the header's functions" "only $count were found, the parser must have missed some"
  fi
  missing=$(comm -23 "$work/declared" "$work/exported" | tr '\n' ' ')
  extra=$(comm -13 "$work/declared" "$work/exported" | tr '\n' ' ')
  if [ -z "$missing" ]; then ok "all $count declared functions are exported"
  else not_ok "declared functions are exported" "missing: $missing"; fi
  if [ -z "$extra" ]; then ok "nothing else is exported"
  else not_ok "nothing else is exported" "also: $(echo "$extra" | cut -c 1-500)"; fi
  bare=$(nm -D --defined-only "$library" | awk '{print $NF}' | grep '^nns_' |
    grep -v '@@NNSWIFT_1$' | tr '\n' ' ')
  if [ -z "$bare" ]; then ok "every function has the version NNSWIFT_1"
  else not_ok "every function has the version NNSWIFT_1" "without: $bare"; fi
}

check_needed() {
  name=$(readelf -dW "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
  if [ "$name" = libnnswift.so.1 ]; then ok "SONAME libnnswift.so.1"
  else not_ok "SONAME" "expected libnnswift.so.1, got $name"; fi
  allowed='^(libc\.so\.6|libm\.so\.6)$'
  [ "$flavour" = static ] &&
    allowed='^(libc\.so\.6|libm\.so\.6|libstdc\+\+\.so\.6|libgcc_s\.so\.1|ld-linux[a-z0-9_.-]*)$'
  needed=$(readelf -dW "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
  other=$(echo "$needed" | grep -vE "$allowed" | tr '\n' ' ')
  if [ -z "$other" ]; then ok "needs only $(echo "$needed" | tr '\n' ' ')"
  else not_ok "needs only the C library and OpenBLAS" "also: $other"; fi
}

# compiler, language, standard
check_header() {
  if ! command -v "$1" >/dev/null 2>&1; then
    echo "skipped: $1 is not installed, the header was not compiled with it"
    return
  fi
  echo '#include "nnswift.h"' >"$work/header.$2"
  if "$1" -std="$3" -Wall -Wextra -Wpedantic -Werror -I"$root/Include" -fsyntax-only \
    "$work/header.$2" 2>"$work/errors"; then
    ok "the header as $3 by $1"
  else
    not_ok "the header as $3 by $1" "$(head -n 1 "$work/errors")"
  fi
}

if [ ! -f "$library" ]; then
  not_ok "the library" "$library is missing; make lib builds it"
else
  check_symbols
  check_needed
fi
for compiler in gcc clang; do
  check_header "$compiler" c c99
  check_header "$compiler" c c11
done
check_header g++ cpp c++17
check_header clang++ cpp c++17
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
