#!/usr/bin/env bash
# Installs the reference engine and the provider packages that it sends with into DIR: install.sh DIR
# An installation of these very versions is left as it is.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
! cmp --silent "$here/requirements.txt" "$1/installed" || exit 0
python3 -m venv "$1"
"$1/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
cp "$here/requirements.txt" "$1/installed"
