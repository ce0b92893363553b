"""Sends a case as Pydantic AI's agent graph would, and keeps what went over the wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic_ai._agent_graph import _clean_message_history, _with_outgoing_reveal_state
from pydantic_ai._output import OutputObjectDefinition
from pydantic_ai.messages import InstructionPart, ModelMessagesTypeAdapter
from pydantic_ai.models import Model, ModelRequestParameters, _with_framing_announcement
from pydantic_ai.settings import ModelSettings, ToolOrOutput
from pydantic_ai.tools import ToolDefinition

from .answers import plain_answer
from .cases import Case
from .models import KEY, model_of
from .wire import Sent, wired

# What a header says of the machine, the package or the key is not the request.
_HEADERS = ("anthropic-beta", "anthropic-version", "openai-beta", "x-goog-api-client-feature")


async def captured(case: Case) -> dict[str, Any]:
    """The first request of a case, or why there is none."""
    failure: Exception | None = None
    with wired(plain_answer) as wire:
        try:
            model = model_of(case.row, case.model)
            await _request(model, case.given)
        except Exception as error:
            # What comes of the answer is no part of this.
            failure = error
    if wire.sent:
        return _stored(wire.sent[0])
    if failure is None:
        raise RuntimeError(f"'{case.name}' of '{case.row}' sent nothing and did not fail")
    return {"refused": f"{type(failure).__name__}: {failure}"}


async def _request(model: Model, given: dict[str, Any]) -> None:
    messages = ModelMessagesTypeAdapter.validate_python(given["messages"])
    settings = _settings(given.get("settings", {}))
    messages = _clean_message_history(messages, repair_last_response=True)
    parameters = _with_framing_announcement(_parameters(given), settings)
    parameters = _with_outgoing_reveal_state(parameters, messages)
    prepared = model.prepare_messages(messages, parameters)
    if prepared is not messages:
        messages = _clean_message_history(prepared, repair_last_response=True)
    if given.get("stream"):
        async with model.request_stream(messages, settings, parameters) as stream:
            async for _ in stream:
                pass
    else:
        await model.request(messages, settings, parameters)


def _parameters(given: dict[str, Any]) -> ModelRequestParameters:
    output: dict[str, Any] | None = given.get("outputObject")
    instructions: str | None = given.get("instructions")
    return ModelRequestParameters(
        function_tools=[_tool(tool) for tool in given.get("tools", [])],
        output_tools=[replace(_tool(tool), kind="output") for tool in given.get("outputTools", [])],
        output_mode=given.get("outputMode", "tool" if given.get("outputTools") else "text"),
        output_object=OutputObjectDefinition(**output) if output else None,
        allow_text_output=given.get("allowText", True),
        instruction_parts=[InstructionPart(content=instructions)] if instructions else None,
    )


def _tool(given: dict[str, Any]) -> ToolDefinition:
    return ToolDefinition(**given)


def _settings(given: dict[str, Any]) -> ModelSettings:
    """Settings are JSON but for one class of tool choice. What `<system>` means is not explained to models here."""
    choice = given.get("tool_choice")
    chosen = {"tool_choice": ToolOrOutput(**choice)} if isinstance(choice, dict) else {}
    return ModelSettings(**{"framing_announcement": "never", **given, **chosen})


def _stored(sent: Sent) -> dict[str, Any]:
    headers = {name: value for name, value in sent.headers.items() if name in _HEADERS or KEY in value}
    shown = {name: value.replace(KEY, "KEY") for name, value in headers.items()}
    return {"url": sent.url, "headers": shown, "body": sent.body}
