import type { ErrorKind } from '../../protocol/errors.ts';
import type { RunResult } from '../../protocol/result.ts';

/** Exit codes of `runwire run`. */
export const exitCode = { success: 0, failed: 1, usage: 2, deferred: 3, timeout: 124, cancelled: 130 } as const;

/** Kinds of errors of a run that mean: there is no model, or the specification is wrong. */
const usage: ReadonlySet<string> = new Set<ErrorKind>([
  'auth.missing',
  'model.unknown',
  'run.invalid',
  'tool.conflict',
  'history.invalid',
  'schema.invalid',
  'params.invalid',
  'params.unknownField',
]);
/** Kinds of errors before a run that are nobody's wrong specification. */
const notUsage: ReadonlySet<string> = new Set<ErrorKind>(['internal', 'overloaded']);

/** How a run ended, as an exit code. */
export function exitCodeOf({ outcome, error }: Pick<RunResult, 'outcome' | 'error'>): number {
  if (outcome !== 'failed') return exitCode[outcome];
  const kind = error?.data.kind ?? '';
  if (kind === 'run.timeout') return exitCode.timeout;
  return usage.has(kind) ? exitCode.usage : exitCode.failed;
}

/** Why a run did not start, as an exit code. */
export function exitCodeOfRefusal(kind: string): number {
  return notUsage.has(kind) ? exitCode.failed : exitCode.usage;
}
