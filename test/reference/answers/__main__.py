"""Writes what the reference engine reads out of answers as vectors: `python -m answers FOLDER`, from the folder above.

`python -m answers --check FOLDER` names the files that would be written otherwise.

It needs the extras openai, anthropic, google, groq, mistral, cohere, bedrock and huggingface of the engine.
"""

import json
import os
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

RESPONSES = 'openai azure bedrock-mantle deepseek-responses xai'
CHAT = """openai-chat azure-chat openai-compatible vllm cerebras openrouter ollama zai crusoe snowflake groq mistral huggingface
    deepseek fireworks together moonshotai nebius sambanova vercel"""
ROWS = {
    **dict.fromkeys(RESPONSES.split(), 'responses'),
    **dict.fromkeys(CHAT.split(), 'chat'),
    'anthropic': 'anthropic',
    'google': 'google',
    'google-cloud': 'google',
    'bedrock': 'bedrock',
    'cohere': 'cohere',
}
KEYS = """OPENAI CEREBRAS OPENROUTER OLLAMA ZAI CRUSOE SNOWFLAKE DEEPSEEK FIREWORKS TOGETHER MOONSHOTAI NEBIUS SAMBANOVA
    VERCEL_AI_GATEWAY""".split()


def main():
    warnings.simplefilter('ignore')
    os.environ.update({f'{name}_API_KEY': 'k' for name in KEYS})
    os.environ.update(VLLM_BASE_URL='http://127.0.0.1:1/v1', VLLM_API_KEY='k')
    os.environ.update(AZURE_OPENAI_API_KEY='k', AZURE_OPENAI_ENDPOINT='http://127.0.0.1:1/openai/v1')
    os.environ.update(SNOWFLAKE_TOKEN='k', SNOWFLAKE_ACCOUNT='a', OLLAMA_BASE_URL='http://127.0.0.1:1/v1')
    from . import blank_starts, finish_words, thinking

    folder = Path(sys.argv[-1])
    texts = {
        folder / 'finish-words.json': text_of({'rows': finish_words.run(ROWS)}),
        folder / 'blank-starts.json': text_of(blank_starts.run()),
        folder / 'thinking.json': text_of(thinking.run([row for row, family in ROWS.items() if family == 'chat'])),
    }
    if '--check' in sys.argv:
        differing = [path.name for path, text in texts.items() if path.read_text() != text]
        print(f'{len(texts) - len(differing)} of {len(texts)} files as they are stored', *differing, file=sys.stderr)
        return 1 if differing else 0
    for path, text in texts.items():
        path.write_text(text)
    return 0


def text_of(vectors):
    return json.dumps({'engine': version('pydantic-ai-slim'), **vectors}, ensure_ascii=False, indent=1) + '\n'


sys.exit(main())
