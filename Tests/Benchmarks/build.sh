#!/usr/bin/env bash
# Builds the C peers and the kernel benchmark into build/bench; leaves out, with a line, what lacks
# its library.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/bench
here=Tests/Benchmarks
mkdir -p $out

is_older() { # TARGET SOURCE...: must TARGET be made?
  local target=$1 source
  shift
  [ -e "$target" ] || return 0
  for source in "$@"; do [ "$source" -nt "$target" ] && return 0; done
  return 1
}

peer() { # NAME COMPILER FLAG...
  local name=$1 compiler=$2
  shift 2
  is_older $out/$name $here/peers/c/$name.c $here/peers/c/protocol.h $here/build.sh Include/nnswift.h || return 0
  echo "bench: building $name"
  "$compiler" -O3 -march=native -IInclude -o $out/$name $here/peers/c/$name.c "$@" -lm
}

has_header() { # HEADER PACKAGE PEER
  echo "#include <$1>" | gcc -E - >/dev/null 2>&1 || { echo "bench: no $3: $2 is not installed" && return 1; }
}

peer nnswift gcc -Lbuild -lnnswift -Wl,-rpath,'$ORIGIN/..'
peer onnxruntime gcc -ldl
if has_header cblas.h libopenblas-dev "plain C + OpenBLAS"; then peer openblas gcc -ffast-math -lopenblas; fi
if has_header fann.h libfann-dev FANN; then peer fann gcc -lfann; fi
if ! grep -q avx512f /proc/cpuinfo; then
  echo "bench: no fused C: this processor has no AVX-512"
elif ! command -v clang >/dev/null; then
  echo "bench: no fused C: clang is not installed"
else
  # gcc 12 spills the sums of these kernels.
  peer fused clang -ffast-math -fveclib=libmvec -w -lmvec
fi

if is_older $out/probe $here/probe.c; then gcc -O3 -march=native -o $out/probe $here/probe.c; fi

# The kernels without the rest of the library, each level as Package.swift builds it.
kernels_at() { # LEVEL FLAG...
  local level=$1
  shift
  is_older $out/kernels_$level.o Sources/NNKernels/*.swift Sources/CKernels/include/* || return 0
  echo "bench: building the kernels, $level"
  swiftc -O -wmo -parse-as-library -enable-experimental-feature Embedded -Xcc -fno-math-errno "$@" \
    -I Sources/CKernels/include -module-name "NNKernels_$level" -emit-object -o $out/kernels_$level.o \
    Sources/NNKernels/*.swift
}
kernels_at base
kernels_at v3 -Xcc -march=x86-64-v3 -D NNK_V3
kernels_at v4 -Xcc -march=x86-64-v4 -Xcc -mprefer-vector-width=512 -D NNK_V4
if is_older $out/kernels $here/kernels.c $here/peak.h $out/kernels_*.o Sources/CKernels/choose.c; then
  echo "bench: building kernels"
  clang -O2 -ISources/CKernels/include -o $out/kernels $here/kernels.c Sources/CKernels/choose.c $out/kernels_*.o -lm
fi
