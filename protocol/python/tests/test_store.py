from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import call, parts
from pydantic import BaseModel

from runwire import ApprovalRequest, Elicitation, RequestFailed, RunContext, Runwire, tool


class Answer(BaseModel):
    answer: int


class Program:
    """The functions of a run, and which of them were called."""

    def __init__(self, *, stuck: bool = False) -> None:
        self.heard: list[str] = []
        self.stuck = asyncio.Event()
        self._is_stuck = stuck

    def options(self) -> dict[str, Any]:
        return {
            'model': 'host:m',
            'host_models': {'m': self.model},
            'instructions': [self.rules],
            'history_processors': [self.all_of],
            'output_validators': [self.check],
            'on_approval': self.approve,
            'deps': 'pounds',
            'output_type': Answer,
            'tools': [
                tool(name='look', effect='read')(self.look),
                tool(name='send', requires_approval=True)(self.send),
            ],
        }

    def model(self, request: dict[str, Any]) -> Any:
        turn = len([message for message in request['messages'] if message['kind'] == 'response'])
        self.heard.append('model')
        replies = [
            [call('look')],
            [call('send')],
            [call(request['outputTools'][0]['name'], answer=42)],
        ]
        return {'parts': replies[turn]}

    async def look(self, ctx: RunContext[str]) -> str:
        """Looks."""
        if self._is_stuck:
            self.stuck.set()
            await asyncio.Event().wait()
        self.heard.append(f'look in {ctx.deps}')
        return 'seen'

    async def send(self) -> str:
        """Sends."""
        self.heard.append('send')
        return 'sent'

    def rules(self) -> str:
        self.heard.append('rules')
        return 'Follow the rules.'

    def all_of(self, messages: list[Any]) -> list[Any]:
        self.heard.append('history')
        return messages

    def check(self, output: Answer) -> Answer:
        self.heard.append('check')
        return output

    def approve(self, request: ApprovalRequest) -> bool:
        self.heard.append(f'approve {request.tool_name}')
        return True


async def leave_one(store: Path, **more: Any) -> None:
    """Starts a run whose tool is under way, and kills the daemon."""
    program = Program(stuck=True)
    async with Runwire(store=store) as rw:
        await rw.start('Go.', **program.options(), params={'runId': 'r'}, **more)
        await program.stuck.wait()
        os.kill(rw.pid, signal.SIGKILL)
        await rw.exited()


async def test_a_run_is_gone_on_with_by_the_functions_of_another_program(tmp_path: Path) -> None:
    await leave_one(tmp_path / 'store')
    program = Program()
    options = {key: value for key, value in program.options().items() if key != 'instructions'}
    async with Runwire(store=tmp_path / 'store') as rw:
        listed = await rw.request('run/list', {'state': 'interrupted'})
        assert [run['runId'] for run in listed['runs']] == ['r']
        run = await rw.resume('r', **options, instructions=[program.rules])
        assert await run.output() == Answer(answer=42)
        assert run.last_seq > 0
        heard = {'model', 'look in pounds', 'send', 'rules', 'history', 'check', 'approve send'}
        assert set(program.heard) == heard
        kinds = [getattr(event, 'event_kind', None) async for event in run.events()]
        assert kinds[-1] == 'run_finished'
        assert 'run_started' not in kinds
        again = await rw.resume('r', output_type=Answer)
        assert await again.output() == Answer(answer=42)


async def test_a_conversation_of_the_store_goes_on_by_its_id(tmp_path: Path) -> None:
    async with Runwire(store=tmp_path / 'store') as rw:
        talk = rw.conversation('talk', model='test')
        assert await talk.all_messages() == []
        await talk.run('One.')
        await talk.run('Two.')
    async with Runwire(store=tmp_path / 'store') as rw:
        again = rw.conversation('talk', model='test')
        assert len(await again.all_messages()) == 4
        await again.run('Three.')
        prompts = [part['content'] for part in parts(await again.all_messages(), 'user-prompt')]
        assert prompts == ['One.', 'Two.', 'Three.']


async def test_what_a_store_refuses_has_a_kind(tmp_path: Path) -> None:
    await leave_one(tmp_path / 'store', conversation_id='talk')
    async with Runwire(store=tmp_path / 'store') as rw:
        with pytest.raises(RequestFailed) as busy:
            await rw.conversation('talk', model='test').run('Two.')
        assert (busy.value.kind, busy.value.data['runId']) == ('conversation.busy', 'r')
        with pytest.raises(RequestFailed) as absent:
            await rw.resume('nothing')
        assert absent.value.kind == 'run.notFound'


SERVER = Path(__file__).parent / 'fakes' / 'eliciting_server.py'


@pytest.mark.parametrize(
    ('answer', 'returned'),
    [({'colour': 'green'}, 'accept green'), ('decline', 'decline'), ('cancel', 'cancel')],
)
async def test_a_server_gets_an_answer_from_the_person(rw: Runwire, answer: Any, returned: str) -> None:
    seen: list[Elicitation] = []

    async def ask(elicitation: Elicitation) -> Any:
        seen.append(elicitation)
        return answer

    def model(request: dict[str, Any]) -> Any:
        name = request['tools'][0]['name']
        return 'Done.' if len(request['messages']) > 1 else {'parts': [call(name, 'c')]}

    servers = {'paint': {'command': sys.executable, 'args': [str(SERVER)], 'prefix': None}}
    run = await rw.start(
        'Go.', model='host:m', host_models={'m': model}, on_elicitation=ask, params={'mcpServers': servers}
    )
    assert await run.output() == 'Done.'
    assert [part['content'] for part in parts(await run.all_messages(), 'tool-return')] == [returned]
    [elicitation] = seen
    assert (elicitation.server, elicitation.message, elicitation.tool_call_id) == ('paint', 'Which colour?', 'c')
    assert elicitation.requested_schema == {'type': 'object', 'properties': {'colour': {'type': 'string'}}}
