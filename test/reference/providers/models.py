"""The model of Pydantic AI that is the counterpart of a row."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from pydantic_ai.models import Model, infer_model
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers import infer_provider
from pydantic_ai.providers.huggingface import HuggingFaceProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from .cases import ROWS
from .xai_wire import xai_provider

KEY = "sk-dummy-0123456789"

_keys = (
    "ANTHROPIC_API_KEY AWS_BEARER_TOKEN_BEDROCK AZURE_OPENAI_API_KEY CEREBRAS_API_KEY CO_API_KEY CRUSOE_API_KEY "
    "DEEPSEEK_API_KEY FIREWORKS_API_KEY GOOGLE_API_KEY GROQ_API_KEY HF_TOKEN MISTRAL_API_KEY MOONSHOTAI_API_KEY "
    "NEBIUS_API_KEY OPENAI_API_KEY OPENROUTER_API_KEY SAMBANOVA_API_KEY SNOWFLAKE_TOKEN TOGETHER_API_KEY "
    "VERCEL_AI_GATEWAY_API_KEY XAI_API_KEY ZAI_API_KEY"
).split()

_addresses = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AZURE_OPENAI_ENDPOINT": "https://resource.openai.azure.com/openai/v1",
    "OLLAMA_BASE_URL": "http://localhost:11434/v1",
    "SNOWFLAKE_ACCOUNT": "account",
    "VLLM_BASE_URL": "http://localhost:8000/v1",
}


def prepare_environment() -> None:
    """Dummy keys, and addresses where a provider has none of its own; nothing of the real environment is left."""
    for name in list(os.environ):
        if name not in ("PATH", "HOME", "LANG", "TMPDIR"):
            del os.environ[name]
    os.environ.update({name: KEY for name in _keys}, **_addresses)


@cache
def model_of(row: str, name: str) -> Model:
    reference: str = ROWS[row]["reference"]
    if ROWS[row].get("api") == "responses":
        return OpenAIResponsesModel(name, provider=infer_provider(reference))
    if reference == "openai-compatible":
        own = ROWS[row]["own"]["response"]["provider_name"]
        provider = OpenAICompatibleProvider(own, base_url=ROWS[row]["address"], api_key=KEY)
        return OpenAIChatModel(name, provider=provider)
    return infer_model(f"{reference}:{name}", provider_factory=_provider)


def _provider(name: str) -> Any:
    match name:
        case "huggingface":
            return HuggingFaceProvider(api_key=KEY, base_url="https://router.huggingface.co/v1")
        case "xai":
            return xai_provider(KEY)
        case _:
            return infer_provider(name)
