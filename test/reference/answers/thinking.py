"""What the reference engine makes of thinking in chat completions, whole and streamed, for every row that has them."""

import asyncio

from pydantic_ai.messages import ModelRequest
from pydantic_ai.models import ModelRequestParameters

from .models import model
from .server import Provider

SUMMARY = {'type': 'reasoning.summary', 'summary': 'sum', 'format': 'openai-responses-v1', 'id': 'r1', 'index': 0}
TEXT = {'type': 'reasoning.text', 'text': 'hm', 'signature': 'sig', 'format': 'anthropic-claude-v1', 'index': 1}
ENCRYPTED = {'type': 'reasoning.encrypted', 'data': 'enc', 'format': 'openai-responses-v1', 'id': 'r2', 'index': 2}
CALL = {'id': 'a', 'type': 'function', 'function': {'name': 'f', 'arguments': '{}'}}

# The whole message, and the deltas of a stream; either may be left out.
CASES = {
    'a field': ({'content': 'hello', 'reasoning': 'hm'}, [{'reasoning': 'h'}, {'reasoning': 'm'}, {'content': 'hello'}]),
    'the other field': (
        {'content': 'hello', 'reasoning_content': 'hm'},
        [{'reasoning_content': 'h'}, {'reasoning_content': 'm'}, {'content': 'hello'}],
    ),
    'both fields': ({'content': 'hello', 'reasoning': 'hm', 'reasoning_content': 'hm'}, None),
    'details': (
        {'content': 'hello', 'reasoning': 'hm', 'reasoning_details': [SUMMARY, TEXT, ENCRYPTED]},
        [
            {'reasoning': 'sum', 'reasoning_details': [SUMMARY]},
            {'reasoning': 'hm', 'reasoning_details': [TEXT]},
            {'reasoning_details': [ENCRYPTED]},
            {'content': 'hello'},
        ],
    ),
    'tags': (
        {'content': '<think>hm</think>hello'},
        [{'content': '<think>'}, {'content': 'h'}, {'content': 'm'}, {'content': '</think>'}, {'content': 'hello'}],
    ),
    'tags in the middle': ({'content': 'a<think>b</think>c<think></think>d'}, None),
    'a tag that stays open': ({'content': 'a<think>b'}, None),
    'tags and a call': ({'content': '<think>hm</think>', 'tool_calls': [CALL]}, None),
    'text, thinking, text': (None, [{'content': 'a'}, {'reasoning': 'b'}, {'content': 'c'}, {'reasoning': 'd'}]),
    'thinking, call, thinking': (
        None,
        [{'reasoning': 'a'}, {'tool_calls': [{'index': 0, **CALL}]}, {'reasoning': 'b'}, {'content': 'c'}],
    ),
}
KEYS = ('part_kind', 'content', 'id', 'signature', 'provider_name', 'provider_details', 'tool_name')


def shown(part):
    return {key: value for key in KEYS if (value := getattr(part, key, None)) is not None}


async def outcome(subject, provider, message, deltas):
    usage = {'prompt_tokens': 1, 'completion_tokens': 1, 'total_tokens': 2}
    head = {'id': 'c1', 'created': 1750000000, 'model': 'm', 'provider': 'p', 'usage': usage}
    messages = [ModelRequest.user_text_prompt('hi')]
    try:
        if deltas is None:
            choice = {'index': 0, 'message': {'role': 'assistant', **message}, 'finish_reason': 'stop'}
            provider.answer({**head, 'object': 'chat.completion', 'choices': [choice]}, None)
            response = await subject.request(messages, None, ModelRequestParameters())
        else:
            chunk = {**head, 'object': 'chat.completion.chunk'}
            choices = [{'index': 0, 'delta': delta, 'finish_reason': None} for delta in deltas]
            choices.append({'index': 0, 'delta': {}, 'finish_reason': 'stop'})
            provider.answer([*({**chunk, 'choices': [choice]} for choice in choices), '[DONE]'], 'plain')
            async with subject.request_stream(messages, None, ModelRequestParameters()) as response:
                async for _ in response:
                    pass
                response = response.get()
    except Exception as error:
        return {'error': type(error).__name__}
    return [shown(part) for part in response.parts]


async def vectors(rows):
    provider = Provider()
    made = {}
    for row in rows:
        subject = model(row, provider.url)
        made[row] = {}
        for name, (message, deltas) in CASES.items():
            made[row][name] = {
                **({} if message is None else {'whole': await outcome(subject, provider, message, None)}),
                **({} if deltas is None else {'streamed': await outcome(subject, provider, None, deltas)}),
            }
    provider.close()
    return made


def run(rows):
    cases = {name: {'message': message, 'deltas': deltas} for name, (message, deltas) in CASES.items()}
    return {'cases': cases, 'rows': asyncio.run(vectors(rows))}
