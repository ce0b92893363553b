import type { ModelRequestAttempt, ModelResponse, ModelResponsePart } from '../../../protocol/messages/messages.ts';
import type { RequestUsage } from '../../../protocol/messages/usage.ts';
import type { RunError } from '../../../protocol/result.ts';
import { EngineError, fromRunError, toRunError, upstreamType } from '../errors.ts';
import { mintId } from '../ids.ts';
import { jsonSize } from '../json/json-size.ts';
import { checkBounds, checkParts } from '../limits/bounds.ts';
import { addUsage, checkAfterResponse, checkBeforeRequest, hasTokenLimits, unmeasured } from '../limits/usage.ts';
import { countWork } from '../loop-turns.ts';
import { completeResponse } from '../messages/intake.ts';
import type { Model, ModelAnswer, ModelPrompt, Warning } from '../model.ts';
import type { OwnRequest } from '../node.ts';
import type { RunState } from '../state.ts';
import { emittingStep } from '../steps/recorded-step.ts';
import { type StepContext, type StepEffect, stepKey } from '../steps/steps.ts';
import { PartStream } from '../streaming/part-stream.ts';
import { requestWhole } from './continuation.ts';
import { prepare, prepareResumed } from './prepare.ts';
import { modelResponse } from './response.ts';

/** The result of a model request; with an `error`, the response is only the part that arrived. */
interface Answered {
  response: ModelResponse;
  served: string | null;
  warnings?: readonly Warning[];
  durationMs: number;
  /** When the first part of a streamed response began. */
  firstPartMs?: number;
  error?: RunError;
}

/**
 * Makes one model request: prepares it, checks the limits, calls the model and takes in its response.
 *
 * Errors: `usage.limitExceeded`, `run.invalid`, and the errors of the model and of callbacks. The request stays in the
 * history when it fails; a response that breaks a limit, and the part of a broken stream, is counted and kept as
 * `interrupted`.
 * Source: Pydantic AI `ModelRequestNode`.
 */
export async function requestModel(state: RunState, own: OwnRequest): Promise<ModelResponse> {
  checkSize(state, own);
  try {
    return await request(state, await prepare(state, own), null);
  } catch (error) {
    state.history.dropUnanswered();
    throw error;
  }
}

/** The same for a response that its provider suspended in an earlier run: the model continues it. */
export async function resumeResponse(state: RunState, suspended: ModelResponse): Promise<ModelResponse> {
  return request(state, await prepareResumed(state), suspended);
}

async function request(state: RunState, prompt: ModelPrompt, seed: ModelResponse | null): Promise<ModelResponse> {
  checkBeforeRequest(state.agent.limits, state.usage);
  const { model } = state.input;
  state.emit({ event_kind: 'model_request_started', request: state.runStep, attempt: 1, model: model.id });
  const key = stepKey.model(state.runStep);
  try {
    const body = (context: StepContext) => requestOnce(state, { prompt, seed }, countingOn(state, context));
    const { value } = await emittingStep<Answered>(state, key, body, tried);
    return takeIn(state, value);
  } catch (error) {
    throw failed(state, error);
  } finally {
    state.stream = null;
  }
}

/** Each try of a request may be billed, so it is recorded before it is made. */
const tried: { readonly effect: StepEffect } = { effect: {} };

/** A request that was cut off with its process is made again: it counts its attempts on from those that were emitted. */
function countingOn(state: RunState, context: StepContext): StepContext {
  const { emit, earlier, attempt } = context;
  if (!emit || !earlier || attempt === 1) return context;
  const before = earlier.reduce(
    (most, event) => (event.event_kind === 'model_request_started' ? Math.max(most, event.attempt) : most),
    1,
  );
  const { model } = state.input;
  emit({ event_kind: 'model_request_started', request: state.runStep, attempt: before + 1, model: model.id });
  return {
    ...context,
    emit: (event) =>
      emit(event.event_kind === 'model_request_started' ? { ...event, attempt: before + event.attempt } : event),
  };
}

/** The check comes before the step, so that a run that is too large makes no further call of any kind. */
function checkSize(state: RunState, { request }: OwnRequest): void {
  const { bounds } = state.input;
  if (!bounds) return;
  if (request) state.bytes += jsonSize(request);
  const { runStep: stepsPerRun, lastSeq: eventsPerRun, bytes: messageBytesPerRun } = state;
  checkBounds(bounds, { stepsPerRun, eventsPerRun, messageBytesPerRun });
}

/** The response that is coming, as far as it is known; null when none is, or when it comes as a whole. */
export function responseSoFar({ stream, input, time }: RunState): ModelResponse | null {
  if (!stream?.opened) return null;
  const { runId, conversationId } = input;
  const bookkeeping = { timestamp: time, run_id: runId, conversation_id: conversationId, state: 'incomplete' as const };
  return modelResponse(stream.parts(), { ...stream.fields, usage: stream.usage, ...bookkeeping });
}

async function requestOnce(
  state: RunState,
  { prompt, seed }: { prompt: ModelPrompt; seed: ModelResponse | null },
  context: StepContext,
): Promise<Answered> {
  const { model, runId, bounds } = state.input;
  const { key, attempt, idempotencyKey, elapsed, now } = context;
  const began = elapsed();
  const durationMs = () => Math.round((elapsed() - began) * 1000) / 1000;
  const emit = withTimes(context.emit, durationMs);
  const first: Pick<Answered, 'firstPartMs'> = {};
  const onFirstPart = () => {
    first.firstPartMs = durationMs();
  };
  const { signal, stop } = stoppable(context.signal, state.input.stream && hasTokenLimits(state.agent.limits));
  const stream = state.input.stream ? partStream(state, { key, signal, stop, onFirstPart }) : undefined;
  state.stream = stream ?? null;
  try {
    // A run whose client is congested requests nothing more to read.
    const full = state.input.events.ready?.(signal);
    if (full) await full;
    signal.throwIfAborted();
    const call = { runId, runStep: state.runStep, attempt, idempotencyKey, signal, emit, now, elapsed, bounds, stream };
    const once = async (piece: ModelPrompt) => {
      const from = stream?.nextPiece() ?? 0;
      return whole(await abortable(model.request(piece, call), signal), stream, from);
    };
    const answer = await requestWhole(once, prompt, seed);
    if (bounds) checkParts(answer.response.parts, bounds);
    stream?.end();
    const response = stamped(state, key, answer.response, now());
    const timing = { durationMs: durationMs(), ...first };
    return { ...answer, ...timing, response: model.price ? await priced(model, response) : response };
  } catch (thrown) {
    const error = signal.aborted ? signal.reason : thrown;
    if (!stream || !(error instanceof EngineError)) throw error;
    stream.breakOff();
    // A stream that never began is not a response of any model; an empty one is kept, so that the request has a response.
    const fields = stream.opened ? stream.fields : { model_name: '' };
    const partial = modelResponse(stream.parts(), { ...fields, usage: stream.usage, state: 'interrupted' });
    const served = stream.opened ? (stream.fields.model_name ?? null) : null;
    const done = { served, durationMs: durationMs(), ...first, error: toRunError(error) };
    return { ...done, response: await priced(model, stamped(state, key, partial, now())) };
  }
}

/** Attempts after the first say how long after that they began. */
function withTimes(emit: StepContext['emit'], elapsedMs: () => number): StepContext['emit'] {
  if (!emit) return undefined;
  return (event) => emit(event.event_kind === 'model_request_started' ? { ...event, afterMs: elapsedMs() } : event);
}

/** The cost is recorded with the step, since prices change. */
async function priced(model: Model, response: ModelResponse): Promise<ModelResponse> {
  if (!model.price || response.usage.cost !== null) return response;
  const cost = await model.price(response);
  return cost === null ? response : { ...response, usage: { ...response.usage, cost } };
}

/** An answer whose parts came as pieces leaves them out. */
function whole(answer: ModelAnswer, stream: PartStream | undefined, from: number): ModelAnswer {
  if (!stream?.opened || answer.response.parts.length > 0) return answer;
  return { ...answer, response: { ...answer.response, parts: stream.parts().slice(from) } };
}

/** A limit that is broken in mid-stream ends the request from inside. */
function stoppable(outer: AbortSignal, isWatched: boolean): { signal: AbortSignal; stop?: (error: unknown) => void } {
  if (!isWatched) return { signal: outer };
  const controller = new AbortController();
  return { signal: AbortSignal.any([outer, controller.signal]), stop: (error) => controller.abort(error) };
}

function partStream(
  state: RunState,
  {
    key,
    signal,
    stop,
    onFirstPart,
  }: {
    key: string;
    signal: AbortSignal;
    stop: ((error: unknown) => void) | undefined;
    onFirstPart: () => void;
  },
): PartStream {
  const { input } = state;
  return new PartStream({
    ...(input.events.sink ? { sink: input.events.sink } : {}),
    ...(input.bounds ? { bounds: input.bounds } : {}),
    signal,
    onFirstPart,
    ...(stop ? { check: (usage) => checkWhileStreaming(state, usage, stop) } : {}),
    outputOf: (part) => outputOf(state, part),
    mintId: (index) => mintId({ runId: input.runId, stepKey: key, index }),
  });
}

function checkWhileStreaming(state: RunState, usage: RequestUsage, stop: (error: unknown) => void): boolean {
  try {
    checkAfterResponse(state.agent.limits, addUsage(state.usage, usage), usage.input_tokens);
    return true;
  } catch (error) {
    stop(error);
    return false;
  }
}

/** Returns whether a part that begins may be the output: text, a call of an output tool, or a deferred call. */
function outputOf(
  { agent, functionTools, tools }: RunState,
  part: ModelResponsePart,
): { tool_name: string | null; tool_call_id: string | null } | null {
  if (part.part_kind === 'text') return agent.output.allowText ? { tool_name: null, tool_call_id: null } : null;
  if (part.part_kind !== 'tool-call') return null;
  if (agent.output.tools.has(part.tool_name)) return { tool_name: part.tool_name, tool_call_id: part.tool_call_id };
  const isDeferred = tools.get(part.tool_name)?.deferral;
  // A tool that is not offered in this step is an unknown one.
  const isOffered = functionTools.some(({ name }) => name === part.tool_name);
  return isDeferred && isOffered ? { tool_name: null, tool_call_id: null } : null;
}

/** Fills in what the model left out: ids of calls, time, run and conversation. */
function stamped({ input }: RunState, key: string, response: ModelResponse, time: string): ModelResponse {
  const source = { time, mintId: (index: number) => mintId({ runId: input.runId, stepKey: key, index }) };
  const complete = completeResponse(response, source);
  complete.model_id ??= input.model.id;
  complete.run_id ??= input.runId;
  complete.conversation_id ??= input.conversationId;
  return complete;
}

/** How much of a response is emitted in the time of one step of a validation. */
const bytesPerStep = 16;

function takeIn(state: RunState, answer: Answered): ModelResponse {
  const { response: answered, served, warnings, durationMs, firstPartMs, error } = answer;
  countAttempts(state, answered.failed_attempts);
  const { requests } = state.usage;
  state.usage = addUsage(state.usage, answered.usage);
  state.usage.requests += 1;
  state.served = served ?? answered.model_name;
  for (const warning of warnings ?? []) state.emit({ event_kind: 'warning', ...warning });
  warnUnmeasured(state, answered);
  const failure = error ? fromRunError(error) : limitBroken(state, answered);
  // A stream that was cut before its first part is billed, but no request that the run acted on.
  if (failure && state.input.stream && answered.parts.length === 0) state.usage = { ...state.usage, requests };
  const response: ModelResponse = failure ? { ...answered, state: 'interrupted' } : answered;
  state.history.append(response);
  const size = jsonSize(response);
  if (state.input.bounds) state.bytes += size;
  countWork(size / bytesPerStep);
  const timing = { durationMs, ...(firstPartMs === undefined ? {} : { firstPartMs }) };
  state.emit({ event_kind: 'model_response', message: response, usage: state.usage, served: state.served, ...timing });
  if (failure) throw failure;
  return response;
}

/** Attempts that failed were billed, but they are no requests that the run acted on. */
function countAttempts(state: RunState, attempts: readonly ModelRequestAttempt[] | null): void {
  for (const { usage } of attempts ?? []) if (usage) state.usage = addUsage(state.usage, usage);
}

function limitBroken({ agent, usage }: RunState, response: ModelResponse): EngineError | null {
  try {
    checkAfterResponse(agent.limits, usage, contextTokens(response));
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}

/** The tokens of the context: an answer whose usage sums several requests marks those of the last. */
function contextTokens({ metadata, usage }: ModelResponse): number {
  const { context_input_tokens } = (metadata?.__pydantic_ai__ ?? {}) as { context_input_tokens?: unknown };
  return typeof context_input_tokens === 'number' ? context_input_tokens : usage.input_tokens;
}

/** Once for a run: every later response would say the same. */
function warnUnmeasured(state: RunState, { usage }: ModelResponse): void {
  const isFirst = usage.unmeasured_requests && state.usage.unmeasured_requests === usage.unmeasured_requests;
  const warning = isFirst ? unmeasured(state.agent.limits) : null;
  if (warning) state.emit({ event_kind: 'warning', ...warning });
}

/** The billed usage of a failed request counts, and may break a limit, which ends the run then. */
function failed(state: RunState, error: unknown): unknown {
  if (!(error instanceof EngineError) || !Array.isArray(error.details.attempts)) return error;
  countAttempts(state, error.details.attempts as ModelRequestAttempt[]);
  try {
    checkAfterResponse(state.agent.limits, state.usage, 0);
    return error;
  } catch (limit) {
    if (!(limit instanceof EngineError)) throw limit;
    const cause = { kind: upstreamType(error), message: error.message };
    return new EngineError(limit.kind, limit.message, { ...limit.details, cause });
  }
}

/** Rejects at once when the request is given up, also when the model does not listen. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
