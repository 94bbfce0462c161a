#!/bin/bash
# Real clients of the Realtime API against `tom serve`: a strict one of ours, and openai, openai-agents, pipecat-ai and livekit.
#
#   Tests/Realtime/run.sh [PYTEST_ARGUMENT...]
#
# TOM_BINARY names the server (default: the release or the debug build). PYTHON: a Python 3.11 with requirements.txt installed (default: the
# environment that scripts/venv.sh makes).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for tool in espeak-ng sox; do
    command -v "$tool" >/dev/null || { echo "run.sh: $tool is missing: apt-get install espeak-ng sox" >&2; exit 1; }
done
[[ -n ${PYTHON:-} ]] || { "$here/../../scripts/venv.sh" "$here"; PYTHON=$here/.venv/bin/python; }
# Nothing of it may leave the machine, whatever a package would report or download.
export PYTHONPATH=$here/../Voices OPENAI_AGENTS_DISABLE_TRACING=1 OTEL_SDK_DISABLED=true HF_HUB_OFFLINE=1
[[ -z ${TOM_BINARY:-} ]] || export TOM_BINARY=$(realpath "$TOM_BINARY")
cd "$here"
exec "$PYTHON" -m pytest -q -p no:cacheprovider -W ignore::DeprecationWarning "$@"
