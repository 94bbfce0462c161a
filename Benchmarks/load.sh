#!/bin/bash
# The load curve: how many calls one core carries, and what a call costs in memory.
#
#   Benchmarks/load.sh                          the whole curve, about 17 minutes
#   CALLS="1 100" FRAMINGS=json DURATION=20 Benchmarks/load.sh
#   CALLS= IDLE_CALLS=0 Benchmarks/load.sh      only what the Realtime API's framing costs beside TOM's own
#
# The server is pinned to core 0, the load client to core 1; each point has a fresh server. Framings are TOM's own protocol
# with audio as JSON or binary frames at 16 kHz, and the Realtime API's at 24 kHz, for which a client has no choice. Those two
# are compared at COMPARED_CALLS calls, ROUNDS times by turns, together with TOM's JSON at 24 kHz, which tells what the higher
# rate costs. Prints Markdown tables; the thresholds are in thresholds.json. Exit 0: all met; 1: missed; 2: could not be measured.
set -u
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"
CALLS=${CALLS-1 100 300 600 800 1000}
FRAMINGS=${FRAMINGS:-json binary realtime}
DURATION=${DURATION:-24}
COMPARED_CALLS=${COMPARED_CALLS-300}
ROUNDS=${ROUNDS:-3}
IDLE_CALLS=${IDLE_CALLS:-1000}
CLIENT_CPU=${CLIENT_CPU-1}
RESULTS=${RESULTS:-$here/.build-load/load.jsonl}
ATTEMPTS=${ATTEMPTS:-3}

measure() { # CLIENT OPTION...: one point; repeated while the client says that it was late itself
    local attempt code
    for attempt in $(seq "$ATTEMPTS"); do
        start_server
        (pinned "$CLIENT_CPU" "$client" --port "$port" --pid "$server" "$@") >"$work/point"
        code=$?
        cp "$work/server.log" "$here/.build-load/server.log"
        stop_server
        [ $code -eq 2 ] || break
        [ "$attempt" -lt "$ATTEMPTS" ] && echo "not valid, once more" >&2
    done
    cat "$work/point" >>"$RESULTS"
}

build_client
: >"$RESULTS"
for framing in $FRAMINGS; do
    for calls in $CALLS; do
        measure --calls "$calls" --framing "$framing" --duration "$DURATION"
    done
done
for round in $(seq "$ROUNDS"); do
    for framing in json realtime "json --hertz 24000"; do
        for calls in $COMPARED_CALLS; do
            # shellcheck disable=SC2086 # an option may follow the framing
            measure --label compared --calls "$calls" --framing $framing --duration "$DURATION"
        done
    done
done
[ "$IDLE_CALLS" -gt 0 ] && measure --idle --calls "$IDLE_CALLS" --duration 5
python3 "$here/judge.py" load "$RESULTS" "$here/thresholds.json"
