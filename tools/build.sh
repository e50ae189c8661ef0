#!/usr/bin/env bash
# Builds one flavour of the library and puts it, stripped, where the second argument says.
set -euo pipefail
flavour=$1
target=$2
cd "$(dirname "$0")/.."

command -v swift >/dev/null || { echo "build: Swift 6.3 is needed: https://www.swift.org/install/" >&2; exit 1; }

arguments=(-c release --product nnswift --scratch-path ".build-$flavour"
  --explicit-target-dependency-import-check error)

if [ "$flavour" = embedded ]; then
  # Where the toolchain keeps String's Unicode tables for Embedded Swift.
  swift=$(readlink -f "$(command -v swift)")
  tables=$(find "$(dirname "$swift")/../lib/swift/embedded" -path '*x86_64-unknown-linux-gnu*' \
    -name libswiftUnicodeDataTables.a 2>/dev/null | head -n 1)
  if [ -z "$tables" ]; then
    echo "build: this Swift toolchain has no Embedded libraries for x86_64 Linux; take Swift 6.3 from swift.org" >&2
    exit 1
  fi
  export NNSWIFT_UNICODE_TABLES=$tables
else
  arguments+=(-Xswiftc -static-stdlib)
fi

NNSWIFT_FLAVOUR=$flavour swift build -Xswiftc -use-ld=lld "${arguments[@]}"
mkdir -p "$(dirname "$target")"
strip --strip-unneeded -o "$target" ".build-$flavour/release/libnnswift.so"
