"""Calls that a run defers: decisions on them and their results."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pydantic_core import to_jsonable_python

from ._tools import ModelRetry, ToolFailed, tool_result

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class ApprovalRequest:
    """A call that waits for a decision."""

    run_id: str
    tool_name: str
    tool_call_id: str
    args: Json
    metadata: Any = None
    """Data that the tool gave when it raised `ApprovalRequired`."""


@dataclass(frozen=True)
class ToolApproved:
    """The call may run. Source: Pydantic AI `ToolApproved`."""

    override_args: Json | None = None
    """Arguments in the place of those of the model."""


@dataclass(frozen=True)
class ToolDenied:
    """The call may not run. Source: Pydantic AI `ToolDenied`."""

    message: str = 'The tool call was denied.'
    """Why, for the model."""


Decision: TypeAlias = bool | ToolApproved | ToolDenied
OnApproval: TypeAlias = Callable[[ApprovalRequest], Decision | Awaitable[Decision]]


@dataclass
class DeferredToolResults:
    """Results of calls that a run left open, by the id of the call. Source: Pydantic AI `DeferredToolResults`."""

    calls: dict[str, Any] = field(default_factory=dict[str, Any])
    """Results of deferred calls: values, `ToolReturn`, or a `ModelRetry` or `ToolFailed`."""
    approvals: dict[str, Decision] = field(default_factory=dict[str, Decision])

    def to_wire(self) -> Json:
        """The results as `run/start` takes them."""
        return {
            'calls': {call_id: _result(value) for call_id, value in self.calls.items()},
            'approvals': {call_id: decision_to_wire(decided) for call_id, decided in self.approvals.items()},
        }


def decision_to_wire(decided: Decision) -> Any:
    """A decision as the daemon takes it."""
    if isinstance(decided, ToolApproved):
        args = {} if decided.override_args is None else {'args': to_jsonable_python(decided.override_args)}
        return {'approved': True, **args}
    if isinstance(decided, ToolDenied):
        return {'approved': False, 'message': decided.message}
    return decided


def _result(value: Any) -> Json:
    if isinstance(value, ModelRetry):
        return {'retry': value.message}
    if isinstance(value, ToolFailed):
        return {'failed': value.message}
    return tool_result(value)
