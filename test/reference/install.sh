#!/usr/bin/env bash
# Installs versions of the reference engine, each into a folder of its own below the one that is given:
#   install.sh DIR              the pinned version, the newest, and the older ones whose histories we read
#   install.sh DIR VERSION...   these; `pinned` and `newest` are versions too
# A version that is there already is left as it is, but for the newest.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
pinned="$(sed -n 's/^pydantic-ai-slim==//p' "$here/requirements.txt")"
mkdir -p "$1"
cd "$1"
shift
[ $# -gt 0 ] || set -- pinned newest $(sed -n 's/^\([0-9][^ ]*\).*/\1/p' "$here/older.txt")

install() {
  local version="${1/#pinned/$pinned}"
  [ "$version" = newest ] || [ ! -e "$version/installed" ] || return 0
  case "$version" in
    "$pinned") local packages=(-r "$here/requirements.txt") ;;
    newest) local packages=(--upgrade pydantic-ai-slim) ;;
    *) local packages=("pydantic-ai-slim==$version" $(sed -n "s/^$version //p" "$here/older.txt")) ;;
  esac
  python3 -m venv "$version"
  "$version/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
  touch "$version/installed"
}

for version in "$@"; do install "$version"; done
