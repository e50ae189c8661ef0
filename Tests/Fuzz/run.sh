#!/usr/bin/env bash
# Runs fuzz targets (decoder, json, cycle when none is named) for FUZZ_SECONDS each; fails on a crash, an
# answer later than a second, a sanitizer's report or a broken promise. With FUZZ_LOG=Tests/Fuzz/runs.csv
# each run adds a line there; totals.py adds them up.
set -uo pipefail
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-120}
[ $# -gt 0 ] || set -- decoder json cycle
# What cannot be had gives NNS_E_MEMORY; Swift's own report of a trap would only hide the sanitizer's.
export ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=256
export SWIFT_BACKTRACE=enable=no
findings=0

number() { sed -nE "s/.*$1.*/\1/p" "$log" | tail -n 1; }

# What was slow once because the machine was busy is not slow again.
is_disturbed() {
  case $1 in
    *timeout-*) timeout 60 "build/fuzz/$target" -timeout=1 -runs=10 "$1" >>"$log" 2>&1 ;;
    *) false ;;
  esac
}

# One run in pieces: after a disturbed one it goes on.
run() {
  local left=$seconds began code artifact
  until [ "$left" -le 0 ]; do
    began=$SECONDS
    "build/fuzz/$target" -max_total_time="$left" -max_len=4096 -timeout=1 -print_final_stats=1 -seed="${FUZZ_SEED:-0}" \
      -dict="$work/seeds/words.dict" -artifact_prefix="$work/$target-" "$work/corpus/$target" "$work/seeds/$target" >"$log" 2>&1 && return 0
    left=$((left - SECONDS + began))
    artifact=$(number 'Test unit written to ([^ ]*)')
    is_disturbed "$artifact" && continue
    grep -E -A 25 'ERROR|broken promise|SUMMARY' "$log" | head -n 60
    echo "finding: $target: ${artifact:-no artifact}; log: $log"
    return 1
  done
}

work=build/fuzz
for target in "$@"; do
  log=$work/$target.log
  mkdir -p "$work/corpus/$target"
  run || findings=$((findings + 1))
  executions=$(number 'number_of_executed_units: ([0-9]+)')
  accepted=$(number 'accepted ([0-9]+ of [0-9]+)')
  edges=$(number 'cov: ([0-9]+)')
  all=$(number 'Loaded [0-9]+ modules +\(([0-9]+)')
  peak=$(number 'peak_rss_mb: +([0-9]+)')
  echo "$target: $executions executions, accepted ${accepted:-?}, $edges of $all edges, ${peak:-?} MB, $findings findings so far"
  [ -z "${FUZZ_LOG:-}" ] || echo "$(date -u +%F),$target,${executions:-0},$seconds,${accepted% of *},${accepted#* of },${edges:-0},${all:-0},$findings" >>"$FUZZ_LOG"
done
echo "fuzz: $# targets, $seconds s each, $findings findings"
[ "$findings" -eq 0 ]
