import { afterAll, beforeAll, describe, it } from 'vitest';
import { createLocalExecutor } from '../../server/executors/local/local-executor.ts';
import { defaultLimits } from '../../server/limits.ts';
import { openTestFleet, type TestFleet } from '../support/postgres/fleet.ts';
import { noPostgres } from '../support/postgres/postgres.ts';
import { executorCases } from './conformance.ts';
import { executorDeps } from './deps.ts';

if (noPostgres) {
  describe('the dbos executor', () => {
    it.skip(noPostgres ?? '', () => undefined);
  });
} else {
  let fleet: TestFleet;
  beforeAll(async () => {
    fleet = await openTestFleet();
  }, 60_000);
  afterAll(() => fleet.remove());

  executorCases('dbos', async (limits) => {
    const executor = createLocalExecutor({
      ...executorDeps,
      limits: { ...defaultLimits, ...limits },
      store: fleet.tenant(),
    });
    return {
      executor,
      isStored: true,
      close: async () => {
        executor.abandonCallbacks();
        executor.close();
        await (await fleet.opened).flush();
      },
    };
  });
}
