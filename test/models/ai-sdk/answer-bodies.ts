import { awsMessage } from './aws-events.ts';

/** An event of a stream: its JSON, and its name where the API gives one. */
export interface BodyEvent {
  readonly event?: string;
  readonly data: unknown;
}

/** What an API answers to one request, whole and in events, written by hand. */
export interface AnswerBodies {
  readonly whole: unknown;
  readonly events: readonly BodyEvent[];
  /** How its events are written; default: server-sent events. */
  readonly framing?: 'aws';
  /** What ends the stream. */
  readonly end?: string;
}

const args = '{"city":"Graz","days":[1,2]}';
const halves = [args.slice(0, 11), args.slice(11)];

const chatUsage = {
  prompt_tokens: 12,
  completion_tokens: 34,
  total_tokens: 46,
  prompt_tokens_details: { cached_tokens: 3 },
  completion_tokens_details: { reasoning_tokens: 5 },
};
const chatChoice = (fields: object) => ({ index: 0, finish_reason: null, ...fields });
const chatBase = { id: 'chat-1', created: 1_767_225_600, model: 'some-model-1' };
const chatEvent = (delta: object, fields: object = {}, finish_reason: string | null = null): BodyEvent => ({
  data: { ...chatBase, object: 'chat.completion.chunk', choices: [chatChoice({ delta, finish_reason })], ...fields },
});
const chatCall = (fn: object, fields: object = {}) => ({ tool_calls: [{ index: 0, ...fields, function: fn }] });
const logprob = { token: 'Hi', logprob: -0.1, bytes: [72, 105], top_logprobs: [] };

/** Source: OpenAI API reference, "Chat Completions". */
const chat: AnswerBodies = {
  whole: {
    ...chatBase,
    object: 'chat.completion',
    choices: [
      chatChoice({
        finish_reason: 'tool_calls',
        logprobs: { content: [logprob] },
        message: {
          role: 'assistant',
          content: 'Hi there',
          reasoning_content: 'Hm.',
          tool_calls: [{ id: 'call-1', type: 'function', function: { name: 'f', arguments: args } }],
        },
      }),
    ],
    usage: chatUsage,
  },
  events: [
    chatEvent({ role: 'assistant', content: '' }),
    chatEvent({ reasoning_content: 'Hm.' }),
    chatEvent(
      { content: 'Hi' },
      { choices: [chatChoice({ delta: { content: 'Hi' }, logprobs: { content: [logprob] } })] },
    ),
    chatEvent({ content: ' there' }),
    chatEvent(chatCall({ name: 'f', arguments: halves[0] }, { id: 'call-1', type: 'function' })),
    chatEvent(chatCall({ arguments: halves[1] })),
    chatEvent({}, {}, 'tool_calls'),
    { data: { ...chatBase, object: 'chat.completion.chunk', choices: [], usage: chatUsage } },
  ],
  end: '[DONE]',
};

const item = { type: 'function_call', id: 'fc-1', call_id: 'call-1', name: 'f' };
const reasoning = {
  type: 'reasoning',
  status: 'completed',
  id: 'rs-1',
  summary: [{ type: 'summary_text', text: 'Hm.' }],
  encrypted_content: 'AAAA',
};
const outputText = { type: 'output_text', text: 'Hi there', annotations: [], logprobs: [] };
const message = { type: 'message', id: 'msg-1', role: 'assistant', status: 'completed', content: [outputText] };
const response = {
  id: 'resp-1',
  object: 'response',
  created_at: 1_767_225_600,
  model: 'some-model-1',
  status: 'completed',
  output: [reasoning, message, { ...item, arguments: args, status: 'completed' }],
  usage: {
    input_tokens: 12,
    input_tokens_details: { cached_tokens: 3 },
    output_tokens: 34,
    output_tokens_details: { reasoning_tokens: 5 },
    total_tokens: 46,
  },
};
const typed = (data: { readonly type: string; readonly [field: string]: unknown }): BodyEvent => ({
  event: data.type,
  data,
});
const at = (output_index: number) => ({ output_index });

/** Source: OpenAI API reference, "Responses". */
const responses: AnswerBodies = {
  whole: response,
  events: [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } },
    { type: 'response.output_item.added', ...at(0), item: { ...reasoning, summary: [] } },
    {
      type: 'response.reasoning_summary_part.added',
      item_id: 'rs-1',
      ...at(0),
      summary_index: 0,
      part: { type: 'summary_text', text: '' },
    },
    { type: 'response.reasoning_summary_text.delta', item_id: 'rs-1', ...at(0), summary_index: 0, delta: 'Hm.' },
    { type: 'response.output_item.done', ...at(0), item: reasoning },
    { type: 'response.output_item.added', ...at(1), item: { ...message, content: [] } },
    { type: 'response.output_text.delta', item_id: 'msg-1', ...at(1), content_index: 0, delta: 'Hi there' },
    { type: 'response.output_item.done', ...at(1), item: message },
    { type: 'response.output_item.added', ...at(2), item: { ...item, arguments: '' } },
    { type: 'response.function_call_arguments.delta', item_id: 'fc-1', ...at(2), delta: halves[0] },
    { type: 'response.function_call_arguments.delta', item_id: 'fc-1', ...at(2), delta: halves[1] },
    { type: 'response.output_item.done', ...at(2), item: { ...item, arguments: args, status: 'completed' } },
    { type: 'response.completed', response },
  ].map((data, sequence_number) => typed({ ...data, sequence_number })),
};

const anthropicUsage = {
  input_tokens: 9,
  cache_read_input_tokens: 3,
  cache_creation_input_tokens: 0,
  output_tokens: 34,
};
const anthropicBase = { id: 'msg-1', type: 'message', role: 'assistant', model: 'some-model-1', stop_sequence: null };
const block = (index: number, content_block: object, ...deltas: object[]) => [
  typed({ type: 'content_block_start', index, content_block }),
  ...deltas.map((delta) => typed({ type: 'content_block_delta', index, delta })),
  typed({ type: 'content_block_stop', index }),
];

/** Source: Anthropic API reference, "Messages". */
const anthropic: AnswerBodies = {
  whole: {
    ...anthropicBase,
    content: [
      { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
      { type: 'text', text: 'Hi there' },
      { type: 'tool_use', id: 'call-1', name: 'f', input: JSON.parse(args) },
    ],
    stop_reason: 'tool_use',
    usage: anthropicUsage,
  },
  events: [
    typed({
      type: 'message_start',
      message: { ...anthropicBase, content: [], stop_reason: null, usage: anthropicUsage },
    }),
    ...block(
      0,
      { type: 'thinking', thinking: '', signature: '' },
      { type: 'thinking_delta', thinking: 'Hm.' },
      { type: 'signature_delta', signature: 'c2ln' },
    ),
    typed({ type: 'ping' }),
    ...block(1, { type: 'text', text: '' }, { type: 'text_delta', text: 'Hi' }, { type: 'text_delta', text: ' there' }),
    ...block(
      2,
      { type: 'tool_use', id: 'call-1', name: 'f', input: {} },
      ...halves.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
    ),
    typed({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 34 } }),
    typed({ type: 'message_stop' }),
  ],
};

const googleUsage = { promptTokenCount: 12, candidatesTokenCount: 29, thoughtsTokenCount: 5, totalTokenCount: 46 };
const googleBody = (parts: object[], fields: object = {}) => ({
  candidates: [{ index: 0, content: { role: 'model', parts }, ...fields }],
  usageMetadata: googleUsage,
  modelVersion: 'some-model-1',
  responseId: 'resp-1',
});
const googleParts = [
  { text: 'Hm.', thought: true },
  { text: 'Hi there' },
  { functionCall: { name: 'f', args: JSON.parse(args) }, thoughtSignature: 'c2ln' },
  { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } },
];

/** Source: Gemini API reference, "GenerateContentResponse". */
const google: AnswerBodies = {
  whole: googleBody(googleParts, { finishReason: 'STOP', safetyRatings: [] }),
  events: [
    ...googleParts.map((part) => ({ data: googleBody([part]) })),
    { data: googleBody([{ text: '' }], { finishReason: 'STOP' }) },
  ],
};

const bedrockUsage = { inputTokens: 9, outputTokens: 34, totalTokens: 46, cacheReadInputTokens: 3 };
const named = (event: string, data: object): BodyEvent => ({ event, data });
const bedrockBlock = (contentBlockIndex: number, start: object | null, ...deltas: object[]) => [
  ...(start ? [named('contentBlockStart', { contentBlockIndex, start })] : []),
  ...deltas.map((delta) => named('contentBlockDelta', { contentBlockIndex, delta })),
  named('contentBlockStop', { contentBlockIndex }),
];

/** Source: Amazon Bedrock API reference, "Converse" and "ConverseStream". */
const bedrock: AnswerBodies = {
  framing: 'aws',
  whole: {
    output: {
      message: {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } },
          { text: 'Hi there' },
          { toolUse: { toolUseId: 'call-1', name: 'f', input: JSON.parse(args) } },
        ],
      },
    },
    stopReason: 'tool_use',
    usage: bedrockUsage,
    metrics: { latencyMs: 1 },
  },
  events: [
    named('messageStart', { role: 'assistant' }),
    ...bedrockBlock(0, null, { reasoningContent: { text: 'Hm.' } }, { reasoningContent: { signature: 'c2ln' } }),
    ...bedrockBlock(1, null, { text: 'Hi' }, { text: ' there' }),
    ...bedrockBlock(
      2,
      { toolUse: { toolUseId: 'call-1', name: 'f' } },
      ...halves.map((input) => ({ toolUse: { input } })),
    ),
    named('messageStop', { stopReason: 'tool_use' }),
    named('metadata', { usage: bedrockUsage, metrics: { latencyMs: 1 } }),
  ],
};

const cohereUsage = {
  billed_units: { input_tokens: 9, output_tokens: 34 },
  tokens: { input_tokens: 12, output_tokens: 34 },
};
const cohereCall = { id: 'call-1', type: 'function', function: { name: 'f', arguments: args } };

/** Source: Cohere API reference, "Chat", version 2. */
const cohere: AnswerBodies = {
  whole: {
    id: 'gen-1',
    finish_reason: 'TOOL_CALL',
    message: {
      role: 'assistant',
      content: [{ type: 'text', text: 'Hi there' }],
      tool_plan: 'Hm.',
      tool_calls: [cohereCall],
    },
    usage: cohereUsage,
  },
  events: [
    {
      type: 'message-start',
      id: 'gen-1',
      delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [] } },
    },
    { type: 'tool-plan-delta', delta: { message: { tool_plan: 'Hm.' } } },
    { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
    { type: 'content-delta', index: 0, delta: { message: { content: { text: 'Hi there' } } } },
    { type: 'content-end', index: 0 },
    {
      type: 'tool-call-start',
      index: 1,
      delta: { message: { tool_calls: { ...cohereCall, function: { name: 'f', arguments: halves[0] } } } },
    },
    { type: 'tool-call-delta', index: 1, delta: { message: { tool_calls: { function: { arguments: halves[1] } } } } },
    { type: 'tool-call-end', index: 1 },
    { type: 'message-end', delta: { finish_reason: 'TOOL_CALL', usage: cohereUsage } },
  ].map(typed),
};

/** The bodies of one provider for each package. */
export const answerBodies: Readonly<Record<string, AnswerBodies>> = {
  openai: responses,
  'openai-chat': chat,
  openrouter: chat,
  anthropic,
  google,
  bedrock,
  groq: chat,
  mistral: chat,
  xai: responses,
  deepseek: chat,
  cerebras: chat,
  cohere,
};

/** The pieces of a stream, each of them one event as it goes over the wire. */
export function writtenEvents({ events, framing, end }: AnswerBodies): Uint8Array[] {
  const written = events.map(({ event, data }) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    if (framing === 'aws') return awsMessage(event ?? '', text);
    return Buffer.from(`${event ? `event: ${event}\n` : ''}data: ${text}\n\n`);
  });
  return end ? [...written, Buffer.from(`data: ${end}\n\n`)] : written;
}
