from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pytest
from conftest import Script, call, parts
from pydantic import BaseModel

from runwire import (
    AgentRun,
    ApprovalRequired,
    CallDeferred,
    DeferredToolRequests,
    DeferredToolResults,
    ModelRetry,
    RunContext,
    RunFailed,
    Runwire,
    Tool,
    ToolFailed,
    ToolReturn,
    tool,
)


class Box(BaseModel):
    width: int
    label: str = 'plain'


class Even(BaseModel):
    number: int

    def model_post_init(self, _context: Any) -> None:
        if self.number % 2:
            raise ValueError('an even number is needed')


@dataclass
class Deps:
    unit: str


async def returns(rw: Runwire, given: Any, *responses: Any, **options: Any) -> list[dict[str, Any]]:
    """The returns of the calls of a model, as they stand in the history."""
    models = {'m': Script(*responses, 'Done.')}
    run: AgentRun[str] = await rw.start('Go.', model='host:m', host_models=models, tools=[given], **options)
    assert await run.output() == 'Done.'
    return parts(await run.all_messages(), 'tool-return')


def test_a_tool_is_described_by_its_function() -> None:
    @tool(name='pack', retries=2, timeout=1.5, sequential=True, effect='read', metadata={'a': 1})
    def pack_box(ctx: RunContext[Deps], box: Box, on: date, *, note: str | None = None) -> str:
        """Packs a box."""
        return f'{box.label} {on} {note} {ctx.deps.unit}'

    spec = pack_box.spec
    schema = spec.pop('inputSchema')
    assert spec == {
        'name': 'pack',
        'description': 'Packs a box.',
        'maxRetries': 2,
        'timeoutMs': 1500,
        'sequential': True,
        'effect': 'read',
        'metadata': {'a': 1},
    }
    assert schema['required'] == ['box', 'on']
    assert schema['additionalProperties'] is False
    assert list(schema['properties']) == ['box', 'on', 'note']


def test_a_tool_is_still_a_function() -> None:
    @tool
    def double(number: int) -> int:
        return 2 * number

    assert double(4) == 8
    assert isinstance(double, Tool)


def test_names_of_pydantic_models_may_be_parameters() -> None:
    def odd(json: str, copy: int, model_config: bool, schema: str, validate: str) -> None: ...

    assert list(Tool(odd).spec['inputSchema']['properties']) == ['json', 'copy', 'model_config', 'schema', 'validate']


def test_a_callable_object_and_a_partial_are_tools() -> None:
    class Adder:
        def __call__(self, a: int, b: int) -> int:
            return a + b

    assert Tool(Adder(), name='add').spec['inputSchema']['required'] == ['a', 'b']

    def add(a: int, b: int) -> int:
        return a + b

    assert Tool(partial(add, b=1), name='next').spec['inputSchema']['required'] == ['a']


def test_a_type_that_is_not_at_the_top_of_a_module_is_named() -> None:
    class Local(BaseModel):
        number: int

    def odd(of: Local) -> None: ...

    with pytest.raises(TypeError, match="annotations of 'odd' cannot be read: name 'Local' is not defined"):
        Tool(odd)


@pytest.mark.parametrize('parameters', ['a, /', '*a'])
def test_a_parameter_without_a_name_is_refused(parameters: str) -> None:
    scope: dict[str, Any] = {}
    exec(f'def odd({parameters}): ...', scope)
    with pytest.raises(TypeError, match="Parameter 'a' of tool 'odd' has no name"):
        Tool(scope['odd'])


async def test_arguments_have_the_types_of_the_parameters(rw: Runwire) -> None:
    def pack(box: Box, on: date, copies: int = 2) -> list[str]:
        """Packs a box."""
        return [type(box).__name__, box.label, type(on).__name__, str(copies)]

    (returned,) = await returns(rw, pack, [call('pack', box={'width': 3}, on='2026-02-01')])
    assert returned['content'] == ['Box', 'plain', 'date', '2']


async def test_what_the_program_refuses_becomes_a_retry(rw: Runwire) -> None:
    def half(of: Even) -> int:
        return of.number // 2

    retried, returned = await returns(rw, half, [call('half', of={'number': 3})], [call('half', of={'number': 4})])
    assert (returned['outcome'], returned['content']) == ('success', 2)
    assert retried['outcome'] == 'retried'
    assert retried['content'] == 'Invalid arguments: of: Value error, an even number is needed'


@pytest.mark.parametrize(
    ('raised', 'outcome', 'content'),
    [
        (ModelRetry('Try Bergen.'), 'retried', 'Try Bergen.'),
        (ToolFailed('There is no weather.'), 'failed', 'There is no weather.'),
        (RuntimeError('boom'), 'failed', 'RuntimeError: boom'),
    ],
)
async def test_an_exception_is_reported_to_the_model(
    rw: Runwire, raised: Exception, outcome: str, content: str
) -> None:
    async def fail() -> None:
        raise raised

    (returned,) = await returns(rw, fail, [call('fail')])
    assert returned['outcome'] == outcome
    assert content in returned['content']


async def test_a_return_may_have_metadata_and_content_for_the_user_prompt(rw: Runwire) -> None:
    def shoot() -> ToolReturn:
        return ToolReturn(
            'taken',
            content=['A picture:', {'kind': 'image-url', 'url': 'https://example.com/a.png'}],
            metadata={'id': 7},
        )

    model = Script([call('shoot')], 'Done.')
    run = await rw.start('Go.', model='host:m', host_models={'m': model}, tools=[shoot])
    await run.output()
    messages = await run.all_messages()
    (returned,) = parts(messages, 'tool-return')
    assert (returned['content'], returned['metadata']) == ('taken', {'id': 7})
    prompt = parts(messages, 'user-prompt')[-1]
    assert [item if isinstance(item, str) else item['kind'] for item in prompt['content']] == [
        'A picture:',
        'image-url',
    ]


async def test_values_of_the_program_are_written_as_json(rw: Runwire) -> None:
    def look() -> Any:
        return {'box': Box(width=1), 'on': date(2026, 2, 1), 'kind': 'envelope', 'content': None}

    (returned,) = await returns(rw, look, [call('look')])
    assert returned['content'] == {
        'box': {'width': 1, 'label': 'plain'},
        'on': '2026-02-01',
        'kind': 'envelope',
        'content': None,
    }


@pytest.mark.parametrize('value', [object(), float('nan')])
async def test_what_json_cannot_hold_is_an_error_of_the_tool(rw: Runwire, value: object) -> None:
    def look() -> object:
        return value

    (returned,) = await returns(rw, look, [call('look')])
    assert 'Error' in returned['content']


async def test_integers_that_javascript_would_round_arrive_whole(rw: Runwire) -> None:
    big = 2**63 + 1

    def keep(number: int) -> str:
        return str(number)

    exact = {**call('keep'), 'args': f'{{"number":{big}}}'}
    (returned,) = await returns(rw, keep, [exact])
    assert returned['content'] == str(big)


async def test_text_of_any_kind_goes_there_and_back(rw: Runwire) -> None:
    odd = 'é 漢字 🙂 \ud83d " \\ \u2028'

    def echo(text: str) -> str:
        return text

    (returned,) = await returns(rw, echo, [call('echo', text='🙂 é')])
    assert returned['content'] == '🙂 é'

    def say() -> str:
        return odd

    (returned,) = await returns(rw, say, [call('say')])
    assert returned['content'] == odd


async def test_a_function_without_async_runs_in_a_thread(rw: Runwire) -> None:
    def where() -> bool:
        return threading.current_thread() is threading.main_thread()

    (returned,) = await returns(rw, where, [call('where')])
    assert returned['content'] is False


async def test_calls_of_one_response_run_at_once(rw: Runwire) -> None:
    met = 0
    here = asyncio.Event()

    async def meet() -> None:
        nonlocal met
        met += 1
        if met == 2:
            here.set()
        await asyncio.wait_for(here.wait(), 5)

    await returns(rw, meet, [call('meet', 'a'), call('meet', 'b')])
    assert met == 2


async def test_the_context_knows_the_call(rw: Runwire) -> None:
    seen: list[RunContext[Deps]] = []

    def look(ctx: RunContext[Deps]) -> str:
        seen.append(ctx)
        if not ctx.last_attempt:
            raise ModelRetry('Again.')
        return ctx.deps.unit

    await returns(rw, look, [call('look', 'first')], [call('look', 'second')], deps=Deps('C'))
    assert [(one.tool_name, one.tool_call_id, one.retry, one.run_step) for one in seen] == [
        ('look', 'first', 0, 1),
        ('look', 'second', 1, 2),
    ]
    assert seen[0].deps == Deps('C')


async def test_progress_of_a_tool_is_shown_as_a_delta(rw: Runwire) -> None:
    shown: list[Any] = []

    def work(ctx: RunContext) -> str:
        ctx.progress('half way', 0.5)
        return 'done'

    await returns(rw, work, [call('work')], on_delta=shown.append)
    (progress,) = [one for one in shown if one.event_kind == 'tool_progress']
    assert (progress.message, progress.fraction) == ('half way', 0.5)


async def test_a_tool_that_waits_for_an_approval_sees_it(rw: Runwire) -> None:
    def pay(ctx: RunContext, amount: int) -> str:
        if amount > 10 and not ctx.tool_call_approved:
            raise ApprovalRequired({'reason': 'much'})
        return f'paid {amount}'

    run: AgentRun[str | DeferredToolRequests] = await rw.start(
        'Go.',
        model='host:m',
        host_models={'m': Script([call('pay', 'p1', amount=20)])},
        tools=[pay],
        output_type=[str, DeferredToolRequests],
    )
    requests = await run.output()
    assert isinstance(requests, DeferredToolRequests)
    assert [one.tool_call_id for one in requests.approvals] == ['p1']
    assert requests.metadata == {'p1': {'reason': 'much'}}
    again = await rw.start(
        model='host:m',
        host_models={'m': Script('Done.')},
        tools=[pay],
        message_history=await run.all_messages(),
        deferred_tool_results=DeferredToolResults(approvals={'p1': True}),
    )
    assert await again.output() == 'Done.'
    assert parts(await again.all_messages(), 'tool-return')[0]['content'] == 'paid 20'


async def test_a_deferred_call_gets_its_result_later(rw: Runwire) -> None:
    def print_page() -> None:
        raise CallDeferred({'job': 4})

    run: AgentRun[str | DeferredToolRequests] = await rw.start(
        'Go.',
        model='host:m',
        host_models={'m': Script([call('print_page', 'p')])},
        tools=[print_page],
        output_type=[str, DeferredToolRequests],
    )
    requests = await run.output()
    assert isinstance(requests, DeferredToolRequests)
    assert requests.metadata == {'p': {'job': 4}}
    answer = await rw.run(
        model='host:m',
        host_models={'m': Script('Printed.')},
        tools=[print_page],
        message_history=await run.all_messages(),
        deferred_tool_results=DeferredToolResults(calls={'p': ToolReturn('three pages')}),
    )
    assert answer == 'Printed.'


async def test_approvals_that_nothing_decides_are_refused_at_once(rw: Runwire) -> None:
    @tool(requires_approval=True)
    def delete(path: str) -> str:
        return path

    with pytest.raises(TypeError, match='on_approval'):
        await rw.run('Go.', tools=[delete])


async def test_two_tools_of_one_name_are_refused(rw: Runwire) -> None:
    def look() -> None: ...

    with pytest.raises(TypeError, match="Two tools are named 'look'"):
        await rw.run('Go.', tools=[look, look])


async def test_a_tool_that_keeps_failing_ends_the_run(rw: Runwire) -> None:
    def fail() -> None:
        raise ModelRetry('Never.')

    with pytest.raises(RunFailed) as failed:
        await rw.run('Go.', model='host:m', host_models={'m': Script([call('fail')], [call('fail')])}, tools=[fail])
    assert failed.value.kind == 'model.unexpectedBehavior'
    assert failed.value.result.usage.requests == 2
