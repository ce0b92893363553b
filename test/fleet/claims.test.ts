import { expect, it } from 'vitest';
import { type ClaimedFrom, FleetClaims } from '../../server/executors/dbos/fleet-claims.ts';
import { FleetLog } from '../../server/executors/dbos/fleet-log.ts';
import { newRef } from '../../server/store/names.ts';
import { RUN_VERSION } from '../../server/store/stored-lines.ts';
import { StoredRun } from '../../server/store/stored-run.ts';

const head = { k: 'run', n: 1, v: RUN_VERSION, runId: 'r', conversationId: 'c', startedAtMs: 0 };
const ref = newRef(head, 'park');
const lost = new Error('the connection is lost');

/** Claims of a process that reads what is given, one after the other: a run, or the error of a read that fails. */
function claimsThatRead(...reads: (Error | StoredRun | null)[]) {
  const claimed: FleetLog[] = [];
  const claims = new FleetClaims({
    epoch: '0'.repeat(16),
    load: async () => {
      const read = reads.shift() ?? null;
      if (read instanceof Error) throw read;
      return read;
    },
    onClaimed: (log) => claimed.push(log),
  });
  return { claims, claimed };
}

/** A fleet whose runs nobody drives, but for one that has come here out of a queue. */
function fleetWith(came?: FleetLog): ClaimedFrom & { readonly opened: FleetLog[] } {
  const opened: FleetLog[] = [];
  return {
    opened,
    logOf: () => came,
    claim: async (workflowId) => {
      const log = new FleetLog(workflowId);
      opened.push(log);
      return log;
    },
    requests: { left: async () => [] },
  };
}

const run = new StoredRun(ref, { lines: [head], size: 1, damagedLine: null });

it('a claim whose first read fails is given back, and made anew', async () => {
  const { claims, claimed } = claimsThatRead(lost, run);
  const fleet = fleetWith();
  await expect(claims.claim(fleet, 'w', ref)).rejects.toThrow(lost.message);
  const [first] = fleet.opened;
  expect({ isDriven: claims.drives('w'), tag: first?.tag, isGivenBack: first?.isGivenBack }).toEqual({
    isDriven: false,
    tag: 'park',
    isGivenBack: true,
  });
  expect(await claims.claim(fleet, 'w', ref)).toMatchObject({ owned: { ref: { tag: 'live-0000000000000000' } }, run });
  expect(claims.drives('w')).toBe(true);
  // Only the claim that holds is listened to.
  expect(claimed).toEqual([fleet.opened[1]]);
  expect(claimed[0]?.tag).toBeNull();
});

it('a run out of a queue whose first read fails stays with the process, which takes it with its next try', async () => {
  const { claims, claimed } = claimsThatRead(lost, run);
  const came = new FleetLog('w');
  const fleet = fleetWith(came);
  await expect(claims.claim(fleet, 'w', ref)).rejects.toThrow(lost.message);
  expect({ isDriven: claims.drives('w'), tag: came.tag }).toEqual({ isDriven: false, tag: null });
  expect(await claims.claim(fleet, 'w', ref)).toMatchObject({ run });
  expect({ claimed, opened: fleet.opened }).toEqual({ claimed: [came], opened: [] });
});

it('a claim of a run that is not there any more is given back', async () => {
  const { claims, claimed } = claimsThatRead(null);
  const fleet = fleetWith();
  await expect(claims.claim(fleet, 'w', ref)).rejects.toMatchObject({ kind: 'run.notFound' });
  expect({ isDriven: claims.drives('w'), tag: fleet.opened[0]?.tag, claimed }).toEqual({
    isDriven: false,
    tag: 'park',
    claimed: [],
  });
});
