"""The history that a run is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_ai import ModelMessage, ModelMessagesTypeAdapter

from .messages import dump_messages, load_messages

if TYPE_CHECKING:
    from .runs import Played


def history_of(spec: Any, before: Played | None) -> list[ModelMessage] | None:
    """Returns the messages that a scenario names: those of the run before, in one of several ways, or its own."""
    if spec is None or isinstance(spec, list):
        return None if spec is None else load_messages(spec)
    if before is None:
        raise ValueError(f"the first run of a scenario has no {spec!r} to go on from")
    match spec:
        case "previous" | "previous_error":
            return before.messages
        case "previous_json":
            return ModelMessagesTypeAdapter.validate_json(ModelMessagesTypeAdapter.dump_json(before.messages))
        case {"previous_with_output_return": content}:
            return before.result.all_messages(output_tool_return_content=content)
    raise ValueError(f"the scenario has the history {spec!r}, which the player does not know")


def copy_of(messages: list[ModelMessage]) -> list[Any]:
    """Returns what the messages say now, to be compared with what they say later."""
    return dump_messages(messages)
