# Sourced by load.sh and soak.sh: starts and stops the server under test.
# TOM_BINARY names the binary (default: the release build), SERVER_CPU the core it is pinned to (0; empty: not pinned),
# REALTIME=1 runs server and client under SCHED_FIFO (needs root), for machines that do other work beside.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOM_BINARY=${TOM_BINARY:-$here/../.build/release/tom}
SERVER_CPU=${SERVER_CPU-0}
REALTIME=${REALTIME:-0}
work=$(mktemp -d)
server=0
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

pinned() { # CPU COMMAND...: runs pinned, when a core is named
    local cpu=$1
    shift
    if [ -n "$cpu" ]; then set -- taskset -c "$cpu" "$@"; fi
    if [ "$REALTIME" != 0 ]; then set -- chrt -f 1 "$@"; fi
    exec "$@"
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start_server [NAME=VALUE...]: mock engines at zero delay, 200 ms of endpointing silence, one event loop. Sets $server, $port.
start_server() {
    port=$(free_port)
    mkdir -p "$work/run"
    (
        cd "$work/run" || exit 1
        export REALTIME_STT=mock REALTIME_LLM=mock REALTIME_TTS=mock DEV_MOCK_DELAY_MS=0 DEV_ALLOW_NO_JWT=true \
            ENDPOINTING_MIN_DELAY_MS=200 AGENT_GREETING=false EVENT_LOOPS=1 RATE_LIMIT_CONN_PER_MIN=0 MAX_CALLS=20000 \
            LOG_LEVEL=warning "$@"
        pinned "$SERVER_CPU" "$TOM_BINARY" serve --port "$port"
    ) >"$work/server.log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        curl -fsS -o "$work/ready" "http://127.0.0.1:$port/readyz" 2>/dev/null && return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    echo "the server does not become ready:" >&2
    tail -n 20 "$work/server.log" >&2
    exit 2
}

stop_server() {
    [ "$server" -gt 0 ] || return 0
    kill -TERM "$server" 2>/dev/null
    for _ in $(seq 50); do
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    server=0
}

build_client() {
    make -s -C "$here/LoadClient" >&2 || exit 2
    client="$here/.build-load/loadclient"
    [ -x "$TOM_BINARY" ] || { echo "$TOM_BINARY is not there: swift build -c release, or set TOM_BINARY" >&2; exit 2; }
}
