import { describe, expect, it } from 'vitest';
import { defaultAnswerBounds } from '../../../../server/engine/limits/bounds.ts';
import { PartStream } from '../../../../server/engine/streaming/part-stream.ts';
import { mergedPieces, PieceMerger } from '../../../../server/models/ai-sdk/raw/merged-pieces.ts';
import { type AnswerBodies, answerBodies, type BodyEvent, writtenEvents } from '../answer-bodies.ts';
import { callOf, modelAt, promptOf, stillTiming, tool, user, userRequest } from '../support.ts';

const chat = (delta: object, fields: object = {}) => ({ id: 'x', ...fields, choices: [{ index: 0, delta }] });
const call = (fields: object, args: string) => ({
  tool_calls: [{ index: 0, function: { ...fields, arguments: args } }],
});

describe('two events of a stream', () => {
  it.each([
    ['text of a chat', chat({ content: 'a' }), chat({ content: 'b' }), chat({ content: 'ab' })],
    ['the same text twice', chat({ content: 'a' }), chat({ content: 'a' }), chat({ content: 'aa' })],
    ['arguments', chat(call({}, '{"a"')), chat(call({}, ':1}')), chat(call({}, '{"a":1}'))],
    [
      'what counts events or fills them up',
      { type: 'response.output_text.delta', delta: 'a', sequence_number: 7, obfuscation: 'x' },
      { type: 'response.output_text.delta', delta: 'b', sequence_number: 8, obfuscation: 'yz' },
      { type: 'response.output_text.delta', delta: 'ab', sequence_number: 8, obfuscation: 'yz' },
    ],
    [
      'text of Anthropic',
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'a' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'b' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'ab' } },
    ],
  ])('are one where they continue one piece: %s', (_name, first, second, merged) => {
    expect(mergedPieces(first, second)).toEqual(merged);
  });

  it.each([
    ['of different parts', chat({ content: 'a' }), chat({ reasoning: 'b' })],
    ['of which one has two pieces', chat({ content: 'a', reasoning: '' }), chat({ content: 'a', reasoning: 'b' })],
    ['of two pieces each', chat({ content: 'a', reasoning: 'b' }), chat({ content: 'a', reasoning: 'b' })],
    ['with nothing in them', chat({ content: '' }), chat({ content: '' })],
    ['of two blocks', { index: 0, delta: { text: 'a' } }, { index: 1, delta: { text: 'b' } }],
    ['of which the later begins a call', chat(call({}, '{}')), chat(call({ name: 'f' }, '{}'))],
    ['that each hold a call', chat(call({ name: 'f' }, '{}')), chat(call({ name: 'f' }, '{}'))],
    ['with a usage', chat({ content: 'a' }, { usage: { n: 1 } }), chat({ content: 'b' }, { usage: { n: 2 } })],
    ['with other fields', chat({ content: 'a' }), chat({ content: 'b' }, { more: 1 })],
    ['that are no objects', 'a', 'b'],
    ['of other lengths', { content: ['a'] }, { content: ['a', 'b'] }],
  ])('stay two: %s', (_name, first, second) => {
    expect(mergedPieces(first, second)).toBeUndefined();
  });
});

describe('the events of a long answer', () => {
  const event = (content: string) => ({ name: undefined, data: JSON.stringify(chat({ content })) });
  const merger = () => new PieceMerger<ReturnType<typeof event>>((one, data) => ({ ...one, data }));

  it('come as they are to the 1,024th, and then merged in each read', () => {
    const { length } = [...merger().merged(Array.from({ length: 1_024 }, () => event('a')))];
    expect(length).toBe(1_024);
    const long = merger();
    const reads = [1_000, 500, 500].map((count) => [...long.merged(Array.from({ length: count }, () => event('a')))]);
    expect(reads.map((read) => read.length)).toEqual([1_000, 25, 1]);
    expect(JSON.parse(reads[2]?.[0]?.data ?? '')).toEqual(chat({ content: 'a'.repeat(500) }));
  });

  it.each([
    ['with escapes', () => 'a"\\\n\u2028'],
    ['of which some have escapes', (at: number) => (at % 3 === 0 ? '"' : 'b')],
    ['that look like a field', () => '"content":"a"'],
    ['that are whole words', (at: number) => `word ${at} `],
  ])('have all of their pieces %s', (_name, piece) => {
    const pieces = Array.from({ length: 3_000 }, (_, at) => piece(at));
    const read = [...merger().merged(pieces.map(event))];
    expect(read.length).toBeLessThan(1_030);
    expect(read.map(({ data }) => JSON.parse(data).choices[0].delta.content).join('')).toBe(pieces.join(''));
  });

  it('are handed on to the last whole one when those after it are damaged', () => {
    const damaged = function* () {
      for (let at = 0; at < 1_100; at += 1) yield event('a');
      throw new Error('damaged');
    };
    const read: string[] = [];
    const all = () => {
      for (const { data } of merger().merged(damaged())) read.push(JSON.parse(data).choices[0].delta.content);
    };
    expect(all).toThrow('damaged');
    expect(read.join('')).toHaveLength(1_100);
  });
});

const times = 3_000;

/** The answer with its last piece of text sent very many times, and what its text then is. */
function lengthened(bodies: AnswerBodies): { readonly bodies: AnswerBodies; readonly text: string } {
  const isLast = (event: BodyEvent) => /"(?:text|content|delta)":"(?:Hi)? there"/.test(JSON.stringify(event.data));
  const last = bodies.events.find(isLast);
  const events = bodies.events.flatMap((event) => (event === last ? Array<BodyEvent>(times).fill(event) : [event]));
  const isWhole = JSON.stringify(last).includes('Hi there');
  return { bodies: { ...bodies, events }, text: isWhole ? 'Hi there'.repeat(times) : `Hi${' there'.repeat(times)}` };
}

it.each(Object.entries(answerBodies))(
  '%s: an answer in thousands of pieces is read as it was sent',
  async (provider, bodies) => {
    const long = lengthened(bodies);
    const pieces = writtenEvents(long.bodies);
    const type = bodies.framing === 'aws' ? 'application/vnd.amazon.eventstream' : 'text/event-stream';
    const fetch: typeof globalThis.fetch = async () =>
      new Response(Buffer.concat(pieces), { headers: { 'content-type': type } });
    const { signal } = new AbortController();
    const bounds = defaultAnswerBounds;

    const stream = new PartStream({ signal, bounds, outputOf: () => null, mintId: (index) => `minted-${index}` });
    const model = await modelAt(provider, {}, { fetch, timing: stillTiming() });
    const prompt = promptOf([userRequest(user('hi'))], { functionTools: [tool('f')] });
    await model.request(prompt, { ...callOf(signal), bounds, stream });
    expect(stream.parts()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ part_kind: 'text', content: long.text }),
        expect.objectContaining({ part_kind: 'tool-call', tool_name: 'f' }),
      ]),
    );
  },
);
