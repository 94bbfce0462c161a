#!/bin/bash
# Checks that the documents are fresh. Exit 0: they are.
#
#   scripts/check-docs.sh [TOM]      TOM: the program to compare docs/configuration.md and tom.env.example with
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python3 scripts/check_docs.py

if [[ -n ${1:-} ]]; then
    stale=0
    diff -u docs/configuration.md <("$1" config --markdown) || stale=1
    diff -u tom.env.example <("$1" config --env-example) || stale=1
    if [[ $stale -ne 0 ]]; then
        echo "docs: run: $1 config --markdown > docs/configuration.md; $1 config --env-example > tom.env.example" >&2
        exit 1
    fi
    echo "docs: the settings are those of the program"
fi
