import { createLocalExecutor } from '../../server/executors/local/local-executor.ts';
import { defaultLimits } from '../../server/limits.ts';
import { tempStore } from '../support/store.ts';
import { executorCases } from './conformance.ts';
import { executorDeps } from './deps.ts';

executorCases('local', async (limits) => {
  const executor = createLocalExecutor({ ...executorDeps, limits: { ...defaultLimits, ...limits } });
  return { executor, close: async () => executor.abandonCallbacks() };
});

for (const durability of ['normal', 'full'] as const) {
  executorCases(`local executor with a store of ${durability} durability:`, async (limits) => {
    const store = tempStore({ durability });
    const executor = createLocalExecutor({ ...executorDeps, limits: { ...defaultLimits, ...limits }, store });
    return {
      executor,
      isStored: true,
      close: async () => {
        executor.abandonCallbacks();
        store.remove();
      },
    };
  });
}
