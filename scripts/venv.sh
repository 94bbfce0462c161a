#!/bin/bash
# Makes or refreshes DIRECTORY/.venv, a Python environment with DIRECTORY/requirements.txt, when that file has changed.
set -euo pipefail
cd "$1"
stamp=.venv/requirements.txt
cmp -s requirements.txt "$stamp" && exit 0
echo "python packages for $1"
python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
cp requirements.txt "$stamp"
