import { randomBytes } from 'node:crypto';
import { EngineError } from '../../engine/errors.ts';
import type { Log } from '../../log.ts';
import type { StoreAccess } from '../local/local-executor.ts';
import type { Fleet, FleetOptions } from './fleet.ts';
import { FleetStore } from './fleet-store.ts';

/** The packages that have to be installed beside Runwire, in the versions that it was tried with. */
export const fleetPackages = { '@dbos-inc/dbos-sdk': '5.3.0', pg: '8.23.1' } as const;

/** This process as a member of a fleet, which is joined with the first request for a run. */
export interface FleetAccess {
  /** Joins the fleet, or returns it. Errors: `store.unavailable`. */
  open(): Promise<Fleet>;
  /** False while the database does not answer. */
  readonly isReachable: boolean;
  /** The runs of a tenant. */
  store(tenant: string): StoreAccess;
  /** Leaves the fleet, when it was joined. */
  close(): Promise<void>;
}

/** How this process joins a fleet. */
export type FleetSettings = Omit<FleetOptions, 'id'>;

export function fleetAccess(settings: FleetSettings): FleetAccess {
  const id = randomBytes(8).toString('hex');
  let opened: Promise<Fleet> | null = null;
  let fleet: Fleet | null = null;
  const open = (): Promise<Fleet> => {
    opened ??= load(settings.log)
      .then(({ Fleet }) => Fleet.open({ ...settings, id }))
      .then((joined) => {
        fleet = joined;
        return joined;
      })
      .catch((error: unknown) => {
        // The next request tries again.
        opened = null;
        throw error;
      });
    return opened;
  };
  const access: FleetAccess = {
    open,
    get isReachable() {
      return fleet?.isReachable ?? false;
    },
    store: (tenant) => ({
      by: settings.version,
      open: () => new FleetStore(tenant, id, open),
      isReachable: () => access.isReachable,
    }),
    close: async () => {
      await opened?.catch(() => null);
      await fleet?.close();
    },
  };
  return access;
}

/** Errors: `store.unavailable` when a package is absent. */
async function load(log: Log): Promise<typeof import('./part.ts')> {
  try {
    return await import('./part.ts');
  } catch (error) {
    const name = absentPackage(error);
    if (name === null) throw error;
    log.debug(`fleet: ${(error as Error).message}`);
    const install = Object.entries(fleetPackages).map((one) => one.join('@'));
    throw new EngineError(
      'store.unavailable',
      `--executor dbos needs the package '${name}', which is not installed; run: npm install ${install.join(' ')}`,
      { reason: 'package', package: name },
    );
  }
}

function absentPackage(error: unknown): string | null {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND' && code !== 'ERR_UNKNOWN_BUILTIN_MODULE')
    return null;
  return Object.keys(fleetPackages).find((name) => message.includes(`'${name}`)) ?? null;
}
