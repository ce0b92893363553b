"""What MCP servers want to know from the person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydantic_core import to_jsonable_python

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Elicitation:
    """A question of an MCP server to the person."""

    run_id: str
    server: str
    message: str
    requested_schema: Json | None = None
    """JSON Schema of the form to fill in; None when the person is to open `url`."""
    url: str | None = None
    tool_call_id: str | None = None
    """The call during which the server asks."""


Elicited: TypeAlias = Mapping[str, Any] | Literal['decline', 'cancel']
"""The values of the form, empty for a `url` that was opened; or that the person refused, or made no choice."""
OnElicitation: TypeAlias = Callable[[Elicitation], Elicited | Awaitable[Elicited]]


def elicitation_of(params: Json) -> Elicitation:
    """Reads the parameters of `user/ask`."""
    return Elicitation(
        params['runId'],
        params['server'],
        params['message'],
        params.get('requestedSchema'),
        params.get('url'),
        params.get('toolCallId'),
    )


def elicited_to_wire(elicited: Elicited) -> Json:
    """An answer as the daemon takes it."""
    if isinstance(elicited, str):
        return {'action': elicited}
    return {'action': 'accept', 'content': to_jsonable_python(dict(elicited))}
