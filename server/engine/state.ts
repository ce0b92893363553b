import type { DeferredToolResults } from '../../protocol/deferred.ts';
import type { DurableEvent } from '../../protocol/events.ts';
import type { UserContent } from '../../protocol/messages/content.ts';
import type { ModelMessage, ModelRequest, ModelRequestPart, ModelResponse } from '../../protocol/messages/messages.ts';
import type { RunUsage } from '../../protocol/messages/usage.ts';
import type { RunResult } from '../../protocol/result.ts';
import type { ModelSettings, ToolDefinition } from '../../protocol/spec.ts';
import type { CompiledAgent } from './agent.ts';
import type { Callbacks } from './callbacks.ts';
import type { RunBounds } from './limits/bounds.ts';
import { emptyUsage, withTotal } from './limits/usage.ts';
import { requestOf } from './messages/cleaning.ts';
import { History } from './messages/history.ts';
import type { Model, Warning } from './model.ts';
import type { FinalOutput } from './node.ts';
import { SteeringQueue } from './request/steering-queue.ts';
import type { StepRunner } from './steps/steps.ts';
import type { DeltaSink } from './streaming/delta-sink.ts';
import type { PartStream } from './streaming/part-stream.ts';
import { RunTools } from './tools/run-tools.ts';
import type { ToolSources } from './tools/tool-sources.ts';

/** Everything a run is a function of, beside the outputs of its steps. */
export interface RunInput {
  readonly runId: string;
  readonly conversationId: string;
  readonly agent: CompiledAgent;
  readonly model: Model;
  readonly modelSettings: ModelSettings | null;
  readonly prompt?: string | readonly UserContent[] | undefined;
  /** Completed by `completeMessages`, not cleaned yet. */
  readonly history: readonly ModelMessage[];
  readonly usage?: RunUsage | undefined;
  readonly metadata?: Record<string, unknown> | undefined;
  readonly maxToolConcurrency?: number | undefined;
  /** Warnings from before the run began. */
  readonly warnings?: readonly Warning[] | undefined;
  readonly callbacks: Callbacks;
  /** Tools that the daemon calls itself; absent: none. */
  readonly sources?: ToolSources | undefined;
  readonly runner: StepRunner;
  /** Aborted by cancellation, with its error as the reason. */
  readonly signal: AbortSignal;
  /** Limits of the growth of the run; absent: none. */
  readonly bounds?: RunBounds | undefined;
  /** The clock, read only when the run is stopped from outside, which is not a step. */
  readonly now: () => string;
  /** True when the model's streaming interface is used. */
  readonly stream: boolean;
  /** Results of the calls the history ends in. */
  readonly deferredResults?: DeferredToolResults | undefined;
  /** Called with the result before `run_finished` is emitted, to keep it. */
  readonly ending?: ((result: RunResult, state: RunState) => Promise<void> | undefined) | undefined;
  readonly events: RunEvents;
}

/** Receives the events of a run. */
export interface RunEvents {
  /** Called with each durable event, `seq` counting from 1. */
  emit(seq: number, event: DurableEvent): void;
  /** Receives the deltas of responses; absent when none are requested. */
  readonly sink?: DeltaSink | undefined;
  /** While the client is congested and nothing more should be requested: resolves when it is not, or on an abort. */
  ready?(signal: AbortSignal): Promise<void> | undefined;
}

/** The state that the tools of a step share; failures count once for each name and step. */
export class ToolCounters {
  // Made when they are needed: most steps fail in nothing, and many runs wait in their first.
  #retries: Map<string, number> | null = null;
  #failed: Set<string> | null = null;
  #succeeded: Set<string> | null = null;

  /** Failures in a row before this step. */
  retriesOf(name: string): number {
    return this.#retries?.get(name) ?? 0;
  }

  fail(name: string): void {
    this.#failed ??= new Set();
    this.#failed.add(name);
  }

  succeed(name: string): void {
    if (!this.#retries) return;
    this.#succeeded ??= new Set();
    this.#succeeded.add(name);
  }

  /** Takes over the outcome of the last step: a success resets the count of a name, a failure raises it. */
  roll(): void {
    const before = this.#retries;
    const failed = this.#failed;
    if (this.#succeeded || failed) {
      const retries = new Map(before);
      for (const name of this.#succeeded ?? []) retries.delete(name);
      for (const name of failed ?? []) retries.set(name, (before?.get(name) ?? 0) + 1);
      this.#retries = retries.size > 0 ? retries : null;
    }
    this.#failed = null;
    this.#succeeded = null;
  }
}

/** The state of one run; nothing else of the engine keeps any. */
export class RunState {
  readonly input: RunInput;
  readonly agent: CompiledAgent;
  readonly history: History;
  readonly counters = new ToolCounters();
  readonly tools: RunTools;
  readonly steering = new SteeringQueue();
  usage: RunUsage;
  runStep = 0;
  outputRetriesUsed = 0;
  /** The retries that validators of an output call are given: those before this step. */
  outputRetriesBefore = 0;
  /** True once the history is known to have system prompts, or was given them. */
  hasSystemPrompt = false;
  /** Time of the latest step, RFC 3339: messages that the engine writes carry it. */
  time = '';
  startedAt = '';
  /** Function tools offered in this step. */
  functionTools: readonly ToolDefinition[];
  /** `max_tokens` of the last request, for messages. */
  lastMaxTokens: number | null = null;
  served: string | null = null;
  /** The output the run ended with. */
  output: FinalOutput | null = null;
  /** The parts of the response that is coming. */
  stream: PartStream | null = null;
  /** About the bytes of the messages that were added, as JSON. */
  bytes = 0;
  /** `seq` of the latest event. */
  lastSeq = 0;
  /** True once `run_finished` was emitted, after which nothing is. */
  isOver = false;

  constructor(input: RunInput, cleaned: ModelMessage[]) {
    this.input = input;
    this.agent = input.agent;
    this.tools = new RunTools(input.agent);
    this.history = new History(cleaned, input.runId);
    this.usage = withTotal({ ...emptyUsage(), ...input.usage });
    this.functionTools = input.agent.definitions;
    input.runner.attach?.((event) => this.emit(event));
  }

  emit(event: DurableEvent): void {
    if (this.isOver) return;
    this.lastSeq += 1;
    this.input.events.emit(this.lastSeq, event);
  }

  /** A request of this run. */
  request(parts: ModelRequestPart[], state: ModelRequest['state'] = 'complete'): ModelRequest {
    const { runId, conversationId } = this.input;
    return requestOf(parts, { timestamp: this.time, run_id: runId, conversation_id: conversationId, state });
  }

  /** The last response, which the calls under way belong to. */
  get lastResponse(): ModelResponse | undefined {
    return this.history.messages.findLast((message) => message.kind === 'response');
  }
}
