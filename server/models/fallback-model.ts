import { secondsToIso } from '../../protocol/messages/duration.ts';
import type { ModelRequestAttempt, ModelResponse } from '../../protocol/messages/messages.ts';
import { EngineError, toRunError, upstreamType } from '../engine/errors.ts';
import type { Model, ModelAnswer, ModelCall, Warning } from '../engine/model.ts';
import { Attempts, type Further, furtherAfter } from './attempts.ts';

const fallsBack = new Set(['model.http', 'model.api']);

/** Kinds that reject responses rather than follow errors, with the finish reason that they reject. */
const rejects: Readonly<Record<string, ModelResponse['finish_reason']>> = {
  contentFilter: 'content_filter',
  'model.outputTokenLimit': 'length',
};

/**
 * Requests models in order until one responds; every request starts with the first. The next model follows after an
 * error of the provider, and after the kinds named in `fallbackOn`; there is no fallback once a stream has begun. The
 * response lists the attempts before it.
 *
 * Errors: `model.allFailed {errors, attempts}`, and the error of a model that does not fall back.
 * Source: Pydantic AI `FallbackModel`.
 */
export function fallbackModel(models: readonly Model[], fallbackOn: readonly string[]): Model {
  // Prices are found by the model that a response names, whichever of the list that is.
  const price = models.find((model) => model.price)?.price;
  return {
    ...(price ? { price } : {}),
    id: `fallback:${models.map((model) => model.id).join(',')}`,
    request: (prompt, call) => new Chain(models, fallbackOn, call).request((model, own) => model.request(prompt, own)),
  };
}

type Send = (model: Model, call: ModelCall) => Promise<ModelAnswer>;

/** The reason to go on after an attempt: it failed, or its response was rejected. */
type Failure = { readonly model: Model; readonly attempt: ModelRequestAttempt } & (
  | { readonly error: EngineError }
  | { readonly error: null }
);

/** One request to a list of models. */
class Chain {
  readonly #models: readonly Model[];
  readonly #fallbackOn: readonly string[];
  readonly #call: ModelCall;
  readonly #failures: Failure[] = [];
  readonly #numbers: Attempts;

  constructor(models: readonly Model[], fallbackOn: readonly string[], call: ModelCall) {
    this.#models = models;
    this.#fallbackOn = fallbackOn;
    this.#call = call;
    this.#numbers = new Attempts(call);
  }

  async request(send: Send): Promise<ModelAnswer> {
    for (const [index, model] of this.#models.entries()) {
      const answer = await this.#try(model, send, index < this.#models.length - 1);
      if (answer) return this.#answered(answer, model);
    }
    throw this.#allFailed();
  }

  /** Returns null when the next model is to be requested. */
  async #try(model: Model, send: Send, hasAlternative: boolean): Promise<ModelAnswer | null> {
    const { now, elapsed, stream } = this.#call;
    const [timestamp, began] = [now(), elapsed()];
    const attempt = (fields: AttemptFields) =>
      inOrder({ ...fields, timestamp, duration: secondsToIso((elapsed() - began) / 1000) });
    if (this.#failures.length > 0) this.#numbers.emitNext(model.id, this.#whyNext());
    const before = this.#failures.length > 0 ? { failed_attempts: this.#attempts() } : {};
    stream?.describe({ model_id: model.id, ...before });
    try {
      const answer = await send(
        model,
        this.#numbers.callFor({ hasAlternative: hasAlternative || (this.#call.hasAlternative ?? false) }),
      );
      if (!this.#isRejected(answer.response)) return answer;
      this.#failures.push({ model, error: null, attempt: attempt(rejectedAnswer(answer.response, model)) });
    } catch (error) {
      const isOver = this.#call.signal.aborted || stream?.opened;
      if (isOver || !this.#mayFallBack(error)) throw this.#carrying(error);
      this.#failures.push({ model, error, attempt: attempt(failedRequest(error, model)) });
    }
    return null;
  }

  #whyNext(): Further {
    const error = this.#failures.at(-1)?.error;
    return error ? furtherAfter(error) : { reason: 'The response was rejected by `fallbackOn`.' };
  }

  /** Returns whether a response is rejected. That of a stream is not: it has already been shown. */
  #isRejected({ finish_reason }: ModelResponse): boolean {
    if (this.#call.stream?.opened || finish_reason === null) return false;
    return this.#fallbackOn.some((kind) => rejects[kind] === finish_reason);
  }

  #mayFallBack(error: unknown): error is EngineError {
    if (!(error instanceof EngineError)) return false;
    const { hostKind } = error.details;
    return fallsBack.has(error.kind) || [error.kind, String(hostKind)].some((kind) => this.#fallbackOn.includes(kind));
  }

  /** Adds the attempts to an error that ends the request: they were billed. */
  #carrying(error: unknown): unknown {
    if (this.#failures.length === 0 || !(error instanceof EngineError)) return error;
    return new EngineError(error.kind, error.message, { ...error.details, attempts: this.#attempts() });
  }

  #attempts(): ModelRequestAttempt[] {
    return this.#failures.map(({ attempt }) => attempt);
  }

  #answered(answer: ModelAnswer, model: Model): ModelAnswer {
    const passed = this.#failures.map(
      ({ model: { id }, error }): Warning => ({
        kind: 'model.fallback',
        message: error
          ? `Model '${id}' failed, so the next one was requested: ${error.message}`
          : `\`fallbackOn\` rejected the response of model '${id}', so the next one was requested.`,
      }),
    );
    const failed_attempts = passed.length > 0 ? this.#attempts() : answer.response.failed_attempts;
    return {
      ...answer,
      response: { ...answer.response, model_id: answer.response.model_id ?? model.id, failed_attempts },
      ...(passed.length > 0 ? { warnings: [...passed, ...(answer.warnings ?? [])] } : {}),
    };
  }

  #allFailed(): EngineError {
    const errors = this.#failures.flatMap(({ model, error }) =>
      error ? [{ model: model.id, ...toRunError(error) }] : [],
    );
    const rejected = this.#failures.length - errors.length;
    const message = `${rejected} model response(s) rejected by fallback_on handler`;
    const all = rejected > 0 ? [...errors, toRunError(new EngineError('model.rejected', message))] : errors;
    return new EngineError('model.allFailed', 'All models from FallbackModel failed', {
      errors: all,
      attempts: this.#attempts(),
    });
  }
}

type AttemptFields = Pick<ModelRequestAttempt, 'model_name' | 'provider_name' | 'outcome' | 'error' | 'usage'>;

const configuredName = ({ id }: Model) => id.slice(id.indexOf(':') + 1);

const rejectedAnswer = ({ model_name, provider_name, usage }: ModelResponse, model: Model): AttemptFields => ({
  model_name: model_name ?? configuredName(model),
  provider_name,
  outcome: 'rejected',
  error: null,
  usage,
});

function failedRequest(error: EngineError, model: Model): AttemptFields {
  const { provider } = error.details;
  return {
    model_name: configuredName(model),
    provider_name: typeof provider === 'string' && provider !== 'host' ? provider : null,
    outcome: 'error',
    error: `${upstreamType(error)}: ${error.message}`,
    usage: null,
  };
}

/** In Pydantic AI's order. */
const inOrder = ({ model_name, provider_name, outcome, error, timestamp, duration, usage }: ModelRequestAttempt) => ({
  model_name,
  provider_name,
  outcome,
  error,
  timestamp,
  duration,
  usage,
});
