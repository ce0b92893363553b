import { EngineError } from '../engine/errors.ts';

/** Why a store cannot be used. */
export type StoreReason = 'unsafe' | 'newer' | 'full' | 'readOnly' | 'io';

/** Returns the error of a store that cannot be used. */
export function unavailable(reason: StoreReason, path: string, message: string): EngineError {
  return new EngineError('store.unavailable', `The store '${path}' cannot be used: ${message}`, { reason, path });
}

/** The same for an error of the system. */
export function failedIn(path: string, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return unavailable(reasonOf(code), path, `${message}.`);
}

function reasonOf(code: string | undefined): StoreReason {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'full';
  return code === 'EROFS' || code === 'EACCES' || code === 'EPERM' ? 'readOnly' : 'io';
}

/** Returns the error of a run that cannot be read to its end. */
export function unreadable(runId: string, line: number): EngineError {
  return new EngineError(
    'run.unreadable',
    `The file of run '${runId}' is damaged in line ${line}; what stands before it can be read, but the run cannot be resumed.`,
    { runId, line },
  );
}

/** Returns the error of a run that a later version wrote. */
export function newerRun(runId: string, version: number): EngineError {
  return new EngineError(
    'run.unreadable',
    `Run '${runId}' was written in version ${version} of the format, by a later version of Runwire; update this one.`,
    { runId, reason: 'newer', version },
  );
}
