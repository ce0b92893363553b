import { ModelResponse } from '../../protocol/messages/messages.ts';
import type { Shorten } from '../callbacks/callback-request.ts';
import { invalid } from '../callbacks/callback-results.ts';
import type { CallbackError } from '../callbacks/client.ts';
import type { HostCallbacks } from '../callbacks/host-callbacks.ts';
import { SentHistory } from '../callbacks/sent-history.ts';
import { EngineError } from '../engine/errors.ts';
import { jsonSize } from '../engine/json/json-size.ts';
import { tooLarge } from '../engine/limits/bounds.ts';
import type { Model, ModelAnswer, ModelCall, ModelPrompt } from '../engine/model.ts';
import { unmeasuredUsage } from '../engine/request/response.ts';
import type { PartStream } from '../engine/streaming/part-stream.ts';
import { withoutInlineSystem } from './inline-system.ts';

/**
 * A model that the host serves with `model/request`: any model of its own, or a script in a test.
 *
 * Source: Pydantic AI `FunctionModel`.
 */
export function hostModel(name: string, callbacks: HostCallbacks): Model {
  const sent = new SentHistory();
  return { id: `host:${name}`, request: (prompt, call) => requestHost({ name, callbacks, sent }, prompt, call) };
}

/** A model of the host, for one run. */
interface OpenHostModel {
  readonly name: string;
  readonly callbacks: HostCallbacks;
  readonly sent: SentHistory;
}

async function requestHost(
  { name, callbacks, sent }: OpenHostModel,
  prompt: ModelPrompt,
  call: ModelCall,
): Promise<ModelAnswer> {
  const what = { method: 'model/request' as const, name };
  const params = {
    // Deltas of an earlier attempt must not reach this one.
    requestId: (call.attempt ?? 1) > 1 ? `${call.idempotencyKey}#${call.attempt}` : call.idempotencyKey,
    model: name,
    messages: withoutInlineSystem(prompt.messages),
    instructions: prompt.instructions,
    tools: prompt.functionTools,
    outputTools: prompt.outputTools,
    allowText: prompt.allowText,
    outputMode: prompt.outputMode,
    ...(prompt.outputObject ? { outputObject: prompt.outputObject } : {}),
    settings: prompt.settings,
    stream: call.stream !== undefined,
  };
  const { stream } = call;
  // The rest of a response that broke off has this name: the host sends its own with the whole response.
  stream?.describe({ model_name: name });
  const read = (answer: unknown): ModelAnswer => {
    const given = answer !== null && typeof answer === 'object' && 'response' in answer ? answer.response : undefined;
    if (given === undefined) throw invalid(what, answer, '`response`, a model response');
    const parsed = ModelResponse().safeParse(given);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw invalid(what, answer, `a model response; at response.${issue?.path.join('.')}: ${issue?.message}`);
    }
    callbacks.refuseUnknown(what, [parsed.data]);
    checkSize(parsed.data, call);
    const response = isMeasured(given) ? parsed.data : { ...parsed.data, usage: streamedUsage(stream) };
    return { response, served: response.model_name };
  };
  const shorten: Shorten = (whole, requests, isWhole) => {
    const next = sent.next(params.messages, requests, isWhole);
    return { params: { ...whole, ...next }, isShort: next.history.base !== undefined };
  };
  const callback = { ...what, read, shorten, onError: (error: CallbackError) => modelError(error, name) };
  if (!stream) return callbacks.request(callback, params, call);
  return callbacks.streaming(
    { requestId: params.requestId, stream, signal: call.signal },
    ({ signal, onEnd }) => callbacks.request({ ...callback, onEnd }, params, { ...call, signal }),
    ({ response }) => response.parts.length > 0,
  );
}

/** Checks the size of a response that came in one message. What a host streams is counted as it comes. */
function checkSize({ parts }: ModelResponse, { bounds }: ModelCall): void {
  const size = bounds ? jsonSize(parts) : 0;
  if (bounds && size > bounds.responseBytes) throw tooLarge('responseBytes', bounds.responseBytes, size);
}

function isMeasured(given: unknown): boolean {
  const usage = given !== null && typeof given === 'object' && 'usage' in given ? given.usage : null;
  return usage !== null && typeof usage === 'object' && Object.keys(usage).length > 0;
}

/**
 * A host that reported its usage while streaming may omit it from the response. What was not counted is not guessed.
 */
const streamedUsage = (stream: PartStream | undefined) => (stream?.isMeasured ? stream.usage : unmeasuredUsage());

/** A host may report the kind of a model error; it then counts as one, so that a fallback follows. */
function modelError({ failure }: CallbackError, name: string): EngineError | undefined {
  if (failure.kind !== 'error') return undefined;
  const data =
    failure.data !== null && typeof failure.data === 'object' ? (failure.data as Record<string, unknown>) : {};
  const { kind, ...details } = data;
  if (kind === 'model.http')
    return new EngineError('model.http', failure.message, { provider: 'host', model: name, ...details });
  if (kind === 'model.api')
    return new EngineError('model.api', failure.message, { provider: 'host', model: name, ...details });
  if (typeof kind === 'string' && failure.code !== -32601) {
    return new EngineError('callback.failed', failure.message, { method: 'model/request', name, hostKind: kind });
  }
  return undefined;
}
