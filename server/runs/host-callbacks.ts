import { type CallbackMethod, callbacks } from '../../protocol/catalogue.ts';
import type { DeferredToolRequests, DeferredToolResults } from '../../protocol/deferred.ts';
import type { ModelDeltaParams } from '../../protocol/deltas.ts';
import type { ModelMessage } from '../../protocol/messages.ts';
import type { ToolDefinition } from '../../protocol/spec.ts';
import type {
  CallbackContext,
  Callbacks,
  OutputOutcome,
  OutputRequest,
  ToolOutcome,
  ToolRequest,
} from '../engine/callbacks.ts';
import { EngineError } from '../engine/errors.ts';
import type { PartStream } from '../engine/part-stream.ts';
import { CallbackError, type Client } from './client.ts';
import { Gate } from './gate.ts';
import { addDelta } from './model-delta.ts';
import { toolOutcome } from './tool-outcome.ts';

/** Counters of the callbacks of a daemon. @since 0.1.0 */
export interface CallbackCounters {
  open: number;
  late: number;
}

/** What the callbacks of a run need. @since 0.1.0 */
export interface CallbackOptions {
  readonly client: Client;
  readonly runId: string;
  readonly deps: unknown;
  readonly timeoutMs: number;
  readonly inFlight: number;
  readonly counters: CallbackCounters;
  /** Ids of callbacks, unique in the daemon. */
  readonly nextPendingId: () => string;
}

const errorText = 4096;
const methodNotFound = -32601;

/** The callbacks of one run, as JSON-RPC requests to its client. @since 0.1.0 */
export class HostCallbacks implements Callbacks {
  readonly #options: CallbackOptions;
  readonly #gate: Gate;
  readonly #streams = new Map<string, { stream: PartStream; stop: (error: unknown) => void }>();
  readonly #openCalls = new Set<string>();

  constructor(options: CallbackOptions) {
    this.#options = options;
    this.#gate = new Gate(options.inFlight);
  }

  async callTool(request: ToolRequest, context: CallbackContext): Promise<ToolOutcome> {
    const { timeoutMs, ...params } = request;
    const call = { method: 'tool/call' as const, name: request.name, timeoutMs };
    this.#openCalls.add(request.toolCallId);
    try {
      const result = await this.ask(call, { ...params, idempotencyKey: context.idempotencyKey }, context);
      return toolOutcome(result, request.name);
    } finally {
      this.#openCalls.delete(request.toolCallId);
    }
  }

  /** Whether a tool call waits for its answer. */
  isOpen(toolCallId: string): boolean {
    return this.#openCalls.has(toolCallId);
  }

  async validateOutput(request: OutputRequest, context: CallbackContext): Promise<OutputOutcome> {
    const call = { method: 'output/validate' as const, name: request.name };
    const result = await this.ask(call, request, context);
    const answer = isObject(result) ? result : {};
    const hasOutput = 'output' in answer;
    if (typeof answer.retry === 'string' && !hasOutput) return { kind: 'retry', message: answer.retry };
    if (hasOutput && (answer.retry === undefined || answer.retry === null))
      return { kind: 'output', output: answer.output };
    throw invalid(call, result, 'exactly one of `output` (any JSON value) and `retry` (a message)');
  }

  async resolvePrompt(
    prompt: { ref: string; kind: 'instructions' | 'systemPrompt' },
    context: CallbackContext,
  ): Promise<string | null> {
    const call = { method: 'prompt/resolve' as const, name: prompt.ref };
    const result = await this.ask(call, prompt, context);
    // Some hosts drop null members, and write an empty object as an empty list.
    const text = isObject(result) ? (result.text ?? null) : isEmptyList(result) ? null : result;
    if (text === null || typeof text === 'string') return text;
    throw invalid(call, result, '`text`, a string or null');
  }

  async processHistory(
    request: { processor: string; messages: readonly ModelMessage[] },
    context: CallbackContext,
  ): Promise<ModelMessage[]> {
    const call = { method: 'history/process' as const, name: request.processor };
    const result = await this.ask(call, request, context);
    return this.#parsed(call, result).messages;
  }

  async prepareTools(tools: readonly ToolDefinition[], context: CallbackContext): Promise<ToolDefinition[]> {
    const call = { method: 'tools/prepare' as const, name: 'tools/prepare' };
    const result = await this.ask(call, { tools }, context);
    return this.#parsed(call, result).tools;
  }

  async handleDeferred(requests: DeferredToolRequests, context: CallbackContext): Promise<DeferredToolResults> {
    const call = { method: 'deferred/handle' as const, name: 'deferred/handle', timeoutMs: null };
    // Nothing decided is what a host means that answers null.
    return this.#parsed(call, (await this.ask(call, requests, context)) ?? {});
  }

  /**
   * A piece of the answer to an open model request; what comes for another one is too late. A piece that does not fit
   * ends the request.
   */
  modelDelta({ requestId, delta }: ModelDeltaParams): void {
    const open = this.#streams.get(requestId);
    if (!open) {
      this.#options.counters.late += 1;
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
    this.#streams.set(requestId, { stream, stop: (error) => controller.abort(error) });
    try {
      return await request(AbortSignal.any([signal, controller.signal]));
    } finally {
      this.#streams.delete(requestId);
    }
  }

  #parsed<M extends 'history/process' | 'tools/prepare' | 'deferred/handle'>(
    call: { method: M; name: string },
    result: unknown,
  ): ReturnType<ReturnType<(typeof callbacks)[M]['result']>['parse']> {
    const parsed = callbacks[call.method].result().safeParse(result);
    if (parsed.success) return parsed.data as ReturnType<ReturnType<(typeof callbacks)[M]['result']>['parse']>;
    const [issue] = parsed.error.issues;
    throw invalid(call, result, `${issue?.path.join('.') || 'an object'}: ${issue?.message ?? 'valid'}`);
  }

  /**
   * Sends one callback and gives back its raw result.
   *
   * Errors: `callback.failed`, `callback.unsupported`, `callback.timeout`, `client.gone`; the reason of the signal when
   * that is aborted first. A host model reads the error itself: `onError` may turn it into another.
   */
  async ask(
    call: { method: CallbackMethod; name: string; timeoutMs?: number | null | undefined },
    params: object,
    context: Omit<CallbackContext, 'idempotencyKey'>,
    onError: (error: CallbackError) => EngineError | undefined = () => undefined,
  ): Promise<unknown> {
    const { client, runId, deps, counters, nextPendingId } = this.#options;
    const leave = await this.#gate.enter(context.signal);
    const timeoutMs = call.timeoutMs === undefined ? this.#options.timeoutMs : call.timeoutMs;
    const envelope = {
      runId,
      runStep: context.runStep,
      pendingId: nextPendingId(),
      ...(timeoutMs === null ? {} : { deadlineMs: timeoutMs }),
      ...(deps === undefined ? {} : { deps }),
      ...params,
    };
    const controller = new AbortController();
    counters.open += 1;
    try {
      return await settleBefore(
        client.request(call.method, envelope, controller.signal),
        { signal: context.signal, timeoutMs },
        {
          onTimeout: () => timedOut(call, timeoutMs ?? 0),
          onGivenUp: () => controller.abort(),
          onLate: () => {
            counters.late += 1;
          },
        },
      );
    } catch (error) {
      if (error instanceof CallbackError) throw onError(error) ?? failed(call, error);
      throw error;
    } finally {
      counters.open -= 1;
      leave();
    }
  }
}

/** Settles with the answer, the deadline or the abort, whichever is first; what comes afterwards is only counted. */
function settleBefore(
  answer: Promise<unknown>,
  until: { signal: AbortSignal; timeoutMs: number | null },
  on: { onTimeout: () => Error; onGivenUp: () => void; onLate: () => void },
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let open = true;
    const close = () => {
      const wasOpen = open;
      open = false;
      clearTimeout(timer);
      until.signal.removeEventListener('abort', onAbort);
      return wasOpen;
    };
    const giveUp = (error: unknown) => {
      if (!close()) return;
      on.onGivenUp();
      reject(error);
    };
    const onAbort = () => giveUp(until.signal.reason);
    const { timeoutMs } = until;
    const timer = timeoutMs === null ? undefined : setTimeout(() => giveUp(on.onTimeout()), timeoutMs);
    until.signal.addEventListener('abort', onAbort, { once: true });
    if (until.signal.aborted) onAbort();
    answer.then(
      (value) => (close() ? resolve(value) : on.onLate()),
      (error) => {
        if (close()) reject(error);
      },
    );
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

/** The error for an answer that has not the shape of its method. @since 0.1.0 */
export function invalid(call: { method: string; name: string }, answer: unknown, expected: string): EngineError {
  const shown = JSON.stringify(answer)?.slice(0, 200) ?? String(answer);
  return new EngineError(
    'callback.invalid',
    `${call.method} for '${call.name}' answered ${shown}; expected ${expected}.`,
    {
      method: call.method,
      name: call.name,
    },
  );
}

function failed(call: { method: string; name: string }, { failure }: CallbackError): EngineError {
  const { method, name } = call;
  if (failure.kind === 'gone')
    return new EngineError('client.gone', `The client has gone while ${method} for '${name}' was open.`, {
      method,
      name,
    });
  if (failure.code === methodNotFound) {
    return new EngineError(
      'callback.unsupported',
      `The client does not serve ${method}, which '${name}' needs. Serve it, or leave it out of the specification.`,
      { method, name },
    );
  }
  return new EngineError('callback.failed', failure.message.slice(0, errorText), { method, name });
}

function timedOut(call: { method: string; name: string }, timeoutMs: number): EngineError {
  const { method, name } = call;
  return new EngineError('callback.timeout', `${method} for '${name}' was not answered within ${timeoutMs} ms.`, {
    method,
    name,
    timeoutMs,
  });
}
