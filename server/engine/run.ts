import type { ModelResponse } from '../../protocol/messages.ts';
import type { RunError, RunResult } from '../../protocol/result.ts';
import { interruptedReturn, isToolResult, toolCallsOf } from './cleaning.ts';
import { EngineError, outputTokenLimit, toRunError, unexpectedBehavior } from './errors.ts';
import { userPromptPart } from './media.ts';
import { type Processed, processNull, processText } from './output.ts';
import { recordPause } from './prepare.ts';
import { requestModel, resumeResponse } from './request.ts';
import { type Refusal, retry, retryFeedback } from './returns.ts';
import { start } from './start.ts';
import type { RunState } from './state.ts';
import { afterResponse, type FinalOutput, type Step } from './step.ts';
import { stepKey } from './steps.ts';
import { handleCalls } from './strategies.ts';
import { checkIncomplete } from './tools.ts';
import { unknownCost } from './usage.ts';

/**
 * Drives a run to its output. Yields each step before it is taken.
 *
 * Errors: `EngineError` for what ends the run. Source: Pydantic AI agent graph.
 * @since 0.1.0
 */
export async function* iterate(state: RunState): AsyncGenerator<Step, FinalOutput> {
  let step = await start(state);
  while (step.kind !== 'end') {
    yield step;
    state.input.signal.throwIfAborted();
    step = await advance(state, step);
  }
  return step.output;
}

// A run may wait long for a tool, so what only hands on what it was handed is no async function: each would keep a frame.
function advance(state: RunState, step: Exclude<Step, { kind: 'end' }>): Promise<Step> {
  switch (step.kind) {
    case 'modelRequest':
      return requestModel(state, step).then(responded);
    case 'resumeResponse':
      return resumeResponse(state, step.suspended).then(responded);
    case 'handleResponse':
      return handleResponse(state, step);
  }
}

const responded = (response: ModelResponse): Step => ({ kind: 'handleResponse', response });

async function handleResponse(state: RunState, step: Step & { kind: 'handleResponse' }): Promise<Step> {
  const { response } = step;
  const resolutions = step.resolutions ?? null;
  const { agent } = state;
  const context = { hasTools: state.functionTools.length > 0, maxTokens: state.lastMaxTokens };
  const decision = afterResponse(response, agent.output, context);
  switch (decision.kind) {
    case 'callTools':
      return afterCalls(
        state,
        await handleCalls(state, decision.calls, { text: decision.text, resolutions }),
        resolutions !== null,
      );
    case 'text':
      if (!agent.output.text) throw new Error('text was decided on without a text processor');
      return afterText(state, await processText(state, decision.text, agent.output.text), response);
    case 'null':
      return afterText(state, await processNull(state), response);
    case 'retry':
      return feedback(state, retry(decision.message, 'no_output'));
  }
}

function afterCalls(
  state: RunState,
  { final, parts }: Awaited<ReturnType<typeof handleCalls>>,
  isResumed: boolean,
): Step | Promise<Step> {
  if (!final) {
    // A prompt beside the results of deferred calls comes behind them.
    const { prompt } = state.input;
    if (isResumed && prompt !== undefined) parts.push(userPromptPart(prompt, state.time));
    return { kind: 'modelRequest', request: state.request(parts), resumed: false };
  }
  if (parts.length > 0) state.history.append(state.request(parts));
  return ended(state, final);
}

/**
 * The run ends, unless the user has said something that nobody answered yet. A run that pauses records it, but for one
 * whose last message is the response with the open calls: a request after that would interrupt them when it is resumed,
 * so it goes on at once.
 */
async function ended(state: RunState, output: FinalOutput): Promise<Step> {
  const { history, inbox, input, runStep } = state;
  const waits = inbox.size > 0 || input.runner.hasRecorded?.(stepKey.prepare(runStep + 1));
  if (!waits) return { kind: 'end', output };
  if (!output.deferred || history.last?.kind !== 'request') {
    return { kind: 'modelRequest', request: null, resumed: false };
  }
  await recordPause(state);
  return { kind: 'end', output };
}

function afterText(state: RunState, processed: Processed, response: ModelResponse): Step | Promise<Step> {
  if (processed.refusal) {
    checkCutOff(state, processed.refusal, response);
    return feedback(state, processed.refusal);
  }
  return ended(state, { value: processed.value, toolName: null, toolCallId: null, name: processed.name });
}

/**
 * Text that the token limit cut off would be cut off again.
 *
 * Errors: `model.outputTokenLimit`. Source: Pydantic AI `_raise_if_cut_off_output`.
 */
function checkCutOff({ agent, lastMaxTokens }: RunState, refusal: Refusal, { finish_reason }: ModelResponse): void {
  const kind = agent.output.text?.kind;
  const isStructured = kind === 'object' || kind === 'union';
  const { content } = refusal;
  const isBroken = typeof content !== 'string' && content.some(({ type }) => type === 'json_invalid');
  if (finish_reason !== 'length' || !isStructured || !isBroken) return;
  throw outputTokenLimit(
    `Model token limit (${lastMaxTokens ?? 'provider default'}) exceeded while generating structured output, resulting in incomplete JSON. Increase the \`max_tokens\` model setting, or simplify the prompt to result in a shorter response that will fit within the limit.`,
    refusal.cause,
  );
}

/** Asks the model again without naming a call; uses one output retry. */
function feedback(state: RunState, refusal: Refusal): Step {
  state.outputRetriesUsed += 1;
  const max = state.agent.outputRetries;
  if (state.outputRetriesUsed > max) {
    checkIncomplete(state);
    throw unexpectedBehavior(`Exceeded maximum output retries (${max})`, {
      kind: 'ToolRetryError',
      message: refusal.cause.message,
    });
  }
  const part = retryFeedback(state, refusal, { attempt: state.outputRetriesUsed, maxRetries: max });
  return { kind: 'modelRequest', request: state.request([part]), resumed: false };
}

/** What a run ended with; `incident` is set for a bug, whose text stays in the daemon. @since 0.1.0 */
export interface Ending {
  readonly outcome: RunResult['outcome'];
  readonly output?: FinalOutput;
  readonly error?: RunError;
}

/** How an exception that is no `EngineError` is told: the caller logs it under an incident id. @since 0.1.0 */
export type ReportBug = (error: unknown) => EngineError;

/**
 * Runs to the end, whatever it is, tells it as `run_finished`, and leaves a history that is exact.
 *
 * @since 0.1.0
 */
export function runToEnd(state: RunState, reportBug: ReportBug): Promise<RunResult> {
  return endingOf(state, reportBug).then((ending) => finish(state, ending));
}

function finish(state: RunState, ending: Ending): RunResult {
  const warning = ending.output ? unknownCost(state.agent.limits, state.usage) : null;
  if (warning) state.emit({ event_kind: 'warning', ...warning });
  const result = resultOf(state, ending);
  state.emit({ event_kind: 'run_finished', result });
  return result;
}

async function endingOf(state: RunState, reportBug: ReportBug): Promise<Ending> {
  try {
    const steps = iterate(state);
    for (;;) {
      const next = await steps.next();
      if (!next.done) continue;
      state.output = next.value;
      return { outcome: next.value.deferred ? 'deferred' : 'success', output: next.value };
    }
  } catch (error) {
    const { signal } = state.input;
    if (signal.aborted) return interrupted(state, signal.reason);
    if (!(error instanceof EngineError)) return { outcome: 'failed', error: toRunError(reportBug(error)) };
    // A rebuilt run meets what stopped it as the recorded end of a step.
    return stops.has(error.kind) ? interrupted(state, error) : { outcome: 'failed', error: toRunError(error) };
  }
}

const stops: ReadonlySet<string> = new Set(['run.cancelled', 'run.timeout', 'client.gone']);

/** A run that was stopped from outside; a deadline is a failure, everything else a cancellation. */
function interrupted(state: RunState, reason: unknown): Ending {
  state.time = state.input.now();
  closeOpenCalls(state);
  const error =
    reason instanceof EngineError ? reason : new EngineError('run.cancelled', 'The agent run was cancelled.');
  return { outcome: error.kind === 'run.cancelled' ? 'cancelled' : 'failed', error: toRunError(error) };
}

/** Gives the calls that will not be answered an `interrupted` return, so that the history takes a new prompt. */
function closeOpenCalls(state: RunState): void {
  const { history } = state;
  const at = history.messages.findLastIndex((message) => message.kind === 'response');
  const response = history.messages[at];
  if (response?.kind !== 'response') return;
  const results = history.messages
    .slice(at + 1)
    .flatMap((message) => (message.kind === 'request' ? message.parts.filter(isToolResult) : []));
  const answered = new Set(results.map((part) => part.tool_call_id));
  const open = toolCallsOf(response).filter((call) => !answered.has(call.tool_call_id));
  if (open.length === 0) return;
  const returns = open.map((call) => interruptedReturn(call, response.timestamp));
  const { last } = history;
  if (last?.kind === 'request' && last.state === 'interrupted') {
    history.replaceLast({ ...last, parts: [...last.parts, ...returns] });
  } else {
    history.append(state.request(returns, 'interrupted'));
  }
}

function resultOf(state: RunState, { outcome, output, error }: Ending): RunResult {
  const { input, history } = state;
  return {
    runId: input.runId,
    conversationId: input.conversationId,
    outcome,
    ...(output && !output.deferred ? { output: output.value } : {}),
    ...(output?.deferred ? { deferred: output.deferred } : {}),
    ...(output?.toolName ? { outputToolName: output.toolName } : {}),
    ...(output?.name ? { outputName: output.name } : {}),
    ...(error ? { error } : {}),
    usage: state.usage,
    newMessageIndex: history.newMessageIndex,
    messageCount: history.length,
    model: { requested: input.model.id, ...(state.served ? { served: state.served } : {}) },
    timing: {
      startedAt: state.startedAt,
      finishedAt: state.time,
      durationMs: state.startedAt === '' ? 0 : Math.round(Date.parse(state.time) - Date.parse(state.startedAt)),
    },
    lastSeq: state.lastSeq + 1,
    ...(input.metadata ? { metadata: input.metadata } : {}),
  };
}
