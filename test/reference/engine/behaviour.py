"""What the scripted tools, validators and output functions of a scenario do, one step for each call."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
from typing import Any

from pydantic_ai import (
    ApprovalRequired,
    BinaryContent,
    CallDeferred,
    ModelRetry,
    RunContext,
    ToolFailed,
    ToolReturn,
)

Step = dict[str, Any]


class Steps:
    """The steps of one script; the last repeats."""

    def __init__(self, steps: list[Any]):
        self._steps = steps
        self._taken = 0

    def next(self) -> Any:
        index = min(self._taken, len(self._steps) - 1)
        self._taken += 1
        return self._steps[index] if self._steps else None


async def before_end(step: Step, ctx: RunContext[Any]) -> None:
    """Does what a tool does before it ends: waits, enqueues."""
    if step.get("delay_ms"):
        await asyncio.sleep(step["delay_ms"] / 1000)
    if "enqueue" in step:
        # Content from beyond the tool belongs to no call.
        speaker = dataclasses.replace(ctx, tool_call_id=None) if step.get("outside") else ctx
        speaker.enqueue(step["enqueue"], priority=step.get("priority", "asap"))


async def cancel(ctx: RunContext[Any]) -> None:
    """Cancels the run and waits for the cancellation, which arrives within a turn or two of the event loop."""
    ctx.cancel()
    await asyncio.sleep(60)


def tool_result(step: Step, args: dict[str, Any], ctx: RunContext[Any]) -> Any:
    """Returns what a tool returns, or raises what it raises."""
    if step.get("approval") and not ctx.tool_call_approved:
        raise ApprovalRequired(metadata=_metadata(step["approval"]))
    if step.get("defer"):
        raise CallDeferred(metadata=_metadata(step["defer"]))
    _raise(step)
    if "fail" in step:
        raise ToolFailed(step["fail"])
    if step.get("echo"):
        return {"args": args}
    if "binary" in step:
        return BinaryContent(base64.b64decode(step["binary"]["data"]), media_type=step["binary"]["media_type"])
    if "tool_return" in step:
        return tool_return(step["tool_return"])
    return step.get("return")


def output_result(step: Step, output: Any) -> Any:
    """Returns what a validator or an output function returns, or raises what it raises."""
    _raise(step)
    if step.get("upper"):
        return output.upper() if isinstance(output, str) else output
    return step["return"] if "return" in step else output


def tool_return(given: dict[str, Any]) -> ToolReturn:
    return ToolReturn(return_value=given["return_value"], content=given.get("content"), metadata=given.get("metadata"))


def _raise(step: Step) -> None:
    if "retry" in step:
        raise ModelRetry(step["retry"])
    if "raise" in step:
        raised = step["raise"]
        raise RuntimeError(raised if isinstance(raised, str) else raised.get("message", "raised"))


def _metadata(given: Any) -> dict[str, Any] | None:
    return None if given is True else given
