import { describe, expect, it } from 'vitest';
import type { RunInput } from '../../server/engine/state.ts';
import type { RunLine } from '../../server/engine/steps/run-lines.ts';
import { LOOP_VERSION } from '../../server/engine/steps/steps.ts';
import { loadGolden, scenarioNames } from '../support/golden-files.ts';
import { recordingRunner, stepKeys } from '../support/journal.ts';
import { slow } from '../support/time-limits.ts';
import { exceptionOf } from './exceptions.ts';
import { play } from './play.ts';
import { prefixesOf, rebuiltFrom, standingAfter, type Trace, traceOf } from './rebuild.ts';
import type { Scenario } from './scenario.ts';

interface Recording {
  input: Omit<RunInput, 'runner'>;
  steps: RunLine[];
  /** What the host saw of the run when it ran. */
  lived: Trace | undefined;
}

/** Plays a scenario with recorded steps. */
async function record(scenario: Scenario): Promise<Recording[]> {
  const recordings: Recording[] = [];
  const { runs } = await play(scenario, {
    runner: (input, world) => {
      const recording: Recording = { input, steps: [], lived: undefined };
      recordings.push(recording);
      return recordingRunner(input, world, recording.steps);
    },
  });
  for (const recording of recordings) {
    const run = runs.find(({ result }) => result?.runId === recording.input.runId);
    if (run)
      recording.lived = traceOf(
        { messages: run.messages, usage: run.usage },
        run.events.map(({ event }) => event),
      );
  }
  return recordings;
}

const names = scenarioNames().filter((name) => !exceptionOf(name));
const keysOf = ({ steps }: Recording) => stepKeys(steps);

describe(`step keys, loop version ${LOOP_VERSION}`, () => {
  // A changed sequence means that recorded runs can no longer be rebuilt: raise LOOP_VERSION with it.
  it.skipIf(process.env.GOLDENS_DIR)(
    'are those that are pinned for the goldens beside the tests',
    async () => {
      const lines: string[] = [];
      for (const name of names) {
        for (const [index, run] of (await record(loadGolden<Scenario>(name))).entries()) {
          lines.push(`${name} ${index + 1}: ${keysOf(run).join(' ')}`);
        }
      }
      await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`../vectors/step-keys.v${LOOP_VERSION}.txt`);
    },
    slow,
  );
});

describe('a run rebuilt from every prefix of its step outputs', () => {
  it.each(names)(
    '%s',
    async (name) => {
      for (const { input, steps } of await record(loadGolden<Scenario>(name))) {
        const whole = await rebuiltFrom(input, steps, steps.length);
        let before: string[] = [];
        for (const prefix of prefixesOf(steps)) {
          const standing = await standingAfter(input, steps.slice(0, prefix));
          expect(whole.events.slice(0, standing.events.length)).toEqual(standing.events);
          expect(standing.events.slice(0, before.length)).toEqual(before);
          before = [...standing.events];
          expect(await rebuiltFrom(input, steps, prefix)).toEqual(whole);
        }
        expect(before).toEqual(whole.events);
      }
    },
    slow,
  );
});
