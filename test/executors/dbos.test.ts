import { createLocalExecutor } from '../../server/executors/local/local-executor.ts';
import { defaultLimits } from '../../server/limits.ts';
import { claimingCases } from '../fleet/cases/claiming.ts';
import { keepingCases } from '../fleet/cases/keeping.ts';
import { observingCases } from '../fleet/cases/observing.ts';
import { reapingCases } from '../fleet/cases/reaping.ts';
import { recordingCases } from '../fleet/cases/recording.ts';
import { sharingCases, shownRunCases } from '../fleet/cases/sharing.ts';
import { onTestFleet } from '../support/postgres/fleet.ts';
import { executorCases } from './conformance.ts';
import { executorDeps } from './deps.ts';

onTestFleet('a fleet on PostgreSQL', (fleet) => {
  executorCases('dbos', async (limits) => {
    const executor = createLocalExecutor({
      ...executorDeps,
      limits: { ...defaultLimits, ...limits },
      store: fleet().tenant(),
    });
    return {
      executor,
      isStored: true,
      close: async () => {
        executor.abandonCallbacks();
        executor.close();
        await (await fleet().opened).flush();
      },
    };
  });
  reapingCases(fleet);
  claimingCases(fleet);
  keepingCases(fleet);
  sharingCases(fleet);
  observingCases(fleet);
  recordingCases(fleet);
});

shownRunCases();
