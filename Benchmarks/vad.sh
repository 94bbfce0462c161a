#!/bin/bash
# Compares voice activity detectors on labelled audio and measures smart-turn, against thresholds.json.
# Exit 0: all met; 1: missed; 2: could not be measured.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
"$root/Tests/OnnxModels/prepare.sh" >&2
"$root/Tests/Sherpa/prepare.sh" >&2
labelled=$here/.build-load/labelled
stamp=$(sha256sum <"$here/VoiceActivity/make_labelled.py")
if [[ ! -f $labelled/made.txt || $(<"$labelled/made.txt") != "$stamp" ]]; then
    "$root/Tests/OnnxModels/.venv/bin/python" "$here/VoiceActivity/make_labelled.py" "$labelled" >&2
    echo "$stamp" >"$labelled/made.txt"
fi
swift build -c release --package-path "$here" --scratch-path "$here/.build" --product VoiceActivity >&2
"$here/.build/release/VoiceActivity" "$labelled" "$root/.build/onnx" "$root/.build/sherpa" >"$here/.build-load/vad.jsonl"
python3 "$here/judge.py" vad "$here/.build-load/vad.jsonl" "$here/thresholds.json"
