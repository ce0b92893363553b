import { afterEach, describe, expect, it } from 'vitest';
import { comparePlayed, estimatesOf } from '../goldens/compare.ts';
import { exceptionOf } from '../goldens/exceptions.ts';
import { playWithRestarts } from '../goldens/play.ts';
import type { Scenario } from '../goldens/scenario.ts';
import { goldenText, scenarioNames } from '../support/golden-files.ts';
import { type TempStore, tempStore } from '../support/store.ts';

let store: TempStore | null = null;
afterEach(() => {
  store?.remove();
  store = null;
});

/** Scenarios that a store plays otherwise, with the reason. */
const otherwise: Readonly<Record<string, string>> = {
  f19_run_id_reuse: 'an id that the store has is refused before the history is read',
  j07_cancel: 'run/cancel is answered once it is on disk, so the tool that requests it ends after its run',
};

/** Another daemon for each run of a scenario: what the runs before it left is in the store alone. */
describe('the goldens with a store, and another daemon for each run', () => {
  for (const name of scenarioNames()) {
    const reason = exceptionOf(name) ?? otherwise[name];
    if (reason) it.skip(`${name} (${reason})`, () => undefined);
    else
      it(name, async () => {
        store = tempStore();
        const { another, by } = store;
        const scenario = JSON.parse(goldenText(name)) as Scenario;
        const played = await playWithRestarts(scenario, () => ({ store: { by, open: another } }));
        expect(comparePlayed(scenario, played, estimatesOf(goldenText(name)))).toEqual([]);
        const lived = played.runs.flatMap(({ result, messages, newMessages, newMessageIndex, usage, events }) =>
          result ? [{ result, messages, newMessages, newMessageIndex, usage, events }] : [],
        );
        expect(played.kept).toEqual(lived);
      }, 15_000);
  }
});
