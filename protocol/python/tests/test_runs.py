from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from conftest import Script, call, parts

from runwire import ModelRetry, RequestFailed, RunContext, RunFailed, Runwire, RunwireError, WarningEvent
from runwire._histories import KeptHistories


async def test_prompts_may_be_functions(rw: Runwire) -> None:
    def who(ctx: RunContext[str]) -> str:
        return f'Talk to {ctx.deps}.'

    async def nothing() -> None:
        return None

    model = Script('Hello.')
    run = await rw.start(
        'Hi.',
        model='host:m',
        host_models={'m': model},
        instructions=['Be brief.', who, nothing],
        deps='Ada',
        system_prompt=who,
    )
    await run.output()
    assert model.seen[0]['instructions'] == 'Be brief.\n\nTalk to Ada.'
    assert parts(await run.all_messages(), 'system-prompt')[0]['content'] == 'Talk to Ada.'


async def test_a_history_processor_rewrites_what_the_model_is_sent(rw: Runwire) -> None:
    def last_only(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return messages[-1:]

    model = Script('One.', 'Two.')
    chat = rw.conversation(model='host:m', host_models={'m': model}, history_processors=[last_only])
    await chat.run('First.')
    await chat.run('Second.')
    assert [len(request['messages']) for request in model.seen] == [1, 1]


async def test_a_caller_that_is_cancelled_cancels_its_run(rw: Runwire) -> None:
    started, withdrawn = asyncio.Event(), asyncio.Event()

    async def forever() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            withdrawn.set()

    running = asyncio.create_task(rw.run('Go.', model='test', tools=[forever], params={'runId': 'r1'}))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    result = await rw.request('run/wait', {'runId': 'r1'})
    assert result['outcome'] == 'cancelled'
    await asyncio.wait_for(withdrawn.wait(), 5)


async def test_a_run_is_cancelled_with_its_messages_kept(rw: Runwire) -> None:
    started = asyncio.Event()

    async def forever() -> None:
        started.set()
        await asyncio.Event().wait()

    run = await rw.start('Go.', model='test', tools=[forever])
    await started.wait()
    assert await run.cancel('enough')
    with pytest.raises(RunFailed, match='enough') as failed:
        await run.output()
    assert failed.value.kind == 'run.cancelled'
    assert not await run.cancel()
    assert len(await run.new_messages()) == len(await run.all_messages()) == 3


async def test_a_run_is_steered_while_it_goes_on(rw: Runwire) -> None:
    model = Script([call('look')], 'Fine.')

    async def look() -> str:
        await run.steer('Be quick.')
        return 'seen'

    run = await rw.start('Go.', model='host:m', host_models={'m': model}, tools=[look])
    await run.output()
    assert 'Be quick.' in json.dumps(model.seen[1]['messages'])


async def test_a_model_sees_the_whole_history_though_only_what_is_new_is_sent(
    rw: Runwire, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    complete = KeptHistories.complete

    def forgetful(self: KeptHistories, params: dict[str, Any]) -> dict[str, Any] | None:
        sent.append(len(params['messages']))
        if len(sent) == 3:
            self.latest.clear()
        return complete(self, params)

    monkeypatch.setattr(KeptHistories, 'complete', forgetful)
    model = Script([call('look', 'a')], [call('look', 'b')], 'Fine.')

    def look() -> str:
        return 'seen'

    await rw.run('Go.', model='host:m', host_models={'m': model}, tools=[look])
    assert [len(request['messages']) for request in model.seen] == [1, 3, 5]
    # The third was not known any more, and came again.
    assert sent == [1, 2, 2, 5]


async def test_a_listener_that_raises_stops_nothing(rw: Runwire) -> None:
    raised: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: raised.append(context['exception']))

    def on_delta(_delta: object) -> None:
        raise KeyError('mine')

    assert await rw.run('Go.', model='test', on_delta=on_delta)
    assert raised and all(isinstance(one, KeyError) for one in raised)


async def test_a_turn_that_failed_does_not_end_the_conversation(rw: Runwire) -> None:
    def look() -> None:
        raise ModelRetry('Never.')

    model = Script([call('look', 'a')], [call('look', 'b')], 'Fine.')
    chat = rw.conversation(model='host:m', host_models={'m': model}, tools=[look])
    with pytest.raises(RunFailed):
        await chat.run('One.')
    assert await chat.run('Two.') == 'Fine.'


async def test_turns_that_are_started_at_once_follow_each_other(rw: Runwire) -> None:
    chat = rw.conversation(model='test')
    await asyncio.gather(*(chat.run(f'{number}') for number in range(5)))
    assert len(await chat.all_messages()) == 10


async def test_many_runs_share_a_daemon(rw: Runwire) -> None:
    def echo(word: str) -> str:
        return word

    models = {str(number): Script([call('echo', word=f'w{number}')], f'out {number}') for number in range(40)}
    outputs = await asyncio.gather(
        *(rw.run('Go.', model=f'host:{name}', host_models={name: models[name]}, tools=[echo]) for name in models)
    )
    assert outputs == [f'out {number}' for number in range(40)]


async def test_a_refused_request_has_its_kind(rw: Runwire) -> None:
    with pytest.raises(RequestFailed, match='nosuch') as refused:
        await rw.run('Go.', model='nosuch:model')
    assert (refused.value.kind, refused.value.code) == ('model.unknown', 1201)


async def test_a_misspelt_option_is_refused_by_name(rw: Runwire) -> None:
    with pytest.raises(TypeError, match="Unknown option 'modle'"):
        await rw.run('Go.', modle='test')  # type: ignore[call-overload]


async def test_a_secret_comes_from_the_program() -> None:
    asked: list[str] = []

    def secret(name: str) -> str | None:
        asked.append(name)
        return None

    async with Runwire(env={'PATH': ''}, secret=secret) as rw:
        with pytest.raises(RunFailed, match='OPENAI_API_KEY') as failed:
            await rw.run('Go.', model='openai-chat:gpt-5')
    assert failed.value.kind == 'auth.missing'
    assert asked == ['OPENAI_API_KEY']


async def test_a_large_message_passes(rw: Runwire) -> None:
    text = 'é' * 2**20
    model = Script(text)
    run = await rw.start(text, model='host:m', host_models={'m': model})
    assert await run.output() == text
    assert json.loads(await run.all_messages_json())[0]['parts'][0]['content'] == text


async def test_a_default_model_is_warned_of(rw: Runwire) -> None:
    run = await rw.start('Go.')
    warnings = [event.kind async for event in run.events() if isinstance(event, WarningEvent)]
    assert warnings == ['model.defaulted']


async def test_a_daemon_that_was_not_started_says_so() -> None:
    with pytest.raises(RunwireError, match='async with Runwire'):
        await Runwire().run('Go.')
