import type { ModelRequestPart, ToolReturnPart } from '../../../protocol/messages/messages.ts';
import { userPromptPart } from '../messages/media.ts';
import type { FinalOutput } from '../node.ts';
import type { RunState } from '../state.ts';
import type { Resolutions } from './resolutions.ts';
import { toolReturn } from './returns.ts';
import type { ClassifiedCall, LeftCall, Resolved, SettledCall } from './tool-calls.ts';

/** The wording of the returns the engine writes itself. Source: Pydantic AI `_tool_execution`. */
export const status = {
  processed: 'Final result processed.',
  retryWins: 'Output not used as the final result - addressing tool retries from this round first.',
  outputSkipped: 'Output tool not used - a final result was already processed.',
  outputNotFinal: 'Output tool processed, but its value will not be the final result of the agent run.',
  outputFailed: 'Output tool not used - output function execution failed.',
  outputInvalid: 'Output tool not used - output failed validation.',
  toolSkipped: 'Tool not executed - a final result was already processed.',
} as const;

/** The outcome of a call of an output tool. */
export type OutputCallResult =
  | { readonly kind: 'output'; readonly final: FinalOutput }
  | { readonly kind: 'retry'; readonly part: ToolReturnPart; readonly argsValid: boolean }
  | { readonly kind: 'exceeded'; readonly error: Error; readonly argsValid: boolean };

/**
 * The calls of one response while they are worked on. `parts` grows as results arrive, so that finished calls survive an
 * error in the middle.
 */
export class CallBatch {
  readonly state: RunState;
  readonly calls: readonly ClassifiedCall[];
  readonly parts: ModelRequestPart[] = [];
  /** The decisions on deferred calls of the response; null before there are any. */
  readonly resolutions: Resolutions | null;
  final: FinalOutput | null;
  /** Output retries of this batch, added to those of the run when it is settled. */
  outputRetries = 0;
  #winner: ToolReturnPart | null = null;
  #functionRetried = false;
  #left: Map<ClassifiedCall, LeftCall> | null = null;
  #settled: Map<ClassifiedCall, SettledCall> | null = null;

  constructor(
    state: RunState,
    calls: readonly ClassifiedCall[],
    options: { final: FinalOutput | null; resolutions: Resolutions | null },
  ) {
    this.state = state;
    this.calls = calls;
    this.final = options.final;
    this.resolutions = options.resolutions;
  }

  /** The calls that are worked on here; of a resumed response those that were resolved. */
  get executable(): ClassifiedCall[] {
    const { resolutions } = this;
    if (!resolutions) return this.calls.filter(({ kind }) => kind !== 'external' && kind !== 'unapproved');
    return this.calls.filter(({ call }) => this.resolutionOf(call.tool_call_id) !== undefined);
  }

  get functions(): ClassifiedCall[] {
    return this.executable.filter((call) => call.kind !== 'output');
  }

  get outputs(): ClassifiedCall[] {
    return this.executable.filter((call) => call.kind === 'output');
  }

  /** Returns the decision on a call. */
  resolutionOf(id: string): Resolved | undefined {
    const resolution = this.resolutions?.byId.get(id);
    if (!resolution || resolution === 'skip') return undefined;
    return { resolution, metadata: this.resolutions?.metadata[id], rerun: 0 };
  }

  /** Notes a call that its tool deferred while it ran. */
  leave(call: ClassifiedCall, left: LeftCall): void {
    this.#left ??= new Map();
    this.#left.set(call, left);
  }

  /** Takes the calls that were deferred since the last time. */
  takeLeft(): ReadonlyMap<ClassifiedCall, LeftCall> {
    const left = this.#left ?? new Map();
    this.#left = null;
    return left;
  }

  /** Records the result of an output call and emits its events. */
  recordOutput(call: ClassifiedCall, part: ToolReturnPart, argsValid: boolean | null): void {
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

  /** Records a call that is not run because the output is there already. */
  skip({ call }: ClassifiedCall): void {
    const part = toolReturn(call, status.toolSkipped, this.state.time);
    this.parts.push(part);
    this.state.emit({ part: call, args_valid: null, event_kind: 'function_tool_call' });
    this.state.emit({ part, content: null, event_kind: 'function_tool_result' });
  }

  /** Keeps the result of a function call until it is stored, and emits it. */
  settle(call: ClassifiedCall, result: SettledCall): void {
    this.#settled ??= new Map();
    this.#settled.set(call, result);
    this.recordResult(call, result);
  }

  /** Returns the result of a call that was settled. */
  settledOf(call: ClassifiedCall): SettledCall | undefined {
    return this.#settled?.get(call);
  }

  /** Emits the result of a function call; a retry of a real tool keeps an output from winning. */
  recordResult(call: ClassifiedCall, { part, userContent }: SettledCall): void {
    if (part.outcome === 'retried' && call.kind === 'function') this.#functionRetried = true;
    this.state.emit({ part, content: userContent, event_kind: 'function_tool_result' });
  }

  /** Stores settled calls in call order: results first, then their content for the user prompt. */
  store(order: readonly ClassifiedCall[]): void {
    for (const call of order) {
      const result = this.settledOf(call);
      if (result) this.parts.push(result.part);
    }
    this.storeUserContent(order);
  }

  storeUserContent(order: readonly ClassifiedCall[]): void {
    for (const call of order) {
      const content = this.settledOf(call)?.userContent;
      if (content) this.parts.push(userPromptPart(content, this.state.time));
    }
  }

  /** A function tool that requested a retry takes precedence over an output of the same response. */
  letRetriesWin(): void {
    if (!this.#functionRetried || !this.#winner || !this.final) return;
    const at = this.parts.indexOf(this.#winner);
    this.parts[at] = { ...this.#winner, content: status.retryWins };
    this.final = null;
  }

  countOutputRetries(): void {
    this.state.outputRetriesUsed += this.outputRetries;
    this.outputRetries = 0;
    if (this.state.runStep === 0) this.state.outputRetriesBefore = this.state.outputRetriesUsed;
  }
}
