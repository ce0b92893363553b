import type { WorkerSettings } from '../cli/serve/worker-options.ts';
import { EngineError } from '../engine/errors.ts';
import type { FleetAccess } from '../executors/dbos/fleet-access.ts';
import type { RunExecutor } from '../executors/run-executor.ts';
import { defaultLimits } from '../limits.ts';
import { HostSecrets } from '../models/secrets/host-secrets.ts';
import type { RunOwner } from '../runs/run-owner.ts';
import { RunSlots } from '../runs/slots.ts';
import { openTenancy, type Tenancy, type TenancyDeps } from '../tenancy.ts';

/** The parts of its process that a worker uses. */
export interface WorkerDeps extends TenancyDeps {
  readonly settings: WorkerSettings;
  readonly fleet: FleetAccess;
}

/** A worker that takes runs. */
export interface Worker {
  /** Takes no more; runs may go on for so long, then they are given back. */
  close(drainMs: number): Promise<void>;
}

/** Tenants whose runs are remembered; those without live runs make room. */
const mostTenants = 1000;
/** How often ended runs are looked through that are kept no longer, in milliseconds. */
const retainMs = 60_000;
/** Processes in a row that may die over a run before it is given up. */
const mostTakeovers = 3;

/** Starts a worker. Errors: `store.unavailable`. */
export async function startWorker(deps: WorkerDeps): Promise<Worker> {
  const { fleet: access, settings, log } = deps;
  const { tenantOf, retain } = await access.open().then(() => import('../executors/dbos/part.ts'));
  const fleet = await access.open();
  const runs = new WorkedRuns(deps);
  await fleet.work(async (workflowId) => {
    const run = await tenantOf(fleet, workflowId);
    if (!run) throw new Error('it was deleted');
    await runs.take(run);
  });
  const tidy = () => retain(fleet.pool, settings.keep).catch((error: Error) => log.warn(`retention: ${error.message}`));
  const timer = setInterval(tidy, retainMs);
  timer.unref();
  void tidy();
  return {
    async close(drainMs) {
      clearInterval(timer);
      await fleet.stopTaking();
      await Promise.race([runs.idle(), new Promise((resolve) => setTimeout(resolve, drainMs))]);
      await runs.end();
      await access.close();
    },
  };
}

/** The runs that a worker works on, each with the executor of its tenant. */
class WorkedRuns {
  readonly #deps: WorkerDeps;
  readonly #owner: RunOwner;
  readonly #tenants = new Map<string, Tenancy>();
  readonly #slots: RunSlots;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    // The queue decides how many come.
    const activeRuns = Math.max(deps.settings.slots, defaultLimits.activeRuns);
    const limits = { ...defaultLimits, ...deps.limits, activeRuns };
    this.#slots = new RunSlots(limits);
    this.#owner = workerOwner(limits);
  }

  async take({ tenant, runId, takeovers }: { tenant: string; runId: string; takeovers: number }): Promise<void> {
    const { executor } = this.#tenancyOf(tenant);
    if (takeovers >= mostTakeovers) await executor.cancel(runId, poisoned(runId, takeovers));
    else await executor.resume({ runId }, this.#owner);
  }

  async idle(): Promise<void> {
    await Promise.all(this.#executors().map((executor) => executor.idle(this.#owner)));
  }

  /** Gives back what has not ended. */
  async end(): Promise<void> {
    const error = new EngineError('run.cancelled', 'The worker was stopped.');
    const { shutdownGraceMs } = this.#owner.limits;
    await Promise.all(this.#executors().map((executor) => executor.endRuns(this.#owner, error, shutdownGraceMs)));
    for (const { toolsets } of this.#tenants.values()) await toolsets.close();
  }

  #executors(): RunExecutor[] {
    return [...this.#tenants.values()].map(({ executor }) => executor);
  }

  #tenancyOf(tenant: string): Tenancy {
    const known = this.#tenants.get(tenant) ?? this.#open(tenant);
    // The latest is the last, so that the first one is idle for the longest time.
    this.#tenants.delete(tenant);
    this.#tenants.set(tenant, known);
    return known;
  }

  #open(tenant: string): Tenancy {
    for (const [name, { executor, toolsets }] of this.#tenants) {
      if (this.#tenants.size < mostTenants) break;
      const { active, queued } = executor.health().runs;
      if (active + queued > 0) continue;
      this.#tenants.delete(name);
      void toolsets.close();
    }
    return openTenancy({ ...this.#deps, slots: this.#slots, store: this.#deps.fleet.store(tenant) });
  }
}

/** A worker has keys of its own, and no host. */
function workerOwner(limits: RunOwner['limits']): RunOwner {
  return {
    notifications: { notify: () => undefined, congested: false, drained: () => Promise.resolve() },
    requests: null,
    limits,
    secrets: new HostSecrets(),
    defaultModel: undefined,
    isPolling: true,
    showsProgress: false,
  };
}

const poisoned = (runId: string, takeovers: number) =>
  new EngineError(
    'run.poisoned',
    `${takeovers} workers in a row died over run '${runId}' without recording a step; it is given up.`,
    { takeovers },
  );
