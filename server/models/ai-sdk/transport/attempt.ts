import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from '@ai-sdk/provider';
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
import { turnIfDue } from './turns.ts';

/** A request that is mapped and ready to be sent, possibly several times. */
export interface MappedRequest {
  readonly provider: Provider;
  readonly model: LanguageModelV4;
  readonly modelName: string;
  readonly options: LanguageModelV4CallOptions;
  /** Receives the pieces; undefined when the response is requested as a whole. */
  readonly stream: PartStream | undefined;
  readonly exchangeOptions: ExchangeOptions;
  /** Called with the current exchange, which the sending function needs. */
  readonly begin: (exchange: Exchange) => void;
  /** Returns the redaction of the secrets known by now, for what is read in the raw response. */
  readonly redaction: () => Redaction;
}

/**
 * Makes one attempt. Every failure becomes an error for the run, and no connection is left open.
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

/**
 * Returns the error to report. Once there is a response, errors of the package and of our own reading are caused by
 * it.
 */
function reportedBy(exchange: Exchange, thrown: unknown, context: ErrorContext): unknown {
  try {
    const error = toEngineError(exchange.reported ?? exchange.error ?? thrown, context);
    const isKnown = context.signal.aborted || error instanceof EngineError;
    return isKnown || !exchange.hasAnswer ? error : unreadable(context, error);
  } catch (error) {
    return unreadable(context, error);
  }
}

/** The texts that its package did not read are put in their places. */
async function wholeAnswer(
  { provider, modelName, redaction }: MappedRequest,
  result: LanguageModelV4GenerateResult,
  { body, longTexts }: Exchange,
): Promise<ModelAnswer> {
  await turnIfDue();
  const clean = redaction();
  const whole = await longTexts.restored({ result, body: clean.value(body) }, clean);
  await turnIfDue();
  return toAnswer(whole.result, modelName, provider, whole.body);
}

const isOver = ({ finishReason: { unified } }: Ended) => unified !== 'interrupted' && unified !== 'error';

async function sendAndRead(request: MappedRequest, abortSignal: AbortSignal, exchange: Exchange): Promise<ModelAnswer> {
  const { provider, model, modelName, stream } = request;
  const options = { ...request.options, abortSignal };
  if (!stream) {
    const result = await model.doGenerate(options);
    return wholeAnswer(request, result, exchange);
  }
  const includeRawChunks = provider.answers.bodyReader !== undefined;
  const result = await model.doStream({ ...options, includeRawChunks });
  const ended = await readStream(result.stream, stream, { provider, exchange, redaction: request.redaction() });
  if (exchange.reported) {
    if (stream.opened) stream.open({ finish_reason: 'error' });
    throw exchange.reported;
  }
  // Failures after the end of a response do not matter.
  if (exchange.error !== undefined && !(isOver(ended) && ended.facts.usage)) throw exchange.error;
  return endedAnswer(ended, modelName, provider);
}
