#!/bin/bash
# Lays ONNX Runtime, the models and the reference results that TomOnnxTests and Benchmarks/vad.sh need into .build/onnx.
# Silero VAD and smart-turn come out of the package pipecat-ai (its code is not run, but for the reference of the features).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$root/.build/onnx
pipecat=pipecat-ai==1.14.0
"$root/scripts/venv.sh" "$here"
python=$here/.venv/bin/python
mkdir -p "$out"
if [[ ! -f $out/pipecat.txt || $(<"$out/pipecat.txt") != "$pipecat" ]]; then
    rm -rf "$out/wheel"
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$out/wheel" "$pipecat"
    "$python" -m zipfile -e "$out"/wheel/*.whl "$out/wheel"
    cp "$out/wheel/pipecat/audio/vad/data/silero_vad.onnx" "$out/silero_vad.onnx"
    cp "$out"/wheel/pipecat/audio/turn/smart_turn/data/smart-turn-v3*.onnx "$out/smart_turn.onnx"
    cp "$out/wheel/pipecat/audio/turn/smart_turn/_whisper_features.py" "$out/whisper_features.py"
    rm -rf "$out/wheel"
    echo "$pipecat" >"$out/pipecat.txt"
fi
# The wheel carries the library under its version.
library=$(echo "$here"/.venv/lib/python*/site-packages/onnxruntime/capi/libonnxruntime.so.*)
ln -sf "$library" "$out/libonnxruntime.so"
stamp=$(cat "$here"/*.py "$here/requirements.txt" "$out/pipecat.txt" | sha256sum)
[[ -f $out/models.txt && $(<"$out/models.txt") == "$stamp" ]] && exit 0
"$python" "$here/make_models.py" "$out"
"$python" "$here/make_references.py" "$out"
echo "$stamp" >"$out/models.txt"
