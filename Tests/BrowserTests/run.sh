#!/bin/sh
# Checks and tests the dashboard: types, lint, units, then a real Chromium against the real server.
# TOM_BINARY names the server (default: .build/release/tom or .build/debug/tom). Arguments go to pytest.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$here"

for tool in chromium espeak-ng sox tsc python3; do
    command -v "$tool" >/dev/null || {
        echo "run.sh: $tool is missing. Install: apt-get install chromium espeak-ng sox node-typescript python3-venv" >&2
        exit 1
    }
done

stamp=.venv/requirements.txt
if ! cmp -s requirements.txt "$stamp"; then
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
    cp requirements.txt "$stamp"
fi
deno=.venv/bin/deno
export DENO_NO_UPDATE_CHECK=1 NO_COLOR=1

echo "tsc"
tsc -p "$root/web"
tsc -p unit
echo "deno check"
$deno check --quiet --config "$root/web/deno.json" "$root"/web/dashboard/js/*.js unit/*.js
echo "deno lint"
$deno lint --quiet --config "$root/web/deno.json" "$root/web/dashboard/js" unit
echo "deno test"
$deno test --quiet --config "$root/web/deno.json" unit
echo "pytest"
export PYTHONPATH="$root/Tests/Voices"
exec .venv/bin/python -m pytest -q -p no:cacheprovider browser "$@"
