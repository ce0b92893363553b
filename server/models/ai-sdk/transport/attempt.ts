import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { EngineError } from '../../../engine/errors.ts';
import type { ModelAnswer } from '../../../engine/model.ts';
import type { PartStream } from '../../../engine/streaming/part-stream.ts';
import type { Redaction } from '../../../redaction/redaction.ts';
import type { Provider } from '../provider.ts';
import { type Ended, endedAnswer, toAnswer } from '../response/answer.ts';
import { readStream } from '../response/streamed-answer.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { brokenOff, type ErrorContext, toEngineError, unreadable } from './provider-errors.ts';
import type { Timing } from './retry.ts';

/** One request, mapped and ready to be sent as often as it takes. */
export interface MappedRequest {
  readonly provider: Provider;
  readonly model: LanguageModelV4;
  readonly modelName: string;
  readonly options: LanguageModelV4CallOptions;
  /** Where the pieces go; undefined when the answer is wanted as a whole. */
  readonly stream: PartStream | undefined;
  readonly exchangeOptions: ExchangeOptions;
  /** Takes the exchange that is under way, for the function that sends. */
  readonly begin: (exchange: Exchange) => void;
  /** Takes the secrets that are known by now out of what was read in a raw answer. */
  readonly redaction: () => Redaction;
}

/**
 * One try. Whatever goes wrong leaves as what the run is to see, and no connection is left open.
 *
 * Errors: those of `toEngineError` and `endedAnswer`; `model.stream` once an answer had begun to come.
 */
export async function attempt(request: MappedRequest, context: ErrorContext, timing: Timing): Promise<ModelAnswer> {
  const exchange = new Exchange(request.exchangeOptions, timing);
  request.begin(exchange);
  try {
    return await sendAndRead(request, AbortSignal.any([context.signal, exchange.signal]), exchange);
  } catch (error) {
    const reported = reportedBy(exchange, error, context);
    throw request.stream?.opened ? brokenOff(reported) : reported;
  } finally {
    exchange.close();
  }
}

/** Once there is an answer, what the package and we stumble over was in it, also while its error is put into words. */
function reportedBy(exchange: Exchange, thrown: unknown, context: ErrorContext): unknown {
  try {
    const error = toEngineError(exchange.reported ?? exchange.error ?? thrown, context);
    const isKnown = context.signal.aborted || error instanceof EngineError;
    return isKnown || !exchange.hasAnswer ? error : unreadable(context, error);
  } catch (error) {
    return unreadable(context, error);
  }
}

const isOver = ({ finishReason: { unified } }: Ended) => unified !== 'interrupted' && unified !== 'error';

async function sendAndRead(request: MappedRequest, abortSignal: AbortSignal, exchange: Exchange): Promise<ModelAnswer> {
  const { provider, model, modelName, stream } = request;
  const options = { ...request.options, abortSignal };
  if (!stream) {
    const result = await model.doGenerate(options);
    return toAnswer(result, modelName, provider, request.redaction().value(exchange.body));
  }
  const includeRawChunks = provider.answers.bodyReader !== undefined;
  const result = await model.doStream({ ...options, includeRawChunks });
  const ended = await readStream(result.stream, stream, { provider, exchange, redaction: request.redaction() });
  if (exchange.reported) {
    if (stream.opened) stream.open({ finish_reason: 'error' });
    throw exchange.reported;
  }
  // What broke after the end of an answer is no matter.
  if (exchange.error !== undefined && !(isOver(ended) && ended.facts.usage)) throw exchange.error;
  return endedAnswer(ended, modelName, provider);
}
