import { EngineError } from '../engine/errors.ts';

/** A fault of one value of the parameters. */
export interface ParamIssue {
  path: (string | number)[];
  message: string;
}

/** Errors: `params.invalid {issues}`. */
export function invalidParams(issues: ParamIssue[]): EngineError {
  const shown = issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  const more = issues.length > 3 ? ` (and ${issues.length - 3} more)` : '';
  return new EngineError('params.invalid', `Invalid parameters. ${shown.join(' ')}${more}`, { issues });
}
