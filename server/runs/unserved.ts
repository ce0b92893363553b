import type { RunStartParams } from '../../protocol/run.ts';
import { invalidParams, type ParamIssue } from '../params-error.ts';

/**
 * Refuses what a specification asks for and this version does not serve: ignoring it would change what the run does.
 *
 * Errors: `params.invalid {issues}`.
 * @since 0.1.0
 */
export function refuseUnserved(spec: Partial<RunStartParams>): void {
  const issues: ParamIssue[] = [];
  const refuse = (path: ParamIssue['path'], what: string) =>
    issues.push({ path, message: `${what} not served by this version; leave it out.` });
  if (spec.deferred === 'wait') refuse(['deferred'], '`wait` is');
  if (issues.length > 0) throw invalidParams(issues);
}
