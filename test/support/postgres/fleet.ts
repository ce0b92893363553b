import { randomBytes, randomUUID } from 'node:crypto';
import { Fleet } from '../../../server/executors/dbos/fleet.ts';
import { FleetStore } from '../../../server/executors/dbos/fleet-store.ts';
import type { StoreAccess } from '../../../server/executors/local/local-executor.ts';
import { type Postgres, startPostgres } from './postgres.ts';

/** This process as a member of a fleet, on a server of its own. */
export interface TestFleet {
  readonly postgres: Postgres;
  readonly url: string;
  readonly opened: Promise<Fleet>;
  readonly logged: string[];
  /** A store that nobody else sees. */
  tenant(name?: string): StoreAccess;
  remove(): Promise<void>;
}

export async function openTestFleet(): Promise<TestFleet> {
  const postgres = await startPostgres();
  const url = await postgres.database();
  const logged: string[] = [];
  const write = (text: string) => logged.push(text);
  const id = randomBytes(8).toString('hex');
  const opened = Fleet.open({
    id,
    url,
    version: 'test',
    log: { error: write, warn: write, info: write, debug: write },
  });
  await opened;
  return {
    postgres,
    url,
    opened,
    logged,
    tenant: (name = randomUUID()) => ({ by: 'test', open: () => new FleetStore(name, id, () => opened) }),
    async remove() {
      await (await opened).close();
      await postgres.remove();
    },
  };
}
