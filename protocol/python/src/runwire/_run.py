"""A run that was started."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import to_jsonable_python
from typing_extensions import TypeVar

from . import protocol
from ._connection import Connection
from ._errors import RunFailed
from ._options import Handlers, Prompt
from ._output import Outputs

if TYPE_CHECKING:
    from ._callbacks import Callbacks

T = TypeVar('T')
Json: TypeAlias = dict[str, Any]
Event: TypeAlias = protocol.DurableEvent | Json
"""An event of a run; one of a kind that this version does not know is a dict."""


class AgentRun(Generic[T]):
    """A run, made by `start`. Source: Pydantic AI `AgentRun`."""

    def __init__(
        self, run_id: str, connection: Connection, outputs: Outputs[T], handlers: Handlers, callbacks: Callbacks
    ) -> None:
        self.run_id = run_id
        self.last_seq = 0
        """Number of the last event that `events` leaves out, because the run was continued; else 0."""
        self.callbacks = callbacks
        self._connection = connection
        self._outputs = outputs
        self._handlers = handlers
        self._events: list[Event] = []
        self._texts: list[tuple[int, str]] = []
        self._responses = 0
        self._has_ended = False
        self._news = asyncio.Event()
        self._result: asyncio.Task[protocol.RunResult] | None = None

    def follow(self, ended: Callable[[], object]) -> None:
        """Waits for the result in the background, once the daemon has accepted the run."""
        # Sent before anything that the program sends next, which may be the end of the session.
        response = self._connection.request('run/wait', {'runId': self.run_id})
        self._result = asyncio.create_task(self._read_result(response))
        self._result.add_done_callback(self._end)
        self._result.add_done_callback(lambda _: ended())

    async def result(self) -> protocol.RunResult:
        """Waits until the run has ended, however it ended. Raises `DaemonGone`."""
        assert self._result is not None
        return await asyncio.shield(self._result)

    async def output(self) -> T:
        """Waits for the output. Raises `RunFailed` for any other end of the run, `DaemonGone`."""
        result = await self.result()
        if result.outcome == 'success' or (result.outcome == 'deferred' and self._outputs.allows_deferred):
            return self._outputs.read(result)
        raise RunFailed(result)

    async def events(self) -> AsyncIterator[Event]:
        """Iterates over the events after `last_seq`, up to the last one, `RunFinishedEvent`. Raises `DaemonGone`."""
        index = 0
        while await self._more_than(self._events, index):
            yield self._events[index]
            index += 1

    async def stream_text(self, *, delta: bool = False) -> AsyncIterator[str]:
        """Iterates over the text of the model as it comes: the text of the response so far, or its pieces with `delta`.

        Raises `DaemonGone`.
        """
        index, response, text = 0, 0, ''
        while await self._more_than(self._texts, index):
            # With all that has come since, for a reader that is slower than the model.
            for number, piece in self._texts[index:]:
                text = piece if number != response else text + piece
                response = number
                index += 1
                if delta:
                    yield piece
            if not delta:
                yield text

    async def cancel(self, reason: str | None = None) -> bool:
        """Cancels the run, which keeps its messages. False when it was over already."""
        params = {'runId': self.run_id} if reason is None else {'runId': self.run_id, 'reason': reason}
        return bool((await self._connection.request('run/cancel', params))['accepted'])

    def cancel_later(self) -> None:
        """Cancels the run without waiting for anything."""
        self._connection.request_later('run/cancel', {'runId': self.run_id})

    async def steer(self, content: Prompt, *, when: Literal['asap', 'whenIdle'] = 'asap') -> bool:
        """Says something to the run that is under way. False when it was over already."""
        params = {'runId': self.run_id, 'content': to_jsonable_python(content, bytes_mode='base64'), 'when': when}
        return bool((await self._connection.request('run/steer', params))['accepted'])

    async def all_messages(self) -> list[Json]:
        """All messages, the given history included, as Pydantic AI's JSON; exact at this instant."""
        return await self._messages('run/messages')

    async def new_messages(self) -> list[Json]:
        """The messages that this run added."""
        return await self._messages('run/newMessages')

    async def all_messages_json(self) -> bytes:
        """All messages as JSON text."""
        result = await self._connection.request('run/messages', {'runId': self.run_id, 'format': 'json'})
        return str(result['json']).encode()

    async def usage(self) -> protocol.RunUsage:
        """The usage so far."""
        result = await self._connection.request('run/usage', {'runId': self.run_id})
        return protocol.RunUsage.model_validate(result['usage'])

    def take_event(self, event: Json) -> None:
        """Takes an event of the daemon."""
        if event.get('event_kind') == 'model_request_started':
            self._responses += 1
        self._events.append(_parsed(event, _EVENTS))
        self._news.set()

    def take_delta(self, event: Json) -> None:
        """Takes a delta of the daemon."""
        text = _text_of(event)
        if text:
            self._texts.append((self._responses, text))
            self._news.set()
        if self._handlers.on_delta:
            self._handlers.on_delta(_parsed(event, _DELTAS))

    async def _read_result(self, response: Awaitable[Any]) -> protocol.RunResult:
        return protocol.RunResult.model_validate(await response)

    def _end(self, task: asyncio.Task[protocol.RunResult]) -> None:
        if not task.cancelled():
            task.exception()  # whoever only reads events must not be warned of an exception that was never retrieved
        self._has_ended = True
        self._news.set()

    async def _more_than(self, items: list[Any], count: int) -> bool:
        """Waits until there are more items than that; False when there will be no more."""
        while len(items) <= count:
            if self._has_ended:
                await self.result()  # raises what kept the rest from coming
                return False
            self._news.clear()
            await self._news.wait()
        return True

    async def _messages(self, method: str) -> list[Json]:
        messages: list[Json] = (await self._connection.request(method, {'runId': self.run_id}))['messages']
        return messages


def _text_of(event: Json) -> str:
    part: Json = event.get('part') or {}
    delta: Json = event.get('delta') or {}
    if event.get('event_kind') == 'part_start' and part.get('part_kind') == 'text':
        return str(part.get('content', ''))
    if event.get('event_kind') == 'part_delta' and delta.get('part_delta_kind') == 'text':
        return str(delta.get('content_delta', ''))
    return ''


def _parsed(event: Json, models: dict[str, type[BaseModel]]) -> Any:
    model = models.get(event.get('event_kind', ''))
    try:
        return model.model_validate(event) if model else event
    except ValidationError:  # a newer daemon
        return event


def _models_of(union: Any) -> dict[str, type[BaseModel]]:
    """The models of a tagged union, by their kinds."""
    annotated = union.__value__
    models: tuple[type[BaseModel], ...] = get_args(get_args(annotated)[0])
    return {get_args(model.model_fields['event_kind'].annotation)[0]: model for model in models}


_EVENTS = _models_of(protocol.DurableEvent)
_DELTAS = _models_of(protocol.DeltaEvent)
