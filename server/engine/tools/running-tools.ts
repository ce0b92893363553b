import type { CompiledTool } from '../agent.ts';
import type { CallbackContext, ToolOutcome, ToolRequest } from '../callbacks.ts';
import { EngineError } from '../errors.ts';
import { hasBigInt, hasUnsafeInteger } from '../json/exact-json.ts';
import { argsAsJson } from '../messages/wording.ts';
import type { RunState } from '../state.ts';
import { announcedStep } from '../steps/announced-step.ts';
import { doneOutput, type Recorded, recordedStep } from '../steps/recorded-step.ts';
import { type StepContext, type StepOutput, stepKey } from '../steps/steps.ts';
import type { Approval, RunnableCall } from './tool-calls.ts';
import type { SourcedCall } from './tool-sources.ts';

/**
 * Runs the tool of a call as a step.
 *
 * Errors: those of `fail-run` and of a client without the callback.
 */
export function runCall(state: RunState, checked: RunnableCall, signal: AbortSignal): Promise<Recorded<ToolOutcome>> {
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

/** A call that must not be made twice, and was cut off with its process. */
const unknownOutcome = (time: string): StepOutput =>
  doneOutput<ToolOutcome>(time, {
    kind: 'failed',
    message: 'The outcome of this call is unknown: the process stopped while it ran. It was not run again.',
  });

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
    input.events.sink?.show({
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
