#!/bin/bash
# What TOM adds to the engines of others: per stage, from the first sentence to its request, in connections, and when one fails.
#
#   Benchmarks/engines.sh                            50 calls, 1,000 turns, about 6 minutes; installs gigabytes the first time
#   CALLS=10 TURNS=5 IDLE=0 Benchmarks/engines.sh    a look
#
# The servers are real ones of others, with models made on the spot (Engines/models.py): `transformers serve` for the language
# model and the recogniser, local-tts with Piper for the voice. A proxy between TOM and them notes when what passed. TOM has core
# 0 for itself; proxy, callers and, with the least right, the servers share core 1, so the calls are paced: a turn every 11 s each.
# Prints a Markdown table; the thresholds are in thresholds.json. Exit 0: all met; 1: missed; 2: could not be measured.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
export TOM_BINARY=${TOM_BINARY:-$root/.build/release/tom}
RESULTS=${RESULTS:-$here/.build-load/engines.jsonl}
ATTEMPTS=${ATTEMPTS:-2}
tests=$root/Tests/Engines
models=$here/.build-load/engines
work=$(mktemp -d)
measuring=0
trap 'end_measuring; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

end_measuring() { # Its children end with it.
    [ "$measuring" -gt 0 ] || return 0
    kill -TERM "$measuring" 2>/dev/null
    wait "$measuring" 2>/dev/null
    measuring=0
}

[ -x "$TOM_BINARY" ] || { echo "$TOM_BINARY is not there: swift build -c release, or set TOM_BINARY" >&2; exit 2; }
"$root/scripts/venv.sh" "$tests" || exit 2
python=$tests/.venv/bin/python
export PYTHONPATH=$here/Engines:$tests:$root/Tests/Voices PYTHONUNBUFFERED=1
mkdir -p "$models"
[ -f "$models/made" ] || "$python" "$here/Engines/models.py" "$models" || exit 2
# What an earlier run measured is no result of this one.
: >"$RESULTS" || exit 2
for attempt in $(seq "$ATTEMPTS"); do
    logs=$work/$attempt
    "$python" "$here/Engines/measure.py" "$models" "$RESULTS" "$logs" &
    measuring=$!
    wait "$measuring"
    code=$?
    measuring=0
    find "$logs" -name '*.log' -exec cp -f {} "$here/.build-load/" \;
    [ $code -eq 0 ] && break
    [ $code -eq 2 ] || { echo "the measurement ended with status $code" >&2; exit 2; }
    [ "$attempt" -lt "$ATTEMPTS" ] && echo "not valid, once more" >&2
done
"$python" "$here/judge.py" engines "$RESULTS" "$here/thresholds.json"
