"""Writes the profiles that the reference engine has for models of each provider, by the names of our rows."""

import re
from pathlib import Path

from pydantic_ai.providers import infer_provider_class
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

PROVIDERS = {
    'openai': 'openai',
    'anthropic': 'anthropic',
    'google': 'google',
    'groq': 'groq',
    'mistral': 'mistral',
    'xai': 'xai',
    'deepseek': 'deepseek',
    'cerebras': 'cerebras',
    'cohere': 'cohere',
    'bedrock': 'bedrock',
    'bedrock-mantle': 'bedrock-mantle',
    'azure': 'azure',
    'azure-chat': 'azure',
    'openrouter': 'openrouter',
    'ollama': 'ollama',
    'huggingface': 'huggingface',
    'zai': 'zai',
    'crusoe': 'crusoe',
    'snowflake': 'snowflake',
    'fireworks': 'fireworks',
    'together': 'together',
    'moonshotai': 'moonshotai',
    'nebius': 'nebius',
    'sambanova': 'sambanova',
    'vercel': 'vercel',
    'vllm': 'vllm',
    'openai-compatible': 'openai-compatible',
}

OPENAI = """gpt-4o gpt-4.1 gpt-4o-audio-preview gpt-5 gpt-5-mini gpt-5-chat-latest gpt-5-pro gpt-5-codex gpt-5.1
    gpt-5.1-codex gpt-5.1-chat-latest gpt-5.2 gpt-5.2-pro gpt-5.3-codex gpt-5.3-chat gpt-5.4 gpt-5.4-pro gpt-5.5
    gpt-5.5-pro gpt-5.6 gpt-5.6-sol gpt-6-astra gpt-6-sol gpt-6.1-sol gpt-6.1-terra o1-mini o1 o3-mini o4-mini
    gpt-oss-120b gpt-oss-safeguard-20b ft:gpt-4o:x""".split()
CLAUDE = """claude-3-5-haiku-latest claude-3-7-sonnet-20250219 claude-sonnet-4 claude-sonnet-4-20250514 claude-opus-4-1
    claude-sonnet-4-5 claude-haiku-4-5 claude-opus-4-5 claude-sonnet-4-6 claude-opus-4-6 claude-opus-4-7
    claude-opus-4-8 claude-opus-5 claude-opus-5-5 claude-sonnet-5 claude-sonnet-5-5 claude-haiku-5-5 claude-fable-5
    claude-fable-5-1 claude-fable-5-2 claude-mythos-5 claude-mythos-5-2 claude-mythos-preview""".split()
GEMINI = """gemini-1.5-flash gemini-2.0-flash gemini-2.5-flash gemini-2.5-pro gemini-2.5-flash-image gemini-pro
    gemini-3-flash-preview gemini-3-pro-preview gemini-3.1-pro-preview gemini-3.1-flash-lite-image gemini-3.7-flash
    gemini-3-pro-image-preview gemini-4-argon gemma-3-27b-it gemma-4-x""".split()
OTHERS = """llama-3.3-70b llama-4-maverick llama-4-scout-17b-16e-instruct qwen3-32b qwen-3-coder-480b qwen3-coder
    qwen3.5-72b qwq-32b qwen3-235b-a22b-thinking qwen3-4b-instruct qwen-3.8 deepseek-chat deepseek-r1
    deepseek-reasoner deepseek-v4-flash deepseek-flash deepseek-v3 mistral-large-latest mistral-small-latest
    magistral-medium-2509 ministral-8b zai-glm-5-3 zai-glm-5.3 zai-glm-4.7 glm-4.7 glm-5.2 glm-5.3 kimi-k2.5 kimi-k2.6
    kimi-k3 kimi-k2.7-code kimi-k2-instruct grok-4 grok-4.3 grok-4.5 grok-4.7 grok-4.20 grok-3-mini grok-3-mini-fast-x
    grok-latest command-a-03-2025 command-a-reasoning-08-2025 c4ai-command-r nova-pro my-model sonar
    compound-beta phi-4""".split()
NAMES = OPENAI + CLAUDE + GEMINI + OTHERS
VENDORS = """openai anthropic google meta-llama mistralai mistral qwen Qwen deepseek deepseek-ai x-ai xai cohere amazon
    moonshotai z-ai zai zai-org perplexity groq bedrock vertex minimax someone ~openai""".split()
EXTRA = {
    'openrouter': 'perplexity/sonar-deep-research qwen/qwen3.8-max anthropic/claude-opus-4.8 openai/gpt-oss-20b:free',
    'fireworks': ' '.join(
        f'accounts/fireworks/{kind}/{name}'
        for kind in ('models', 'routers')
        for name in ('llama-v3', 'qwen3', 'deepseek-v3', 'gpt-oss-120b', 'glm-5p3', 'glm-4p7', 'gemma-3')
    ),
    'sambanova': 'Meta-Llama-3.3-70B DeepSeek-R1 Qwen3-32B gpt-oss-120b',
    'snowflake': 'openai-gpt-5 openai-gpt-4.1 snowflake-llama-3.3-70b mistral-large2 mixtral-8x7b claude-sonnet-4-5',
    'azure': 'mistralai-Mistral-Large Meta-Llama-3.1 cohere-command-a Ministral-3B grok-3 DeepSeek-R1',
    'anthropic': 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'bedrock': ' '.join(
        f'{region}{vendor}.{name}'
        for region in ('', 'us.')
        for vendor, names in {
            'anthropic': [f'{name}-v1:0' for name in CLAUDE],
            'amazon': ['nova-pro-v1:0', 'nova-micro-v1:0', 'titan-text-express-v1', 'nova-2-lite-v1:0'],
            'meta': ['llama3-3-70b-instruct-v1:0'],
            'mistral': ['mistral-large-3-675b', 'pixtral-large-2502-v1:0', 'magistral-small-2509'],
            'deepseek': ['r1-v1:0', 'v3.2', 'v3-v1:0'],
            'openai': ['gpt-oss-120b-1:0', 'gpt-5.6-sol', 'gpt-6-astra', 'gpt-5.5'],
            'qwen': ['qwen3-32b-v1:0', 'qwen3-coder-480b-a35b-v1:0', 'qwen2.5'],
            'google': ['gemma-3-12b-it', 'gemma-3-4b-it'],
            'minimax': ['minimax-m2', 'm1'],
            'nvidia': ['nemotron-nano-12b-v2', 'other'],
            'writer': ['palmyra-x5-v1:0'],
            'zai': ['glm-4.7', 'glm-5.3'],
            'moonshotai': ['kimi-k2.5'],
            'moonshot': ['kimi-k2-thinking'],
            'xai': ['grok-4.3'],
            'cohere': ['command-r-plus-v1:0'],
            'ai21': ['jamba-1-5-large-v1:0'],
        }.items()
        for name in names
    )
    + ' arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-4-8',
    'bedrock-mantle': 'openai.gpt-5.5 openai.gpt-oss-120b openai.gpt-oss-safeguard-20b us.openai.gpt-5.6-sol',
}
PREFIXED = {'openrouter', 'huggingface', 'crusoe', 'together', 'nebius', 'vercel', 'vllm', 'openai-compatible', 'groq'}
BY_ID = {'bedrock', 'bedrock-mantle'}


def names_for(row):
    names = [] if row in BY_ID or row == 'openrouter' else list(NAMES)
    if row in PREFIXED:
        # Each vendor with some of the names, so that all of them come up for some vendor.
        names += [f'{vendor}/{name}' for at, vendor in enumerate(VENDORS) for name in NAMES[at % 6 :: 6]]
    return names + EXTRA.get(row, '').split()


def plain(value):
    if isinstance(value, type):
        return value.__name__
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return value


def known_keys():
    source = Path(__file__).parents[3] / 'server/models/ai-sdk/request/profile.ts'
    return set(re.findall(r'^  (\w+)\?:', source.read_text(), re.M))


def profiles():
    keys = known_keys()
    for row, provider in PROVIDERS.items():
        for name in names_for(row):
            cls = OpenAICompatibleProvider if provider == 'openai-compatible' else infer_provider_class(provider)
            profile = cls.model_profile(name) or {}
            yield row, name, {key: plain(value) for key, value in profile.items() if key in keys}


def vectors():
    """The same, each profile written once: most names share theirs."""
    distinct = []
    rows = {}
    for row, name, profile in profiles():
        ordered = dict(sorted(profile.items()))
        if ordered not in distinct:
            distinct.append(ordered)
        rows.setdefault(row, {}).setdefault(str(distinct.index(ordered)), []).append(name)
    return {'profiles': distinct, 'rows': rows}
