import { randomUUID } from 'node:crypto';
import { EngineError } from '../engine/errors.ts';
import type { Log } from '../log.ts';

/** Logs a bug and returns an error with its incident id; its text and stack stay in the daemon. */
export function reportBug(error: unknown, log: Log): EngineError {
  const incident = randomUUID();
  log.error(`incident ${incident}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new EngineError('internal', `Internal error; see incident ${incident} in the log of the daemon.`, {
    incident,
  });
}
