import type { Family, Json } from './shapes.ts';

/** What is made of an odd answer. */
export interface Read {
  readonly text?: string;
  readonly thinking?: string;
  /** Names and arguments. */
  readonly calls?: readonly [name: string, args: string][];
  /** Counts of input and output; null when nothing was counted. */
  readonly usage?: readonly [input: number, output: number] | null;
  readonly refusal?: string;
}

export interface Failed {
  readonly kind: string;
  readonly status?: number;
  readonly message: RegExp;
}

export interface OddAnswer {
  readonly name: string;
  readonly whole?: Json | string | readonly Json[];
  readonly streamed?: readonly (Json | string)[] | Json;
  readonly expected: Read | Failed;
}

const head = { id: 'c1', object: 'chat.completion.chunk', created: 1_750_000_000, model: 'm' };
const counts = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const piece = (delta: unknown, more: Json = {}): Json => ({
  ...head,
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
});
const usage: Json = { ...head, choices: [], usage: counts };
const end = (word = 'stop') => [piece({}, { finish_reason: word }), usage, '[DONE]'];
const completion = (message: unknown, more: Json = {}, top: Json = {}): Json => ({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message, finish_reason: 'stop', ...more }],
  usage: counts,
  ...top,
});
const args = (text: unknown, more: Json = {}) => ({ function: { arguments: text }, ...more });
const call = (name: string, text: unknown, more: Json = {}) => ({
  type: 'function',
  function: { name, arguments: text },
  ...more,
});
const two: Read = {
  calls: [
    ['f', '{"k":"a"}'],
    ['g', '{"k":"b"}'],
  ],
};
const one: Read = { calls: [['f', '{"k":"a"}']] };
const hello: Read = { text: 'hello', usage: [11, 7] };
const said = [piece({ role: 'assistant', content: 'hel' }), piece({ content: 'lo' })];
const http = (status: number, message: RegExp): Failed => ({ kind: 'model.http', status, message });
const api = (message: RegExp): Failed => ({ kind: 'model.api', message });

const chat: OddAnswer[] = [
  {
    name: 'calls without indexes, in one chunk',
    streamed: [
      piece({ tool_calls: [call('f', '{"k":"a"}', { id: 'a' }), call('g', '{"k":"b"}', { id: 'b' })] }),
      ...end(),
    ],
    expected: two,
  },
  {
    name: 'calls without indexes, in pieces',
    streamed: [
      piece({ tool_calls: [call('f', '', { id: 'a' })] }),
      piece({ tool_calls: [args('{"k":')] }),
      piece({ tool_calls: [args('"a"}')] }),
      piece({ tool_calls: [call('g', '{"k":', { id: 'b' })] }),
      piece({ tool_calls: [args('"b"}')] }),
      ...end(),
    ],
    expected: two,
  },
  {
    name: 'indexes that are null',
    streamed: [
      piece({ tool_calls: [call('f', '{"k":"a"}', { id: 'a', index: null })] }),
      piece({ tool_calls: [call('g', '{"k":"b"}', { id: 'b', index: null })] }),
      ...end(),
    ],
    expected: two,
  },
  {
    name: 'every call at index 0, in pieces',
    streamed: [
      piece({ tool_calls: [call('f', '{"k":', { id: 'a', index: 0 })] }),
      piece({ tool_calls: [args('"a"}', { index: 0 })] }),
      piece({ tool_calls: [call('g', '{"k":', { id: 'b', index: 0 })] }),
      piece({ tool_calls: [args('"b"}', { index: 0 })] }),
      ...end(),
    ],
    expected: two,
  },
  {
    name: 'a second call whose head says 0 and whose tail says 1',
    streamed: [
      piece({ tool_calls: [call('f', '{"k":"a"}', { id: 'a', index: 0 })] }),
      piece({ tool_calls: [call('g', '{"k":', { id: 'b', index: 0 })] }),
      piece({ tool_calls: [args('"b"}', { index: 1 })] }),
      ...end(),
    ],
    expected: two,
  },
  {
    name: 'pieces that repeat id and name',
    streamed: [
      piece({ tool_calls: [call('f', '{"k":', { id: 'a', index: 0 })] }),
      piece({ tool_calls: [call('f', '"a"}', { id: 'a', index: 0 })] }),
      ...end(),
    ],
    expected: one,
  },
  {
    name: 'pieces with a new id each',
    streamed: [
      piece({ tool_calls: [call('f', '{"k":', { id: 'a', index: 0 })] }),
      piece({ tool_calls: [args('"a"}', { id: 'b', index: 0 })] }),
      ...end(),
    ],
    expected: one,
  },
  {
    name: 'calls without ids',
    whole: completion({ content: null, tool_calls: [call('f', '{"k":"a"}'), call('g', '{"k":"b"}', { id: '' })] }),
    streamed: [
      piece({ tool_calls: [call('f', '{"k":"a"}', { index: 0 })] }),
      piece({ tool_calls: [call('g', '{"k":"b"}', { index: 1, id: '' })] }),
      ...end(),
    ],
    expected: two,
  },
  {
    name: 'calls without a type, or with an empty one',
    whole: completion({
      content: null,
      tool_calls: [call('f', '{"k":"a"}', { id: 'a', type: undefined }), call('g', '{"k":"b"}', { id: 'b', type: '' })],
    }),
    streamed: [
      piece({ tool_calls: [call('f', '{"k":"a"}', { id: 'a', index: 0, type: undefined })] }),
      piece({ tool_calls: [call('g', '{"k":', { id: 'b', index: 1, type: '' })] }),
      piece({ tool_calls: [args('"b"}', { index: 1, type: 'function' })] }),
      ...end(),
    ],
    expected: two,
  },
  {
    name: 'pieces of two calls mixed, the first at index 1',
    streamed: [
      piece({ tool_calls: [call('f', '{"k":', { id: 'a', index: 1 }), call('g', '{"k":', { id: 'b', index: 2 })] }),
      piece({ tool_calls: [args('"a"}', { index: 1 }), args('"b"}', { index: 2 })] }),
      ...end(),
    ],
    expected: two,
  },
  {
    name: 'two calls with one id',
    streamed: [
      piece({ tool_calls: [call('f', '{"k":"a"}', { id: 'a', index: 0 })] }),
      piece({ tool_calls: [call('g', '{"k":"b"}', { id: 'a', index: 1 })] }),
      ...end(),
    ],
    expected: two,
  },
  {
    name: 'arguments that are an object',
    whole: completion({ content: null, tool_calls: [call('f', { k: 'a' }, { id: 'a' })] }),
    streamed: [piece({ tool_calls: [call('f', { k: 'a' }, { id: 'a', index: 0 })] }), ...end()],
    expected: one,
  },
  {
    name: 'arguments that are null at first',
    streamed: [
      piece({ tool_calls: [call('f', null, { id: 'a', index: 0 })] }),
      piece({ tool_calls: [args('{"k":"a"}', { index: 0 })] }),
      ...end(),
    ],
    expected: one,
  },
  {
    name: 'arguments that are null or absent',
    whole: completion({
      content: null,
      tool_calls: [call('f', null, { id: 'a' }), { id: 'b', type: 'function', function: { name: 'g' } }],
    }),
    expected: {
      calls: [
        ['f', ''],
        ['g', ''],
      ],
    },
  },
  {
    name: 'a call that comes once more at the end',
    streamed: [
      piece({ tool_calls: [call('f', '{"k":"a"}', { id: 'a', index: 0 })] }),
      piece({ tool_calls: [call('f', '{"k":"a"}', { id: 'a', index: 0 })] }, { finish_reason: 'tool_calls' }),
      ...end(),
    ],
    expected: one,
  },
  {
    name: 'choices null beside the usage',
    streamed: [...said, piece({}, { finish_reason: 'stop' }), { ...usage, choices: null }, '[DONE]'],
    expected: hello,
  },
  {
    name: 'empty choices first, and a null delta',
    streamed: [{ ...head, choices: [], prompt_filter_results: [] }, ...said, piece(null), ...end()],
    expected: hello,
  },
  {
    name: 'nothing but what is needed',
    whole: { choices: [{ message: { content: 'hello' } }] },
    streamed: [{ choices: [{ delta: { content: 'hello' } }] }, '[DONE]'],
    expected: { text: 'hello', usage: null },
  },
  {
    name: 'a creation time that is null, a fraction, in milliseconds',
    whole: completion({ content: 'hello' }, {}, { created: 1_750_000_000_000.5, id: null, model: null }),
    streamed: [{ ...piece({ content: 'hello' }), created: null }, { ...piece({}), created: 1e300 }, ...end()],
    expected: hello,
  },
  {
    name: 'no finish reason, the usage last',
    streamed: [...said, { ...usage, choices: [] }],
    expected: hello,
  },
  {
    name: 'a usage without numbers',
    whole: completion({ content: 'hello' }, {}, { usage: { prompt_tokens: null, note: 'free' } }),
    streamed: [...said, piece({}, { finish_reason: 'stop' }), { ...usage, usage: { prompt_tokens: null } }, '[DONE]'],
    expected: { text: 'hello', usage: null },
  },
  {
    name: 'a usage with texts, nulls and details that are null',
    whole: completion(
      { content: 'hello' },
      {},
      { usage: { ...counts, prompt_tokens_details: null, tier: 'x', a: null } },
    ),
    streamed: [
      ...said,
      piece({}, { finish_reason: 'stop' }),
      { ...usage, usage: { ...counts, completion_tokens_details: { reasoning_tokens: null }, tier: 'x' } },
      '[DONE]',
    ],
    expected: hello,
  },
  {
    name: 'signs of life among the events',
    streamed: [...said, ': keep-alive', 'ping', ...end()],
    expected: hello,
  },
  { name: 'a body though a stream was asked for', streamed: completion({ content: 'hello' }), expected: hello },
  {
    name: 'a body with calls though a stream was asked for',
    streamed: completion({ content: null, tool_calls: [call('f', '{"k":"a"}', { id: 'a' })] }),
    expected: one,
  },
  {
    name: 'content that is a list',
    whole: completion({ content: [{ type: 'text', text: 'hel' }, { type: 'text', text: 'lo' }, { type: 'odd' }] }),
    streamed: [piece({ content: [{ type: 'text', text: 'hello' }] }), ...end()],
    expected: hello,
  },
  {
    name: 'thinking in a list of content',
    whole: completion({
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
        { type: 'text', text: 'hello' },
      ],
    }),
    streamed: [
      piece({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
      piece({ content: [{ type: 'text', text: 'hello' }] }),
      ...end(),
    ],
    expected: { text: 'hello', thinking: 'hm' },
  },
  ...['reasoning', 'reasoning_content'].map((field) => ({
    name: `thinking in ${field}`,
    whole: completion({ content: 'hello', [field]: 'hm' }),
    streamed: [piece({ [field]: 'h' }), piece({ [field]: 'm' }), ...said, ...end()],
    expected: { text: 'hello', thinking: 'hm' },
  })),
  {
    name: 'thinking in reasoning_details',
    whole: completion({ content: 'hello', reasoning_details: [{ type: 'reasoning.text', text: 'hm', index: 0 }] }),
    streamed: [
      piece({ reasoning_details: [{ type: 'reasoning.text', text: 'h', index: 0 }] }),
      piece({ reasoning_details: [{ type: 'reasoning.text', text: 'm', index: 0 }] }),
      ...said,
      ...end(),
    ],
    expected: { text: 'hello', thinking: 'hm' },
  },
  {
    name: 'log probabilities, annotations and refusals in odd shapes',
    whole: completion(
      { content: 'hello', refusal: false, annotations: [{ type: 'odd' }], audio: 7 },
      { logprobs: { content: [{ token: 'x', logprob: -1 }] } },
    ),
    streamed: [piece({ content: 'hello', refusal: null, annotations: [{ type: 'odd' }] }, { logprobs: [] }), ...end()],
    expected: hello,
  },
  {
    name: 'a completion inside `provider`',
    whole: { id: 'x', choices: null, provider: completion({ content: 'hello' }) },
    expected: hello,
  },
  {
    name: 'a refusal',
    whole: completion({ content: null, refusal: 'I will not.' }),
    streamed: [piece({ refusal: 'I will' }), piece({ refusal: ' not.' }), ...end()],
    expected: { refusal: 'I will not.' },
  },
  {
    name: 'no choices and no error',
    whole: { ...head, choices: null, usage: counts },
    expected: api(/without a response/),
  },
  { name: 'empty choices', whole: { ...head, choices: [] }, expected: api(/without a response/) },
  {
    name: 'an error with a status',
    whole: { error: { message: 'slow down', code: 429 }, choices: null },
    streamed: [{ error: { message: 'slow down', code: 429 } }],
    expected: http(429, /slow down/),
  },
  {
    name: 'an error that comes after a text',
    streamed: [...said, { error: { message: 'slow down', code: '503' } }],
    expected: http(503, /slow down/),
  },
  {
    name: 'an error that is a text',
    whole: { error: 'the runner stopped' },
    streamed: [{ error: 'the runner stopped' }],
    expected: api(/the runner stopped/),
  },
  {
    name: 'an error of vLLM',
    whole: { object: 'error', message: 'too long', type: 'BadRequestError', code: 400 },
    streamed: [{ object: 'error', message: 'too long', type: 'BadRequestError', code: 400 }],
    expected: http(400, /too long/),
  },
  {
    name: 'an error beside a choice',
    streamed: [...said, piece({}, { finish_reason: 'error', error: { message: 'upstream died', code: 502 } }), usage],
    expected: http(502, /upstream died/),
  },
  {
    name: 'a detail in the place of an answer',
    whole: { detail: 'Not today' },
    streamed: { detail: 'Not today' },
    expected: api(/Not today/),
  },
  {
    name: 'an error by its type',
    whole: { error: { message: 'busy', type: 'server_error' } },
    streamed: [{ error: { message: 'busy', type: 'server_error' } }],
    expected: http(500, /busy/),
  },
];

const message = (content: readonly unknown[], more: Json = {}): Json => ({
  id: 'm1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content,
  stop_reason: 'end_turn',
  usage: { input_tokens: 11, output_tokens: 7 },
  ...more,
});
const begun: Json = { type: 'message_start', message: message([], { stop_reason: null }) };
const block = (index: number, content_block: Json, ...deltas: Json[]): Json[] => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
];
const helloBlock = (index: number) => block(index, { type: 'text', text: '' }, { type: 'text_delta', text: 'hello' });
const over: Json[] = [
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } },
  { type: 'message_stop' },
];

const anthropic: OddAnswer[] = [
  {
    name: 'an unknown block',
    whole: message([
      { type: 'odd_block', data: 1 },
      { type: 'text', text: 'hello' },
    ]),
    streamed: [begun, ...block(0, { type: 'odd_block' }, { type: 'odd_delta', x: 1 }), ...helloBlock(1), ...over],
    expected: hello,
  },
  {
    name: 'an unknown event and pings',
    streamed: [begun, { type: 'ping' }, { type: 'odd_event', x: 1 }, ...helloBlock(0), ...over],
    expected: hello,
  },
  {
    name: 'an unknown delta and odd citations',
    whole: message([{ type: 'text', text: 'hello', citations: [{ type: 'odd' }] }]),
    streamed: [
      begun,
      ...block(0, { type: 'text', text: '' }, { type: 'odd_delta' }, { type: 'text_delta', text: 'hello' }),
      ...over,
    ],
    expected: hello,
  },
  {
    name: 'no usage',
    whole: message([{ type: 'text', text: 'hello' }], { usage: null }),
    streamed: [
      { type: 'message_start', message: message([], { usage: null }) },
      ...helloBlock(0),
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
      { type: 'message_stop' },
    ],
    expected: { text: 'hello', usage: null },
  },
  {
    name: 'a usage without input',
    whole: message([{ type: 'text', text: 'hello' }], { usage: { output_tokens: 7 } }),
    expected: { text: 'hello', usage: [0, 7] },
  },
  {
    name: 'a call without an id and without input',
    whole: message([{ type: 'tool_use', name: 'f' }]),
    streamed: [begun, ...block(0, { type: 'tool_use', name: 'f' }), ...over],
    expected: { calls: [['f', '{}']] },
  },
  {
    name: 'thinking without a signature',
    whole: message([
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'hello' },
    ]),
    expected: { text: 'hello', thinking: 'hm' },
  },
  {
    name: 'an error',
    whole: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    streamed: [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
    expected: http(529, /Overloaded/),
  },
  { name: 'no content', whole: message([], { content: null }), expected: api(/without a response/) },
];

const item = (content: readonly unknown[], more: Json = {}): Json => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content,
  ...more,
});
const text = { type: 'output_text', text: 'hello', annotations: [] };
const response = (output: readonly unknown[], more: Json = {}): Json => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1_750_000_000,
  model: 'm',
  status: 'completed',
  output,
  usage: { input_tokens: 11, output_tokens: 7, total_tokens: 18 },
  ...more,
});
const created: Json = { type: 'response.created', response: response([], { status: 'in_progress', usage: null }) };
const completed = (output: readonly unknown[]): Json => ({ type: 'response.completed', response: response(output) });
const helloItem = (output_index: number): Json[] => [
  { type: 'response.output_item.added', output_index, item: item([]) },
  { type: 'response.output_text.delta', item_id: 'msg_1', output_index, content_index: 0, delta: 'hello' },
  { type: 'response.output_item.done', output_index, item: item([text]) },
];
const responseCall = { type: 'function_call', name: 'f', call_id: 'a', arguments: '{"k":"a"}' };

const responses: OddAnswer[] = [
  {
    name: 'an unknown item',
    whole: response([{ type: 'odd_item', id: 'x' }, item([text])]),
    streamed: [
      created,
      { type: 'response.output_item.added', output_index: 0, item: { type: 'odd_item', id: 'x' } },
      { type: 'response.output_item.done', output_index: 0, item: { type: 'odd_item', id: 'x' } },
      ...helloItem(1),
      completed([{ type: 'odd_item' }, item([text])]),
    ],
    expected: hello,
  },
  {
    name: 'an unknown event',
    streamed: [created, { type: 'response.odd', x: 1 }, { type: 'odd' }, ...helloItem(0), completed([item([text])])],
    expected: hello,
  },
  {
    name: 'a call without an item id',
    whole: response([responseCall]),
    streamed: [
      created,
      { type: 'response.output_item.added', output_index: 0, item: { ...responseCall, arguments: '' } },
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"k":"a"}' },
      { type: 'response.output_item.done', output_index: 0, item: responseCall },
      completed([responseCall]),
    ],
    expected: one,
  },
  {
    name: 'arguments that are an object',
    whole: response([{ ...responseCall, id: 'fc_1', arguments: { k: 'a' } }]),
    expected: one,
  },
  {
    name: 'unknown parts and odd annotations of a message',
    whole: response([item([{ type: 'odd' }, { ...text, annotations: [{ type: 'odd' }] }])]),
    expected: hello,
  },
  {
    name: 'no id, no time, no model, no usage',
    whole: { status: 'completed', output: [item([text], { id: undefined })] },
    expected: { text: 'hello', usage: null },
  },
  {
    name: 'a usage without details, and one that is null',
    whole: response([item([text])], { usage: null }),
    expected: { text: 'hello', usage: null },
  },
  { name: 'a body though a stream was asked for', streamed: response([item([text])]), expected: hello },
  {
    name: 'a refusal',
    whole: response([item([{ type: 'refusal', refusal: 'I will not.' }])]),
    streamed: [
      created,
      { type: 'response.output_item.added', output_index: 0, item: item([]) },
      { type: 'response.refusal.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'I will' },
      { type: 'response.refusal.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: ' not.' },
      { type: 'response.refusal.done', item_id: 'msg_1', output_index: 0, content_index: 0, refusal: 'I will not.' },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: item([{ type: 'refusal', refusal: 'I will not.' }]),
      },
      completed([item([{ type: 'refusal', refusal: 'I will not.' }])]),
    ],
    expected: { refusal: 'I will not.' },
  },
  {
    name: 'an error in a failed response',
    whole: response([], { status: 'failed', error: { code: 'server_error', message: 'broken' } }),
    streamed: [
      created,
      {
        type: 'response.failed',
        response: response([], { status: 'failed', error: { code: 'server_error', message: 'broken' } }),
      },
    ],
    expected: http(500, /broken/),
  },
  {
    name: 'an error event',
    streamed: [created, { type: 'error', code: 'rate_limit_exceeded', message: 'slow down', param: null }],
    expected: http(429, /slow down/),
  },
  {
    name: 'an error of status 200',
    whole: { error: { message: 'slow down', code: 429 } },
    expected: http(429, /slow down/),
  },
];

const candidate = (parts: unknown, more: Json = {}): Json => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', ...more }],
  usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 7 },
});

/** Whole answers and chunks of Google have one shape. */
const both = (name: string, body: Json, expected: Read | Failed): OddAnswer => ({
  name,
  whole: body,
  streamed: [body],
  expected,
});

const google: OddAnswer[] = [
  both('unknown parts', candidate([{ odd: 1 }, {}, { text: 'hello' }]), hello),
  both('a text that is null', candidate([{ text: null }, { text: 'hello' }]), hello),
  both('a call without arguments', candidate([{ functionCall: { name: 'f' } }]), { calls: [['f', '{}']] }),
  both('arguments that are text', candidate([{ functionCall: { name: 'f', args: '{"k":"a"}' } }]), one),
  both('no parts, no content', candidate(undefined, { content: null }), {}),
  both('safety ratings that are null', candidate([{ text: 'hello' }], { safetyRatings: null }), hello),
  both(
    'a usage of nulls',
    { ...candidate([{ text: 'hello' }]), usageMetadata: { promptTokenCount: null } },
    { text: 'hello', usage: null },
  ),
  both('an error', { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }, http(503, /overloaded/)),
  {
    name: 'a list of errors',
    whole: [{ error: { code: 429, message: 'slow down', status: 'RESOURCE_EXHAUSTED' } }],
    expected: http(429, /slow down/),
  },
  { ...both('a malformed call', { candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL' }] }, {}) },
];

const cohereUsage = { tokens: { input_tokens: 11, output_tokens: 7 } };
const cohereMessage = (content: unknown, more: Json = {}, top: Json = {}): Json => ({
  id: 'c1',
  message: { role: 'assistant', content, ...more },
  finish_reason: 'COMPLETE',
  usage: cohereUsage,
  ...top,
});
const coherePiece = (type: string, message: Json, more: Json = {}): Json => ({
  type,
  index: 0,
  delta: { message },
  ...more,
});
const cohereEnd: Json = { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage: cohereUsage } };

const cohere: OddAnswer[] = [
  {
    name: 'an unknown block and odd citations',
    whole: cohereMessage([{ type: 'odd' }, { type: 'text', text: 'hello' }], { citations: [{ odd: 1 }] }),
    streamed: [
      { type: 'message-start', id: 'c1' },
      { type: 'odd-event' },
      { type: 'citation-start', delta: { odd: 1 } },
      coherePiece('content-start', { content: { type: 'text', text: '' } }),
      coherePiece('content-delta', { content: { text: 'hello' } }),
      cohereEnd,
    ],
    expected: hello,
  },
  { name: 'content that is text', whole: cohereMessage('hello'), expected: hello },
  {
    name: 'a call without id and type, its arguments an object',
    whole: cohereMessage(null, { tool_calls: [{ function: { name: 'f', arguments: { k: 'a' } } }] }),
    streamed: [
      { type: 'message-start', id: 'c1' },
      coherePiece('tool-call-start', { tool_calls: { function: { name: 'f' } } }),
      coherePiece('tool-call-delta', { tool_calls: { function: { arguments: '{"k":"a"}' } } }),
      { type: 'tool-call-end', index: 0 },
      cohereEnd,
    ],
    expected: one,
  },
  {
    name: 'no usage',
    whole: cohereMessage([{ type: 'text', text: 'hello' }], {}, { usage: null }),
    expected: { text: 'hello', usage: null },
  },
  { name: 'an error', whole: { message: 'too many requests', status_code: 429 }, expected: http(429, /too many/) },
];

const converse = (content: unknown, more: Json = {}): Json => ({
  output: { message: { role: 'assistant', content } },
  stopReason: 'end_turn',
  usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 },
  metrics: { latencyMs: 1 },
  ...more,
});

const bedrock: OddAnswer[] = [
  {
    name: 'an unknown block',
    whole: converse([{ oddBlock: {} }, { text: 'hello' }]),
    streamed: [
      { messageStart: { role: 'assistant' } },
      { oddEvent: { x: 1 } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { oddDelta: {} } } },
      { contentBlockDelta: { contentBlockIndex: 1, delta: { text: 'hello' } } },
      { contentBlockStop: { contentBlockIndex: 1 } },
      { messageStop: { stopReason: 'end_turn' } },
      { metadata: { usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 } } },
    ],
    expected: hello,
  },
  {
    name: 'no usage',
    whole: converse([{ text: 'hello' }], { usage: null, metrics: null }),
    streamed: [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'hello' } } },
      { messageStop: { stopReason: 'end_turn' } },
      { metadata: { usage: {} } },
    ],
    expected: { text: 'hello', usage: null },
  },
  {
    name: 'a call without id and input',
    whole: converse([{ toolUse: { name: 'f' } }]),
    expected: { calls: [['f', '{}']] },
  },
  {
    name: 'an error',
    whole: { __type: 'ThrottlingException', message: 'slow down' },
    expected: http(429, /slow down/),
  },
];

/** Odd answers that servers gave, by the API they speak. */
export const oddAnswers: Record<Family, readonly OddAnswer[]> = {
  chat,
  anthropic,
  responses,
  google,
  cohere,
  bedrock,
};
