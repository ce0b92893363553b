#!/usr/bin/env bash
# Builds the site as its authors do, and puts it into the folder that is given, where a build of the daemon leaves it alone.
set -euo pipefail
npm run --silent build -- --docs --quiet
mkdir -p "$1"
cp -r dist/site/. "$1"
