import type { UserContent } from '../../protocol/content.ts';
import type { ModelRequestPart, ToolCallPart, ToolReturnPart } from '../../protocol/messages.ts';
import type { CompiledTool } from './agent.ts';
import type { ToolOutcome, ToolRequest } from './callbacks.ts';
import { EngineError, unexpectedBehavior } from './errors.ts';
import { invalid, type Refusal, retry, retryPrompt } from './output.ts';
import { recordedStep } from './recorded.ts';
import type { RunState } from './state.ts';
import { type StepContext, stepKey } from './steps.ts';
import { addUsage } from './usage.ts';
import { hasUnsafeInteger } from './validation/json-text.ts';
import { argsAsJson } from './wording.ts';

/** A call of a response with its position there. @since 0.1.0 */
export interface PlacedCall {
  readonly call: ToolCallPart;
  /** Position among the parts of the response. */
  readonly index: number;
}

/** A call whose arguments were looked at: either it may run, or the model is asked to try again. @since 0.1.0 */
export type CheckedCall = PlacedCall &
  (
    | { readonly tool: CompiledTool; readonly args: Record<string, unknown>; readonly refusal: null }
    | { readonly tool: CompiledTool | null; readonly refusal: Refusal }
  );

/** What a settled call brings into the next request. @since 0.1.0 */
export interface SettledCall {
  readonly part: Extract<ModelRequestPart, { part_kind: 'tool-return' | 'retry-prompt' }>;
  /** Content for a user prompt behind all tool returns. */
  readonly userContent: string | UserContent[] | null;
}

/** The tool a name stands for in this step, or null. @since 0.1.0 */
export function toolInStep(state: RunState, name: string): CompiledTool | null {
  if (!state.functionTools.some((definition) => definition.name === name)) return null;
  return state.agent.tools.get(name) ?? null;
}

/**
 * Validates a call and tells the host of it.
 *
 * Errors: `model.unexpectedBehavior`, `model.incompleteToolCall` when it failed once too often.
 * Source: Pydantic AI `ToolManager.validate_tool_call`.
 * @since 0.1.0
 */
export function checkCall(state: RunState, placed: PlacedCall): CheckedCall {
  const { call } = placed;
  const tool = toolInStep(state, call.tool_name);
  const checked = tool
    ? checkArguments(placed, tool)
    : { ...placed, tool, refusal: retry(unknownTool(state, call.tool_name)) };
  try {
    if (checked.refusal) countFailure(state, checked);
  } catch (error) {
    state.emit({ part: call, args_valid: false, event_kind: 'function_tool_call' });
    throw error;
  }
  state.emit({ part: call, args_valid: checked.refusal === null, event_kind: 'function_tool_call' });
  return checked;
}

function checkArguments(placed: PlacedCall, tool: CompiledTool): CheckedCall {
  const result = tool.validator.validate(placed.call.args);
  if (!result.ok) return { ...placed, tool, refusal: invalid(result.errors) };
  return { ...placed, tool, args: result.value as Record<string, unknown>, refusal: null };
}

function unknownTool(state: RunState, name: string): string {
  const names = [...state.functionTools.map((tool) => tool.name), ...state.agent.output.tools.keys()].sort();
  const available =
    names.length > 0 ? `Available tools: ${names.map((one) => `'${one}'`).join(', ')}` : 'No tools available.';
  return `Unknown tool name: '${name}'. ${available}`;
}

/** One failure of a name and step; more than its limit in a row end the run. */
function countFailure(
  state: RunState,
  { call, tool, refusal }: { call: ToolCallPart; tool: CompiledTool | null; refusal: Refusal },
): void {
  const max = tool?.maxRetries ?? state.agent.toolRetries;
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
 * @since 0.1.0
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
 * Runs a checked call to what it brings into the next request.
 *
 * Errors: what `fail-run` or a client without the callback end the run with; `model.unexpectedBehavior`.
 * @since 0.1.0
 */
export async function settleCall(state: RunState, checked: CheckedCall, signal: AbortSignal): Promise<SettledCall> {
  const { call } = checked;
  if (checked.refusal) return { part: retryPrompt(state, checked.refusal.content, call), userContent: null };
  const { value: outcome, time } = await recordedStep(
    state,
    stepKey.call(state.runStep, checked.index),
    (context) => callTool(state, checked, context),
    signal,
  );
  if (outcome.kind === 'retry') {
    countFailure(state, { call, tool: checked.tool, refusal: retry(outcome.message) });
    return { part: retryPrompt(state, outcome.message, call), userContent: null };
  }
  if (outcome.kind === 'failed') return { part: toolReturn(call, outcome.message, time, 'failed'), userContent: null };
  state.counters.succeed(call.tool_name);
  state.usage = { ...state.usage, tool_calls: state.usage.tool_calls + 1 };
  if (outcome.usage) state.usage = addUsage(state.usage, outcome.usage);
  const part = toolReturn(call, outcome.content, time, 'success');
  part.metadata = outcome.metadata ?? null;
  return { part, userContent: hasAny(outcome.userContent) ? outcome.userContent : null };
}

const hasAny = (content: string | UserContent[] | undefined): content is string | UserContent[] =>
  content !== undefined && content.length > 0;

/** A return the engine writes for a call. @since 0.1.0 */
export function toolReturn(
  call: ToolCallPart,
  content: unknown,
  timestamp: string,
  outcome: ToolReturnPart['outcome'] = 'success',
): ToolReturnPart {
  return {
    tool_name: call.tool_name,
    content,
    tool_call_id: call.tool_call_id,
    tool_kind: null,
    metadata: null,
    timestamp,
    outcome,
    part_kind: 'tool-return',
  };
}

async function callTool(
  state: RunState,
  { call, tool, args }: Extract<CheckedCall, { refusal: null }>,
  context: StepContext,
): Promise<ToolOutcome> {
  const raw = typeof call.args === 'string' ? call.args : null;
  const request: ToolRequest = {
    toolCallId: call.tool_call_id,
    name: call.tool_name,
    args,
    ...(raw !== null && hasUnsafeInteger(raw) ? { argsText: argsAsJson(call) } : {}),
    retry: state.counters.retriesOf(call.tool_name),
    maxRetries: tool.maxRetries,
    ...(tool.spec.metadata ? { metadata: tool.spec.metadata } : {}),
    ...(tool.timeoutMs === undefined ? {} : { timeoutMs: tool.timeoutMs }),
  };
  try {
    return await state.input.callbacks.callTool(request, { runStep: state.runStep, ...context });
  } catch (error) {
    return onToolError(error, tool, context.signal);
  }
}

/** What a call without a usable answer becomes is the host's choice; a client that cannot serve it ends the run. */
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
