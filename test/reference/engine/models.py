"""The scripted models of a scenario."""

from __future__ import annotations

import asyncio
import builtins
import json
from collections.abc import AsyncIterator
from typing import Any

from pydantic_ai import ModelAPIError, ModelHTTPError, ModelMessage, ModelResponse, exceptions
from pydantic_ai.models import Model
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.function import AgentInfo, DeltaThinkingPart, DeltaToolCall, FunctionModel
from pydantic_ai.models.test import TestModel

from .log import Log
from .messages import dump_messages, response_of

_USAGE_NAMES = {"input": "input_tokens", "output": "output_tokens"}


def scripted_model(spec: dict[str, Any], log: Log, record_messages: bool) -> Model:
    """Returns the model that a scenario describes."""
    match spec["kind"]:
        case "function":
            return _ScriptedModel(spec["script"], log, record_messages).model()
        case "test":
            return _test_model(spec)
        case "fallback":
            models = [scripted_model(one, log, record_messages) for one in spec["models"]]
            fallback_on = tuple(_exception(name) for name in spec.get("fallback_on", ["ModelAPIError"]))
            return FallbackModel(*models, fallback_on=fallback_on)
        case kind:
            raise ValueError(f"the scenario has a model of kind {kind!r}, which the player does not know")


def usage_fields(given: dict[str, Any]) -> dict[str, Any]:
    """Returns counts under Pydantic AI's names; the total is computed there."""
    return {_USAGE_NAMES.get(name, name): value for name, value in given.items() if name != "total"}


class _ScriptedModel:
    def __init__(self, script: list[dict[str, Any]], log: Log, record_messages: bool):
        self._script = script
        self._asked = 0
        self._log = log
        self._record_messages = record_messages

    def model(self) -> FunctionModel:
        return FunctionModel(self._respond, stream_function=self._stream, model_name="script")

    async def _respond(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        reply = await self._next(messages, info)
        if "stream" in reply:
            raise ValueError("the scenario streams a response in a run that does not stream")
        fields = {key: reply[key] for key in ("finish_reason", "provider_details") if key in reply}
        if "usage" in reply:
            fields["usage"] = usage_fields(reply["usage"])
        return response_of([_part(part) for part in reply.get("parts", [])], **fields)

    async def _stream(self, messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[Any]:
        reply = await self._next(messages, info)
        for piece in reply["stream"] if "stream" in reply else _pieces(reply.get("parts", [])):
            yield _piece(piece)

    async def _next(self, messages: list[ModelMessage], info: AgentInfo) -> dict[str, Any]:
        self._log.model_requests.append(self._request(messages, info))
        if self._asked == len(self._script):
            raise RuntimeError(f"model request {self._asked + 1} was not expected")
        reply = self._script[self._asked]
        self._asked += 1
        if reply.get("delay_ms"):
            await asyncio.sleep(reply["delay_ms"] / 1000)
        if "error" in reply:
            raise _error(reply["error"])
        return reply

    def _request(self, messages: list[ModelMessage], info: AgentInfo) -> dict[str, Any]:
        """Returns what the model is shown; whole tool definitions stand in its first request only."""
        is_first = self._asked == 0
        return {
            **({"messages": dump_messages(messages)} if self._record_messages else {"message_count": len(messages)}),
            "function_tools": [tool.name for tool in info.function_tools],
            "output_tools": [tool.name for tool in info.output_tools],
            "allow_text": info.allow_text_output,
            "output_mode": info.model_request_parameters.output_mode,
            **({"instructions": info.instructions} if info.instructions is not None else {}),
            **({"function_tool_defs": [_definition(tool) for tool in info.function_tools]} if is_first else {}),
            **({"output_tool_defs": [_definition(tool) for tool in info.output_tools]} if is_first else {}),
        }


def _definition(tool: Any) -> dict[str, Any]:
    optional = {key: getattr(tool, key) for key in ("description", "outer_typed_dict_key") if getattr(tool, key)}
    return {"name": tool.name, **optional, "parameters_json_schema": tool.parameters_json_schema}


def _part(part: dict[str, Any]) -> dict[str, Any]:
    """Returns a part of a scripted response as it stands in a message."""
    rest = {key: part[key] for key in ("args", "content", "signature", "citations") if key in part}
    if "id" in part:
        rest["tool_call_id"] = part["id"]
    for key, part_kind, name in _PARTS:
        if key in part:
            return {"part_kind": part_kind, **rest, name: part[key]}
    raise ValueError(f"the scenario has a part with {', '.join(part)}, which the player does not know")


_PARTS = (
    ("text", "text", "content"),
    ("thinking", "thinking", "content"),
    ("tool", "tool-call", "tool_name"),
    ("native_call", "builtin-tool-call", "tool_name"),
    ("native_return", "builtin-tool-return", "tool_name"),
)


def _pieces(parts: list[dict[str, Any]]) -> list[Any]:
    """Returns the pieces that stream whole parts, one for each."""
    pieces: list[Any] = []
    for index, part in enumerate(parts):
        if "text" in part:
            pieces.append(part["text"])
        elif "thinking" in part:
            pieces.append({"index": index, "thinking": part["thinking"]})
        else:
            args = part["args"] if isinstance(part["args"], str) else json.dumps(part["args"])
            pieces.append({"calls": {index: {"name": part["tool"], "json_args": args, "tool_call_id": part.get("id")}}})
    return pieces


def _piece(piece: Any) -> Any:
    if isinstance(piece, str):
        return piece
    if "error" in piece:
        raise _error(piece["error"])
    if "thinking" in piece:
        thinking = piece["thinking"]
        return {piece.get("index", 0): DeltaThinkingPart(**_thinking(thinking))}
    return {int(index): DeltaToolCall(**call) for index, call in piece["calls"].items()}


def _thinking(thinking: Any) -> dict[str, Any]:
    return {"content": thinking} if isinstance(thinking, str) else thinking


def _error(error: dict[str, Any]) -> Exception:
    if "http" in error:
        http = error["http"] if isinstance(error["http"], dict) else {**error, "status": error["http"]}
        return ModelHTTPError(http.get("status", 500), "stub", http.get("body"))
    if "api" in error:
        return ModelAPIError("stub", str(error["api"]))
    runtime = error["runtime"]
    return RuntimeError(runtime if isinstance(runtime, str) else json.dumps(runtime))


def _exception(name: str) -> type[Exception]:
    return getattr(exceptions, name, None) or getattr(builtins, name)


def _test_model(spec: dict[str, Any]) -> TestModel:
    names = {"call_tools": "call_tools", "text": "custom_output_text", "args": "custom_output_args", "seed": "seed"}
    return TestModel(**{names[key]: spec[key] for key in names if key in spec})
