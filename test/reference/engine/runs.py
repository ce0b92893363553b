"""One run of a scenario, in each of the modes in which Pydantic AI can be driven."""

from __future__ import annotations

from typing import Any

from pydantic_ai import (
    Agent,
    AgentRunResult,
    DeferredToolRequests,
    ModelMessage,
    RunCancelled,
    RunUsage,
    UsageLimits,
    capture_run_messages,
)
from pydantic_ai.run import AgentRunResultEvent
from pydantic_core import to_jsonable_python

from .deferred import deferred_results
from .errors import error_of
from .history import copy_of, history_of
from .log import Log
from .messages import dump_event, dump_messages, dump_usage, user_content
from .models import usage_fields
from .outputs import output_type


class Played:
    """What a run came to, and what the next one may go on from."""

    def __init__(self) -> None:
        self.result: AgentRunResult[Any] | None = None
        self.messages: list[ModelMessage] = []
        self.recorded: dict[str, Any] = {}


async def play_run(agent: Agent[None, Any], spec: dict[str, Any], before: Played | None, log: Log) -> Played:
    """Plays a run after the one `before`, and records it as the goldens do."""
    played = Played()
    history = history_of(spec.get("history"), before)
    given = None if history is None else copy_of(history)
    usage = RunUsage(**usage_fields(spec.get("usage", {})))
    shown: dict[str, list[Any]] = {"nodes": [], "events": []}
    recorded: dict[str, Any]
    with capture_run_messages() as captured:
        try:
            arguments = {**_arguments(spec, log), "message_history": history, "usage": usage}
            played.result = await _MODES[spec.get("mode", "run")](agent, arguments, shown)
            played.messages = played.result.all_messages()
            recorded = _success(played.result, spec)
        except Exception as error:
            played.messages = list(captured)
            recorded = {"error": error_of(error), "messages_at_error": dump_messages(captured)}
            if isinstance(error, RunCancelled):
                recorded["cancelled_new_messages"] = dump_messages(error.new_messages())
            recorded["usage"] = dump_usage(usage)
    if history:
        recorded["given_history_mutated"] = dump_messages(history) != given
    played.recorded = {**recorded, **{name: items for name, items in shown.items() if items}, **log.take()}
    return played


def _arguments(spec: dict[str, Any], log: Log) -> dict[str, Any]:
    arguments = {key: spec[key] for key in ("run_id", "conversation_id", "metadata", "instructions") if key in spec}
    if "prompt" in spec:
        arguments["user_prompt"] = user_content(spec["prompt"])
    if "output" in spec:
        arguments["output_type"] = output_type(spec["output"], log)
    if "usage_limits" in spec:
        arguments["usage_limits"] = UsageLimits(**spec["usage_limits"])
    if "deferred_results" in spec:
        arguments["deferred_tool_results"] = deferred_results(spec["deferred_results"])
    return arguments


def _success(result: AgentRunResult[Any], spec: dict[str, Any]) -> dict[str, Any]:
    state = result._state
    recorded = {
        "output": _dump_output(result.output),
        "output_python_type": type(result.output).__name__,
        "output_tool_name": result._output_tool_name,
        "all_messages": dump_messages(result.all_messages()),
        "new_message_index": result._new_message_index,
        "new_messages": dump_messages(result.new_messages()),
        "usage": dump_usage(result.usage),
        "state": {"run_step": state.run_step, "output_retries_used": state.output_retries_used},
    }
    if spec.get("json"):
        recorded["all_messages_json"] = result.all_messages_json().decode()
    if "output_return_calls" in spec:
        recorded["output_return_calls"] = [_rewritten(result, call) for call in spec["output_return_calls"]]
    return recorded


def _dump_output(output: Any) -> Any:
    dumped = to_jsonable_python(output)
    # The adapter leaves it out where there are no questions.
    if isinstance(output, DeferredToolRequests) and not dumped.get("_kinds"):
        dumped.pop("_kinds", None)
    return dumped


def _rewritten(result: AgentRunResult[Any], call: dict[str, Any]) -> dict[str, Any]:
    content = call["content"]
    before = dump_messages(result.all_messages())
    removed = result.all_messages().pop() if call.get("tamper") == "pop_last" else None
    try:
        return {
            "call": call,
            "all_messages": dump_messages(result.all_messages(output_tool_return_content=content)),
            "new_messages": dump_messages(result.new_messages(output_tool_return_content=content)),
            "original_untouched": dump_messages(result.all_messages()) == before,
        }
    except (ValueError, LookupError) as error:
        return {"call": call, "error": error_of(error)}
    finally:
        if removed is not None:
            result.all_messages().append(removed)


async def _run(agent: Agent[None, Any], arguments: dict[str, Any], shown: dict[str, list[Any]]) -> Any:
    return await agent.run(**arguments)


async def _iter_nodes(agent: Agent[None, Any], arguments: dict[str, Any], shown: dict[str, list[Any]]) -> Any:
    async with agent.iter(**arguments) as run:
        async for node in run:
            state = run.ctx.state
            seen = {"messages": len(run.all_messages()), "run_step": state.run_step, "requests": state.usage.requests}
            shown["nodes"].append({"node": type(node).__name__, **seen})
    return run.result


async def _iter_events(agent: Agent[None, Any], arguments: dict[str, Any], shown: dict[str, list[Any]]) -> Any:
    async with agent.iter(**arguments) as run:
        async for node in run:
            shown["nodes"].append(type(node).__name__)
            if Agent.is_model_request_node(node) or Agent.is_call_tools_node(node):
                async with node.stream(run.ctx) as events:
                    async for event in events:
                        shown["events"].append(dump_event(event))
    return run.result


async def _stream_events(agent: Agent[None, Any], arguments: dict[str, Any], shown: dict[str, list[Any]]) -> Any:
    result = None
    async with agent.run_stream_events(**arguments) as events:
        async for event in events:
            if isinstance(event, AgentRunResultEvent):
                result = event.result
                last = {"event_kind": event.event_kind, "output": _dump_output(result.output)}
                shown["events"].append(last)
            else:
                shown["events"].append(dump_event(event))
    return result


_MODES = {"run": _run, "iter_nodes": _iter_nodes, "iter_events": _iter_events, "stream_events": _stream_events}
