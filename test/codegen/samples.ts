import { exceptionOf } from '../goldens/exceptions.ts';
import { play } from '../goldens/play.ts';
import type { Scenario } from '../goldens/scenario.ts';
import { goldenNames, loadGolden } from '../support/golden-files.ts';

/** A value as it came over the wire, and the name of its type in `docs/schema.json`. */
export type Sample = readonly [type: string, value: object];

/** Every message, event, delta, result and usage that the daemon sends while the goldens are played. */
export async function samplesOfTheGoldens(): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const name of goldenNames(/^[a-j]\d/).filter((one) => !exceptionOf(one))) {
    const { runs } = await play(loadGolden<Scenario>(name));
    for (const run of runs.filter((one) => !one.refused)) {
      for (const message of run.messages)
        samples.push([message.kind === 'request' ? 'ModelRequest' : 'ModelResponse', message]);
      const runId = run.result?.runId;
      for (const { seq, event } of run.events) samples.push(['RunEventParams', { runId, seq, event }]);
      const durable = new Set<object>(run.events.map(({ event }) => event));
      for (const event of run.shown.filter((one) => !durable.has(one))) samples.push(['DeltaEvent', event]);
      if (run.result) samples.push(['RunResult', run.result]);
      samples.push(['RunUsage', run.usage]);
    }
  }
  return samples;
}
