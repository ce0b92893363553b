"""What a program catches."""

from __future__ import annotations

import signal as signals
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .protocol import RunError, RunResult


class RunwireError(Exception):
    """The base of the errors of this package."""


class RequestFailed(RunwireError):
    """The daemon refused a request; `kind` says why (`model.unknown`, `run.notFound`, …)."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}

    @property
    def kind(self) -> str | None:
        """The kind of error, to branch on; see the error reference."""
        kind = self.data.get('kind')
        return kind if isinstance(kind, str) else None


class RunFailed(RunwireError):
    """A run ended without an output: it failed, was cancelled, or left calls open.

    `kind` is that of its error, or `run.deferred`; `result` is the whole result, with its usage.
    """

    def __init__(self, result: RunResult) -> None:
        super().__init__(result.error.message if result.error else _deferred_message(result))
        self.result = result

    @property
    def kind(self) -> str:
        """The kind of error, to branch on; see the error reference."""
        return self.result.error.data.kind if self.result.error else 'run.deferred'

    @property
    def error(self) -> RunError | None:
        """The error of the run; None when it left calls open."""
        return self.result.error


class DaemonGone(RunwireError):
    """The daemon has ended or could not be started. Whatever was open, and every later request, raises it."""

    def __init__(self, message: str, *, returncode: int | None = None, stderr: str = '') -> None:
        super().__init__(f'{message} It wrote: {stderr.strip()}' if stderr.strip() else message)
        self.returncode = returncode
        """Exit code; negative: the signal that killed it; None when it never started."""
        self.stderr = stderr
        """The end of what it wrote to stderr, at most 4 KiB."""

    @classmethod
    def exited(cls, returncode: int, stderr: str) -> DaemonGone:
        """Describes the exit of a daemon that was running."""
        how = f'was killed ({_signal_name(-returncode)})' if returncode < 0 else f'has ended (exit code {returncode})'
        return cls(f'The daemon {how}.', returncode=returncode, stderr=stderr)


def _signal_name(number: int) -> str:
    try:
        return signals.Signals(number).name
    except ValueError:
        return f'signal {number}'


def _deferred_message(result: RunResult) -> str:
    deferred = result.deferred
    names = ', '.join(call.tool_name for call in [*deferred.calls, *deferred.approvals]) if deferred else ''
    return (
        f'Run {result.run_id!r} has no output: it left calls open ({names}). '
        'Continue it with `deferred_tool_results`, or add `DeferredToolRequests` to `output_type`.'
    )
