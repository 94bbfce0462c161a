#!/bin/bash
# Micro-benchmarks of codecs, detector and state machine against thresholds.json. Exit 0: all met; 1: missed.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
swift build -c release --package-path "$here" --scratch-path "$here/.build" --product Micro >&2
mkdir -p "$here/.build-load"
"$here/.build/release/Micro" >"$here/.build-load/micro.jsonl"
python3 "$here/judge.py" micro "$here/.build-load/micro.jsonl" "$here/thresholds.json"
