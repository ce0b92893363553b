"""The command line of the daemon: `python -m runwire run "Hello."`."""

from __future__ import annotations

import os
import subprocess
import sys

from ._errors import DaemonGone
from ._launch import default_command


def main() -> int:
    """Runs the daemon with the arguments of this process, in its place where the system can do that."""
    try:
        command = [*default_command(os.environ), *sys.argv[1:]]
    except DaemonGone as error:
        print(f'runwire: {error}', file=sys.stderr)
        return 1
    if sys.platform != 'win32':
        os.execvp(command[0], command)
    return subprocess.run(command).returncode


if __name__ == '__main__':
    sys.exit(main())
