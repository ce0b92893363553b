import { describe, expect, it } from 'vitest';
import { defaultAnswerBounds } from '../../../../server/engine/limits/bounds.ts';
import { PartStream } from '../../../../server/engine/streaming/part-stream.ts';
import { longPiece, mergedPieces } from '../../../../server/models/ai-sdk/raw/merged-pieces.ts';
import { slicedPieces } from '../../../../server/models/ai-sdk/raw/sliced-pieces.ts';
import { type AnswerBodies, answerBodies, type BodyEvent, writtenEvents } from '../answer-bodies.ts';
import { callOf, modelAt, promptOf, stillTiming, tool, user, userRequest } from '../support.ts';

const asIs = (text: string) => text;
const sliced = (event: unknown) => [...slicedPieces(event, asIs)] as Record<string, never>[];
const long = 'é"\\\u{1f600}x\n'.repeat(30_000);
const chat = (delta: object, fields: object = {}) => ({ id: 'x', ...fields, choices: [{ index: 0, delta }] });
const call = (fields: object, args: string, named: object = {}) => ({
  tool_calls: [{ index: 0, ...fields, function: { ...named, arguments: args } }],
});

describe('an event with a long piece', () => {
  it.each([
    ['text of a chat', chat({ content: long })],
    ['thinking of a chat', chat({ thought: { reasoning: long } })],
    ['arguments', chat(call({}, long))],
    ['text of Responses', { type: 'response.output_text.delta', delta: long, sequence_number: 7 }],
    ['text of Anthropic', { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: long } }],
    ['text of Google', { candidates: [{ content: { role: 'model', parts: [{ thought: true, text: long }] } }] }],
  ])('becomes several that merge into it: %s', (_name, event) => {
    const slices = sliced(event);
    expect(slices.length).toBe(Math.ceil(long.length / longPiece));
    for (const slice of slices) expect(JSON.stringify(slice).length).toBeLessThan(3 * longPiece);
    expect(slices.reduce((all, slice) => mergedPieces(all, slice) as never)).toEqual(event);
  });

  it('begins a call once', () => {
    const [first, ...rest] = sliced(chat(call({ id: 'c' }, long, { name: 'f' }))).map((slice) => JSON.stringify(slice));
    const begins = (slice = '') => slice.includes('"id":"c"') && slice.includes('"name":"f"');
    expect([begins(first), rest.some(begins)]).toEqual([true, false]);
  });

  it('ends once, and counts its usage once', () => {
    const usage = { completion_tokens: 1 };
    const event = { id: 'x', choices: [{ index: 0, finish_reason: 'stop', delta: { content: long } }], usage };
    const slices = sliced(event);
    expect(slices.filter((slice) => /finish_reason|usage/.test(JSON.stringify(slice)))).toEqual([slices.at(-1)]);
  });

  it('has its thinking before its text, and its calls after it, each in slices', () => {
    const seen: string[] = [];
    const texts = { reasoning: '', content: '', arguments: '' };
    for (const slice of sliced(chat({ content: long, thought: { reasoning: long }, ...call({}, long) }))) {
      const [{ delta }] = slice.choices as unknown as [{ delta: ReturnType<typeof call> & Record<string, unknown> }];
      const { content, thought = {}, tool_calls = [] } = delta;
      const pieces = { ...(thought as object), content, arguments: tool_calls[0]?.function.arguments };
      for (const name of Object.keys(texts) as (keyof typeof texts)[]) {
        const piece = (pieces as Record<string, string | undefined>)[name];
        if (piece === undefined) continue;
        if (seen.at(-1) !== name) seen.push(name);
        texts[name] += piece;
      }
    }
    expect(seen).toEqual(['reasoning', 'content', 'arguments']);
    expect(Object.values(texts).map((text) => text === long)).toEqual([true, true, true]);
  });

  it.each([
    ['the end of a block, which has its text again', { type: 'response.output_text.done', text: long }],
    [
      'arguments that are an object',
      { candidates: [{ content: { parts: [{ functionCall: { args: { text: long } } }] } }] },
    ],
    ['a file', { candidates: [{ content: { parts: [{ inlineData: { data: long } }] } }] }],
    ['a text that is not long', chat({ content: 'x'.repeat(longPiece) })],
    ['no object', null],
  ])('stays one: %s', (_name, event) => {
    expect(sliced(event)).toEqual([event]);
  });

  it('is read as marks, but for arguments that the package of Cohere parses', () => {
    const mark = () => 'mark';
    const cohere = { type: 'tool-call-delta', delta: { message: { tool_calls: { function: { arguments: long } } } } };
    expect(JSON.stringify([...slicedPieces(chat({ content: long }), mark)])).not.toContain('é');
    expect(JSON.stringify([...slicedPieces(cohere, mark)])).not.toContain('mark');
  });
});

const secret = 'key-of-a-provider-0123456789';

/** The answer with its last piece of text, and its arguments, so long that they are read in slices. */
function lengthened(bodies: AnswerBodies, text: string): AnswerBodies {
  const isLast = (event: BodyEvent) => /"(?:text|content|delta)":"(?:Hi)? there"/.test(JSON.stringify(event.data));
  const last = bodies.events.find(isLast);
  const changed = (event: BodyEvent): BodyEvent => ({
    ...event,
    data: JSON.parse(JSON.stringify(event.data).replace(/there"/, () => JSON.stringify(text).slice(1))),
  });
  return { ...bodies, events: bodies.events.map((event) => (event === last ? changed(event) : event)) };
}

describe.each(Object.entries(answerBodies))('%s', (provider, bodies) => {
  async function read(given: AnswerBodies) {
    const type = given.framing === 'aws' ? 'application/vnd.amazon.eventstream' : 'text/event-stream';
    const fetch: typeof globalThis.fetch = async () =>
      new Response(Buffer.concat(writtenEvents(given)), { headers: { 'content-type': type } });
    const { signal } = new AbortController();
    const bounds = defaultAnswerBounds;
    const stream = new PartStream({ signal, bounds, outputOf: () => null, mintId: (index) => `minted-${index}` });
    const model = await modelAt(provider, { secrets: [secret] }, { fetch, timing: stillTiming() });
    const prompt = promptOf([userRequest(user('hi'))], { functionTools: [tool('f')] });
    await model.request(prompt, { ...callOf(signal), bounds, stream });
    return stream.parts();
  }

  it('a long piece is read as it was sent, without the secrets at the ends of its slices', async () => {
    const [before, after] = [`${long.slice(0, longPiece - 12)} `, ` ${long}`];
    const parts = await read(lengthened(bodies, `${before}${secret}${after}`));
    const text = parts.find((part) => part.part_kind === 'text');
    expect(text?.part_kind === 'text' && text.content.endsWith(`${before}[redacted]${after}`)).toBe(true);
    expect(parts).toContainEqual(expect.objectContaining({ part_kind: 'tool-call', tool_name: 'f' }));
    expect(JSON.stringify(parts)).not.toMatch(/long-text-[0-9a-f]{32}/);
  });

  it('long arguments are read as they were sent', async () => {
    const city = `Graz${'x'.repeat(3 * longPiece)}`;
    const changed = (event: BodyEvent): BodyEvent => ({
      ...event,
      data: JSON.parse(JSON.stringify(event.data).replace(/az(\\?")/, (_all, end) => `${city.slice(2)}${end}`)),
    });
    const parts = await read({ ...bodies, events: bodies.events.map(changed) });
    const call = parts.find((part) => part.part_kind === 'tool-call');
    const args = call?.part_kind === 'tool-call' ? call.args : null;
    const { city: found, days } = (typeof args === 'string' ? JSON.parse(args) : args) as Record<string, unknown>;
    expect([found === city, days]).toEqual([true, [1, 2]]);
  });
});
