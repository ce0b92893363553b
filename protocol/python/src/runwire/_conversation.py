"""Runs that follow each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeAlias

from typing_extensions import TypeVar, Unpack

from ._options import Prompt, RunOptions
from ._run import AgentRun

T = TypeVar('T')
Json: TypeAlias = dict[str, Any]


class Conversation(Generic[T]):
    """Runs that share options, each with the messages of those before it. Made by `Runwire.conversation`."""

    def __init__(
        self,
        start: Callable[[Prompt | None, RunOptions], Awaitable[AgentRun[T]]],
        options: RunOptions,
        stored: Callable[[], Awaitable[list[Any]]] | None = None,
    ) -> None:
        self._start = start
        self._options = options
        # Reads the messages of the store, until there was a turn.
        self._stored = stored
        self._messages: list[Any] = list(options.get('message_history', ()))
        self._last: AgentRun[T] | None = None
        self._turn = asyncio.Lock()

    async def run(self, prompt: Prompt | None = None, **options: Unpack[RunOptions]) -> T:
        """Runs the next turn to its output. Raises what `Runwire.run` raises."""
        run = await self.start(prompt, **options)
        try:
            return await run.output()
        except asyncio.CancelledError:
            run.cancel_later()
            raise

    async def start(self, prompt: Prompt | None = None, **options: Unpack[RunOptions]) -> AgentRun[T]:
        """Starts the next turn, once the one before it has ended."""
        async with self._turn:
            # A conversation of the store has its messages there.
            history = [] if self._stored else await self.all_messages()
            # A turn that failed may have left calls open, which would refuse every later prompt.
            closing: RunOptions = {'params': {'openToolCalls': 'close', **options.get('params', {})}}
            given: RunOptions = {**self._options, **options, **closing, 'message_history': history}
            self._last = await self._start(prompt, given)
            self._stored = None
            return self._last

    async def all_messages(self) -> list[Any]:
        """All messages as Pydantic AI's JSON, once the run that goes on has ended."""
        if self._last is not None:
            await self._last.result()
            self._messages, self._last = list(await self._last.all_messages()), None
        return await self._stored() if self._stored else self._messages
