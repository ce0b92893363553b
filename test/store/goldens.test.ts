import { afterEach, describe, expect, it } from 'vitest';
import { comparePlayed, estimatesOf } from '../goldens/compare.ts';
import { exceptionOf } from '../goldens/exceptions.ts';
import { type PlayedRun, playWithRestarts } from '../goldens/play.ts';
import type { Scenario, ScenarioRun } from '../goldens/scenario.ts';
import { AcpClient } from '../support/acp/acp-client.ts';
import { conversationOf, entriesOf, liveUpdates, merged } from '../support/acp/shown.ts';
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

/** Scenarios that an editor is shown otherwise, with the reason; no agent of an editor has what they are about. */
const shownOtherwise: Readonly<Record<string, string>> = {
  d08_exhaustive_output_and_bad_args_tool: 'an output is given up after its event',
  d08_graceful_output_and_bad_args_tool: 'an output is given up after its event',
  f23_run_metadata: 'its metadata takes the place of that of the session',
};

const cwd = import.meta.dirname;

/** Makes the runs of a scenario those of sessions of `runwire acp`: of the one that a history is from, or of another one. */
function asSessions(): (run: ScenarioRun) => object {
  let count = 0;
  let id = '';
  return ({ conversation_id, history }) => {
    const before = Array.isArray(history)
      ? (history.at(-1) as { conversation_id?: string } | undefined)?.conversation_id
      : undefined;
    const isNew = history === undefined || Array.isArray(history);
    if (isNew) count += 1;
    id = conversation_id ?? before ?? (isNew ? `01890000-0000-7000-8000-00000000000${count}` : id);
    return {
      conversationId: id,
      metadata: { acp: { id, cwd, additionalDirectories: [], title: null, mode: 'ask' } },
    };
  };
}

/** Loads the sessions of runs in another process; what an editor is shown is what was shown live, and what was said. */
async function expectShown(store: TempStore, runs: readonly PlayedRun[]): Promise<void> {
  const client = new AcpClient({ store });
  await client.initialize({ session: { notices: {} } });
  for (const sessionId of new Set(runs.map(({ result }) => result?.conversationId))) {
    if (sessionId === undefined) continue;
    expect((await client.request('session/load', { sessionId, cwd, mcpServers: [] })).error).toBeUndefined();
    const ofSession = runs.filter(({ result }) => result?.conversationId === sessionId);
    const shown = client.updates(sessionId).filter(({ sessionUpdate }) => sessionUpdate !== 'notice');
    const live = ofSession.flatMap(({ result, shown }) => liveUpdates(result?.runId ?? '', cwd, shown));
    expect(merged(shown.filter(({ sessionUpdate }) => sessionUpdate !== 'user_message_chunk'))).toEqual(merged(live));
    expect(entriesOf(shown)).toEqual(ofSession.flatMap(({ newMessages }) => conversationOf(newMessages)));
  }
  await client.close();
  expect({ faults: client.faults, bugs: client.bugs }).toEqual({ faults: [], bugs: [] });
}

/** Another daemon for each run of a scenario: what the runs before it left is in the store alone. */
describe('the goldens with a store, another daemon for each run, and an editor that loads them', () => {
  for (const name of scenarioNames()) {
    const reason = exceptionOf(name) ?? otherwise[name];
    if (reason) it.skip(`${name} (${reason})`, () => undefined);
    else
      it(name, async () => {
        store = tempStore();
        const { another, by } = store;
        const scenario = JSON.parse(goldenText(name)) as Scenario;
        const played = await playWithRestarts(scenario, () => ({ store: { by, open: another } }), asSessions());
        expect(comparePlayed(scenario, played, estimatesOf(goldenText(name)))).toEqual([]);
        const lived = played.runs.flatMap(({ result, messages, newMessages, newMessageIndex, usage, events }) =>
          result ? [{ result, messages, newMessages, newMessageIndex, usage, events }] : [],
        );
        expect(played.kept).toEqual(lived);
        if (!shownOtherwise[name]) await expectShown(store, played.runs);
      });
  }
});
