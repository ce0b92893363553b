"""What every consumer of the package does; `from the wheel` it is run with an empty PATH."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import Annotated, Any

import pytest
from conftest import Script, call, is_running
from pydantic import BaseModel, Field

from runwire import (
    ApprovalRequest,
    DaemonGone,
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    RunContext,
    RunFinishedEvent,
    RunStartedEvent,
    Runwire,
    ToolApproved,
    ToolDenied,
    tool,
)


class Point(BaseModel):
    x: int
    y: int


City = Annotated[str, Field(description='Name of the city.')]
Decision = bool | ToolApproved | ToolDenied


@tool
async def weather(ctx: RunContext[str], city: City, days: int = 3) -> Any:
    """The weather in a city."""
    return {'city': city, 'days': days, 'asked by': ctx.deps}


async def test_a_tool_gets_typed_arguments_and_its_defaults(rw: Runwire) -> None:
    model = Script([call('weather', city='Oslo')], 'Rain.')
    run = await rw.start('Umbrella?', model='host:m', host_models={'m': model}, tools=[weather], deps='Ada')
    assert await run.output() == 'Rain.'
    (returned,) = [event async for event in run.events() if isinstance(event, FunctionToolResultEvent)]
    assert returned.part.content == {'city': 'Oslo', 'days': 3, 'asked by': 'Ada'}
    (offered,) = model.seen[0]['tools']
    assert offered['description'] == 'The weather in a city.'
    assert offered['parameters_json_schema']['properties']['city']['description'] == 'Name of the city.'
    assert offered['parameters_json_schema']['required'] == ['city']


@pytest.mark.parametrize(
    ('decision', 'returned'),
    [
        (True, 'deleted a.txt'),
        (ToolApproved(override_args={'path': 'b.txt'}), 'deleted b.txt'),
        (ToolDenied('Not that one.'), 'Not that one.'),
    ],
)
async def test_a_human_decides_on_a_call(rw: Runwire, decision: Decision, returned: str) -> None:
    @tool(requires_approval=True)
    def delete(path: str) -> str:
        return f'deleted {path}'

    asked: list[ApprovalRequest] = []

    def ask(request: ApprovalRequest) -> Decision:
        asked.append(request)
        return decision

    model = Script([call('delete', path='a.txt')], 'Done.')
    run = await rw.start(model='host:m', host_models={'m': model}, prompt='Go.', tools=[delete], on_approval=ask)
    assert await run.output() == 'Done.'
    assert [(one.tool_name, one.args) for one in asked] == [('delete', {'path': 'a.txt'})]
    (result,) = [event async for event in run.events() if isinstance(event, FunctionToolResultEvent)]
    assert result.part.content == returned


async def test_an_output_has_the_type_of_the_program(rw: Runwire) -> None:
    point = await rw.run('Where?', model='test', output_type=Point)
    assert point == Point(x=0, y=0)


async def test_a_conversation_keeps_the_messages_of_its_turns(rw: Runwire) -> None:
    model = Script('Hello, Ada.', 'Ada.')
    chat = rw.conversation(model='host:m', host_models={'m': model})
    assert await chat.run('I am Ada.') == 'Hello, Ada.'
    assert await chat.run('Who am I?') == 'Ada.'
    assert [message['kind'] for message in model.seen[1]['messages']] == ['request', 'response', 'request']
    assert len(await chat.all_messages()) == 4


async def test_text_comes_in_pieces_and_accumulated(rw: Runwire) -> None:
    model = {'model': 'test', 'test': {'outputText': 'one two three'}}
    run = await rw.start('Hi.', model=model, params={'deltas': 'all'})
    pieces = [piece async for piece in run.stream_text(delta=True)]
    assert len(pieces) > 1
    assert ''.join(pieces) == 'one two three'
    assert [text async for text in run.stream_text()][-1] == 'one two three'


async def test_events_come_in_order_with_their_types(rw: Runwire) -> None:
    run = await rw.start('Hi.', model='test', tools=[weather])
    events = [event async for event in run.events()]
    assert isinstance(events[0], RunStartedEvent)
    assert isinstance(events[-1], RunFinishedEvent)
    assert [event.part.tool_name for event in events if isinstance(event, FunctionToolCallEvent)] == ['weather']
    assert events[-1].result.usage.requests == (await run.usage()).requests == 2


async def test_a_killed_daemon_ends_everything_that_is_open() -> None:
    async with Runwire() as rw:
        started = asyncio.Event()

        @tool
        async def forever() -> None:
            started.set()
            await asyncio.Event().wait()

        run = await rw.start('Go.', model='test', tools=[forever])
        await started.wait()
        pid, killed_at = rw.pid, time.monotonic()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(DaemonGone, match='SIGKILL') as gone:
            await run.output()
        with pytest.raises(DaemonGone):
            [event async for event in run.events()]
        with pytest.raises(DaemonGone):
            await rw.run('Again.', model='test')
        assert time.monotonic() - killed_at < 3
        assert gone.value.returncode == -signal.SIGKILL
        assert not is_running(pid)
