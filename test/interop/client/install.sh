#!/usr/bin/env bash
# Installs the stock language client and what drives it into the folder that is given.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
mkdir -p "$1"
cp -R "$here"/. "$1"
cp "$here"/../../../client-sample/vscode/run-progress.cjs "$1"
cd "$1"
npm ci --silent --no-audit --no-fund
