import type { RunStartParams } from '../../protocol/run.ts';
import type { OutputSpec } from '../../protocol/spec.ts';
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
  if (spec.stream) refuse(['stream'], 'Streaming is');
  if (spec.parentRunId) refuse(['parentRunId'], 'Child runs are');
  if (spec.deferred && spec.deferred !== 'end') refuse(['deferred'], `\`${spec.deferred}\` is`);
  if (spec.deferredToolResults !== undefined && spec.deferredToolResults !== null) {
    refuse(['deferredToolResults'], 'Results of deferred calls are');
  }
  for (const [index, tool] of (spec.tools ?? []).entries()) {
    if (tool.external) refuse(['tools', index, 'external'], 'External tools are');
    if (tool.requiresApproval) refuse(['tools', index, 'requiresApproval'], 'Approvals are');
  }
  if (spec.output && usesDeferred(spec.output)) refuse(['output'], 'An output of deferred calls is');
  if (issues.length > 0) throw invalidParams(issues);
}

const usesDeferred = (output: OutputSpec) =>
  output.type === 'deferred' || (output.anyOf ?? []).some((one) => one.type === 'deferred');
