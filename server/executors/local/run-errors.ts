import { EngineError, userError } from '../../engine/errors.ts';

/** Returns the error of a run that is parked, or whose daemon is gone. */
export function interrupted(runId: string, cause?: unknown): EngineError {
  const why = cause instanceof Error ? ` ${cause.message}` : '';
  return new EngineError(
    'run.interrupted',
    `Run '${runId}' is interrupted; run/resume continues it.${why}`,
    cause instanceof EngineError ? { runId, cause: { kind: cause.kind, message: cause.message } } : { runId },
  );
}

/** Returns the error for an id that another run has. */
export const idConflict = (runId: string): EngineError =>
  new EngineError('run.idConflict', `Run '${runId}' exists with other parameters; choose another runId.`, { runId });

/** Returns the error of a run that another process drives. */
export const ownedBy = (runId: string, pid: number) =>
  new EngineError(
    'run.owned',
    `Run '${runId}' is driven by another daemon, process ${pid}; it can be read, and resumed once that one has ended.`,
    { runId, pid },
  );

/** Returns the error of an id that no run has. */
export const notFound = (runId: string) => new EngineError('run.notFound', `There is no run '${runId}'.`, { runId });

/** Returns the error of a run that names a queue where there are none. */
export const noQueues = (queue: string) =>
  userError(
    `The run names the queue '${queue}', and this daemon has none: start it with --executor dbos and --database-url, and workers with the same database.`,
  );
