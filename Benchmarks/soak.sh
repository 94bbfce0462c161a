#!/bin/bash
# Short calls, one after another, through one server: nothing may pile up.
#
#   Benchmarks/soak.sh [CALLS]        2000 by default (about a minute); 10000 is the full soak
#
# Every call speaks once and is answered by 200 ms of audio. Checked: every turn answered once and whole, resident memory
# after the last third against that after the first, descriptors back to the start, no call left in GET /v1/calls.
# Exit 0: all met; 1: missed; 2: could not be measured.
set -u
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"
total=${1:-2000}
AT_ONCE=${AT_ONCE:-100}
CLIENT_CPU=${CLIENT_CPU-1}
RESULTS=${RESULTS:-$here/.build-load/soak.jsonl}

build_client
: >"$RESULTS"
start_server DEV_MOCK_TTS_AUDIO_MS=200
for part in 1 2 3; do
    (pinned "$CLIENT_CPU" "$client" --port "$port" --pid "$server" --label "part $part" --prefix "soak-$part" \
        --framing "$([ $part = 2 ] && echo binary || echo json)" --calls "$AT_ONCE" --total $((total / 3 + 1)) --turns 1 \
        --speech 400 --silence 2000 --reply 200 --rate 500) >>"$RESULTS"
done
curl -fsS "http://127.0.0.1:$port/v1/calls" >"$work/calls" || echo '"GET /v1/calls failed"' >"$work/calls"
curl -fsS "http://127.0.0.1:$port/metrics" | grep '^tom_calls_active' >"$work/active"
python3 "$here/judge.py" soak "$RESULTS" "$here/thresholds.json" "$work/calls" "$work/active"
