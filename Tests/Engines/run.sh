#!/bin/bash
# Tests engines against real third-party servers with models made on the spot. Installs several gigabytes the first time.
#
#   TOM_BINARY=.build/release/tom Tests/Engines/run.sh [PYTEST ARGUMENTS]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export TOM_BINARY=${TOM_BINARY:-$root/.build/release/tom}
"$root/scripts/venv.sh" "$here"
python=$here/.venv/bin/python
export TINY_LLAMA=$root/.build/engines/tiny-llama
mkdir -p "$(dirname "$TINY_LLAMA")"
[[ -f $TINY_LLAMA/config.json ]] || "$python" "$here/tiny_llama.py" "$TINY_LLAMA"
export SPOKEN_MODELS=$root/.build/engines/spoken
mkdir -p "$SPOKEN_MODELS"
export PYTHONPATH=$here:$root/Tests/Conformance:$root/Tests/Voices:$root/Benchmarks/Engines
exec "$python" -m pytest -q -s -p no:cacheprovider "$here" "$@"
