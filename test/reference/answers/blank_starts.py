"""What the reference engine makes of text that begins with blanks, whole and streamed, of models that are known to do so.

`ignore_streamed_leading_whitespace` of their profiles leaves out pieces of nothing but blanks before a text, streamed only.
"""

import asyncio

from .models import model
from .server import Provider
from .thinking import CALL, outcome

# Models that have the flag, and one of each of two rows that has not.
MODELS = {
    'openai-chat': ['gpt-4o'],
    'openai-compatible': ['qwen/qwen3-32b'],
    'azure-chat': ['DeepSeek-R1'],
    'vllm': ['Qwen/Qwen3-8B', 'mistralai/Mistral-7B'],
    'cerebras': ['qwen-3-235b-a22b-instruct-2507', 'gpt-oss-120b'],
    'openrouter': ['qwen/qwen3-32b', 'anthropic/claude-sonnet-4.5'],
    'ollama': ['qwen3', 'gpt-oss:20b', 'llama3.2'],
    'zai': ['glm-4.7'],
    'crusoe': ['openai/gpt-oss-120b', 'moonshotai/kimi-k2'],
    'groq': ['qwen/qwen3-32b', 'llama-3.3-70b-versatile'],
    'huggingface': ['Qwen/Qwen3-32B', 'openai/gpt-oss-120b'],
    'deepseek': ['deepseek-reasoner', 'deepseek-chat'],
    'fireworks': ['accounts/fireworks/models/qwen3'],
    'together': ['openai/gpt-oss-120b'],
    'moonshotai': ['kimi-k2.5'],
    'nebius': ['Qwen/Qwen3-32B'],
    'sambanova': ['DeepSeek-R1', 'Qwen3-32B'],
    'vercel': ['deepseek/deepseek-r1'],
}

INDEXED = {'index': 0, **CALL}
CASES = {
    'blanks before the text': ({'content': '\n\nhello'}, [{'content': '\n\n'}, {'content': ' '}, {'content': 'hello'}]),
    'blanks and text in one piece': (None, [{'content': '\n\nhello'}]),
    'blanks in the middle': (None, [{'content': 'a'}, {'content': '\n\n'}, {'content': 'b'}]),
    'blanks alone': ({'content': '\n\n'}, [{'content': '\n\n'}]),
    'blanks before a call': (
        {'content': '\n\n', 'tool_calls': [CALL]},
        [{'content': '\n\n'}, {'tool_calls': [INDEXED]}],
    ),
    'blanks after tags': (
        {'content': '<think>hm</think>\n\nhello'},
        [{'content': piece} for piece in ('<think>', 'hm', '</think>', '\n\n', 'hello')],
    ),
    'empty tags, blanks and a call': (
        None,
        [*({'content': piece} for piece in ('<think>', '\n', '</think>', '\n\n')), {'tool_calls': [INDEXED]}],
    ),
    'blanks after a field': (None, [{'reasoning': 'hm'}, {'content': '\n\n'}, {'content': 'hello'}]),
    'blanks between text and text, after a field': (
        None,
        [{'content': 'a'}, {'reasoning': 'hm'}, {'content': '\n\n'}, {'content': 'b'}],
    ),
    'blanks between pieces of a field': (
        None,
        [{'reasoning': 'h'}, {'content': '\n'}, {'reasoning': 'm'}, {'content': 'hello'}],
    ),
    'blanks between text and a call, after a field': (
        None,
        [{'content': 'a'}, {'reasoning': 'hm'}, {'content': '\n\n'}, {'tool_calls': [INDEXED]}, {'content': 'b'}],
    ),
    'blanks after a call': (None, [{'tool_calls': [INDEXED]}, {'content': '\n\n'}, {'content': 'hello'}]),
}


async def vectors():
    provider = Provider()
    made = {}
    for row, names in MODELS.items():
        for name in names:
            subject = model(row, provider.url, name)
            made[f'{row}:{name}'] = {
                case: {
                    **({} if message is None else {'whole': await outcome(subject, provider, message, None)}),
                    **({} if deltas is None else {'streamed': await outcome(subject, provider, None, deltas)}),
                }
                for case, (message, deltas) in CASES.items()
            }
    provider.close()
    return made


def run():
    cases = {name: {'message': message, 'deltas': deltas} for name, (message, deltas) in CASES.items()}
    return {'cases': cases, 'models': asyncio.run(vectors())}
