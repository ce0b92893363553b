import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  splitThinking,
  TagSplitter,
  type ThinkingTags,
} from '../../../../server/models/ai-sdk/answers/thinking-tags.ts';
import { providers } from '../../../../server/models/providers.ts';
import { answering, families, type Json, responseOf } from './shapes.ts';

const seed = 3_007;
const tags: ThinkingTags = ['<think>', '</think>'];

/** The segments of a text that comes in pieces, each as one. */
function joined(pieces: readonly string[]): [string, string][] {
  const splitter = new TagSplitter(tags);
  const found = new Map<number, [string, string]>();
  for (const { kind, number, content } of [...pieces.flatMap((piece) => splitter.add(piece)), ...splitter.end()]) {
    found.set(number, [kind, (found.get(number)?.[1] ?? '') + content]);
  }
  return [...found.values()];
}

/** Text full of tags, halves of tags, and what looks like them. */
const tagged = fc
  .array(fc.constantFrom('<think>', '</think>', '<', 'think', '>', '</', 'a', ' ', '\n', '<<think>', 'é'), {
    maxLength: 14,
  })
  .map((words) => words.join(''));

describe('thinking between tags', () => {
  it(`is the same wherever the text is cut (seed ${seed})`, () => {
    fc.assert(
      fc.property(tagged, fc.array(fc.nat(), { maxLength: 12 }), (text, places) => {
        const at = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
        const pieces = [...at, text.length].map((end, index) => text.slice(index === 0 ? 0 : at[index - 1], end));
        expect(joined(pieces)).toEqual(joined([text]));
      }),
      { seed, numRuns: 500 },
    );
  });

  it(`is in a whole text what it is in a stream, once it is closed (seed ${seed})`, () => {
    fc.assert(
      fc.property(tagged, (text) => {
        const splitter = new TagSplitter(tags);
        splitter.add(text);
        fc.pre(!splitter.isOpen);
        expect(splitThinking(text, tags).map(({ kind, content }) => [kind, content])).toEqual(joined([text]));
      }),
      { seed, numRuns: 500 },
    );
  });

  it.each<[string, [string, string][]]>([
    ['hello', [['text', 'hello']]],
    [
      '<think>hm</think>hello',
      [
        ['thinking', 'hm'],
        ['text', 'hello'],
      ],
    ],
    [
      'a<think></think>b',
      [
        ['text', 'a'],
        ['thinking', ''],
        ['text', 'b'],
      ],
    ],
    [
      'a<think>b',
      [
        ['text', 'a'],
        ['text', 'b'],
      ],
    ],
    ['a</think>b', [['text', 'a</think>b']]],
    ['a <thin', [['text', 'a <thin']]],
  ])('%j is %j', (text, expected) => {
    expect(splitThinking(text, tags).map(({ kind, content }) => [kind, content])).toEqual(expected);
  });
});

/** Mistral has thinking of its own in its content. */
const readsTags = (row: string) => families[row] === 'chat' && row !== 'mistral';

const given = '<think>hm</think>hello';

describe.each(providers.map(({ name }) => name).filter((row) => families[row] === 'chat'))('%s', (row) => {
  const form = /^(groq|huggingface|mistral)$/.test(row) ? { id: null, provider_name: null } : { id: 'content' };
  const thought = [
    { part_kind: 'thinking', content: 'hm', signature: null, ...form },
    { part_kind: 'text', content: 'hello' },
  ];
  const expected = readsTags(row) ? thought : [{ part_kind: 'text', content: given }];

  it('splits the text of a whole answer at its tags as the reference engine does', async () => {
    const choice = { index: 0, message: { role: 'assistant', content: given }, finish_reason: 'stop' };
    const { parts } = await responseOf(row, false, () => answering('chat', { choices: [choice] }));
    expect(parts).toMatchObject(expected);
    expect(parts).toHaveLength(expected.length);
  });

  it.each([1, 2, 5, 100])('splits a stream in pieces of %i', async (size) => {
    const pieces = given.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    const events: (Json | string)[] = pieces.map((content) => ({ choices: [{ index: 0, delta: { content } }] }));
    events.push({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, '[DONE]');
    const { parts } = await responseOf(row, true, () => answering('chat', events));
    expect(parts).toMatchObject(expected);
    expect(parts).toHaveLength(expected.length);
  });
});

it('Claude writes other tags where it is served beside others', async () => {
  const content = '<thinking>hm</thinking>hello';
  const choice = { index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' };
  const reply = () => answering('chat', { choices: [choice] });
  const { parts } = await responseOf('openrouter', false, reply, 'anthropic/claude-sonnet-4.5');
  expect(parts).toMatchObject([{ content: 'hm' }, { content: 'hello' }]);
});

describe.each(['openrouter', 'snowflake'])('the reasoning details of %s', (row) => {
  const details = [
    { type: 'reasoning.summary', summary: 'sum', format: 'openai-responses-v1', id: 'r1', index: 0 },
    { type: 'reasoning.text', text: 'hm', signature: 'sig', format: 'anthropic-claude-v1', index: 1 },
    { type: 'reasoning.encrypted', data: 'enc', format: 'openai-responses-v1', id: 'r2', index: 2 },
  ];
  const part = (
    content: string,
    signature: string | null,
    id: string | null,
    index: number,
    type: string,
    format: string,
  ) => ({
    part_kind: 'thinking',
    content,
    signature,
    id,
    provider_name: row,
    provider_details: { format, index, type },
  });
  const expected = [
    part('sum', null, 'r1', 0, 'reasoning.summary', 'openai-responses-v1'),
    part('hm', 'sig', null, 1, 'reasoning.text', 'anthropic-claude-v1'),
    part('', 'enc', 'r2', 2, 'reasoning.encrypted', 'openai-responses-v1'),
    { part_kind: 'text', content: 'hello' },
  ];

  it('are parts with what must travel back, whole', async () => {
    const message = { role: 'assistant', content: 'hello', reasoning: 'hm', reasoning_details: details };
    const reply = () => answering('chat', { choices: [{ index: 0, message, finish_reason: 'stop' }] });
    expect((await responseOf(row, false, reply)).parts).toMatchObject(expected);
  });

  it('are parts with what must travel back, streamed', async () => {
    const [summary, text, encrypted] = details;
    const pieces = [
      [summary],
      [{ ...text, text: 'h', signature: null }],
      [{ ...text, text: 'm', signature: null }],
      [{ type: 'reasoning.text', signature: 'sig', format: 'anthropic-claude-v1', index: 1 }],
      [encrypted],
    ];
    const events: (Json | string)[] = pieces.map((reasoning_details) => ({
      choices: [{ index: 0, delta: { reasoning: 'x', reasoning_details } }],
    }));
    events.push({ choices: [{ index: 0, delta: { content: 'hello' }, finish_reason: 'stop' }] }, '[DONE]');
    const { parts } = await responseOf(row, true, () => answering('chat', events));
    expect(parts).toMatchObject(expected);
    expect(parts).toHaveLength(4);
  });
});

it('text that goes on after thinking is a part of its own, and so is the thinking', async () => {
  const deltas = [{ content: 'a' }, { reasoning_content: 'b' }, { content: 'c' }, { reasoning_content: 'd' }];
  const events: (Json | string)[] = deltas.map((delta) => ({ choices: [{ index: 0, delta }] }));
  events.push({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, '[DONE]');
  const { parts } = await responseOf('openai-chat', true, () => answering('chat', events));
  expect(parts.map((part) => 'content' in part && part.content)).toEqual(['a', 'b', 'c', 'd']);
});
