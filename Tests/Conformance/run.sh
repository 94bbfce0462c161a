#!/bin/bash
# Outside conformance: the Autobahn suite against the WebSocket layer, and Python clients against `tom serve`.
#
#   Tests/Conformance/run.sh [BUILD_DIR]         default: .build/debug, holding EchoServer and tom
#   PYTHON=.venv/bin/python Tests/Conformance/run.sh
#
# PYTHON is a Python 3.11 or 3.12 with requirements.txt installed. Exit 0 only when both pass.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${1:-$here/../../.build/debug}
PYTHON=${PYTHON:-python3}
work=$(mktemp -d)
server=0
trap '[ "$server" -gt 0 ] && kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

"$build/EchoServer" >"$work/port" 2>"$work/log" &
server=$!
for _ in $(seq 100); do [ -s "$work/port" ] && break; sleep 0.1; done
[ -s "$work/port" ] || { echo "the echo server does not start:" >&2; cat "$work/log" >&2; exit 2; }

status=0
"$PYTHON" "$here/autobahn_run.py" "ws://127.0.0.1:$(cat "$work/port")/echo" || status=1
export PYTHONPATH=$here/../Voices
TOM_BINARY=${TOM_BINARY:-$build/tom} "$PYTHON" -m pytest -q -p no:cacheprovider "$here" || status=1
exit $status
