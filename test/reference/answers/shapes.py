"""The smallest answer of each API that says 'hi' and ends with a word; None leaves the word out."""


def answer(family, word, streamed):
    made = FAMILIES[family](word, streamed)
    framing = FRAMINGS.get(family, 'plain') if streamed else None
    return made, framing


def ending(name, word):
    return {} if word is None else {name: word}


def chat(word, streamed):
    usage = {'prompt_tokens': 1, 'completion_tokens': 1, 'total_tokens': 2}
    if not streamed:
        message = {'role': 'assistant', 'content': 'hi'}
        choice = {'index': 0, 'message': message, **ending('finish_reason', word)}
        head = {'id': 'c1', 'object': 'chat.completion', 'created': 1750000000, 'model': 'm', 'provider': 'p'}
        return {**head, 'choices': [choice], 'usage': usage}
    head = {'id': 'c1', 'object': 'chat.completion.chunk', 'created': 1750000000, 'model': 'm', 'provider': 'p'}
    return [
        {**head, 'choices': [{'index': 0, 'delta': {'role': 'assistant', 'content': 'hi'}, 'finish_reason': None}]},
        {**head, 'choices': [{'index': 0, 'delta': {}, **ending('finish_reason', word)}]},
        {**head, 'choices': [], 'usage': usage},
        '[DONE]',
    ]


def google(word, streamed):
    content = {'role': 'model', 'parts': [{'text': 'hi'}]}
    body = {
        'candidates': [{'content': content, 'index': 0, **ending('finishReason', word)}],
        'usageMetadata': {'promptTokenCount': 1, 'candidatesTokenCount': 1, 'totalTokenCount': 2},
        'modelVersion': 'm',
        'responseId': 'r',
    }
    return [body] if streamed else body


def bedrock(word, streamed):
    usage = {'inputTokens': 1, 'outputTokens': 1, 'totalTokens': 2}
    if not streamed:
        message = {'role': 'assistant', 'content': [{'text': 'hi'}]}
        return {'output': {'message': message}, 'usage': usage, 'metrics': {'latencyMs': 1}, **ending('stopReason', word)}
    return [
        {'messageStart': {'role': 'assistant'}},
        {'contentBlockDelta': {'contentBlockIndex': 0, 'delta': {'text': 'hi'}}},
        {'contentBlockStop': {'contentBlockIndex': 0}},
        {'messageStop': ending('stopReason', word)},
        {'metadata': {'usage': usage, 'metrics': {'latencyMs': 1}}},
    ]


def anthropic(word, streamed):
    usage = {'input_tokens': 1, 'output_tokens': 1}
    head = {'id': 'm1', 'type': 'message', 'role': 'assistant', 'model': 'm', 'stop_sequence': None, 'usage': usage}
    if not streamed:
        return {**head, 'content': [{'type': 'text', 'text': 'hi'}], **ending('stop_reason', word)}
    return [
        {'type': 'message_start', 'message': {**head, 'content': [], 'stop_reason': None}},
        {'type': 'content_block_start', 'index': 0, 'content_block': {'type': 'text', 'text': ''}},
        {'type': 'content_block_delta', 'index': 0, 'delta': {'type': 'text_delta', 'text': 'hi'}},
        {'type': 'content_block_stop', 'index': 0},
        {
            'type': 'message_delta',
            'delta': {'stop_sequence': None, **ending('stop_reason', word)},
            'usage': {'output_tokens': 1},
        },
        {'type': 'message_stop'},
    ]


def cohere(word, streamed):
    usage = {
        'billed_units': {'input_tokens': 1, 'output_tokens': 1},
        'tokens': {'input_tokens': 1, 'output_tokens': 1},
    }
    if not streamed:
        message = {'role': 'assistant', 'content': [{'type': 'text', 'text': 'hi'}]}
        return {'id': 'c1', 'message': message, 'usage': usage, **ending('finish_reason', word)}
    text = {'type': 'text', 'text': ''}
    return [
        {'type': 'message-start', 'id': 'c1', 'delta': {'message': {'role': 'assistant', 'content': []}}},
        {'type': 'content-start', 'index': 0, 'delta': {'message': {'content': text}}},
        {'type': 'content-delta', 'index': 0, 'delta': {'message': {'content': {'text': 'hi'}}}},
        {'type': 'content-end', 'index': 0},
        {'type': 'message-end', 'delta': {'usage': usage, **ending('finish_reason', word)}},
    ]


REASONS = ('max_output_tokens', 'content_filter', 'max_messages')


def responses(word, streamed):
    text = {'type': 'output_text', 'text': 'hi', 'annotations': []}
    item = {'id': 'msg_1', 'type': 'message', 'role': 'assistant', 'status': 'completed', 'content': [text]}
    is_reason = word in REASONS
    status = {} if word is None else {'status': 'incomplete' if is_reason else word}
    usage = {
        'input_tokens': 1,
        'output_tokens': 1,
        'total_tokens': 2,
        'input_tokens_details': {'cached_tokens': 0},
        'output_tokens_details': {'reasoning_tokens': 0},
    }
    body = {
        'id': 'resp_1',
        'object': 'response',
        'created_at': 1750000000,
        'model': 'm',
        'output': [item],
        'parallel_tool_calls': True,
        'tool_choice': 'auto',
        'tools': [],
        'usage': usage,
        'incomplete_details': {'reason': word} if is_reason else None,
        **status,
    }
    if not streamed:
        return body
    kind = {'failed': 'failed', 'incomplete': 'incomplete'}.get(word, 'incomplete' if is_reason else 'completed')
    at = {'item_id': 'msg_1', 'output_index': 0, 'content_index': 0}
    events = [
        {'type': 'response.created', 'response': {**body, 'output': [], 'status': 'in_progress', 'usage': None}},
        {'type': 'response.output_item.added', 'output_index': 0, 'item': {**item, 'content': []}},
        {'type': 'response.content_part.added', **at, 'part': {**text, 'text': ''}},
        {'type': 'response.output_text.delta', **at, 'delta': 'hi', 'logprobs': []},
        {'type': 'response.output_text.done', **at, 'text': 'hi', 'logprobs': []},
        {'type': 'response.content_part.done', **at, 'part': text},
        {'type': 'response.output_item.done', 'output_index': 0, 'item': item},
        {'type': f'response.{kind}', 'response': body},
    ]
    return [{**event, 'sequence_number': number} for number, event in enumerate(events)]


FAMILIES = {
    'chat': chat,
    'google': google,
    'bedrock': bedrock,
    'anthropic': anthropic,
    'cohere': cohere,
    'responses': responses,
}
FRAMINGS = {'bedrock': 'amazon', 'anthropic': 'named', 'responses': 'named'}
