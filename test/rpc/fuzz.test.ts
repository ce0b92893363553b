import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { byEffort } from '../support/effort.ts';
import { type Framing, framed, RawDaemon } from '../support/raw-daemon.ts';
import { bodies, damagedHeaders } from './frames-arbitrary.ts';

/** All of them in a thorough run; elsewhere so many that a mistake in the generators shows. */
const frames = Number(process.env.RUNWIRE_FUZZ_FRAMES ?? byEffort({ quick: 2000, thorough: 200_000 }));
const seed = Number(process.env.RUNWIRE_FUZZ_SEED ?? 20_261_125);
const perDaemon = 100;
/** A talk of two hundred frames takes hours to be made smaller: the seed and the path that are printed find it again. */
const endOnFailure = true;

const opening = (framing: Framing) => framed('{"jsonrpc":"2.0","id":"h","method":"initialize","params":{}}', framing);
const closing = (framing: Framing) =>
  Buffer.concat([
    framed('{"jsonrpc":"2.0","id":"the end","method":"shutdown"}', framing),
    framed('{"jsonrpc":"2.0","method":"exit"}', framing),
  ]);

/** The id a body must be answered with: what makes it a request is stated here a second time, from the specification. */
function idToAnswer(body: Buffer): string | undefined {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
  const { id, method } = value ?? {};
  const isId = typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id));
  return isId && typeof method === 'string' ? JSON.stringify(id) : undefined;
}

const count = (keys: (string | undefined)[]) => {
  const counts = new Map<string, number>();
  for (const key of keys) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

async function talk(sent: readonly Buffer[], framing: Framing): Promise<void> {
  const daemon = new RawDaemon({ limits: { shutdownGraceMs: 5000 } });
  daemon.write(Buffer.concat([opening(framing), ...sent.map((body) => framed(body, framing)), closing(framing)]));
  // Every run ends with the session, and with it every request that waits for one.
  await daemon.exited;
  await daemon.settled();
  const answers = daemon.messages(framing).filter(({ method }) => method === undefined);
  const answered = count(answers.map(({ id }) => JSON.stringify(id)));
  for (const [id, times] of count(sent.map(idToAnswer))) {
    // An id that is in use is refused under its id as well; what is no request may be refused under an id, too.
    const answers = answered.get(id) ?? 0;
    expect({ id, times, answers, isAnswered: answers >= times }).toMatchObject({ isAnswered: true });
  }
  expect(answers.length).toBeLessThanOrEqual(sent.length + 2);
  expect(answered.get('"the end"')).toBe(1);
  expect({ bugs: daemon.logged.filter((line) => line.includes('incident')) }).toEqual({ bugs: [] });
}

it.each(['contentLength', 'lines'] as const)(
  'answers whatever comes over %s, and grows by nothing',
  async (framing) => {
    const oneLine = bodies.filter((body) => framing === 'contentLength' || !body.includes(10));
    const heap: number[] = [];
    const talks = fc.asyncProperty(
      fc.array(oneLine, { minLength: 1, maxLength: 2 * perDaemon, size: 'max' }),
      async (sent) => {
        await talk(sent, framing);
        heap.push(heapUsed(heap.length));
      },
    );
    await fc.assert(talks, { numRuns: Math.ceil(frames / 2 / perDaemon), seed, endOnFailure });
    const settled = heap.filter((bytes) => bytes > 0);
    const [early = 0, late = 0] = [settled[Math.floor(settled.length / 2)], settled.at(-1)];
    expect(late - early).toBeLessThan(16 * 1024 * 1024);
  },
  1_800_000,
);

it('comes to an end, whatever becomes of a header', async () => {
  const property = fc.asyncProperty(bodies, damagedHeaders, async (before, damaged) => {
    const daemon = new RawDaemon({ limits: { shutdownGraceMs: 100 } });
    daemon.write(Buffer.concat([opening('contentLength'), framed(before), damaged]));
    daemon.end();
    expect([1, 2]).toContain(await daemon.exited);
    daemon.messages('contentLength');
  });
  await fc.assert(property, { numRuns: Math.ceil(frames / 200), seed, endOnFailure });
}, 600_000);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Heap now and then: collecting takes its time. */
function heapUsed(run: number): number {
  if (run % 20 !== 19) return 0;
  collect();
  return process.memoryUsage().heapUsed;
}
