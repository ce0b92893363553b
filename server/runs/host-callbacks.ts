import type { CallbackMethod } from '../../protocol/catalogue.ts';
import type { DeferredToolRequests, DeferredToolResults } from '../../protocol/deferred.ts';
import type { ModelDeltaParams } from '../../protocol/deltas.ts';
import type { ModelMessage } from '../../protocol/messages.ts';
import type { ToolDefinition } from '../../protocol/spec.ts';
import type {
  CallbackContext,
  Callbacks,
  OutputOutcome,
  OutputRequest,
  PendingAdded,
  ToolOutcome,
  ToolRequest,
  WaitingCall,
} from '../engine/callbacks.ts';
import type { PartStream } from '../engine/part-stream.ts';
import { type Ask, Asker, type AskerOptions } from './asker.ts';
import { decidedOn, invalid, isEmptyList, isObject, parsed } from './callback-answers.ts';
import { addDelta } from './model-delta.ts';
import type { RunPace } from './pace.ts';
import { toolOutcome } from './tool-outcome.ts';

/** What the callbacks of a run need. @since 0.1.0 */
export interface CallbackOptions extends AskerOptions {
  readonly pace: RunPace;
}

/** The callbacks of one run, as JSON-RPC requests to its client. @since 0.1.0 */
export class HostCallbacks implements Callbacks {
  readonly #options: CallbackOptions;
  readonly #asker: Asker;
  #streams: Map<string, { stream: PartStream; stop: (error: unknown) => void }> | null = null;

  constructor(options: CallbackOptions) {
    this.#options = options;
    this.#asker = new Asker(options);
  }

  callTool(request: ToolRequest, context: CallbackContext): Promise<ToolOutcome> {
    const { timeoutMs, ...params } = request;
    const { name, toolCallId } = request;
    const read = (answer: unknown) => toolOutcome(answer, name);
    const call = { method: 'tool/call' as const, name, toolCallId, timeoutMs, read };
    return this.ask(call, { ...params, idempotencyKey: context.idempotencyKey }, context);
  }

  /** Whether a tool call waits for its answer. */
  isOpen(toolCallId: string): boolean {
    const { world, runId } = this.#options;
    return world.pending
      .list(runId)
      .some(({ method, params }) => method === 'tool/call' && params.toolCallId === toolCallId);
  }

  validateOutput(request: OutputRequest, context: CallbackContext): Promise<OutputOutcome> {
    const what = { method: 'output/validate' as const, name: request.name };
    const read = (result: unknown): OutputOutcome => {
      const answer = isObject(result) ? result : {};
      const hasOutput = 'output' in answer;
      if (typeof answer.retry === 'string' && !hasOutput) return { kind: 'retry', message: answer.retry };
      if (hasOutput && (answer.retry === undefined || answer.retry === null))
        return { kind: 'output', output: answer.output };
      throw invalid(what, result, 'exactly one of `output` (any JSON value) and `retry` (a message)');
    };
    return this.ask({ ...what, read }, request, context);
  }

  resolvePrompt(
    prompt: { ref: string; kind: 'instructions' | 'systemPrompt' },
    context: CallbackContext,
  ): Promise<string | null> {
    const what = { method: 'prompt/resolve' as const, name: prompt.ref };
    const read = (result: unknown): string | null => {
      // Some hosts drop null members, and write an empty object as an empty list.
      const text = isObject(result) ? (result.text ?? null) : isEmptyList(result) ? null : result;
      if (text === null || typeof text === 'string') return text;
      throw invalid(what, result, '`text`, a string or null');
    };
    return this.ask({ ...what, read }, prompt, context);
  }

  processHistory(
    request: { processor: string; messages: readonly ModelMessage[] },
    context: CallbackContext,
  ): Promise<ModelMessage[]> {
    const what = { method: 'history/process' as const, name: request.processor };
    return this.ask({ ...what, read: (answer) => parsed(what, answer).messages }, request, context);
  }

  prepareTools(tools: readonly ToolDefinition[], context: CallbackContext): Promise<ToolDefinition[]> {
    const what = { method: 'tools/prepare' as const, name: 'tools/prepare' };
    return this.ask({ ...what, read: (answer) => parsed(what, answer).tools }, { tools }, context);
  }

  handleDeferred(requests: DeferredToolRequests, context: CallbackContext): Promise<DeferredToolResults> {
    const what = { method: 'deferred/handle' as const, name: 'deferred/handle' };
    // Nothing decided is what a host means that answers null.
    const read = (answer: unknown) => parsed(what, answer ?? {});
    return this.#options.pace.whilePeopleDecide(
      () => this.ask({ ...what, timeoutMs: null, read }, requests, context),
      context.signal,
    );
  }

  awaitPeople(request: DeferredToolRequests, context: CallbackContext): Promise<DeferredToolResults> {
    const [call] = [...request.calls, ...request.approvals];
    if (!call) throw new Error('people are asked about one call');
    const { tool_name: name, tool_call_id: toolCallId } = call;
    const what = { method: 'deferred/handle' as const, name, toolCallId };
    const read = (answer: unknown) => decidedOn(toolCallId, request, parsed(what, answer ?? {}));
    return this.#options.pace.whilePeopleDecide(
      () => this.ask({ ...what, timeoutMs: null, isForPeople: true, read }, request, context),
      context.signal,
    );
  }

  /**
   * A piece of the answer to an open model request; what comes for another one is too late. A piece that does not fit
   * ends the request.
   */
  modelDelta({ requestId, delta }: ModelDeltaParams): void {
    const open = this.#streams?.get(requestId);
    if (!open) {
      this.#options.world.counters.late += 1;
      return;
    }
    try {
      addDelta(open.stream, delta);
    } catch (error) {
      open.stop(error);
    }
  }

  /** Lets the pieces of a model request in while it is open. */
  async streaming<T>(
    { requestId, stream, signal }: { requestId: string; stream: PartStream | undefined; signal: AbortSignal },
    request: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (!stream) return request(signal);
    const controller = new AbortController();
    this.#streams ??= new Map();
    this.#streams.set(requestId, { stream, stop: (error) => controller.abort(error) });
    try {
      return await request(AbortSignal.any([signal, controller.signal]));
    } finally {
      this.#streams?.delete(requestId);
    }
  }

  /** See `Asker.serves`. */
  serves(method: CallbackMethod): boolean {
    return this.#asker.serves(method);
  }

  /** See `Asker.ask`; models ask by themselves. */
  ask<T>(call: Ask<T>, params: object, context: CallbackContext): Promise<T> {
    return this.#asker.ask(call, params, context);
  }

  waitsAs(call: WaitingCall): PendingAdded | null {
    return this.#asker.waitsAs(call);
  }
}
