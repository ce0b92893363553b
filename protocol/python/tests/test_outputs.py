from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from conftest import Script, call
from pydantic import BaseModel, field_validator
from typing_extensions import TypedDict

from runwire import ModelRetry, NativeOutput, PromptedOutput, RunContext, RunFailed, Runwire, ToolOutput


class Fruit(BaseModel):
    """A fruit."""

    name: str


class Vehicle(BaseModel):
    wheels: int


class Car(BaseModel):
    wheels: int

    @field_validator('wheels')
    @classmethod
    def _has_wheels(cls, wheels: int) -> int:
        if wheels < 1:
            raise ValueError('a car has wheels')
        return wheels


@dataclass
class Box:
    width: int
    tags: list[str]


class Entry(TypedDict):
    key: str


class Strict(BaseModel, strict=True):
    at: datetime


@pytest.mark.parametrize(
    ('output_type', 'args', 'output'),
    [
        (Fruit, {'name': 'fig'}, Fruit(name='fig')),
        (Box, {'width': 2, 'tags': ['a']}, Box(2, ['a'])),
        (Entry, {'key': 'k'}, {'key': 'k'}),
        (int, {'response': 7}, 7),
        (list[Fruit], {'response': [{'name': 'fig'}]}, [Fruit(name='fig')]),
        (Strict, {'at': '2026-02-01T10:00:00Z'}, Strict.model_validate_json('{"at":"2026-02-01T10:00:00Z"}')),
        (ToolOutput(Fruit, name='final_result'), {'name': 'fig'}, Fruit(name='fig')),
    ],
)
async def test_an_output_comes_back_as_its_type(rw: Runwire, output_type: Any, args: Any, output: Any) -> None:
    model = Script([call('final_result', **args)])
    assert await rw.run('Go.', model='host:m', host_models={'m': model}, output_type=output_type) == output


@pytest.mark.parametrize('marker', [NativeOutput, PromptedOutput])
async def test_an_output_may_come_from_text(rw: Runwire, marker: Any) -> None:
    model = Script('{"name": "fig"}')
    output = await rw.run('Go.', model='host:m', host_models={'m': model}, output_type=marker(Fruit))
    assert output == Fruit(name='fig')
    assert model.seen[0]['outputMode'] == ('native' if marker is NativeOutput else 'prompted')


@pytest.mark.parametrize(
    ('response', 'output'),
    [
        ([call('final_result_Vehicle', wheels=3)], Vehicle(wheels=3)),
        ([call('final_result_Fruit', name='fig')], Fruit(name='fig')),
        ([call('count', response=4)], 4),
        ('Neither.', 'Neither.'),
    ],
)
async def test_several_outputs_are_told_apart(rw: Runwire, response: Any, output: Any) -> None:
    types: Any = [Fruit, Vehicle, ToolOutput(int, name='count'), str]
    assert await rw.run('Go.', model='host:m', host_models={'m': Script(response)}, output_type=types) == output


async def test_a_validator_may_change_an_output_or_ask_for_another(rw: Runwire) -> None:
    def upper(output: str) -> str:
        return output.upper()

    async def short(ctx: RunContext[int], output: str) -> str:
        if len(output) > ctx.deps:
            raise ModelRetry('Shorter, please.')
        return output + '!'

    model = Script('far too long', 'yes')
    output = await rw.run('Go.', model='host:m', host_models={'m': model}, output_validators=[upper, short], deps=5)
    assert output == 'YES!'


async def test_what_a_type_refuses_becomes_a_retry(rw: Runwire) -> None:
    model = Script([call('final_result', 'a', wheels=-1)], [call('final_result', 'b', wheels=4)])
    output = await rw.run('Go.', model='host:m', host_models={'m': model}, output_type=Car)
    assert output == Car(wheels=4)
    assert 'a car has wheels' in str(model.seen[1]['messages'])


async def test_a_validator_gets_the_output_as_its_type(rw: Runwire) -> None:
    seen: list[Any] = []

    def check(output: Fruit | Car | str) -> Fruit | Car | str:
        seen.append(output)
        return Fruit(name=output.name.upper()) if isinstance(output, Fruit) else output

    for response, output in (
        ([call('final_result_Fruit', name='fig')], Fruit(name='FIG')),
        ([call('final_result_Car', wheels=4)], Car(wheels=4)),
        ('Neither.', 'Neither.'),
    ):
        models = {'m': Script(response)}
        options: Any = {'output_type': [Fruit, Car, str], 'output_validators': [check]}
        assert await rw.run('Go.', model='host:m', host_models=models, **options) == output
    assert [type(one).__name__ for one in seen] == ['Fruit', 'Car', 'str']


async def test_a_run_without_output_raises_with_its_result(rw: Runwire) -> None:
    with pytest.raises(RunFailed, match='request_limit') as failed:
        await rw.run('Go.', model='test', usage_limits={'request_limit': 0})
    assert failed.value.kind == 'usage.limitExceeded'
    assert failed.value.error is not None and failed.value.error.data.limit == 'request_limit'
    assert failed.value.result.outcome == 'failed'


async def test_the_result_has_the_usage_and_the_times(rw: Runwire) -> None:
    run = await rw.start('Go.', model='test', metadata={'ticket': 7})
    result = await run.result()
    assert result.usage.requests == 1
    assert result.metadata == {'ticket': 7}
    assert result.timing.duration_ms >= 0
    assert result.model.requested == 'test'
