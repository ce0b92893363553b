import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelResponse } from '../../../protocol/messages/messages.ts';
import { EngineError } from '../../../server/engine/errors.ts';
import { type AnswerBounds, defaultAnswerBounds } from '../../../server/engine/limits/bounds.ts';
import type { ModelAnswer } from '../../../server/engine/model.ts';
import { PartStream } from '../../../server/engine/streaming/part-stream.ts';
import { byEffort } from '../../support/effort.ts';
import { type AnswerBodies, answerBodies, writtenEvents } from './answer-bodies.ts';
import { callOf, modelAt, promptOf, stillTiming, tool, user, userRequest } from './support.ts';

/** For each provider: all of them in a thorough run; elsewhere so many that a mistake in the generators shows. */
const runs = Number(process.env.RUNWIRE_FUZZ_BODIES ?? byEffort({ quick: 6, ci: 15, thorough: 500 }));
const seed = Number(process.env.RUNWIRE_FUZZ_SEED ?? 20_261_128);

const bounds: AnswerBounds = { ...defaultAnswerBounds, responseBytes: 200_000, streamBytes: 400_000 };

/** One answer as it comes. */
interface Given {
  readonly pieces: readonly Uint8Array[];
  readonly isStream: boolean;
}

async function read(provider: string, { pieces, isStream }: Given) {
  const aws = answerBodies[provider]?.framing === 'aws';
  const type = isStream ? (aws ? 'application/vnd.amazon.eventstream' : 'text/event-stream') : 'application/json';
  const left = [...pieces];
  const fetch: typeof globalThis.fetch = async () => {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const piece = left.shift();
      if (piece) controller.enqueue(piece);
      else controller.close();
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers: { 'content-type': type } });
  };
  const { signal } = new AbortController();
  const stream = new PartStream({ signal, bounds, outputOf: () => null, mintId: (index) => `minted-${index}` });
  const retries = { retries: 0, firstDelayMs: 1, delayCapMs: 1, retryAfterCapMs: 1 };
  const model = await modelAt(provider, {}, { fetch, retries, timing: stillTiming() });
  const prompt = promptOf([userRequest(user('hi'))], { functionTools: [tool('f')] });
  const answer = await model.request(prompt, { ...callOf(signal), bounds, ...(isStream ? { stream } : {}) }).then(
    (given) => given,
    (error: unknown) => error,
  );
  return { answer: answer as ModelAnswer | Error, stream };
}

/** Kinds of errors that say what the provider did; anything else is taken for a bug of ours. */
const kinds = /^(model\.(http|api|stream|unexpectedBehavior|incompleteToolCall)|contentFilter|usage\.limitExceeded)$/;

async function check(provider: string, given: Given): Promise<void> {
  const { answer, stream } = await read(provider, given);
  if (answer instanceof Error) {
    expect(answer).toBeInstanceOf(EngineError);
    expect((answer as EngineError).kind).toMatch(kinds);
  }
  const parts = given.isStream ? stream.parts() : answer instanceof Error ? [] : answer.response.parts;
  const fields = answer instanceof Error ? {} : answer.response;
  expect(ModelResponse().safeParse({ kind: 'response', ...fields, parts }).error?.issues).toBeUndefined();
  JSON.stringify(fields);
}

// Mutations of events: fields that are odd, lost, moved or repeated.

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1e300,
    2 ** 53,
    true,
    [],
    {},
    [null],
    '__proto__',
    '\ud800',
    'x'.repeat(5_000),
  ),
  fc.integer({ min: 2, max: 400 }).map((depth) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown),
  fc.jsonValue({ maxDepth: 3 }),
);

/** The value with `replaced` at the place that `at` counts down to, or without it. */
function altered(value: unknown, at: number, replaced: unknown): unknown {
  let left = at;
  const walk = (one: unknown): unknown => {
    if (left === 0) {
      left -= 1;
      return replaced;
    }
    left -= 1;
    if (Array.isArray(one)) return one.map(walk);
    if (one === null || typeof one !== 'object') return one;
    return Object.fromEntries(Object.entries(one).map(([key, member]) => [key, walk(member)]));
  };
  return walk(value);
}

const size = (value: unknown): number =>
  value !== null && typeof value === 'object'
    ? Object.values(value).reduce((sum: number, one) => sum + size(one), 1)
    : 1;

type Items = readonly unknown[];
type Mutation = (items: Items) => Items;

const place = fc.nat({ max: 1_000 });
/** Repeated twice, an event that is repeated often is a stream that takes minutes. */
const longest = 1_000;

const without = (items: Items, index: number) => items.filter((_, at) => at !== index);
const eventMutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, place, odd).map(
    ([which, at, value]): Mutation =>
      (items) => {
        const index = which % Math.max(1, items.length);
        return items.map((item, one) => (one === index ? altered(item, at % size(item), value) : item));
      },
  ),
  place.map(
    (which): Mutation =>
      (items) =>
        without(items, which % Math.max(1, items.length)),
  ),
  fc.tuple(place, place).map(
    ([from, to]): Mutation =>
      (items) => {
        const index = from % Math.max(1, items.length);
        const rest = without(items, index);
        return items.length > 0 ? rest.toSpliced(to % (rest.length + 1), 0, items[index]) : items;
      },
  ),
  fc.tuple(place, fc.constantFrom(1, 2, 300)).map(
    ([which, times]): Mutation =>
      (items) => {
        const index = which % Math.max(1, items.length);
        return items.flatMap((item, one) => (one === index ? [item, ...Array(times).fill(item)] : [item]));
      },
  ),
);

// Mutations of bytes: what is lost, garbled or repeated on the way.

const structural = fc.constantFrom(...[...'{}[]",:\\\n\r0e-'].map((letter) => letter.charCodeAt(0)), 0, 0xff, 0xc3);
const byteMutation: fc.Arbitrary<(bytes: Buffer) => Buffer> = fc.oneof(
  fc.tuple(place, structural).map(([at, byte]) => (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[(at * 7) % copy.length] = byte;
    return copy;
  }),
  fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(([at, count]) => (bytes: Buffer) => {
    const from = (at * 7) % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + count)]);
  }),
  fc.tuple(place, fc.uint8Array({ maxLength: 40 })).map(([at, added]) => (bytes: Buffer) => {
    const from = (at * 7) % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, from), added, bytes.subarray(from)]);
  }),
  place.map((at) => (bytes: Buffer) => bytes.subarray(0, (at * 7) % (bytes.length + 1))),
);

const cutInto = (bytes: Buffer, length: number): Uint8Array[] => {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += length) pieces.push(bytes.subarray(at, at + length));
  return pieces;
};

const sent = (bodies: AnswerBodies, isStream: boolean): Buffer =>
  isStream ? Buffer.concat(writtenEvents(bodies)) : Buffer.from(JSON.stringify(bodies.whole));

const someOf = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 4 });
const pieceLength = fc.constantFrom(1, 17, 1_000, 100_000);

describe.each(Object.entries(answerBodies))('answers of %s', (provider, bodies) => {
  it.each([true, false])('are read when nothing is wrong with them (streamed: %s)', async (isStream) => {
    const { answer, stream } = await read(provider, { pieces: cutInto(sent(bodies, isStream), 50), isStream });
    const parts = isStream ? stream.parts() : answer instanceof Error ? answer : answer.response.parts;
    expect(parts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ part_kind: 'text', content: 'Hi there' }),
        expect.objectContaining({ part_kind: 'tool-call', tool_name: 'f' }),
      ]),
    );
  });

  it('with events that are odd, lost, moved or repeated end in an answer or an error of the provider', {
    timeout: 1_200_000,
  }, async () => {
    const property = fc.asyncProperty(
      fc.boolean(),
      someOf(eventMutation),
      pieceLength,
      async (isStream, mutations, length) => {
        const items: Items = isStream ? bodies.events : [bodies.whole];
        const [first, ...rest] = mutations.reduce((all, mutate) => mutate(all).slice(0, longest), items);
        const mutated = isStream
          ? { ...bodies, events: [first, ...rest].map(asEvent) }
          : { ...bodies, whole: first ?? null };
        await check(provider, { pieces: cutInto(sent(mutated, isStream), length), isStream });
      },
    );
    await fc.assert(property, { numRuns: runs, seed, endOnFailure: true });
  });

  it('with bytes that are lost, garbled or added end in an answer or an error of the provider', {
    timeout: 1_200_000,
  }, async () => {
    const property = fc.asyncProperty(
      fc.boolean(),
      someOf(byteMutation),
      pieceLength,
      async (isStream, mutations, length) => {
        const bytes = mutations.reduce((all, mutate) => mutate(all), sent(bodies, isStream));
        await check(provider, { pieces: cutInto(bytes, length), isStream });
      },
    );
    await fc.assert(property, { numRuns: runs, seed, endOnFailure: true });
  });
});

/** An event whose own fields were mutated away has no name, and whatever data is left. */
function asEvent(item: unknown) {
  const { event, data = null } = (item ?? {}) as { event?: unknown; data?: unknown };
  return { ...(typeof event === 'string' ? { event } : {}), data };
}
