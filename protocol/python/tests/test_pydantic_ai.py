"""Histories go to Pydantic AI and back, as JSON and as its objects."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Script, call

from runwire import Runwire

messages: Any = pytest.importorskip('pydantic_ai.messages', reason='pydantic-ai is not installed')


def look() -> dict[str, int]:
    return {'seen': 1}


async def test_pydantic_ai_reads_the_messages_and_writes_them_the_same(rw: Runwire) -> None:
    run = await rw.start('Look.', model='host:m', host_models={'m': Script([call('look')], 'One.')}, tools=[look])
    await run.output()
    adapter = messages.ModelMessagesTypeAdapter
    ours = await run.all_messages()
    theirs = adapter.validate_python(ours)
    assert [type(message).__name__ for message in theirs] == [
        'ModelRequest',
        'ModelResponse',
        'ModelRequest',
        'ModelResponse',
    ]
    assert adapter.dump_python(theirs, mode='json') == ours
    assert adapter.validate_json(await run.all_messages_json()) == theirs


async def test_messages_of_pydantic_ai_are_a_history(rw: Runwire) -> None:
    image = messages.BinaryContent(b'\x00\xfb\xff', media_type='image/png')
    history = [
        messages.ModelRequest([messages.UserPromptPart(['I am Ada.', image])]),
        messages.ModelResponse([messages.TextPart('Hello, Ada.')]),
    ]
    model = Script('Ada.')
    run = await rw.start(['Who am I?', image], model='host:m', host_models={'m': model}, message_history=history)
    assert await run.output() == 'Ada.'
    again = messages.ModelMessagesTypeAdapter.validate_python(await run.all_messages())
    for message, text in ((again[0], 'I am Ada.'), (again[2], 'Who am I?')):
        said, seen = message.parts[0].content
        assert (said, seen.data, seen.media_type) == (text, image.data, image.media_type)
