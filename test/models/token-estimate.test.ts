import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelMessage, type ModelMessageInput } from '../../protocol/messages/messages.ts';
import { requestUsage } from '../../server/engine/request/response.ts';
import { estimateTokens, estimateUsage } from '../../server/models/token-estimate.ts';

const folder = process.env.GOLDENS_DIR ?? join(import.meta.dirname, '../vectors/goldens');
const { expected } = JSON.parse(readFileSync(join(folder, 't03_token_estimate.json'), 'utf8')) as {
  expected: { v2: { rows: { text: string; tokens: number }[] } };
};

describe('estimateTokens', () => {
  it.each(expected.v2.rows)('counts $text as $tokens', ({ text, tokens }) => {
    expect(estimateTokens(text)).toBe(tokens);
  });
});

type RequestPart = (ModelMessageInput & { kind: 'request' })['parts'][number];
type ResponsePart = NonNullable<(ModelMessageInput & { kind: 'response' })['parts']>[number];

const usageOf = (...messages: ModelMessageInput[]) =>
  estimateUsage(messages.map((given) => ModelMessage().parse(given)));
const inputOf = (part: RequestPart) => usageOf({ kind: 'request', parts: [part] }).input_tokens - 50;
const outputOf = (part: ResponsePart) => usageOf({ kind: 'response', parts: [part] }).output_tokens;

const bytes = { data: 'AAEC_w==', media_type: 'image/png', kind: 'binary' } as const;

describe('estimateUsage', () => {
  it('starts at 50 input tokens', () => {
    expect(usageOf()).toEqual(requestUsage({ input_tokens: 50 }));
  });

  it('adds requests as input and responses as output', () => {
    const usage = usageOf(
      { kind: 'request', parts: [{ content: 'hello there', part_kind: 'user-prompt' }] },
      { kind: 'response', parts: [{ tool_name: 'f', args: { x: 0 }, part_kind: 'tool-call' }] },
      { kind: 'request', parts: [{ tool_name: 'f', content: { ok: 1 }, part_kind: 'tool-return' }] },
      { kind: 'response', parts: [{ content: 'one two three', part_kind: 'text' }] },
    );
    expect(usage).toEqual(requestUsage({ input_tokens: 50 + 2 + 3, output_tokens: 1 + 3 + 3 }));
  });

  it.each<[string, RequestPart, number]>([
    ['a system prompt', { content: 'be brief', part_kind: 'system-prompt' }, 2],
    ['an empty user prompt', { content: '', part_kind: 'user-prompt' }, 0],
    ['an empty list', { content: [], part_kind: 'user-prompt' }, 0],
    ['an empty text in a list', { content: [''], part_kind: 'user-prompt' }, 1],
    ['texts in a list', { content: ['a b', { content: 'c', kind: 'text-content' }], part_kind: 'user-prompt' }, 3],
    ['bytes by their number', { content: [bytes], part_kind: 'user-prompt' }, 4],
    ['an address', { content: [{ url: 'https://a.test/b.png', kind: 'image-url' }], part_kind: 'user-prompt' }, 0],
    ['a tool return of nothing', { tool_name: 'f', content: null, part_kind: 'tool-return' }, 0],
    ['a retried call', { content: 'again', tool_name: 'f', outcome: 'retried', part_kind: 'tool-return' }, 4],
    ['names of added tools', { tools_added: ['a', 'b'], part_kind: 'tool-availability-delta' }, 2],
  ])('counts %s on the way in', (_what, part, tokens) => {
    expect(inputOf(part)).toBe(tokens);
  });

  it.each<[string, ResponsePart, number]>([
    ['thinking', { content: 'hm well', part_kind: 'thinking' }, 2],
    ['a call without arguments', { tool_name: 'f', args: null, part_kind: 'tool-call' }, 2],
    ['a builtin call', { tool_name: 'f', args: '{"q":1}', part_kind: 'builtin-tool-call' }, 4],
    ['a builtin return', { tool_name: 'f', content: 'a b', part_kind: 'builtin-tool-return' }, 2],
    ['a file by its bytes', { content: bytes, part_kind: 'file' }, 4],
    ['speech without transcript', { speaker: 'assistant', part_kind: 'speech' }, 0],
    ['a compaction', { content: 'so far', part_kind: 'compaction' }, 0],
  ])('counts %s on the way out', (_what, part, tokens) => {
    expect(outputOf(part)).toBe(tokens);
  });
});
