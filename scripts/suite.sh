#!/bin/bash
# Runs one test suite: a heading, its output as it comes, and a log that scripts/summary.sh takes the last line from.
#
#   scripts/suite.sh NAME COMMAND...      SUITE_MINUTES: the longest a suite may take in CI (40)
#
# Exit status: that of COMMAND; 124 when it took too long.
set -uo pipefail
name=$1
shift
logs=.build/logs
mkdir -p "$logs"
log=$logs/$name.log
limit=()
# A suite that hangs would take all of CI's time and its log with it. A person stops one with Ctrl-C, which needs the suite
# in the terminal's own process group.
[[ ${CI:-} != true ]] || limit=(timeout --kill-after=20 "${SUITE_MINUTES:-40}m")

printf '\n==> %s\n' "$name"
began=$SECONDS
"${limit[@]}" "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [[ $status -ne 0 ]]; then
    printf '==> %s FAILED with status %s after %s s; its output is in %s\n' "$name" "$status" "$((SECONDS - began))" "$log" >&2
    exit "$status"
fi
printf '==> %s passed after %s s\n' "$name" "$((SECONDS - began))"
