#!/bin/bash
# Lints every Swift file and the dashboard; `scripts/lint.sh --fix` formats the Swift files instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Everything but hidden folders, where builds and Python environments are.
swift_files() { find . -name '.?*' -prune -o -name '*.swift' -print0; }

if [[ ${1:-} == --fix ]]; then
    swift_files | xargs -0 swift format format --in-place --parallel
    exit
fi

echo "swift format lint"
swift_files | xargs -0 swift format lint --strict --parallel

scripts/venv.sh Tests/BrowserTests
deno=Tests/BrowserTests/.venv/bin/deno
export DENO_NO_UPDATE_CHECK=1 NO_COLOR=1
echo "tsc"
tsc -p web
tsc -p Tests/BrowserTests/unit
echo "deno lint"
"$deno" lint --quiet --config web/deno.json web/dashboard/js Tests/BrowserTests/unit
echo "lint: nothing to complain about"
