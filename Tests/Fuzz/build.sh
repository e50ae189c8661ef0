#!/usr/bin/env bash
# Builds the library's sources with AddressSanitizer and libFuzzer's coverage, and the targets named
# (decoder, json, cycle when none is; calls, which draws for itself) against it, into build/fuzz.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=.build-fuzz
clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
[ $# -gt 0 ] || set -- decoder json cycle

NNSWIFT_FLAVOUR=fuzz swift build -c release --product nnswift --scratch-path "$scratch" --sanitize=address \
  -Xswiftc -use-ld=lld

mkdir -p build/fuzz
for target in "$@"; do
  kind=fuzzer
  case $target in
    calls) kind=fuzzer-no-link sources=(Tests/Fuzz/calls.c Tests/Fuzz/calls/*.c) ;;
    json) sources=(Tests/Fuzz/{json,fuzz,text}.c) ;;
    *) sources=(Tests/Fuzz/{"$target",fuzz,text,mutate}.c) ;;
  esac
  # The library calls the sanitizer inside the program: its functions are exported.
  "$clang" -g -O1 -Wall -Wextra -Werror -IInclude -DSANITIZED -fsanitize=$kind,address -pthread -fuse-ld=lld -rdynamic \
    -o "build/fuzz/$target" "${sources[@]}" -L"$scratch/release" -lnnswift -lm -Wl,-rpath,"$PWD/$scratch/release"
done
