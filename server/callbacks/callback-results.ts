import type * as z from 'zod';
import { type CallbackMethod, callbacks } from '../../protocol/catalogue.ts';
import type { DeferredToolRequests, DeferredToolResults } from '../../protocol/deferred.ts';
import { EngineError } from '../engine/errors.ts';
import { stringifyExact } from '../engine/json/exact-json.ts';
import { issuesOf } from '../errors/response-error.ts';
import { longListsIn, parseInSlices } from '../long-lists.ts';

type Parsed<M extends CallbackMethod> = ReturnType<ReturnType<(typeof callbacks)[M]['result']>['parse']>;

/** Parses a result by the schema of its method. Errors: `callback.invalid`. */
export function parsed<M extends 'history/process' | 'tools/prepare' | 'deferred/handle' | 'user/ask'>(
  call: { method: M; name: string },
  answer: unknown,
): Parsed<M> {
  return read(call, answer, callbacks[call.method].result().safeParse(answer)) as Parsed<M>;
}

/** Does the same with a result that has a long list, and lets the event loop turn meanwhile; undefined when it has none. */
export function parsedInSlices<M extends 'history/process'>(
  call: { method: M; name: string },
  answer: unknown,
): Promise<Parsed<M>> | undefined {
  const schema = callbacks[call.method].result();
  const lists = longListsIn(answer, schema);
  if (lists.length === 0) return undefined;
  return parseInSlices(answer as object, schema, lists).then((result) => read(call, answer, result) as Parsed<M>);
}

function read(call: { method: string; name: string }, answer: unknown, result: z.ZodSafeParseResult<unknown>): unknown {
  if (result.success) return result.data;
  const [issue] = issuesOf(result.error);
  throw invalid(call, answer, `${issue?.path.join('.') || 'an object'}: ${issue?.message ?? 'valid'}`);
}

/**
 * Returns the decision on the one call that was requested; it has to be there, and of the requested kind.
 *
 * Errors: `callback.invalid`.
 */
export function decidedOn(
  toolCallId: string,
  { calls }: DeferredToolRequests,
  results: DeferredToolResults,
): DeferredToolResults {
  const kind = calls.length > 0 ? 'calls' : 'approvals';
  const decision = results[kind]?.[toolCallId];
  const others = Object.keys({ ...results.calls, ...results.approvals }).filter((id) => id !== toolCallId);
  if (decision !== undefined && others.length === 0) return results;
  const what = { method: 'deferred/handle', name: toolCallId };
  throw invalid(what, results, `\`${kind}\` with the id '${toolCallId}' and no other`);
}

/** Returns whether a value is an object other than a list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** How some languages write an empty object. */
export const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

/** Returns the error for a result that does not have the shape of its method. */
export function invalid(call: { method: string; name: string }, answer: unknown, expected: string): EngineError {
  const shown = stringifyExact(answer)?.slice(0, 200) ?? String(answer);
  return new EngineError(
    'callback.invalid',
    `${call.method} for '${call.name}' answered ${shown}; expected ${expected}.`,
    {
      method: call.method,
      name: call.name,
    },
  );
}
