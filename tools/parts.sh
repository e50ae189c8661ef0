# Runs the parts of a test script and counts them. Sourced by test.sh and check.sh.
passed=0
failed=0
logs=()

# Runs one part; its whole output is shown when it fails, its last line always.
part() {
  local name=$1
  shift
  local log=build/part-${name// /-}.log
  local start=$SECONDS
  logs+=("$log")
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "ok      $name ($((SECONDS - start)) s): $(grep -vE '^\s*$' "$log" | tail -n 1)"
  else
    failed=$((failed + 1))
    cat "$log"
    echo "not ok  $name"
  fi
}

# Runs functions that call `part` at the same time, one a core, and adds up what they count.
lanes() {
  local lane own=()
  for lane in "$@"; do
    rm -f "build/lane-$lane"
    (
      passed=0 failed=0 logs=()
      "$lane"
      printf '%s\n' "$passed" "$failed" "${logs[@]}" >"build/lane-$lane"
    ) &
  done
  wait
  for lane in "$@"; do
    if [ -s "build/lane-$lane" ]; then
      mapfile -t own <"build/lane-$lane"
      passed=$((passed + own[0]))
      failed=$((failed + own[1]))
      logs+=("${own[@]:2}")
    else
      failed=$((failed + 1))
      echo "not ok  $lane"
    fi
  done
}

# Prints the skipped tests and the totals; its status is that of the script.
finish() {
  grep -hE '^(SKIPPED|skipped:)' "${logs[@]}" | sed -E 's/^SKIPPED( \[[0-9]+\])?/skipped:/' | sort -u
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

# The Swift tests; arguments are added to the command. Its own summary is the last line.
swift_tests() {
  swift test --disable-xctest --explicit-target-dependency-import-check error \
    -Xswiftc -use-ld=lld "$@" 2>&1 |
    grep -E 'error|warning|✘|recorded|SUMMARY|Test run with' | grep -vE 'started\.$|^\[' 
  return "${PIPESTATUS[0]}"
}
