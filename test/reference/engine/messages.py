"""Messages and their JSON, by Pydantic AI's own adapters."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter
from pydantic_ai import ModelMessage, ModelMessagesTypeAdapter, ModelResponse, RunUsage
from pydantic_ai.messages import AgentStreamEvent

_usage = TypeAdapter(RunUsage)
_event: TypeAdapter[Any] = TypeAdapter(AgentStreamEvent)


def load_messages(data: list[Any]) -> list[ModelMessage]:
    return ModelMessagesTypeAdapter.validate_json(json.dumps(data))


def dump_messages(messages: list[ModelMessage]) -> list[Any]:
    return ModelMessagesTypeAdapter.dump_python(messages, mode="json")


def dump_event(event: Any) -> dict[str, Any]:
    return _event.dump_python(event, mode="json")


def dump_usage(usage: RunUsage) -> dict[str, Any]:
    return {**_usage.dump_python(usage, mode="json"), "total_tokens": usage.total_tokens}


def user_content(content: Any) -> Any:
    """Returns a prompt with the objects that its JSON stands for."""
    if not isinstance(content, list):
        return content
    [message] = load_messages([{"kind": "request", "parts": [{"part_kind": "user-prompt", "content": content}]}])
    return message.parts[0].content


def response_of(parts: list[dict[str, Any]], **fields: Any) -> ModelResponse:
    """Returns a response of the parts as they stand in JSON."""
    [response] = load_messages([{"kind": "response", "parts": parts, **fields}])
    return response
