import type { RunError, RunResult } from '../../protocol/result.ts';
import { EngineError, toRunError } from './errors.ts';
import { unknownCost } from './limits/usage.ts';
import { interruptedReturn, isToolResult, toolCallsOf } from './messages/cleaning.ts';
import type { FinalOutput } from './node.ts';
import { runToOutput } from './run.ts';
import type { RunState } from './state.ts';

/** How a run ended. The text of a bug stays in the daemon. */
export interface Ending {
  readonly outcome: RunResult['outcome'];
  readonly output?: FinalOutput;
  readonly error?: RunError;
}

/** Turns an exception other than an `EngineError` into one: the caller logs it under an incident id. */
export type ReportBug = (error: unknown) => EngineError;

/**
 * Runs to any end, emits it as `run_finished`, and leaves a history that is exact.
 */
export function runToEnd(state: RunState, reportBug: ReportBug): Promise<RunResult> {
  return runToOutput(state).then(
    (output) => finish(state, reached(state, output)),
    (error) => finish(state, endedBy(state, error, reportBug)),
  );
}

async function finish(state: RunState, ending: Ending): Promise<RunResult> {
  const warning = ending.output ? unknownCost(state.agent.limits, state.usage) : null;
  if (warning) state.emit({ event_kind: 'warning', ...warning });
  const result = resultOf(state, ending);
  const kept = state.input.ending?.(result, state);
  if (kept) await kept;
  state.emit({ event_kind: 'run_finished', result });
  state.isOver = true;
  return result;
}

function reached(state: RunState, output: FinalOutput): Ending {
  state.output = output;
  return { outcome: output.deferred ? 'deferred' : 'success', output };
}

function endedBy(state: RunState, error: unknown, reportBug: ReportBug): Ending {
  const { signal } = state.input;
  if (signal.aborted) return interrupted(state, signal.reason);
  if (!(error instanceof EngineError)) return { outcome: 'failed', error: toRunError(reportBug(error)) };
  // A client that is gone is the end of the step that waited for it.
  return stops.has(error.kind) ? interrupted(state, error) : { outcome: 'failed', error: toRunError(error) };
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

/** Gives the calls whose results will not come an `interrupted` return, so that the history takes a new prompt. */
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
