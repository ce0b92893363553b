import type { DeferredToolResults, RecordedToolResults } from '../../../protocol/deferred.ts';
import type { UserContent } from '../../../protocol/messages/content.ts';
import type { ModelMessage, ModelResponse, ToolCallPart } from '../../../protocol/messages/messages.ts';
import { userError } from '../errors.ts';
import { toolCallsOf } from '../messages/cleaning.ts';
import { isRecord } from '../validation/schema/schema.ts';

/** The decision on a deferred call. Source: Pydantic AI `DeferredToolResult`. */
export type Resolution =
  | { readonly kind: 'approved'; readonly args?: Record<string, unknown> }
  | { readonly kind: 'denied'; readonly message: string }
  | {
      readonly kind: 'content';
      readonly content: unknown;
      readonly metadata: unknown;
      readonly userContent?: string | UserContent[];
    }
  | { readonly kind: 'retry'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/** Resolutions by the id of the call; `skip` marks a call that has a result already. */
export interface Resolutions {
  readonly byId: ReadonlyMap<string, Resolution | 'skip'>;
  /** Handed to approved tools, by the id of the call. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Reads the results a host gave. */
export function readResults(results: DeferredToolResults): Resolutions {
  const byId = new Map<string, Resolution>();
  for (const [id, result] of Object.entries(results.calls ?? {})) byId.set(id, ofCall(result));
  for (const [id, approval] of Object.entries(results.approvals ?? {})) byId.set(id, ofApproval(approval));
  return { byId, metadata: results.metadata ?? {} };
}

type GivenResult =
  | { readonly retry: string }
  | { readonly failed: string }
  | { readonly content: unknown; readonly metadata?: unknown; readonly userContent?: string | UserContent[] | null };

/** Any value is the content; the schema has seen to it that an object with one of the keys has the shape. */
function givenResult(result: unknown): GivenResult {
  const hasShape = isRecord(result) && ['content', 'retry', 'failed'].some((key) => Object.hasOwn(result, key));
  return hasShape ? (result as GivenResult) : { content: result };
}

function ofCall(given: unknown): Resolution {
  const result = givenResult(given);
  if ('retry' in result) return { kind: 'retry', message: result.retry };
  if ('failed' in result) return { kind: 'failed', message: result.failed };
  const { content, metadata, userContent } = result;
  return {
    kind: 'content',
    content: content ?? null,
    metadata: metadata ?? null,
    ...(userContent ? { userContent } : {}),
  };
}

function ofApproval(approval: NonNullable<DeferredToolResults['approvals']>[string]): Resolution {
  if (approval === true) return { kind: 'approved' };
  if (approval === false) return { kind: 'denied', message: denied };
  if (approval.approved) return { kind: 'approved', ...(approval.args ? { args: approval.args } : {}) };
  return { kind: 'denied', message: approval.message ?? denied };
}

const denied = 'The tool call was denied.';

/**
 * Finds the response whose calls are to be resolved, and adds to the results the calls that have one already.
 *
 * Errors: `run.invalid`. Source: Pydantic AI `UserPromptNode._handle_deferred_tool_results`.
 */
export function resume(
  messages: readonly ModelMessage[],
  results: DeferredToolResults,
): { response: ModelResponse; resolutions: Resolutions } {
  if (messages.length === 0) throw userError('Tool call results were provided, but the message history is empty.');
  const at = messages.findLastIndex((message) => message.kind === 'response');
  const response = messages[at];
  if (response?.kind !== 'response') {
    throw userError('Tool call results were provided, but the message history does not contain a `ModelResponse`.');
  }
  if (toolCallsOf(response).length === 0) {
    throw userError(
      'Tool call results were provided, but the message history does not contain any unprocessed tool calls.',
    );
  }
  const { byId, metadata } = readResults(results);
  const all = new Map<string, Resolution | 'skip'>(byId);
  const answered = messages[at + 1];
  for (const part of answered?.kind === 'request' ? answered.parts : []) {
    if (part.part_kind !== 'tool-return') continue;
    if (byId.has(part.tool_call_id)) {
      throw userError(`Tool call '${part.tool_call_id}' was already executed and its result cannot be overridden.`);
    }
    all.set(part.tool_call_id, 'skip');
  }
  return { response, resolutions: { byId: all, metadata } };
}

/** Ids that stand at more than one call, in order. */
export function duplicateIds(calls: readonly { readonly call: ToolCallPart }[]): string[] {
  if (calls.length < 2) return [];
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { call } of calls) (seen.has(call.tool_call_id) ? twice : seen).add(call.tool_call_id);
  return [...twice];
}

/** Ids as upstream's messages write a list of them. */
export const idList = (ids: readonly string[]): string => `[${ids.map((id) => `'${id}'`).join(', ')}]`;

/** Ids as upstream's messages write a set of them. */
export const idSet = (ids: Iterable<string>): string => {
  const sorted = [...ids].sort();
  return sorted.length === 0 ? 'set()' : `{${sorted.map((id) => `'${id}'`).join(', ')}}`;
};

/** Returns results as an event carries them. Source: Pydantic AI `DeferredToolResultsEvent`. */
export function recordedResults({ calls, approvals, metadata, answered_by }: DeferredToolResults): RecordedToolResults {
  return {
    calls: mapped(calls, recordedResult),
    approvals: mapped(approvals, recordedApproval),
    metadata: metadata ?? {},
    answered_by: answered_by ?? {},
  };
}

const mapped = <T, R>(values: Readonly<Record<string, T>> | null | undefined, to: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(values ?? {}).map(([id, value]) => [id, to(value)]));

type GivenApproval = NonNullable<DeferredToolResults['approvals']>[string];

function recordedResult(given: unknown): unknown {
  const result = givenResult(given);
  if ('retry' in result) return { message: result.retry, kind: 'model-retry' };
  if ('failed' in result) return { message: result.failed, kind: 'tool-failed' };
  const { content, metadata = null, userContent = null } = result;
  if (metadata === null && userContent === null) return content;
  return { return_value: content, content: userContent, metadata, tools: null, kind: 'tool-return' };
}

function recordedApproval(approval: GivenApproval): RecordedToolResults['approvals'][string] {
  if (typeof approval === 'boolean') return approval;
  if (approval.approved) return { override_args: approval.args ?? null, kind: 'tool-approved' };
  return { message: approval.message ?? denied, kind: 'tool-denied' };
}
