import { callbacks } from '../../protocol/catalogue.ts';
import type { DeferredToolRequests, DeferredToolResults } from '../../protocol/deferred.ts';
import { issuesOf } from '../errors/response-error.ts';
import { decidedOn, invalid, parsed } from './callback-results.ts';
import type { PendingAnswer, WaitingRequest } from './pending-journal.ts';
import { toolOutcome } from './tool-outcome.ts';

/**
 * Checks an answer to something that waits while its run is interrupted: one that does not fit would be used up, and fail
 * the run when it goes on.
 *
 * Errors: `callback.invalid`.
 */
export function checkAnswer({ method, params }: WaitingRequest, { result, error }: PendingAnswer): void {
  if (error) return;
  if (method === 'tool/call') {
    toolOutcome(result, String(params.name));
    return;
  }
  if (method === 'deferred/handle') {
    checkDecision(params as unknown as DeferredToolRequests, result);
    return;
  }
  const checked = callbacks[method].result().safeParse(result);
  if (checked.success) return;
  const [issue] = issuesOf(checked.error);
  const name = String(params.name ?? params.ref ?? params.processor ?? params.model ?? method);
  throw invalid({ method, name }, result, `${issue?.path.join('.') || 'an object'}: ${issue?.message ?? 'valid'}`);
}

/** One that was requested for a single call has to decide on that one. */
function checkDecision(requests: DeferredToolRequests, result: unknown): void {
  const calls = [...requests.calls, ...requests.approvals];
  const [only] = calls;
  const results: DeferredToolResults = parsed({ method: 'deferred/handle', name: 'deferred/handle' }, result ?? {});
  if (only && calls.length === 1) decidedOn(only.tool_call_id, requests, results);
}
