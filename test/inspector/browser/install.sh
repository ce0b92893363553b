#!/usr/bin/env bash
# Installs what drives the browser into the folder that is given; the browser itself is the system's (Debian: chromium).
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
mkdir -p "$1"
cp "$here"/package.json "$here"/package-lock.json "$1"
cd "$1"
npm ci --silent --no-audit --no-fund
