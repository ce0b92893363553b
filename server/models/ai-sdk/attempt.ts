import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { ModelAnswer } from '../../engine/model.ts';
import type { PartStream } from '../../engine/part-stream.ts';
import { type Ended, endedAnswer, toAnswer } from './answer.ts';
import { brokenOff, type ErrorContext, reading, timedOut, toEngineError } from './errors.ts';
import { Patience } from './patience.ts';
import type { Provider } from './provider.ts';
import type { Timing } from './retry.ts';
import type { Cut } from './sending.ts';
import { readStream } from './stream.ts';

/** One request, mapped and ready to be sent as often as it takes. @since 0.2.0 */
export interface Question {
  readonly provider: Provider;
  readonly model: LanguageModelV4;
  readonly modelName: string;
  readonly options: LanguageModelV4CallOptions;
  /** Where the pieces go; undefined when the answer is wanted as a whole. */
  readonly stream: PartStream | undefined;
  /** Tells how the stream broke. */
  readonly cut: Cut;
  /** The longest wait for the answer, or for the next piece of it. */
  readonly patienceMs: number;
}

/**
 * One try. Whatever goes wrong leaves as what the run is to see, and no connection is left open.
 *
 * Errors: those of `toEngineError` and `endedAnswer`; `model.stream` once an answer had begun to come.
 * @since 0.2.0
 */
export async function attempt(question: Question, context: ErrorContext, timing: Timing): Promise<ModelAnswer> {
  const closing = new AbortController();
  let isLate = false;
  const patience = new Patience(question.patienceMs, timing, () => {
    isLate = true;
    closing.abort();
  });
  question.cut.error = undefined;
  question.cut.reported = undefined;
  try {
    return await ask(question, AbortSignal.any([context.signal, closing.signal]), patience);
  } catch (error) {
    const { cut } = question;
    const given = cut.reported ?? cut.error ?? error;
    const told = isLate && !context.signal.aborted ? timedOut(context) : toEngineError(given, context);
    throw question.stream?.opened ? brokenOff(told) : told;
  } finally {
    patience.stop();
    closing.abort();
  }
}

const isOver = ({ finishReason: { unified } }: Ended) => unified !== 'interrupted' && unified !== 'error';

async function ask(question: Question, abortSignal: AbortSignal, patience: Patience): Promise<ModelAnswer> {
  const { provider, model, modelName, stream } = question;
  const options = { ...question.options, abortSignal };
  if (!stream) {
    const result = await reading(() => patience.wait(() => model.doGenerate(options)));
    return toAnswer(result, modelName, provider, question.cut.body);
  }
  const includeRawChunks = provider.quirks.bodyReader !== undefined;
  const result = await reading(() => patience.wait(() => model.doStream({ ...options, includeRawChunks })));
  const ended = await readStream(result.stream, stream, provider, patience);
  if (question.cut.reported) {
    if (stream.opened) stream.open({ finish_reason: 'error' });
    throw question.cut.reported;
  }
  // What broke behind the end of an answer is no matter.
  if (question.cut.error !== undefined && !(isOver(ended) && ended.facts.usage)) throw question.cut.error;
  return endedAnswer(ended, modelName, provider);
}
