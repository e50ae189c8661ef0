#!/bin/sh
# Sees that the wide registers are used by the kernels that were built for them, and nowhere else: a
# processor without them must run everything but those.
# Usage: registers.sh LIBRARY              with its symbols, as the linker wrote it
set -u

library=${1:?usage: registers.sh LIBRARY}

objdump -d --no-show-raw-insn "$library" | awk '
  /^[0-9a-f]+ <.*>:$/ { name = $2; next }
  /%zmm|%k[1-7]/ { if (name ~ /NNKernelsV4/) v4[name] = 1; else wrong[name] = "AVX-512" }
  /%ymm/ { if (name ~ /NNKernelsV3/) v3[name] = 1; else if (name !~ /NNKernelsV4/ && !(name in wrong)) wrong[name] = "AVX" }
  END {
    for (name in v4) wide++
    for (name in v3) middle++
    for (name in wrong) { print "not ok " name " uses " wrong[name] " registers"; failed++ }
    passed = (wide > 20) + (middle > 20)
    failed += 2 - passed
    printf "%d kernels for x86-64-v4 and %d for x86-64-v3 use their registers\n", wide, middle
    printf "%d passed, %d failed\n", passed + !failed, failed
    exit failed > 0
  }'
