#!/usr/bin/env bash
# Installs the generators, each in the version that is named beside this file, into the folder that is given.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
mkdir -p "$1"
cd "$1"
cp "$here/package.json" "$here/package-lock.json" .
npm ci --silent --no-audit --no-fund
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
mvn --quiet --batch-mode -Dstyle.color=never -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$PWD/jars"
