import { afterEach, describe, expect, it } from 'vitest';
import type { DeltaEvent } from '../../protocol/deltas.ts';
import { turns } from '../support/random.ts';
import { openSession, type TestSession } from '../support/session.ts';

let session: TestSession;
afterEach(() => session?.close());

const kib = 1024;

/** A reader that stops and goes on when the test says so. */
function heldReader() {
  let held: Promise<void> | undefined;
  let release: () => void = () => undefined;
  return {
    reading: { pause: async () => held, highWater: 16 * kib },
    hold() {
      held = new Promise((resolve) => {
        release = resolve;
      });
    },
    release() {
      held = undefined;
      release();
    },
  };
}

const textOf = (event: DeltaEvent) => {
  if (event.event_kind === 'part_start') return event.part.part_kind === 'text' ? event.part.content : '';
  const delta = event.event_kind === 'part_delta' ? event.delta : undefined;
  return delta?.part_delta_kind === 'text' ? delta.content_delta : '';
};

const words = (count: number) => Array.from({ length: count }, (_, index) => `word ${index}`).join(' ');

describe('a reader that stops reading', () => {
  it.each(['coalesced', 'all'] as const)(
    'pauses the model (%s), loses nothing, and gets the rest when it reads on',
    async (deltas) => {
      const reader = heldReader();
      session = await openSession({ reading: reader.reading });
      const { client } = session.pair;
      const { pump } = session.pair.wire;
      const shown: string[] = [];
      client.onNotification('run/delta', ({ event }) => {
        shown.push(textOf(event));
      });
      const outputText = words(100_000);
      reader.hold();
      const started = session.request('run/start', {
        runId: 'r',
        model: { model: 'test', test: { outputText } },
        prompt: 'hi',
        deltas,
      });
      // Long enough for a model that is not paused to say all it has to say.
      await turns(500);
      expect(pump.queuedBytes).toBeLessThan(200 * kib);
      reader.release();
      await started;
      expect(await session.request('run/wait', { runId: 'r' })).toMatchObject({ output: outputText });
      expect(shown.join('')).toBe(outputText);
      const seqs = session.events.get('r')?.map(({ seq }) => seq);
      expect(seqs).toEqual(seqs?.map((_, index) => index + 1));
    },
  );

  it('is sent the pieces of a model that cannot be paused, merged', async () => {
    const reader = heldReader();
    const pieces = 20_000;
    session = await openSession({
      reading: reader.reading,
      serve: {
        'model/request': async ({ runId, requestId }) => {
          const send = (delta: object) => client.sendNotification('model/delta', { runId, requestId, delta });
          await send({ text: 'first ' });
          reader.hold();
          for (let i = 1; i < pieces; i += 1) await send({ text: `piece ${i} ` });
          reader.release();
          return { response: {} };
        },
      },
    });
    const { client } = session.pair;
    const shown: string[] = [];
    client.onNotification('run/delta', ({ event }) => {
      shown.push(textOf(event));
    });
    const { output } = await session.run({ prompt: 'hi', deltas: 'all' });
    expect(shown.join('')).toBe(output);
    expect(output).toContain(`piece ${pieces - 1} `);
    expect(shown.length).toBeLessThan(pieces / 10);
  });

  it('keeps neither a cancellation nor the end of the daemon from happening', async () => {
    const reader = heldReader();
    session = await openSession({ reading: reader.reading });
    const ended = new Map<string, string>();
    const bothEnded = new Promise<void>((resolve) => {
      session.pair.client.onNotification('run/event', ({ runId, event }) => {
        if (event.event_kind === 'run_finished') ended.set(runId, event.result.error.data.kind);
        if (ended.size === 2) resolve();
      });
    });
    reader.hold();
    const model = { model: 'test', test: { outputText: words(100_000) } };
    for (const runId of ['a', 'b']) session.request('run/start', { runId, model, prompt: 'hi' }).catch(() => undefined);
    await turns(200);
    const cancelled = session.request('run/cancel', { runId: 'a' });
    await turns(50);
    // The other run is still paused: the end of the connection has to reach it, too.
    await session.pair.server.close();
    reader.release();
    expect(await cancelled).toMatchObject({ accepted: true });
    await bothEnded;
    expect(Object.fromEntries(ended)).toEqual({ a: 'run.cancelled', b: 'client.gone' });
  });
});
