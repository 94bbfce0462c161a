#!/bin/bash
# Gets sherpa-onnx's library and makes the models of tones that the tests speak and hear with; does nothing when all is there.
#
#   Tests/Sherpa/prepare.sh          into .build/sherpa: lib -> the library's folder, include -> its header's, models
#
# Compares the layouts that TOM declares with the header meanwhile.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
target=$root/.build/sherpa
"$root/scripts/venv.sh" "$here"
package=$("$here/.venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/sherpa_onnx
mkdir -p "$target"
ln -sfn "$package/lib" "$target/lib"
ln -sfn "$package/include" "$target/include"
cc -fsyntax-only -I "$root/Sources/CSherpaOnnx/include" -I "$target/include" "$here/layout.c"
cc -shared -fPIC -o "$target/libother-release.so" "$here/other_release.c"
if [[ ! $target/models/tones.json -nt $here/tone_models.py ]]; then
    rm -rf "$target/models"
    "$here/.venv/bin/python" "$here/tone_models.py" "$target/models"
fi
