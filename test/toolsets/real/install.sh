#!/usr/bin/env bash
# Installs real MCP servers and the conformance suites into the folder that is given.
set -euo pipefail
mkdir -p "$1"
cd "$1"
[ -e installed ] && exit 0
servers='@modelcontextprotocol/server'
npm init --yes >/dev/null
npm install --silent --no-fund --no-audit \
  "$servers-everything@2026.8.31" "$servers-filesystem@2026.8.31" "$servers-memory@2026.8.31" \
  "$servers-sequential-thinking@2026.8.31" @playwright/mcp@0.0.83 @modelcontextprotocol/conformance@0.1.16
# The newer suite needs Node 24.
mkdir -p newer && cd newer && npm init --yes >/dev/null
npm install --silent --no-fund --no-audit @modelcontextprotocol/conformance@0.2.0-alpha.12 node@24.21.0
cd ..
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check mcp-server-git==2026.10.19 mcp-server-time==2026.10.19
# It was written for the first version of the SDK.
python3 -m venv python-v1
python-v1/bin/pip install --quiet --disable-pip-version-check mcp-server-sqlite==2025.4.25 'mcp<2'
touch installed
