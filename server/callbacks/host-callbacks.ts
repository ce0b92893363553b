import type { ElicitResult } from '../../protocol/callbacks.ts';
import type { CallbackMethod, CallbackParamsOf } from '../../protocol/catalogue.ts';
import type { DeferredToolRequests, DeferredToolResults } from '../../protocol/deferred.ts';
import type { ModelDeltaParams } from '../../protocol/deltas.ts';
import type { GivenMessage, ModelMessage } from '../../protocol/messages/messages.ts';
import type { PendingItem } from '../../protocol/pending.ts';
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
import { EngineError } from '../engine/errors.ts';
import { unknownKinds } from '../engine/messages/unknown-kinds.ts';
import type { PartStream } from '../engine/streaming/part-stream.ts';
import type { CallbackRequest } from './callback-request.ts';
import { CallbackRequester, type RequesterOptions } from './callback-requester.ts';
import { decidedOn, invalid, isEmptyList, isObject, parsed, parsedInSlices } from './callback-results.ts';
import type { RequestSender } from './client.ts';
import { addDelta } from './model-delta.ts';
import { type PendingEntry, pendingItem } from './pending-items.ts';
import { toolOutcome } from './tool-outcome.ts';

/** Options of the callbacks of a run. */
export interface CallbackOptions extends RequesterOptions {
  /** How messages and parts of unknown kinds are treated. */
  readonly unknownParts: 'refuse' | 'carry';
  /** Knows the span that a tool call belongs to; absent: none. */
  readonly trace?: { traceparentOf(toolCallId: string): string | undefined };
  /** Runs something that waits for a human; meanwhile the run has no slot and its time does not run. */
  readonly scheduler: { whileHumansDecide<T>(decide: () => Promise<T>, signal: AbortSignal): Promise<T> };
}

/** What an MCP server wants to know from the person. */
export type HostElicitation = Pick<
  CallbackParamsOf<'user/ask'>,
  'server' | 'toolCallId' | 'message' | 'requestedSchema' | 'url'
>;

/** A model request whose response is streamed. */
interface OpenStream {
  readonly stream: PartStream;
  stop(error: unknown): void;
  /** From here on nothing of it is taken. */
  hasEnded: boolean;
  /** True when a piece arrived after the response. */
  isCut: boolean;
}

const lateDelta = (requestId: string) =>
  new EngineError(
    'callback.invalid',
    `The answer to model/request '${requestId}' has no \`parts\`, so that it is what was streamed; a model/delta came after it and was not taken. Send every model/delta before the answer, or the whole \`parts\` with it.`,
    { method: 'model/request', requestId },
  );

/** A class, since thousands of calls may wait: they share what reads their results. */
class HostToolCall implements CallbackRequest<ToolOutcome> {
  readonly method = 'tool/call';
  readonly name: string;
  readonly toolCallId: string;
  readonly timeoutMs: number | undefined;

  constructor(name: string, toolCallId: string, timeoutMs: number | undefined) {
    this.name = name;
    this.toolCallId = toolCallId;
    this.timeoutMs = timeoutMs;
  }

  read(result: unknown): ToolOutcome {
    return toolOutcome(result, this.name);
  }
}

/** The callbacks of one run, as JSON-RPC requests to its client. */
export class HostCallbacks implements Callbacks {
  readonly #options: CallbackOptions;
  readonly #requester: CallbackRequester;
  #streams: Map<string, OpenStream> | null = null;

  constructor(options: CallbackOptions) {
    this.#options = options;
    this.#requester = new CallbackRequester(options);
  }

  callTool(request: ToolRequest, context: CallbackContext): Promise<ToolOutcome> {
    const { timeoutMs, ...params } = request;
    const traceparent = this.#options.trace?.traceparentOf(request.toolCallId);
    const meta = traceparent === undefined ? {} : { _meta: { traceparent } };
    const call = new HostToolCall(request.name, request.toolCallId, timeoutMs);
    return this.request(call, { ...params, idempotencyKey: context.idempotencyKey, ...meta }, context);
  }

  /** Returns whether a tool call waits for its response. */
  isOpen(toolCallId: string): boolean {
    return this.#entries().some(({ method, params }) => method === 'tool/call' && params.toolCallId === toolCallId);
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
    return this.request({ ...what, read }, request, context);
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
    return this.request({ ...what, read }, prompt, context);
  }

  processHistory(
    request: { processor: string; messages: readonly ModelMessage[] },
    context: CallbackContext,
  ): Promise<GivenMessage[]> {
    const what = { method: 'history/process' as const, name: request.processor };
    const known = ({ messages }: { messages: GivenMessage[] }) => {
      this.refuseUnknown(what, messages);
      return messages;
    };
    const read = (answer: unknown) => {
      const inSlices = parsedInSlices(what, answer);
      return inSlices ? inSlices.then(known) : known(parsed(what, answer));
    };
    return this.request<GivenMessage[]>({ ...what, read }, request, context);
  }

  /** Errors: `callback.invalid` for messages of unknown kinds, unless the run carries them. */
  refuseUnknown(call: { method: CallbackMethod; name: string }, messages: readonly GivenMessage[]): void {
    if (this.#options.unknownParts === 'carry') return;
    for (const { index, reason } of unknownKinds(messages)) {
      throw new EngineError(
        'callback.invalid',
        `${call.method} for '${call.name}' answered with message ${index}: ${reason}`,
        call,
      );
    }
  }

  prepareTools(tools: readonly ToolDefinition[], context: CallbackContext): Promise<ToolDefinition[]> {
    const what = { method: 'tools/prepare' as const, name: 'tools/prepare' };
    return this.request({ ...what, read: (answer) => parsed(what, answer).tools }, { tools }, context);
  }

  handleDeferred(requests: DeferredToolRequests, context: CallbackContext): Promise<DeferredToolResults> {
    const what = { method: 'deferred/handle' as const, name: 'deferred/handle' };
    // A host that responds with null has decided nothing.
    const read = (answer: unknown) => parsed(what, answer ?? {});
    return this.#options.scheduler.whileHumansDecide(
      () => this.request({ ...what, timeoutMs: null, read }, requests, context),
      context.signal,
    );
  }

  awaitHuman(request: DeferredToolRequests, context: CallbackContext): Promise<DeferredToolResults> {
    const [call] = [...request.calls, ...request.approvals];
    if (!call) throw new Error('one call is decided by a human at a time');
    const { tool_name: name, tool_call_id: toolCallId } = call;
    const what = { method: 'deferred/handle' as const, name, toolCallId };
    const read = (answer: unknown) => decidedOn(toolCallId, request, parsed(what, answer ?? {}));
    return this.#options.scheduler.whileHumansDecide(
      () => this.request({ ...what, timeoutMs: null, isForHuman: true, read }, request, context),
      context.signal,
    );
  }

  /** Gets an answer from the person for an MCP server. */
  elicit(elicitation: HostElicitation, context: CallbackContext): Promise<ElicitResult> {
    const { server: name, toolCallId } = elicitation;
    const what = { method: 'user/ask' as const, name, ...(toolCallId === undefined ? {} : { toolCallId }) };
    const read = (answer: unknown) => parsed(what, answer);
    return this.#options.scheduler.whileHumansDecide(
      () => this.request({ ...what, timeoutMs: null, read }, elicitation, context),
      context.signal,
    );
  }

  /**
   * Takes a piece of the response to an open model request; one for any other request is late, and only counted. A piece
   * that does not fit ends the request.
   */
  modelDelta({ requestId, delta }: ModelDeltaParams): void {
    const open = this.#streams?.get(requestId);
    if (!open || open.hasEnded) {
      this.#options.world.counters.late += 1;
      if (open) open.isCut = true;
      return;
    }
    try {
      addDelta(open.stream, delta);
    } catch (error) {
      open.stop(error);
    }
  }

  /**
   * Takes the pieces of a model request until its response arrives. A response that leaves its parts to the pieces is
   * complete only when no piece arrives after it: the rest would be lost, and a cut response must not pass for a whole one.
   *
   * Errors: those of the request, `callback.invalid` for such a response.
   */
  async streaming<T>(
    { requestId, stream, signal }: { requestId: string; stream: PartStream; signal: AbortSignal },
    request: (until: { signal: AbortSignal; onEnd: () => void }) => Promise<T>,
    isWhole: (answer: T) => boolean,
  ): Promise<T> {
    const controller = new AbortController();
    const open: OpenStream = { stream, stop: (error) => controller.abort(error), hasEnded: false, isCut: false };
    const onEnd = () => {
      open.hasEnded = true;
    };
    this.#streams ??= new Map();
    this.#streams.set(requestId, open);
    try {
      const answer = await request({ signal: AbortSignal.any([signal, controller.signal]), onEnd });
      if (!isWhole(answer)) await new Promise((resolve) => setImmediate(resolve));
      if (!isWhole(answer) && open.isCut) throw lateDelta(requestId);
      return answer;
    } finally {
      this.#streams?.delete(requestId);
    }
  }

  /** Returns the pending items of the run. */
  pendingItems(): PendingItem[] {
    return this.#entries().map(pendingItem);
  }

  /** Sends the open callbacks of the run to another client; those it does not serve wait for `pending/resolve`. */
  moveTo(requests: RequestSender | null): void {
    for (const entry of this.#entries()) entry.moveTo(this.serves(entry.method) ? requests : null);
  }

  #entries(): PendingEntry[] {
    const { world, runId } = this.#options;
    return world.pending.list(runId);
  }

  /** See `CallbackRequester.serves`. */
  serves(method: CallbackMethod): boolean {
    return this.#requester.serves(method);
  }

  /** See `CallbackRequester.request`; models of the host use it directly. */
  request<T>(call: CallbackRequest<T>, params: object, context: CallbackContext): Promise<T> {
    return this.#requester.request(call, params, context);
  }

  waitsAs(call: WaitingCall): PendingAdded | null {
    return this.#requester.waitsAs(call);
  }
}
