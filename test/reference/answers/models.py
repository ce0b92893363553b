"""Models of the reference engine whose provider is a server on loopback, by the names of our rows."""


def model(row, url, name=None):

    def openai_at(provider_name, cls_path):
        import importlib

        from pydantic_ai.models import infer_provider

        module, cls = cls_path.rsplit('.', 1)
        model_class = getattr(importlib.import_module(f'pydantic_ai.models.{module}'), cls)
        provider = infer_provider(provider_name)
        provider.client.base_url = f'{url}/v1/'
        return model_class(name or 'acme/some-model', provider=provider)

    chat = 'openai.OpenAIChatModel'
    if row in ('openai', 'azure', 'bedrock-mantle', 'deepseek-responses', 'xai'):
        # xAI is asked over its Responses API here, the reference engine speaks gRPC with it.
        return openai_at('openai', 'openai.OpenAIResponsesModel')
    if row == 'azure-chat':
        return openai_at('azure', chat)
    if row == 'openai-chat':
        return openai_at('openai', chat)
    if row == 'openai-compatible':
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

        # Ours goes by the name of OpenAI.
        provider = OpenAICompatibleProvider('openai', base_url=f'{url}/v1', api_key='k')
        return OpenAIChatModel(name or 'acme/some-model', provider=provider)
    own = {
        'cerebras': 'cerebras.CerebrasModel',
        'openrouter': 'openrouter.OpenRouterModel',
        'ollama': 'ollama.OllamaModel',
        'zai': 'zai.ZaiModel',
        'crusoe': 'crusoe.CrusoeModel',
        'snowflake': 'snowflake.SnowflakeModel',
    }
    if row in own:
        return openai_at(row, own[row])
    if row == 'anthropic':
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider

        return AnthropicModel('claude-sonnet-4-5', provider=AnthropicProvider(api_key='k', base_url=url))
    if row in ('google', 'google-cloud'):
        from pydantic_ai.models.google import GoogleModel
        from pydantic_ai.providers.google import GoogleProvider

        return GoogleModel('gemini-2.5-flash', provider=GoogleProvider(api_key='k', base_url=url))
    if row == 'groq':
        from pydantic_ai.models.groq import GroqModel
        from pydantic_ai.providers.groq import GroqProvider

        return GroqModel(name or 'some-model', provider=GroqProvider(api_key='k', base_url=url))
    if row == 'mistral':
        from pydantic_ai.models.mistral import MistralModel
        from pydantic_ai.providers.mistral import MistralProvider

        return MistralModel('some-model', provider=MistralProvider(api_key='k', base_url=url))
    if row == 'cohere':
        from cohere import AsyncClientV2
        from pydantic_ai.models.cohere import CohereModel
        from pydantic_ai.providers.cohere import CohereProvider

        client = AsyncClientV2(api_key='k', base_url=url)
        return CohereModel('some-model', provider=CohereProvider(cohere_client=client))
    if row == 'huggingface':
        from pydantic_ai.models.huggingface import HuggingFaceModel
        from pydantic_ai.providers.huggingface import HuggingFaceProvider

        return HuggingFaceModel(name or 'some-model', provider=HuggingFaceProvider(api_key='k', base_url=f'{url}/v1'))
    if row == 'bedrock':
        from pydantic_ai.models.bedrock import BedrockConverseModel
        from pydantic_ai.providers.bedrock import BedrockProvider

        provider = BedrockProvider(
            region_name='us-east-1', aws_access_key_id='a', aws_secret_access_key='b', base_url=url
        )
        return BedrockConverseModel('us.amazon.nova-lite-v1:0', provider=provider)
    return openai_at(row, chat)
