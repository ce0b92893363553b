import type { UserContent } from '../../../protocol/messages/content.ts';
import type { ToolCallPart, ToolReturnPart } from '../../../protocol/messages/messages.ts';
import type { CompiledTool } from '../agent.ts';
import type { ToolOutcome } from '../callbacks.ts';
import { EngineError, unexpectedBehavior } from '../errors.ts';
import { addUsage } from '../limits/usage.ts';
import type { RunState } from '../state.ts';
import type { Recorded } from '../steps/recorded-step.ts';
import type { Resolution } from './resolutions.ts';
import { invalid, type Refusal, type RetryCount, retriedReturn, retry, toolReturn } from './returns.ts';

/** A call of a response with its position there. */
export interface PlacedCall {
  readonly call: ToolCallPart;
  /** Position among the parts of the response. */
  readonly index: number;
}

/** A call of a response with the kind of its tool; calls of the last two kinds are deferred. */
export type ClassifiedCall = PlacedCall & {
  readonly kind: 'function' | 'unknown' | 'output' | 'external' | 'unapproved';
};

/** Why a call may run although it was deferred: it was approved. */
export interface Approval {
  readonly metadata: unknown;
  /** Runs of this call in its step, when it is not the first. */
  readonly rerun: number;
}

/** A call that may run. */
export interface RunnableCall {
  readonly kind: 'run';
  readonly placed: ClassifiedCall;
  readonly tool: CompiledTool;
  readonly args: Record<string, unknown>;
  readonly approval: Approval | null;
}

/** A call that the model has to make again. */
export interface RefusedCall {
  readonly kind: 'refused';
  readonly placed: ClassifiedCall;
  readonly tool: CompiledTool | null;
  readonly refusal: Refusal;
}

/** A call that was decided outside of the run. */
export interface ResolvedCall {
  readonly kind: 'resolved';
  readonly placed: ClassifiedCall;
  readonly resolution: Exclude<Resolution, { kind: 'approved' }>;
}

/** A call that was checked before it runs. */
export type CheckedCall = RunnableCall | RefusedCall | ResolvedCall;

/** The content of a settled call for the next request. */
export interface SettledCall {
  readonly part: ToolReturnPart;
  /** Content for a user prompt after all tool returns. */
  readonly userContent: string | UserContent[] | null;
}

/** A call that a tool deferred while it ran. */
export interface LeftCall {
  readonly left: 'external' | 'unapproved';
  readonly metadata: Record<string, unknown> | null;
}

/** Returns the tool of a name in this step, or null. */
export function toolInStep(state: RunState, name: string): CompiledTool | null {
  if (!state.functionTools.some((definition) => definition.name === name)) return null;
  return state.tools.get(name) ?? null;
}

/** The context of a call that was deferred before. */
export interface Resolved {
  readonly resolution: Resolution;
  readonly metadata: unknown;
  readonly rerun: number;
}

/**
 * Validates a call and emits its event.
 *
 * Errors: `model.unexpectedBehavior`, `model.incompleteToolCall` when it failed once too often.
 * Source: Pydantic AI `ToolManager.validate_tool_call`.
 */
export function checkCall(state: RunState, placed: ClassifiedCall, resolved?: Resolved): CheckedCall {
  const { call } = placed;
  const announce = (argsValid: boolean | null) =>
    state.emit({ part: call, args_valid: argsValid, event_kind: 'function_tool_call' });
  if (resolved && resolved.resolution.kind !== 'approved') {
    announce(null);
    return { kind: 'resolved', placed, resolution: resolved.resolution };
  }
  const checked = validateCall(state, placed, resolved);
  try {
    if (checked.kind === 'refused') countFailure(state, checked);
  } catch (error) {
    announce(false);
    throw error;
  }
  announce(checked.kind === 'run');
  return checked;
}

/** Validates a call without an event; an approval may bring other arguments. */
export function validateCall(state: RunState, placed: ClassifiedCall, resolved?: Resolved): RunnableCall | RefusedCall {
  const tool = toolInStep(state, placed.call.tool_name);
  if (!tool) return { kind: 'refused', placed, tool, refusal: unknownTool(state, placed.call.tool_name) };
  const given = resolved?.resolution.kind === 'approved' ? resolved.resolution.args : undefined;
  const result = tool.validator.validate(given ?? placed.call.args);
  if (!result.ok) return { kind: 'refused', placed, tool, refusal: invalid(result.errors) };
  const approval = resolved ? { metadata: resolved.metadata, rerun: resolved.rerun } : null;
  return { kind: 'run', placed, tool, args: result.value as Record<string, unknown>, approval };
}

function unknownTool(state: RunState, name: string): Refusal {
  const names = [...state.functionTools.map((tool) => tool.name), ...state.agent.output.tools.keys()].sort();
  const available =
    names.length > 0 ? `Available tools: ${names.map((one) => `'${one}'`).join(', ')}` : 'No tools available.';
  return retry(`Unknown tool name: '${name}'. ${available}`, 'unknown_tool');
}

/**
 * Counts one failure of a name and step; more than its limit in a row end the run.
 *
 * Errors: `model.unexpectedBehavior`, `model.incompleteToolCall`.
 */
export function countFailure(state: RunState, { placed: { call }, tool, refusal }: Omit<RefusedCall, 'kind'>): void {
  const max = retriesAllowed(state, tool);
  if (state.counters.retriesOf(call.tool_name) >= max) {
    checkIncomplete(state);
    throw unexpectedBehavior(
      `Tool '${call.tool_name}' exceeded max retries count of ${max}. Consider raising the retry limit.`,
      refusal.cause,
    );
  }
  state.counters.fail(call.tool_name);
}

/**
 * Arguments that were cut off at the token limit get an error of their own.
 *
 * Errors: `model.incompleteToolCall`. Source: `GraphAgentState.check_incomplete_tool_call`.
 */
export function checkIncomplete(state: RunState): void {
  const last = state.history.last;
  if (last?.kind !== 'response' || last.finish_reason !== 'length') return;
  const call = last.parts.at(-1);
  if (call?.part_kind !== 'tool-call' || typeof call.args !== 'string' || call.args === '' || isJsonObject(call.args))
    return;
  throw new EngineError(
    'model.incompleteToolCall',
    `Model token limit (${state.lastMaxTokens ?? 'provider default'}) exceeded while generating a tool call, resulting in incomplete arguments. Increase the \`max_tokens\` model setting, or simplify the prompt to result in a shorter response that will fit within the limit.`,
  );
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Returns the content of a call that does not run for the next request. */
export function settleCall(state: RunState, checked: RefusedCall | ResolvedCall): SettledCall {
  return checked.kind === 'refused'
    ? refused(state, checked, checked.refusal)
    : settleResolved(state, checked.placed.call, checked.resolution);
}

/**
 * Returns the content of a call that ran for the next request.
 *
 * Errors: `model.unexpectedBehavior` when it failed once too often.
 */
export function settledBy(
  state: RunState,
  checked: RunnableCall,
  { value: outcome, time }: Recorded<ToolOutcome>,
): SettledCall | LeftCall {
  const { placed, tool } = checked;
  const { call } = placed;
  switch (outcome.kind) {
    case 'deferred':
      return { left: 'external', metadata: outcome.metadata };
    case 'approvalRequired':
      return { left: 'unapproved', metadata: outcome.metadata };
    case 'retry':
      countFailure(state, { placed, tool, refusal: retry(outcome.message) });
      return refused(state, checked, retry(outcome.message));
    case 'failed':
      return { part: toolReturn(call, outcome.message, time, 'failed'), userContent: null };
    case 'return':
      state.counters.succeed(call.tool_name);
      state.usage = { ...state.usage, tool_calls: state.usage.tool_calls + 1 };
      if (outcome.usage) state.usage = addUsage(state.usage, outcome.usage);
      return returned(call, outcome, time, tool);
  }
}

/** A decision from outside is not a run of the tool: it counts neither as a call nor as a failure. */
function settleResolved(
  state: RunState,
  call: ToolCallPart,
  resolution: Exclude<Resolution, { kind: 'approved' }>,
): SettledCall {
  const { time } = state;
  switch (resolution.kind) {
    case 'denied':
      return { part: toolReturn(call, resolution.message, time, 'denied'), userContent: null };
    case 'failed':
      return { part: toolReturn(call, resolution.message, time, 'failed'), userContent: null };
    case 'retry':
      return { part: retriedReturn(state, call, retry(resolution.message), null), userContent: null };
    case 'content':
      return returned(call, resolution, time);
  }
}

function refused(
  state: RunState,
  { placed: { call }, tool }: RunnableCall | RefusedCall,
  refusal: Refusal,
): SettledCall {
  return { part: retriedReturn(state, call, refusal, retryCount(state, call, tool)), userContent: null };
}

/** Failures of a name in earlier steps, and this one. */
function retryCount(state: RunState, { tool_name }: ToolCallPart, tool: CompiledTool | null): RetryCount {
  return { attempt: state.counters.retriesOf(tool_name) + 1, maxRetries: retriesAllowed(state, tool) };
}

const retriesAllowed = ({ agent }: RunState, tool: CompiledTool | null): number =>
  tool?.maxRetries ?? agent.toolRetries;

function returned(
  call: ToolCallPart,
  result: { content: unknown; metadata?: unknown; userContent?: string | UserContent[] },
  time: string,
  tool: CompiledTool | null = null,
): SettledCall {
  // What looks like a file by its address is data unless the host declares that the tool returns files.
  const part = toolReturn(call, result.content, time, 'success', tool?.spec.media ? 'all' : 'none');
  part.metadata = result.metadata ?? null;
  return { part, userContent: hasAny(result.userContent) ? result.userContent : null };
}

const hasAny = (content: string | UserContent[] | undefined): content is string | UserContent[] =>
  content !== undefined && content.length > 0;
