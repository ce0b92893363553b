#!/usr/bin/env bash
# Installs the reference engine with its MCP client into the folder that is given.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
[ -e "$1/installed" ] && exit 0
python3 -m venv "$1"
"$1/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
touch "$1/installed"
