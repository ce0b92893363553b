"""What the reference engine makes of the word that ends an answer, whole and streamed, for every row of ours."""

import asyncio

from pydantic_ai.messages import ModelRequest
from pydantic_ai.models import ModelRequestParameters

from . import shapes
from .models import model
from .server import Provider

CHAT = """stop length tool_calls content_filter function_call error sensitive model_context_window_exceeded
    network_error model_length eos_token stop_sequence insufficient_system_resource end_turn tool_call""".split()
GOOGLE = """STOP MAX_TOKENS SAFETY RECITATION LANGUAGE OTHER BLOCKLIST PROHIBITED_CONTENT SPII
    MALFORMED_FUNCTION_CALL IMAGE_SAFETY UNEXPECTED_TOOL_CALL IMAGE_PROHIBITED_CONTENT NO_IMAGE MODEL_ARMOR
    CONTINUATION FINISH_REASON_UNSPECIFIED""".split()
BEDROCK = """content_filtered end_turn guardrail_intervened max_tokens model_context_window_exceeded stop_sequence
    malformed_model_output malformed_tool_use tool_use""".split()
ANTHROPIC = """compaction end_turn max_tokens model_context_window_exceeded stop_sequence tool_use pause_turn
    refusal""".split()
COHERE = 'COMPLETE STOP_SEQUENCE MAX_TOKENS TOOL_CALL ERROR'.split()
RESPONSES = 'completed max_output_tokens content_filter cancelled failed incomplete max_messages'.split()
WORDS = {
    'chat': CHAT,
    'google': GOOGLE,
    'bedrock': BEDROCK,
    'anthropic': ANTHROPIC,
    'cohere': COHERE,
    'responses': RESPONSES,
}


async def outcome(subject, provider, family, word, streamed):
    # The reference engine streams every request to Anthropic.
    given, framing = shapes.answer(family, word, streamed or family == 'anthropic')
    provider.answer(given, framing)
    messages = [ModelRequest.user_text_prompt('hi')]
    try:
        if streamed:
            async with subject.request_stream(messages, None, ModelRequestParameters()) as response:
                async for _ in response:
                    pass
                response = response.get()
        else:
            response = await subject.request(messages, None, ModelRequestParameters())
    except Exception as error:
        return {'error': type(error).__name__}
    return {
        'finish_reason': response.finish_reason,
        'word': (response.provider_details or {}).get('finish_reason'),
        'parts': [part.part_kind for part in response.parts],
    }


async def vectors(rows):
    provider = Provider()
    cases = {}
    for row, family in rows.items():
        subject = model(row, provider.url)
        cases[row] = {
            kind: {
                str(word): await outcome(subject, provider, family, word, kind == 'streamed')
                for word in [*WORDS[family], 'unknown_word', '', None]
            }
            for kind in ('whole', 'streamed')
        }
    provider.close()
    return cases


def run(rows):
    return asyncio.run(vectors(rows))
