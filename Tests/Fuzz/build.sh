#!/usr/bin/env bash
# Builds the library's sources with AddressSanitizer and libFuzzer's coverage, and the targets named
# (decoder, json, cycle when none is) against it, into build/fuzz.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=.build-fuzz
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
[ $# -gt 0 ] || set -- decoder json cycle

NNSWIFT_FLAVOUR=fuzz swift build -c release --product nnswift --scratch-path "$scratch" --sanitize=address \
  -Xswiftc -use-ld=lld

mkdir -p build/fuzz
for target in "$@"; do
  sources=("Tests/Fuzz/$target.c" Tests/Fuzz/fuzz.c Tests/Fuzz/text.c)
  [ "$target" = json ] || sources+=(Tests/Fuzz/mutate.c)
  # The library calls the sanitizer inside the program: its functions are exported.
  "$clang" -g -O1 -Wall -Wextra -Werror -IInclude -fsanitize=fuzzer,address -fuse-ld=lld -rdynamic \
    -o "build/fuzz/$target" "${sources[@]}" -L"$scratch/release" -lnnswift -lm -Wl,-rpath,"$PWD/$scratch/release"
done
