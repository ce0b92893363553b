"""Writes what the reference engine reads out of answers as vectors: `python -m answers FOLDER`, from the folder above.

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
    from . import finish_words, thinking

    folder = Path(sys.argv[1])
    write(folder / 'finish-words.json', {'rows': finish_words.run(ROWS)})
    write(folder / 'thinking.json', thinking.run([row for row, family in ROWS.items() if family == 'chat']))


def write(path, vectors):
    text = json.dumps({'engine': version('pydantic-ai-slim'), **vectors}, ensure_ascii=False, indent=1)
    path.write_text(text + '\n')


main()
