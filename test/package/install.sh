#!/usr/bin/env bash
# Packs the package, and installs it with what it is tried with, each in the version that is named beside this file, into
# the folder that is given.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
mkdir -p "$1"
folder="$(cd "$1" && pwd)"
cp -R "$here/consumer/." "$folder"
cd "$here/../.."
npm pack --silent --no-foreground-scripts --pack-destination "$folder"
cd "$folder"
npm ci --silent --no-audit --no-fund
npm install --silent --no-save --no-audit --no-fund ./runwire-*.tgz
