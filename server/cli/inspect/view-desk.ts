import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunExecutor } from '../../executors/run-executor.ts';
import type { Log } from '../../log.ts';
import type { Desk } from '../command.ts';
import { UsageError } from '../options.ts';

/** What a command that looks at runs needs of its process. */
export interface ViewDesk extends Desk {
  readonly log: Log;
}

/** Opens the store that a command names. Nothing is made: to look at runs there have to be some. Errors: `UsageError`. */
export function storeOf({ open }: ViewDesk, folder: string | undefined): RunExecutor {
  const path = folder === undefined ? undefined : resolve(folder);
  if (path !== undefined && !existsSync(join(path, 'store.json')))
    throw new UsageError(`there is no store in '${path}'; give --store the folder that the daemon was given`);
  const executor = open(path);
  if (executor) return executor;
  throw new UsageError('name the store: --store DIR, or --executor dbos with --database-url');
}
