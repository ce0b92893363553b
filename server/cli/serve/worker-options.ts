import { type OptionTable, type OptionValues, UsageError } from '../options.ts';

/** Options of `runwire worker`, beside those of the daemon. */
export const workerOptions = {
  queue: 'value',
  slots: 'value',
  'keep-days': 'value',
  'keep-runs': 'value',
} as const satisfies OptionTable;

/** How a worker was set. */
export interface WorkerSettings {
  readonly queue: string;
  /** Runs that each worker of the queue works on at once. */
  readonly slots: number;
  readonly keep: { readonly days: number | null; readonly runs: number | null };
}

export const workerHelp = `Usage: runwire [options] worker --database-url env:NAME --queue NAME [--slots N] [options]

Works on the runs of a queue, which daemons with the same database put there (run/start with "queue"). Any number of
workers may share a queue; the runs of one that dies go on in another. Keys of providers come from the environment of the
worker. SIGTERM: it takes no more runs, and gives back what has not ended after --drain seconds.

Options:
  --queue NAME         the queue
  --slots N            runs at once, in each worker of the queue (default 50)
  --keep-days N        runs that ended so many days ago are deleted; the default is to keep them
  --keep-runs N        of ended runs, so many are kept; older ones are deleted, whole conversations at a time
  --help               print this

Example:
  RUNWIRE_DB=postgresql://… runwire worker --database-url env:RUNWIRE_DB --queue batch --slots 200
`;

/** Errors: `UsageError`. */
export function workerSettings(values: OptionValues<typeof workerOptions>): WorkerSettings {
  const { queue, slots = '50', 'keep-days': days, 'keep-runs': runs } = values;
  if (!queue || queue.length > 128) throw new UsageError('worker needs --queue, a name of up to 128 characters');
  return {
    queue,
    slots: countOf('slots', slots),
    keep: {
      days: days === undefined ? null : countOf('keep-days', days),
      runs: runs === undefined ? null : countOf('keep-runs', runs),
    },
  };
}

function countOf(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} takes a whole number above 0, not '${text}'`);
}
