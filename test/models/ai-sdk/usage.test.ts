import type { LanguageModelV4, LanguageModelV4StreamPart, LanguageModelV4Usage } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import type { RequestUsage } from '../../../protocol/messages/usage.ts';
import { defaultAnswerBounds } from '../../../server/engine/limits/bounds.ts';
import { requestUsage } from '../../../server/engine/request/response.ts';
import { PartStream } from '../../../server/engine/streaming/part-stream.ts';
import type { AnswerProfile, BodyReader } from '../../../server/models/ai-sdk/provider.ts';
import { attempt } from '../../../server/models/ai-sdk/transport/attempt.ts';
import { Redaction } from '../../../server/redaction/redaction.ts';
import { providerWith, stillTiming } from './support.ts';

const counts: LanguageModelV4Usage = {
  inputTokens: { total: 7, noCache: 5, cacheRead: 2, cacheWrite: undefined },
  outputTokens: { total: 3, text: 3, reasoning: undefined },
};

/** Counts whose reading is counted: each derivation of a usage reads them. */
function watched<T extends object>(value: T): { value: T; reads: () => number } {
  let reads = 0;
  const [first = ''] = Object.keys(value);
  const own = Object.entries(value)[0]?.[1];
  const getter = {
    enumerable: true,
    get: () => {
      reads += 1;
      return own;
    },
  };
  return { value: Object.defineProperty({ ...value }, first, getter), reads: () => reads };
}

const finishReason = { unified: 'stop', raw: 'stop' } as const;

/** A package that answers `ok` with the counts that it is given. */
function packageWith(usage: LanguageModelV4Usage, chunks: readonly unknown[] = []): LanguageModelV4 {
  const pieces: LanguageModelV4StreamPart[] = [
    ...chunks.map((rawValue) => ({ type: 'raw' as const, rawValue })),
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: 'o' },
    { type: 'text-delta', id: 't', delta: 'k' },
    { type: 'text-end', id: 't' },
    { type: 'finish', finishReason, usage },
  ];
  return {
    specificationVersion: 'v4',
    provider: 'acme',
    modelId: 'm',
    supportedUrls: {},
    doGenerate: async () => ({ content: [{ type: 'text', text: 'ok' }], finishReason, usage, warnings: [] }),
    doStream: async () => ({ stream: ReadableStream.from(pieces) as ReadableStream<LanguageModelV4StreamPart> }),
  };
}

/** A reader that finds the given counts in the body, or in the chunk that holds them. */
function readerOf(found: readonly Partial<RequestUsage>[]): () => BodyReader {
  const left = [...found];
  let usage: Partial<RequestUsage> | undefined;
  return () => ({
    get usage() {
      return usage;
    },
    finishWord: 'stop',
    add() {
      usage = left.shift() ?? usage;
      return [];
    },
  });
}

async function usageFrom(model: LanguageModelV4, answers: Partial<AnswerProfile>, isStreamed: boolean) {
  const { signal } = new AbortController();
  const names = { provider: 'acme', modelName: 'm' };
  const stream = isStreamed ? new PartStream({ signal, outputOf: () => null, mintId: () => 'id' }) : undefined;
  const request = {
    provider: providerWith(answers),
    model,
    modelName: 'm',
    options: { prompt: [] },
    stream,
    exchangeOptions: { ...names, bounds: defaultAnswerBounds, isStreamed, silenceMs: 1_000 },
    begin: () => undefined,
    redaction: () => new Redaction([]),
  };
  const context = { ...names, envVar: 'ACME_API_KEY', secrets: [], signal, now: () => 0 };
  const { response } = await attempt(request, context, stillTiming());
  if (stream) expect(stream.usage).toEqual(response.usage);
  return response.usage;
}

describe.each([
  ['whole', false],
  ['streamed', true],
])('the usage of an answer that comes %s', (_, isStreamed) => {
  it('is derived once from what the package counts', async () => {
    const usage = watched(counts);
    const model = packageWith(usage.value);
    expect(await usageFrom(model, {}, isStreamed)).toEqual(
      requestUsage({ input_tokens: 7, cache_read_tokens: 2, output_tokens: 3 }),
    );
    expect(usage.reads()).toBe(1);
  });

  it('is derived once from what is read in the body, and not at all from the package then', async () => {
    const [packaged, read] = [watched(counts), watched({ input_tokens: 9, output_tokens: 4 })];
    const answers = { bodyReader: readerOf([read.value]) };
    expect(await usageFrom(packageWith(packaged.value, [{}]), answers, isStreamed)).toEqual(
      requestUsage({ input_tokens: 9, output_tokens: 4 }),
    );
    expect([read.reads(), packaged.reads()]).toEqual([1, 0]);
  });
});

it('each count that a stream reports is derived once, and the last one is that of the response', async () => {
  const reports = [watched({ input_tokens: 9, output_tokens: 0 }), watched({ input_tokens: 9, output_tokens: 4 })];
  const answers = { bodyReader: readerOf(reports.map(({ value }) => value)) };
  expect(await usageFrom(packageWith(counts, [{}, {}]), answers, true)).toEqual(
    requestUsage({ input_tokens: 9, output_tokens: 4 }),
  );
  expect(reports.map(({ reads }) => reads())).toEqual([1, 1]);
});
