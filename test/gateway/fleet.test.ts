import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { openTestFleet, type TestFleet } from '../support/postgres/fleet.ts';
import { noPostgres } from '../support/postgres/postgres.ts';
import { isolationCases } from './isolation.ts';

if (noPostgres) {
  describe('tenants of a gateway on a database', () => {
    it.skip(noPostgres ?? '', () => undefined);
  });
} else {
  let fleet: TestFleet;
  beforeAll(async () => {
    fleet = await openTestFleet();
  }, 60_000);
  afterAll(() => fleet.remove());

  isolationCases('on a database', true, () => {
    const prefix = randomUUID();
    return { storeOf: (tenant) => fleet.tenant(`${prefix} ${tenant}`) };
  });
}
