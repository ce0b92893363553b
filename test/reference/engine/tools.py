"""The scripted tools of a scenario."""

from __future__ import annotations

from typing import Any

from pydantic_ai import RunContext, Tool
from pydantic_ai.tools import ToolDefinition

from .annotations import with_signature
from .behaviour import Steps, before_end, cancel, tool_result
from .log import Log


def scripted_tool(spec: dict[str, Any], log: Log) -> Tool[None]:
    """Returns a tool that logs its calls and does the next step of its behaviour in each."""
    name = spec["name"]
    steps = Steps(spec.get("behaviour", [{"return": "ok"}]))

    async def function(ctx: RunContext[None], **args: Any) -> Any:
        log.call("start", tool=name, args=args, tool_call_id=ctx.tool_call_id, retry=ctx.retry, run_step=ctx.run_step)
        step = steps.next()
        await before_end(step, ctx)
        log.call("end", tool=name, tool_call_id=ctx.tool_call_id)
        if step.get("cancel_run"):
            await cancel(ctx)
        return tool_result(step, args, ctx)

    return Tool(
        with_signature(function, name, ("ctx", RunContext[None]), spec.get("params", {})),
        name=name,
        description=spec.get("description"),
        takes_ctx=True,
        max_retries=spec.get("max_retries"),
        sequential=spec.get("sequential", False),
        requires_approval=spec.get("requires_approval", False),
        timeout=spec.get("timeout"),
        prepare=_hide_after(spec["prepare_hide_after_step"]) if "prepare_hide_after_step" in spec else None,
    )


def external_tool(spec: dict[str, Any]) -> ToolDefinition:
    """Returns the definition of a tool that somebody else calls."""
    return ToolDefinition(name=spec["name"], description=spec.get("description"), parameters_json_schema=spec["schema"])


def _hide_after(step: int) -> Any:
    async def prepare(ctx: RunContext[None], definition: ToolDefinition) -> ToolDefinition | None:
        return definition if ctx.run_step <= step else None

    return prepare
