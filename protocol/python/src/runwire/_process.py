"""The daemon as a child process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ._errors import DaemonGone

STDERR_KEPT = 4096
"""Bytes of stderr that are kept for the error."""
EXIT_GRACE = 5.0
"""Seconds in which a daemon that was told to end has to end."""
CLOSED_GRACE = 2.0
"""Seconds in which a daemon that has closed its stdout has to end."""

_CHUNK = 65536


class DaemonProcess:
    """A running daemon. Its stderr is always read: a full pipe would block it."""

    def __init__(self, process: asyncio.subprocess.Process, on_log: Callable[[str], None] | None) -> None:
        assert process.stdin and process.stdout and process.stderr
        self.stdin = process.stdin
        self.stdout = process.stdout
        self._process = process
        self._stderr = b''
        self._log = asyncio.create_task(self._read_log(process.stderr, on_log))

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None,
        cwd: str | os.PathLike[str] | None,
        on_log: Callable[[str], None] | None,
    ) -> DaemonProcess:
        """Starts a daemon. Raises `DaemonGone` when that is not possible."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=env,
                cwd=cwd,
                **_own_group(),
            )
        except (OSError, ValueError) as error:
            raise DaemonGone(f'The daemon could not be started: {error}.') from error
        return cls(process, on_log)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def end(self, grace: float) -> DaemonGone:
        """Waits until the process has ended, and kills it when that takes longer than `grace` seconds."""
        try:
            await asyncio.wait_for(self._process.wait(), grace)
        except asyncio.TimeoutError:
            await self.kill()
        with contextlib.suppress(asyncio.TimeoutError):
            # Something that has inherited the pipe may keep it open.
            await asyncio.wait_for(asyncio.shield(self._log), 0.5)
        self._log.cancel()
        returncode = self._process.returncode
        return DaemonGone.exited(0 if returncode is None else returncode, self._stderr.decode('utf-8', 'replace'))

    async def kill(self) -> None:
        """Kills the process."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _read_log(self, stderr: asyncio.StreamReader, on_log: Callable[[str], None] | None) -> None:
        line = b''
        while chunk := await stderr.read(_CHUNK):
            self._stderr = (self._stderr + chunk)[-STDERR_KEPT:]
            if on_log is None:
                continue
            *lines, line = (line + chunk).split(b'\n')
            line = line[-STDERR_KEPT:]
            for whole in lines:
                _report(on_log, whole.decode('utf-8', 'replace'))


def _report(on_log: Callable[[str], None], line: str) -> None:
    # What goes wrong in the listener must not stop the reading.
    try:
        on_log(line)
    except Exception as error:
        asyncio.get_running_loop().call_exception_handler({'message': 'on_log raised', 'exception': error})


def _own_group() -> dict[str, Any]:
    """Ctrl-C reaches every process of the group, and the daemon has to end its runs first."""
    if sys.platform == 'win32':
        return {'creationflags': subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {'start_new_session': True}
