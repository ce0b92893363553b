import { describe, expect, it } from 'vitest';
import { ModelMessage, type ModelResponse, type ToolCallPart } from '../../protocol/messages/messages.ts';
import { EngineError } from '../../server/engine/errors.ts';
import { cleanHistory } from '../../server/engine/messages/cleaning.ts';
import { modelResponse } from '../../server/engine/request/response.ts';
import { PartStream } from '../../server/engine/streaming/part-stream.ts';
import type { ProviderEntry } from '../../server/models/ai-sdk/provider.ts';
import { providers } from '../../server/models/providers.ts';
import { callOf, promptOf, stillTiming, tool, user, userRequest } from '../models/ai-sdk/support.ts';
import { byEffort } from '../support/effort.ts';
import { noRecordings } from '../support/replay.ts';
import { slow } from '../support/time-limits.ts';
import { allRecordings, decode, type Exchange, providerOf } from './recording.ts';

/** Every byte of the head is a place to cut, and the end of every event; mostly some of them are taken. */
const head = 4_096;
const step = byEffort({ quick: 509, ci: 61, thorough: 1 });
const everyEvent = byEffort({ quick: 7, ci: 1, thorough: 1 });
/** After how many events a history is tried. */
const histories = byEffort({ quick: 4, ci: 12, thorough: 12 });

interface Streamed {
  name: string;
  exchange: Exchange;
  bytes: Buffer;
  contentType: string;
}

/** One streamed exchange for each provider and API, with calls where there are some. */
function streamedOnes(): Streamed[] {
  const found = new Map<string, Streamed>();
  for (const { name, exchanges } of allRecordings()) {
    for (const exchange of exchanges) {
      const { response, provider, api } = exchange;
      const contentType = response.headers['content-type'] ?? '';
      if (!/event-?stream/.test(contentType) || api === null || !exchange.request.body) continue;
      const bytes = Buffer.from(String(response.body), response.encoding === 'base64' ? 'base64' : 'utf8');
      const key = `${provider} ${api}`;
      if (!found.has(key) || (/tool/.test(name) && !/tool/.test(found.get(key)?.name ?? ''))) {
        found.set(key, { name, exchange, bytes, contentType });
      }
    }
  }
  return [...found.values()];
}

/** Where events end: at an empty line, or at the length an AWS frame begins with. */
function eventEnds(bytes: Buffer, contentType: string): number[] {
  const ends: number[] = [];
  if (/amazon/.test(contentType)) {
    for (let at = 0; at < bytes.length; ends.push(at)) at += bytes.readUInt32BE(at);
  } else {
    for (const { index, 0: end } of bytes.toString('latin1').matchAll(/\r?\n\r?\n/g)) ends.push(index + end.length);
  }
  return ends;
}

/** The largest count in what came whole before a cut. */
function countedIn(bytes: Buffer, names: RegExp): number {
  const counts = [...bytes.toString('latin1').matchAll(names)].map((match) => Number(match[1]));
  return Math.max(0, ...counts);
}

const inputNames = /"(?:prompt_tokens|input_tokens|promptTokenCount|inputTokens)":\s*(\d+)/g;
const outputNames = /"(?:completion_tokens|output_tokens|candidatesTokenCount|outputTokens)":\s*(\d+)/g;

/** A fetch that answers with the bytes up to a cut, which closes the stream or breaks it. */
const answering =
  ({ contentType }: Streamed, bytes: Buffer, broken: boolean): typeof globalThis.fetch =>
  async () => {
    const left = bytes.length > 0 ? [new Uint8Array(bytes)] : [];
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const next = left.pop();
          if (next) controller.enqueue(next);
          else if (broken) controller.error(new TypeError('terminated'));
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { status: 200, headers: { 'content-type': contentType } });
  };

async function requestModel(streamed: Streamed, fetch: typeof globalThis.fetch, history: ModelMessage[]) {
  const { exchange } = streamed;
  const row = providers.find(({ name }) => name === providerOf(exchange));
  const { model: modelName, tools } = decode(exchange);
  const entry = { id: `x:${modelName}`, modelName, baseUrl: 'http://127.0.0.1:1', apiKey: 'test-key' };
  if (!row) throw new Error(`no row for ${providerOf(exchange)}`);
  const { create } = (await row.load()) as {
    create(entry: ProviderEntry, services: object): ReturnType<typeof Object>;
  };
  const model = create(entry, {
    fetch,
    timing: stillTiming(),
    retries: { retries: 0, firstDelayMs: 0, delayCapMs: 0, retryAfterCapMs: 0 },
  });
  const { signal } = new AbortController();
  const stream = new PartStream({ signal, outputOf: () => null, mintId: (index) => `minted-${index}` });
  const functionTools = tools.map(({ name, inputSchema }) => tool(name, { parameters_json_schema: inputSchema }));
  const outcome = await model.request(promptOf(history, { functionTools }), { ...callOf(signal), stream }).then(
    ({ response }: { response: ModelResponse }) => ({ response }),
    (error: unknown) => ({ error }),
  );
  return { ...outcome, stream } as { response?: ModelResponse; error?: unknown; stream: PartStream };
}

const callsOf = ({ parts }: Pick<ModelResponse, 'parts'>) =>
  parts.filter((part): part is ToolCallPart => part.part_kind === 'tool-call');

const messages = () => [userRequest(user('hi'))];

describe.skipIf(noRecordings)(`streams that are cut${noRecordings ? `: ${noRecordings}` : ''}`, () => {
  it.each(noRecordings ? [] : streamedOnes())(
    '$exchange.provider, $exchange.api ($name): never hang, run half a call, or lose what was told',
    async (streamed) => {
      const { bytes, contentType } = streamed;
      const whole = await requestModel(streamed, answering(streamed, bytes, false), messages());
      const complete = whole.response ?? { parts: whole.stream.parts() };
      const ends = eventEnds(bytes, contentType);
      const bytesOfHead = Array.from({ length: Math.ceil(Math.min(head, bytes.length) / step) }, (_, at) => at * step);
      const cuts = [
        ...new Set([...bytesOfHead, ...ends.filter((end, index) => end < bytes.length && index % everyEvent === 0)]),
      ];
      for (const cut of cuts) {
        for (const broken of [true, false]) {
          const { response, error, stream } = await requestModel(
            streamed,
            answering(streamed, bytes.subarray(0, cut), broken),
            messages(),
          );
          const where = `${broken ? 'broken' : 'ended'} at ${cut}`;
          if (response) {
            // It may be over before the last event: then it is the whole answer.
            expect(
              callsOf(response).map(({ args }) => args),
              where,
            ).toEqual(callsOf(complete).map(({ args }) => args));
          } else expect(error, where).toBeInstanceOf(EngineError);
          const before = bytes.subarray(0, ends.findLast((end) => end <= cut) ?? 0);
          expect(stream.usage.input_tokens, where).toBeGreaterThanOrEqual(countedIn(before, inputNames));
          expect(stream.usage.output_tokens, where).toBeGreaterThanOrEqual(countedIn(before, outputNames));
        }
      }
    },
    step === 1 ? 1_800_000 : 120_000,
  );

  it.each(noRecordings ? [] : streamedOnes())(
    '$exchange.provider, $exchange.api ($name): leave a history that takes a new prompt',
    async (streamed) => {
      const { bytes, contentType } = streamed;
      const ends = eventEnds(bytes, contentType);
      const every = Math.ceil(ends.length / histories);
      for (const cut of ends.filter((_, index) => index % every === 0)) {
        const { stream } = await requestModel(streamed, answering(streamed, bytes.subarray(0, cut), true), messages());
        if (!stream.opened) continue;
        const partial = modelResponse(stream.parts(), { ...stream.fields, usage: stream.usage, state: 'interrupted' });
        const kept = ModelMessage().parse({ ...partial, timestamp: '2026-01-01T00:00:00Z' });
        const history = cleanHistory([...messages(), kept, userRequest(user('go on'))], { repairLast: true });
        const { error, response } = await requestModel(streamed, answering(streamed, bytes, false), history);
        // What the recording itself ends with is no matter of the history.
        if (!response) expect(error, `cut at ${cut}`).toMatchObject({ kind: expect.stringMatching(/^model\./) });
      }
    },
    slow,
  );
});
