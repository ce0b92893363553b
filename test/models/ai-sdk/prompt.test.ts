import { describe, expect, it } from 'vitest';
import type { ModelMessage } from '../../../protocol/messages.ts';
import type { ModelPrompt } from '../../../server/engine/model.ts';
import { storedContent } from '../../../server/engine/tool-content.ts';
import { callOptions, sdkWarning } from '../../../server/models/ai-sdk/prompt.ts';
import type { Quirks } from '../../../server/models/ai-sdk/provider.ts';
import {
  modelResponseOf,
  promptOf,
  providerWith,
  retried,
  returned,
  system,
  tool,
  user,
  userRequest,
} from './support.ts';

// A provider that takes everything in its native form; what OpenAI is sent is compared with upstream elsewhere.

const call = (name: string, args: unknown, fields: object = {}) => ({
  part_kind: 'tool-call',
  tool_name: name,
  args,
  tool_call_id: `id-${name}`,
  ...fields,
});

const map = (prompt: ModelPrompt, quirks: Partial<Quirks> = {}) => callOptions(prompt, 'm-1', providerWith(quirks));

const messagesOf = (messages: ModelMessage[], quirks: Partial<Quirks> = {}, fields: Partial<ModelPrompt> = {}) =>
  map(promptOf(messages, fields), quirks).options.prompt;

const text = (text: string) => ({ type: 'text', text });
const image = { kind: 'image-url', url: 'https://x.test/a.png', identifier: 'pic' };
const imagePart = {
  type: 'file',
  mediaType: 'image/png',
  data: { type: 'url', url: new URL('https://x.test/a.png') },
};
const errorResult = (toolName: string, value: string) => ({
  type: 'tool-result',
  toolName,
  toolCallId: `id-${toolName}`,
  output: { type: 'error-text', value },
});

describe('messages', () => {
  it('puts instructions behind the leading system prompts', () => {
    const history = [userRequest(system('one'), user('hi'))];
    expect(messagesOf(history, {}, { instructions: 'be brief' })).toEqual([
      { role: 'system', content: 'one' },
      { role: 'system', content: 'be brief' },
      { role: 'user', content: [text('hi')] },
    ]);
  });

  it('turns a later system prompt into user text where the model takes none', () => {
    const history = [userRequest(system('one'), user('hi')), userRequest(system('later'), user('go'))];
    expect(messagesOf(history, { inlineSystem: false })).toEqual([
      { role: 'system', content: 'one' },
      { role: 'user', content: [text('hi')] },
      { role: 'user', content: [text('<system>later</system>')] },
      { role: 'user', content: [text('go')] },
    ]);
  });

  it('marks failures and refused calls as errors, all results of a request in one message', () => {
    const history = [
      userRequest(
        returned('f', { code: 7 }, { outcome: 'failed' }),
        retried('g', 'Unknown tool'),
        returned('h', 'no', { outcome: 'denied' }),
        user('well?'),
      ),
    ];
    expect(messagesOf(history)).toEqual([
      {
        role: 'tool',
        content: [
          errorResult('f', '{"code":7}'),
          errorResult('g', 'Unknown tool'),
          { type: 'tool-result', toolName: 'h', toolCallId: 'id-h', output: { type: 'text', value: 'no' } },
        ],
      },
      { role: 'user', content: [text('well?')] },
    ]);
  });

  it('keeps files inside a result where results can hold them', () => {
    const content = ['see', { n: 1 }, image];
    const history = [userRequest(returned('f', content, storedContent(content, 'all')))];
    const output = { type: 'content', value: [text('see'), text('{"n":1}'), imagePart] };
    expect(messagesOf(history)).toMatchObject([{ role: 'tool', content: [{ toolName: 'f', output }] }]);
  });

  it('puts files after the results where results hold none, in a frame that names the call', () => {
    const file = { ...image, identifier: '"a" & <b>' };
    const history = [userRequest(returned('f', file, storedContent(file, 'all')))];
    const attributes = 'tool_name="f" tool_call_id="id-f" file_id="&quot;a&quot; &amp; &lt;b&gt;"';
    expect(messagesOf(history, { filesInResults: false })).toMatchObject([
      { role: 'tool', content: [{ output: { type: 'text', value: 'See file "a" & <b>.' } }] },
      {
        role: 'user',
        content: [text(`<pyai:tool_result ${attributes}>`), imagePart, text('</pyai:tool_result>')],
      },
    ]);
  });

  it('reads addresses as data unless the return recorded them, bytes always as a file', () => {
    const bytes = { kind: 'binary', data: 'AAAA', media_type: 'image/png', identifier: 'pic' };
    const bytesPart = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } };
    const content = [image, bytes];
    const history = [
      userRequest(
        returned('data', content, storedContent(content, 'none')),
        returned('files', content, storedContent(content, 'all')),
      ),
    ];
    expect(messagesOf(history)).toMatchObject([
      {
        content: [
          { toolName: 'data', output: { type: 'content', value: [text(JSON.stringify(image)), bytesPart] } },
          { toolName: 'files', output: { type: 'content', value: [imagePart, bytesPart] } },
        ],
      },
    ]);
  });

  it('does not take an object for media when its kind is all it has', () => {
    const history = [userRequest(returned('f', { kind: 'image-url', href: 'x' }))];
    const value = '{"kind":"image-url","href":"x"}';
    expect(messagesOf(history)).toMatchObject([{ content: [{ output: { type: 'text', value } }] }]);
  });

  it('sends parts in order, with the provider data they came with', () => {
    const own = { provider_name: 'acme' };
    const history = [
      modelResponseOf(
        { part_kind: 'thinking', content: 'hm', signature: 'sig', provider_details: { redacted: 'r' }, ...own },
        { part_kind: 'text', content: 'one' },
        { part_kind: 'builtin-tool-call', tool_name: 'search', args: '{"q":"x"}', tool_call_id: 's1', ...own },
        { part_kind: 'builtin-tool-return', tool_name: 'search', content: { hits: 2 }, tool_call_id: 's1', ...own },
        { part_kind: 'file', content: { data: 'P_-_', media_type: 'image/png' }, ...own },
        call('f', '{"a":1}', { provider_details: { thoughtSignature: 't' }, ...own }),
      ),
    ];
    expect(messagesOf(history)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'hm', providerOptions: { acme: { redacted: 'r', signature: 'sig' } } },
          text('one'),
          { type: 'tool-call', toolCallId: 's1', toolName: 'search', input: { q: 'x' }, providerExecuted: true },
          { type: 'tool-result', toolCallId: 's1', toolName: 'search', output: { type: 'json', value: { hits: 2 } } },
          { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'P/+/' } },
          {
            type: 'tool-call',
            toolCallId: 'id-f',
            toolName: 'f',
            input: { a: 1 },
            providerOptions: { acme: { thoughtSignature: 't' } },
          },
        ],
      },
    ]);
  });

  it('sends thinking of another provider as text and leaves its own tools out', () => {
    const foreign = { provider_name: 'other' };
    const history = [
      modelResponseOf(
        { part_kind: 'thinking', content: 'hm', signature: 'sig', ...foreign },
        { part_kind: 'builtin-tool-call', tool_name: 'search', args: '{}', tool_call_id: 's1', ...foreign },
        { part_kind: 'builtin-tool-return', tool_name: 'search', content: 1, tool_call_id: 's1', ...foreign },
        { part_kind: 'compaction', content: 'earlier', ...foreign },
        call('f', '{}', { provider_details: { x: 1 }, ...foreign }),
      ),
    ];
    expect(messagesOf(history)).toEqual([
      {
        role: 'assistant',
        content: [text('<think>\nhm\n</think>'), { type: 'tool-call', toolCallId: 'id-f', toolName: 'f', input: {} }],
      },
    ]);
  });

  it('marks an address that is to be downloaded, and guesses media types', () => {
    const history = [
      userRequest(
        user([
          { kind: 'audio-url', url: 'https://x.test/a', force_download: true },
          { kind: 'document-url', url: 'https://x.test/b.pdf' },
          { kind: 'video-url', url: 'https://x.test/c' },
        ]),
      ),
    ];
    expect(messagesOf(history)).toMatchObject([
      {
        content: [
          { mediaType: 'audio', providerOptions: { runwire: { download: true } } },
          { mediaType: 'application/pdf' },
          { mediaType: 'video' },
        ],
      },
    ]);
  });

  it.each([
    [
      'a file another provider holds',
      { kind: 'uploaded-file', file_id: 'f1', provider_name: 'openai' },
      "UploadedFile with `provider_name='openai'` cannot be used with provider 'acme'. Expected `provider_name` to be `'acme'`.",
    ],
    ['an address that is none', { kind: 'image-url', url: 'a.png' }, "'a.png' is not a URL."],
  ])('refuses %s', (_, item, message) => {
    expect(() => messagesOf([userRequest(user([item]))])).toThrow(message);
  });
});

describe('settings', () => {
  const settled = (settings: object, quirks: Partial<Quirks> = {}) => {
    const { options, warnings } = map(promptOf([], { settings: settings as ModelPrompt['settings'] }), quirks);
    const { prompt: _, ...rest } = options;
    return { options: rest, warnings };
  };

  it('become call options', () => {
    const settings = {
      max_tokens: 50,
      temperature: 0,
      top_p: 0.9,
      top_k: 40,
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      stop_sequences: ['END'],
      thinking: true,
      extra_headers: { 'x-a': '1' },
      timeout: 5,
      extra_body: { a: 1 },
    };
    expect(settled(settings)).toEqual({
      options: {
        maxOutputTokens: 50,
        temperature: 0,
        topP: 0.9,
        topK: 40,
        seed: 7,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        stopSequences: ['END'],
        reasoning: 'medium',
        headers: { 'x-a': '1' },
      },
      warnings: [],
    });
  });

  it('of the provider become its options and come before the common ones; the later of two names wins', () => {
    const quirks = { settings: { max_tokens: 'limit', acme_a: 'a', acme_b: 'a' }, options: { always: true } };
    expect(settled({ acme_b: 2, max_tokens: 5, acme_a: 1 }, quirks)).toEqual({
      options: { providerOptions: { acme: { always: true, limit: 5, a: 2 } } },
      warnings: [],
    });
  });

  it('that are null are not set', () => {
    expect(settled({ temperature: null, thinking: null, tool_choice: null })).toEqual({ options: {}, warnings: [] });
  });

  it('that are unknown are reported, those of other providers are not', () => {
    const warning = {
      kind: 'model.setting',
      message: "The setting 'temprature' is not supported by 'acme' here and was left out; did you mean 'temperature'?",
    };
    expect(settled({ temprature: 1, anthropic_metadata: {} })).toEqual({ options: {}, warnings: [warning] });
  });

  it.each([
    [true, undefined, ["The setting 'thinking' is not supported by 'acme' here and was left out."]],
    [false, undefined, []],
    ['deep', undefined, ["The setting 'thinking' is not supported by 'acme' here and was left out."]],
  ])('thinking %s on a model without it', (thinking, reasoning, warnings) => {
    const { options, warnings: given } = settled({ thinking }, { thinking: () => undefined });
    expect(options.reasoning).toBe(reasoning);
    expect(given.map(({ message }) => message)).toEqual(warnings);
  });
});

describe('tool choice and output', () => {
  const tools = { functionTools: [tool('f')], outputTools: [] };
  const choose = (tool_choice: unknown, fields: Partial<ModelPrompt> = tools) =>
    map(promptOf([], { ...fields, settings: { tool_choice } }));

  it('reports names that are not there', () => {
    expect(choose(['f', 'x']).warnings).toEqual([
      { kind: 'model.setting', message: "The tool 'x' in `tool_choice` is not available and was ignored." },
    ]);
  });

  it.each([
    [['x'], 'Invalid tool names in `tool_choice`: x. Available tools: f'],
    ['sometimes', '`tool_choice` must be "auto", "none", "required", a list of tool names'],
  ])('refuses %j', (tool_choice, message) => {
    expect(() => choose(tool_choice)).toThrow(message);
  });

  it('refuses to require a tool when there is none', () => {
    expect(() => choose('required', {})).toThrow(
      '`tool_choice` was set to "required", but no function tools are defined.',
    );
  });

  it.each(['text', 'tool', 'prompted'] as const)('asks for no response format in %s mode', (outputMode) => {
    const outputObject = { name: 'o', description: null, json_schema: { type: 'object' } };
    const { options } = map(promptOf([], { outputMode, outputObject, outputTools: [tool('final_result')] }));
    expect(options.responseFormat).toBeUndefined();
  });

  it('leaves an absent description out and passes strict on only when it is asked for', () => {
    const functionTools = [tool('f', { strict: false }), tool('g', { strict: true, description: 'does g' })];
    const inputSchema = { type: 'object', properties: {} };
    expect(map(promptOf([], { functionTools })).options.tools).toEqual([
      { type: 'function', name: 'f', inputSchema },
      { type: 'function', name: 'g', description: 'does g', inputSchema, strict: true },
    ]);
  });
});

it.each([
  [{ type: 'unsupported', feature: 'topK' }, 'model.setting', "'topK' is not supported by the model."],
  [{ type: 'unsupported', feature: 'topK', details: 'no topK' }, 'model.setting', 'no topK'],
  [{ type: 'compatibility', feature: 'reasoning' }, 'model.compatibility', "'reasoning' was adapted."],
  [{ type: 'deprecated', setting: 'a', message: 'use b' }, 'model.deprecated', "'a' is deprecated: use b"],
  [{ type: 'other', message: 'hm' }, 'model.other', 'hm'],
] as const)('a warning of the AI SDK %j', (warning, kind, message) => {
  expect(sdkWarning(warning)).toEqual({ kind, message });
});
