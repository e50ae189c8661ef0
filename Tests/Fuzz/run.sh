#!/usr/bin/env bash
# Runs fuzz targets (decoder, json, cycle when none is named; calls) for FUZZ_SECONDS each; fails on
# a crash, an answer later than a second, a sanitizer's report or a broken promise. Inputs have at
# most FUZZ_LENGTH bytes (4096; short ones are tried more often). With FUZZ_LOG=Tests/Fuzz/runs.csv
# each run adds a line there; totals.py adds them up.
set -uo pipefail
cd "$(dirname "$0")/../.."
self=Tests/Fuzz/run.sh
seconds=${FUZZ_SECONDS:-120}
[ $# -gt 0 ] || set -- decoder json cycle
# A failed allocation is NULL; Swift's own report of a trap would only hide the sanitizer's.
# Where memory was allocated is not kept, which doubles the rate: an artifact run alone tells it.
export ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=256:malloc_context_size=0
export ASAN_OPTIONS=$ASAN_OPTIONS:quarantine_size_mb=2:thread_local_quarantine_size_kb=64
export SWIFT_BACKTRACE=enable=no
work=build/fuzz
findings=0

# The last match of a pattern's group in the log.
last() { sed -nE "s/.*$1.*/\1/p" "$log" | tail -n 1; }

# An input that was slow because the machine was busy is not slow again.
is_disturbed() {
  case $1 in
    *timeout-*) timeout 60 "$work/$target" -timeout=1 -runs=10 "$1" >"$log.again" 2>&1 ;;
    *) false ;;
  esac
}

# Leaks are checked at the end only: memory shared by inputs would count as lost between them.
# Fuzzes for the seconds there are, going on after a disturbance; counts in executions, accepted,
# inputs.
run() {
  local left=$seconds began artifact counts
  executions=0 accepted=0 inputs=0
  while [ "$left" -gt 0 ]; do
    began=$SECONDS
    "$work/$target" -max_total_time="$left" -max_len="${FUZZ_LENGTH:-4096}" -mutate_depth=2 -timeout=1 \
      -print_final_stats=1 -detect_leaks=0 -seed="${FUZZ_SEED:-0}" -dict="$work/seeds/words.dict" -artifact_prefix="$work/$target-" \
      "$work/corpus/$target" "$work/seeds/$target" >"$log" 2>&1
    local code=$?
    counts=$(last 'number_of_executed_units: ([0-9]+)')
    executions=$((executions + ${counts:-0}))
    counts=$(last 'accepted ([0-9]+ of [0-9]+)')
    [ -z "$counts" ] || accepted=$((accepted + ${counts% of *})) inputs=$((inputs + ${counts#* of }))
    [ "$code" -eq 0 ] && return 0
    left=$((left - SECONDS + began))
    artifact=$(last 'Test unit written to ([^ ]*)')
    is_disturbed "$artifact" && continue
    grep -E -A 25 'ERROR|broken promise|SUMMARY' "$log" | head -n 60
    echo "finding: $target: ${artifact:-no artifact}; log: $log"
    return 1
  done
}

# Sequences of calls are drawn from numbers that no earlier run had; an execution is a sequence.
run_calls() {
  (cd "$work" && ./calls "$seconds" "$(date +%s)000000") >"$log" 2>&1
  local code=$?
  executions=$(last 'calls: ([0-9]+) sequences') accepted=0 inputs=0
  [ "$code" -eq 0 ] && return 0
  grep -E -A 25 'ERROR|FINDING|SUMMARY' "$log" | head -n 60
  echo "finding: calls: build/fuzz/calls.seed has its number; log: $log"
  return 1
}

# Several at the same time: a target keeps one core busy.
if [ $# -gt 1 ]; then
  mkdir -p "$work"
  for target in "$@"; do
    bash "$self" "$target" >"$work/$target.said" 2>&1 &
  done
  wait
  findings=0
  for target in "$@"; do
    cat "$work/$target.said"
    tail -n 1 "$work/$target.said" | grep -q ', 0 findings$' || findings=$((findings + 1))
  done
  echo "fuzz: $# targets, $seconds s each, $findings with findings"
  [ "$findings" -eq 0 ]
  exit
fi

for target in "$@"; do
  log=$work/$target.log
  mkdir -p "$work/corpus/$target"
  found=0
  start=$SECONDS
  if [ "$target" = calls ]; then run_calls; else run; fi || found=1
  findings=$((findings + found))
  edges=$(last 'cov: ([0-9]+)')
  all=$(last 'Loaded [0-9]+ modules +\(([0-9]+)')
  echo "$target: ${executions:-0} executions, $accepted of $inputs accepted, ${edges:-0} of ${all:-0} edges, $found findings"
  [ -z "${FUZZ_LOG:-}" ] ||
    echo "$(date -u +%F),$target,${executions:-0},$((SECONDS - start)),$accepted,$inputs,${edges:-0},${all:-0},$found" >>"$FUZZ_LOG"
done
echo "fuzz: $seconds s, $findings findings"
[ "$findings" -eq 0 ]
