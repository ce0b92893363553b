import type { ModelRequestPart, RetryPromptPart, ToolReturnPart } from '../../protocol/messages.ts';
import { unexpectedBehavior } from './errors.ts';
import { userPromptPart } from './intake.ts';
import { invalid, type Refusal, retryPrompt, validated } from './output.ts';
import type { RunState } from './state.ts';
import type { FinalOutput } from './step.ts';
import {
  type CheckedCall,
  checkCall,
  checkIncomplete,
  type PlacedCall,
  type SettledCall,
  settleCall,
  toolReturn,
} from './tools.ts';

/** The wording of the returns the engine writes itself. Source: Pydantic AI `_tool_execution`. @since 0.1.0 */
export const status = {
  processed: 'Final result processed.',
  retryWins: 'Output not used as the final result - addressing tool retries from this round first.',
  outputSkipped: 'Output tool not used - a final result was already processed.',
  outputNotFinal: 'Output tool processed, but its value will not be the final result of the agent run.',
  outputFailed: 'Output tool not used - output function execution failed.',
  outputInvalid: 'Output tool not used - output failed validation.',
  toolSkipped: 'Tool not executed - a final result was already processed.',
} as const;

/** A call of a response with what its name stands for. @since 0.1.0 */
export type ClassifiedCall = PlacedCall & { readonly kind: 'function' | 'unknown' | 'output' };

/** What became of a call of an output tool. @since 0.1.0 */
export type OutputCallResult =
  | { readonly kind: 'output'; readonly final: FinalOutput }
  | { readonly kind: 'retry'; readonly part: RetryPromptPart; readonly argsValid: boolean }
  | { readonly kind: 'exceeded'; readonly error: Error; readonly argsValid: boolean };

/**
 * The calls of one response while they are worked on. `parts` grows as results come, so that what was done survives an
 * error in the middle.
 *
 * @since 0.1.0
 */
export class CallBatch {
  readonly state: RunState;
  readonly calls: readonly ClassifiedCall[];
  readonly parts: ModelRequestPart[] = [];
  final: FinalOutput | null;
  /** Output retries of this batch, added to those of the run when it is settled. */
  outputRetries = 0;
  #winner: ToolReturnPart | null = null;
  #functionRetried = false;

  constructor(state: RunState, calls: readonly ClassifiedCall[], final: FinalOutput | null) {
    this.state = state;
    this.calls = calls;
    this.final = final;
  }

  get functions(): ClassifiedCall[] {
    return this.calls.filter((call) => call.kind !== 'output');
  }

  get outputs(): ClassifiedCall[] {
    return this.calls.filter((call) => call.kind === 'output');
  }

  /** Records and tells what an output call brought. */
  recordOutput(call: ClassifiedCall, part: ToolReturnPart | RetryPromptPart, argsValid: boolean | null): void {
    this.parts.push(part);
    this.state.emit({ part: call.call, args_valid: argsValid, event_kind: 'output_tool_call' });
    this.state.emit({ part, event_kind: 'output_tool_result' });
  }

  /** Records the output that won. */
  recordWinner(call: ClassifiedCall): void {
    this.#winner = toolReturn(call.call, status.processed, this.state.time);
    this.recordOutput(call, this.#winner, true);
  }

  /** Records an output call that did not win. */
  recordLoser(call: ClassifiedCall, result: OutputCallResult): void {
    if (result.kind === 'retry') this.recordOutput(call, result.part, result.argsValid);
    else if (result.kind === 'output') this.recordOutput(call, this.#status(call, status.outputNotFinal), true);
    else {
      const text = result.argsValid ? status.outputFailed : status.outputInvalid;
      this.recordOutput(call, this.#status(call, text), result.argsValid);
    }
  }

  #status({ call }: ClassifiedCall, text: string): ToolReturnPart {
    return toolReturn(call, text, this.state.time);
  }

  /** Records a call that is not run because the output is there already; nobody is told. */
  skip(call: ClassifiedCall): void {
    this.parts.push(toolReturn(call.call, status.toolSkipped, this.state.time));
  }

  /** Tells what a function call brought; a retry of a real tool keeps an output from winning. */
  recordResult(call: ClassifiedCall, { part, userContent }: SettledCall): void {
    if (part.part_kind === 'retry-prompt' && call.kind === 'function') this.#functionRetried = true;
    this.state.emit({ part, content: userContent, event_kind: 'function_tool_result' });
  }

  /** Stores settled calls in call order: results first, then what they give the user prompt. */
  store(settled: ReadonlyMap<ClassifiedCall, SettledCall>, order: readonly ClassifiedCall[]): void {
    for (const call of order) {
      const result = settled.get(call);
      if (result) this.parts.push(result.part);
    }
    this.storeUserContent(settled, order);
  }

  storeUserContent(settled: ReadonlyMap<ClassifiedCall, SettledCall>, order: readonly ClassifiedCall[]): void {
    for (const call of order) {
      const content = settled.get(call)?.userContent;
      if (content) this.parts.push(userPromptPart(content, this.state.time));
    }
  }

  /** A function tool that asked to try again comes before an output of the same response. */
  letRetriesWin(): void {
    if (!this.#functionRetried || !this.#winner || !this.final) return;
    const at = this.parts.indexOf(this.#winner);
    this.parts[at] = { ...this.#winner, content: status.retryWins };
    this.final = null;
  }

  countOutputRetries(): void {
    this.state.outputRetriesUsed += this.outputRetries;
    this.outputRetries = 0;
  }
}

/** Runs function calls: all are checked first, then they start together, but for barriers. @since 0.1.0 */
export async function runFunctions(batch: CallBatch, calls: readonly ClassifiedCall[]): Promise<void> {
  if (calls.length === 0) return;
  const checked = new Map(calls.map((call) => [call, checkCall(batch.state, call)]));
  const settled = new Map<ClassifiedCall, SettledCall>();
  try {
    await runSegments(batch, calls, async (call, signal) => {
      const result = await settleCall(batch.state, checked.get(call) as CheckedCall, signal);
      settled.set(call, result);
      batch.recordResult(call, result);
    });
  } finally {
    batch.store(settled, calls);
  }
}

/** Runs calls in segments around barriers; inside one they start together, in call order. @since 0.1.0 */
export async function runSegments(
  batch: CallBatch,
  calls: readonly ClassifiedCall[],
  run: (call: ClassifiedCall, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  for (const segment of segments(batch.state, calls)) await runTogether(batch.state, segment, run);
}

/** A call of a `sequential` tool is a segment of its own. */
function segments(state: RunState, calls: readonly ClassifiedCall[]): ClassifiedCall[][] {
  const result: ClassifiedCall[][] = [];
  let open: ClassifiedCall[] | null = null;
  for (const call of calls) {
    if (state.agent.tools.get(call.call.tool_name)?.definition.sequential) {
      result.push([call]);
      open = null;
    } else if (open) {
      open.push(call);
    } else {
      open = [call];
      result.push(open);
    }
  }
  return result;
}

/** The first error withdraws the calls that still run; all have ended when this returns. */
async function runTogether(
  state: RunState,
  calls: readonly ClassifiedCall[],
  run: (call: ClassifiedCall, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const [only] = calls;
  if (calls.length === 1 && only) return run(only, state.input.signal);
  const controller = new AbortController();
  const signal = AbortSignal.any([state.input.signal, controller.signal]);
  let next = 0;
  const worker = async () => {
    for (let call = calls[next++]; call && !signal.aborted; call = calls[next++]) await run(call, signal);
  };
  const width = Math.min(calls.length, state.input.maxToolConcurrency ?? calls.length);
  let failure: { error: unknown } | undefined;
  const workers = Array.from({ length: width }, () =>
    worker().catch((error: unknown) => {
      failure ??= { error };
      controller.abort(error);
    }),
  );
  await Promise.all(workers);
  if (failure) throw failure.error;
  state.input.signal.throwIfAborted();
}

/**
 * Validates an output call and hands it to its function and the validators. A failure past the limit is told, not
 * thrown: another output may still win.
 *
 * Source: Pydantic AI `_run_output_tool_call`.
 * @since 0.1.0
 */
export async function runOutput(batch: CallBatch, placed: ClassifiedCall): Promise<OutputCallResult> {
  const { state } = batch;
  const { call } = placed;
  const tool = state.agent.output.tools.get(call.tool_name);
  if (!tool) throw new Error(`no output tool '${call.tool_name}'`);
  const retries = state.counters.retriesOf(call.tool_name);
  const refuse = (refusal: Refusal, argsValid: boolean): OutputCallResult => {
    if (retries >= tool.maxRetries) {
      return {
        kind: 'exceeded',
        error: unexpectedBehavior(`Exceeded maximum output retries (${tool.maxRetries})`, refusal.cause),
        argsValid,
      };
    }
    state.counters.fail(call.tool_name);
    batch.outputRetries += 1;
    return { kind: 'retry', part: retryPrompt(state, refusal.content, call), argsValid };
  };
  const checked = tool.object.validate(call.args);
  if (!checked.ok) return refuse(invalid(checked.errors), false);
  const source = { at: placed.index, call, retry: retries, maxRetries: tool.maxRetries };
  const processed = await validated(state, checked.value, tool.object, source);
  if (processed.refusal) return refuse(processed.refusal, true);
  state.counters.succeed(call.tool_name);
  const final = {
    value: processed.value,
    toolName: call.tool_name,
    toolCallId: call.tool_call_id,
    name: processed.name,
  };
  return { kind: 'output', final };
}

/** Runs an output call unless one has won; one that failed too often ends the run. @since 0.1.0 */
export async function runOutputInTurn(batch: CallBatch, placed: ClassifiedCall): Promise<void> {
  if (batch.final) {
    batch.recordOutput(placed, toolReturn(placed.call, status.outputSkipped, batch.state.time), null);
    return;
  }
  const result = await runOutput(batch, placed);
  if (result.kind === 'exceeded') throwExceeded(batch, result.error);
  if (result.kind !== 'output') return batch.recordLoser(placed, result);
  batch.final = result.final;
  batch.recordWinner(placed);
}

/** Errors: `model.unexpectedBehavior`, `model.incompleteToolCall`. @since 0.1.0 */
export function throwExceeded(batch: CallBatch, error: Error): never {
  batch.countOutputRetries();
  checkIncomplete(batch.state);
  throw error;
}
