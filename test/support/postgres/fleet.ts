import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { Fleet } from '../../../server/executors/dbos/fleet.ts';
import { FleetStore } from '../../../server/executors/dbos/fleet-store.ts';
import type { StoreAccess } from '../../../server/executors/local/local-executor.ts';
import type { Log } from '../../../server/log.ts';
import { slow } from '../time-limits.ts';
import { noPostgres, type Postgres, startPostgres } from './postgres.ts';

/** This process as a member of a fleet, on a server of its own. */
export interface TestFleet {
  readonly postgres: Postgres;
  readonly url: string;
  readonly opened: Promise<Fleet>;
  readonly logged: string[];
  readonly log: Log;
  /** A store that nobody else sees; of `other`: as another process sees it. */
  tenant(name?: string, options?: { other?: boolean }): StoreAccess;
  remove(): Promise<void>;
}

export async function openTestFleet(): Promise<TestFleet> {
  const postgres = await startPostgres();
  const url = await postgres.database();
  const logged: string[] = [];
  const write = (text: string) => logged.push(text);
  const log = { error: write, warn: write, info: write, debug: write };
  const id = randomBytes(8).toString('hex');
  const opened = Fleet.open({ id, url, version: 'test', log });
  await opened;
  return {
    postgres,
    url,
    opened,
    logged,
    log,
    tenant: (name = randomUUID(), { other = false } = {}) => ({
      by: 'test',
      open: () => new FleetStore(name, other ? 'other' : id, () => opened),
    }),
    async remove() {
      await (await opened).close();
      await postgres.remove();
    },
  };
}

/** Registers tests that share a fleet; skipped with the reason in their name where there is no PostgreSQL. */
export function onTestFleet(name: string, register: (fleet: () => TestFleet) => void): void {
  describe.skipIf(noPostgres)(noPostgres ? `${name} (${noPostgres})` : name, () => {
    let fleet: TestFleet;
    beforeAll(async () => {
      fleet = await openTestFleet();
    }, slow);
    afterAll(() => fleet?.remove());
    register(() => fleet);
  });
}
