import { describe, expect, it } from 'vitest';
import type { RunInput } from '../../server/engine/state.ts';
import type { RunLine } from '../../server/engine/steps/run-lines.ts';
import { prefixesOf, rebuiltFrom, standingAfter, traceOf } from '../goldens/rebuild.ts';
import { recordingRunner } from '../support/journal.ts';
import { Random, turns } from '../support/random.ts';
import { calls, openSession, schemaOf, text, toolCall } from '../support/session.ts';

const tool = (name: string) => ({ name, inputSchema: schemaOf({}) });
const seeds = Array.from({ length: 25 }, (_, index) => index + 1);

/** Writes lines as a disk does that takes its time: in order, some turns of the event loop later. */
function slowly(random: Random): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const written = last.then(() => turns(1 + random.upTo(4)));
    last = written;
    return written;
  };
}

/** A run whose host takes random times, while messages come at random that could not be read. */
async function live(random: Random, isStored: boolean) {
  const steps: RunLine[] = [];
  let input: Omit<RunInput, 'runner'> | undefined;
  const replies = [
    calls(toolCall('a', {}, 'c1'), toolCall('b', {}, 'c2'), toolCall('c', {}, 'c3')),
    calls(toolCall('a', {}, 'c4'), toolCall('b', {}, 'c5')),
    text('done'),
  ];
  const meanwhile = async () => {
    for (let times = 0; times < 3; times += 1) {
      await turns(random.upTo(3));
      if (random.next() < 0.4) session.pair.wire.events.onUnclear(`fault ${steps.length}`, new Set(['r']));
    }
  };
  const session = await openSession({
    serve: {
      'prompt/resolve': async ({ ref }) => {
        await meanwhile();
        return { text: ref };
      },
      'tool/call': async ({ name }) => {
        await meanwhile();
        return random.pick([{ content: name }, { retry: 'again' }, { failed: 'broken' }]);
      },
      'model/request': async () => {
        await meanwhile();
        return { response: replies.shift() };
      },
      'output/validate': async ({ output }) => {
        await meanwhile();
        return { output };
      },
    },
    deps: {
      runner: (of, world) => {
        input = of;
        return recordingRunner(of, world, steps, isStored ? slowly(random) : undefined);
      },
    },
  });
  const result = await session.run({
    runId: 'r',
    prompt: 'hi',
    tools: [tool('a'), tool('b'), tool('c')],
    instructions: [{ ref: 'one' }, { ref: 'two' }],
    systemPrompt: [{ ref: 'three' }],
    outputValidators: ['check', 'check again'],
    retries: 9,
  });
  expect(result).toMatchObject({ outcome: 'success' });
  const { messages } = await session.request('run/messages', { runId: 'r' });
  const { usage } = await session.request('run/usage', { runId: 'r' });
  const events = session.events.get('r') ?? [];
  await session.close();
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  if (!input) throw new Error('no run was started');
  return { input, steps, events: events.map(({ event }) => event), messages, usage };
}

describe.each([
  ['at once', false],
  ['after they were stored', true],
])('warnings from outside of the steps, whose outputs are taken %s', (_name, isStored) => {
  it.each(seeds)('are rebuilt in their places from every prefix of the steps (seed %i)', async (seed) => {
    const { input, steps, events, messages, usage } = await live(new Random(seed), isStored);
    const whole = await rebuiltFrom(input, steps, steps.length);
    expect(whole).toEqual(traceOf({ messages, usage }, events));
    for (const prefix of prefixesOf(steps)) {
      const standing = await standingAfter(input, steps.slice(0, prefix));
      expect(whole.events.slice(0, standing.events.length)).toEqual(standing.events);
      expect(await rebuiltFrom(input, steps, prefix)).toEqual(whole);
    }
  });

  it('come in most of these runs', async () => {
    const counts = await Promise.all(
      seeds
        .slice(0, 5)
        .map(
          async (seed) =>
            (await live(new Random(seed), isStored)).events.filter((event) => event.event_kind === 'warning').length,
        ),
    );
    expect(counts.filter((count) => count > 3).length).toBeGreaterThan(2);
  });
});
