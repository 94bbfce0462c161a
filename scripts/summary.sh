#!/bin/bash
# Repeats how each suite ended, in the words of its own test runner.
#
#   scripts/summary.sh NAME...
set -euo pipefail
printf '\n==> All suites passed\n'
for name in "$@"; do
    log=$(sed 's/\x1b\[[0-9;]*[a-zA-Z]//g' ".build/logs/$name.log")
    # The runners' closing lines; a runner that has none is quoted with its last line.
    closing=$(grep -E ' passed|^Done [0-9]+ runs|^All thresholds met' <<<"$log" | tail -n 1) || closing=$(tail -n 1 <<<"$log")
    # Swift Testing does not count in it what it skipped: a test that needs root or a model says nothing without.
    skipped=$(grep -cE '^[^ ]+ Test .* skipped' <<<"$log") || true
    if [[ $skipped -gt 0 && $closing != *skipped* ]]; then closing+=" ($skipped skipped)"; fi
    printf '%-12s %s\n' "$name" "$closing"
done
