"""What the tests share: a daemon, and models that say what a test wants."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from runwire import Runwire

Json = dict[str, Any]
FAKES = Path(__file__).parent / 'fakes'


@pytest_asyncio.fixture
async def rw() -> AsyncIterator[Runwire]:
    async with Runwire() as runwire:
        yield runwire


def call(tool_name: str, call_id: str | None = None, **args: Any) -> Json:
    """A tool call of a scripted model."""
    call_id = call_id or f'call_{tool_name}'
    return {'part_kind': 'tool-call', 'tool_name': tool_name, 'args': args, 'tool_call_id': call_id}


class Script:
    """A model that gives these responses: texts, or lists of parts."""

    def __init__(self, *responses: str | list[Json]) -> None:
        self.seen: list[Json] = []
        self._responses = list(responses)

    def __call__(self, request: Json) -> Any:
        self.seen.append(request)
        response = self._responses.pop(0)
        return response if isinstance(response, str) else {'parts': response}


def fake(name: str, *arguments: str) -> list[str]:
    """The command of a daemon that misbehaves."""
    return [sys.executable, str(FAKES / f'{name}.py'), *arguments]


def is_running(pid: int) -> bool:
    """Whether a process is there, and not a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f'/proc/{pid}/stat')
    return not stat.exists() or stat.read_text().rpartition(')')[2].split()[0] != 'Z'


def parts(messages: list[Json], kind: str) -> list[Json]:
    """The parts of this kind in messages."""
    return [part for message in messages for part in message['parts'] if part['part_kind'] == kind]
