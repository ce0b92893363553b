"""Results of deferred calls as a scenario writes them, and the handler that gives them during a run."""

from __future__ import annotations

from typing import Any

from pydantic_ai import (
    DeferredToolRequests,
    DeferredToolResults,
    ModelRetry,
    RunContext,
    ToolApproved,
    ToolDenied,
    ToolFailed,
)
from pydantic_ai.capabilities import HandleDeferredToolCalls

from .behaviour import tool_return
from .log import Log


def deferred_results(given: dict[str, Any]) -> DeferredToolResults:
    return DeferredToolResults(
        calls={id: _call_result(value) for id, value in given.get("calls", {}).items()},
        approvals={id: _approval(value) for id, value in given.get("approvals", {}).items()},
        metadata=given.get("metadata", {}),
    )


def deferred_handler(spec: dict[str, Any], log: Log) -> HandleDeferredToolCalls[None]:
    """Returns the handler that gives each external call one content and approves all others, or denies them."""

    async def handle(ctx: RunContext[None], requests: DeferredToolRequests) -> DeferredToolResults:
        calls = [call.tool_call_id for call in requests.calls]
        approvals = [call.tool_call_id for call in requests.approvals]
        log.call("deferred_handler", calls=calls, approvals=approvals)
        decision = ToolDenied(spec["deny"]) if "deny" in spec else True
        return DeferredToolResults(
            calls={id: spec["calls"] for id in calls} if "calls" in spec else {},
            approvals={id: decision for id in approvals},
        )

    return HandleDeferredToolCalls(handler=handle)


def _call_result(value: Any) -> Any:
    match value:
        case {"retry": message}:
            return ModelRetry(message)
        case {"fail": message}:
            return ToolFailed(message)
        case {"tool_return": given}:
            return tool_return(given)
    return value


def _approval(value: Any) -> Any:
    match value:
        case {"deny": message}:
            return ToolDenied(message)
        case {"approve_with": args}:
            return ToolApproved(override_args=args)
    return value
