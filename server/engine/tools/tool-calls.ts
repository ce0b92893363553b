import type { UserContent } from '../../../protocol/messages/content.ts';
import type { ToolCallPart, ToolReturnPart } from '../../../protocol/messages/messages.ts';
import type { CompiledTool } from '../agent.ts';
import type { CallbackContext, ToolOutcome, ToolRequest } from '../callbacks.ts';
import { EngineError, unexpectedBehavior } from '../errors.ts';
import { hasBigInt, hasUnsafeInteger } from '../json/exact-json.ts';
import { addUsage } from '../limits/usage.ts';
import { argsAsJson } from '../messages/wording.ts';
import type { RunState } from '../state.ts';
import { announcedStep } from '../steps/announced-step.ts';
import { doneOutput, type Recorded, recordedStep } from '../steps/recorded-step.ts';
import { type StepContext, type StepOutput, stepKey } from '../steps/steps.ts';
import type { Resolution } from './resolutions.ts';
import { invalid, type Refusal, type RetryCount, retriedReturn, retry, toolReturn } from './returns.ts';
import type { SourcedCall } from './tool-sources.ts';

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

/**
 * Runs a checked call and returns its content for the next request.
 *
 * Errors: those of `fail-run` and of a client without the callback; `model.unexpectedBehavior`.
 */
export function settleCall(
  state: RunState,
  checked: CheckedCall,
  signal: AbortSignal,
): Promise<SettledCall | LeftCall> {
  // Not async, since a call may wait long: see `advance`.
  if (checked.kind === 'run') return runStep(state, checked, signal).then((ran) => settledBy(state, checked, ran));
  const { call } = checked.placed;
  return Promise.resolve(
    checked.kind === 'refused'
      ? refused(state, checked, checked.refusal)
      : settleResolved(state, call, checked.resolution),
  );
}

/** Runs the tool of a call as a step. */
function runStep(state: RunState, checked: RunnableCall, signal: AbortSignal): Promise<Recorded<ToolOutcome>> {
  const { placed, tool, approval } = checked;
  const { call, index } = placed;
  const key = approval?.rerun
    ? stepKey.rerun(state.runStep, index, approval.rerun)
    : stepKey.call(state.runStep, index);
  const body = (context: StepContext) => callTool(state, checked, context);
  const once = (tool.spec.effect ?? 'once') === 'once' ? unknownOutcome : undefined;
  // No client is sent the call of a source.
  if (tool.source) return recordedStep(state, key, body, { signal, effect: once && { once } });
  const waiting = { kind: 'callTool' as const, stepKey: key, name: call.tool_name, toolCallId: call.tool_call_id };
  return announcedStep(state, waiting, body, { signal, once });
}

function settledBy(
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

/** A call that must not be made twice, and was cut off with its process. */
const unknownOutcome = (time: string): StepOutput =>
  doneOutput<ToolOutcome>(time, {
    kind: 'failed',
    message: 'The outcome of this call is unknown: the process stopped while it ran. It was not run again.',
  });

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

function callTool(
  state: RunState,
  { placed: { call }, tool, args, approval }: RunnableCall,
  context: StepContext,
): Promise<ToolOutcome> {
  const isRounded = typeof call.args === 'string' ? hasUnsafeInteger(call.args) : hasBigInt(call.args);
  const request: ToolRequest = {
    toolCallId: call.tool_call_id,
    name: call.tool_name,
    args,
    ...(isRounded ? { argsText: typeof call.args === 'string' ? call.args : argsAsJson(call) } : {}),
    retry: state.counters.retriesOf(call.tool_name),
    maxRetries: tool.maxRetries,
    ...(approval ? { approved: true } : {}),
    ...metadataOf(tool, approval),
    ...(tool.timeoutMs === undefined ? {} : { timeoutMs: tool.timeoutMs }),
  };
  const where = { ...context, runStep: state.runStep };
  if (tool.source) {
    const { source, tool: name, effect } = tool.source;
    return callSource(state, { ...request, source, tool: name, effect }, where);
  }
  return state.input.callbacks
    .callTool(request, where)
    .catch((error: unknown) => onToolError(error, tool, context.signal));
}

function callSource(
  { input }: RunState,
  request: Omit<SourcedCall, 'onProgress'>,
  context: CallbackContext,
): Promise<ToolOutcome> {
  if (!input.sources) throw new Error(`the run has no source '${request.source}'`);
  const { toolCallId } = request;
  const onProgress: SourcedCall['onProgress'] = (message, fraction) =>
    input.sink?.show({
      event_kind: 'tool_progress',
      toolCallId,
      ...(message === undefined ? {} : { message }),
      ...(fraction === undefined ? {} : { fraction }),
    });
  return input.sources.call({ ...request, onProgress }, context);
}

function metadataOf(tool: CompiledTool, approval: Approval | null): { metadata?: unknown } {
  const metadata = approval?.metadata ?? tool.spec.metadata;
  return metadata === null || metadata === undefined ? {} : { metadata };
}

/** The host chooses what a call without a usable result becomes; a client that cannot serve it ends the run. */
function onToolError(error: unknown, tool: CompiledTool, signal: AbortSignal): ToolOutcome {
  if (!(error instanceof EngineError) || signal.aborted) throw error;
  if (error.kind === 'callback.timeout') {
    return { kind: 'retry', message: `Timed out after ${Number(error.details.timeoutMs) / 1000} seconds.` };
  }
  const mayGoOn = error.kind === 'callback.failed' || error.kind === 'callback.invalid';
  const choice = tool.spec.onError ?? 'failed';
  if (!mayGoOn || choice === 'fail-run') throw error;
  return { kind: choice, message: error.message };
}
