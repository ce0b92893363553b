import { EngineError, toRunError } from '../engine/errors.ts';
import type { Model, ModelAnswer, ModelCall, Warning } from '../engine/model.ts';

const fallsBack = new Set(['model.http', 'model.api']);

/**
 * Asks models in order until one answers; every request starts at the first. Another model is asked after an error of
 * the provider, and after the kinds named in `fallbackOn`; nothing falls back once a stream has begun.
 *
 * Errors: `model.allFailed {errors}`, and the error of a model that does not fall back.
 * Source: Pydantic AI `FallbackModel`.
 * @since 0.2.0
 */
export function fallbackModel(models: readonly Model[], fallbackOn: readonly string[]): Model {
  // Prices are found by what a response says of its model, whoever of the list it was.
  const price = models.find((model) => model.price)?.price;
  return {
    ...(price ? { price } : {}),
    id: `fallback:${models.map((model) => model.id).join(',')}`,
    async request(prompt, call): Promise<ModelAnswer> {
      const failures: { model: string; error: EngineError }[] = [];
      const attempts = countedAttempts(call);
      for (const model of models) {
        if (failures.length > 0) attempts.next(model.id);
        try {
          return withWarnings(await model.request(prompt, attempts.call()), failures);
        } catch (error) {
          if (call.signal.aborted || call.stream?.opened || !mayFallBack(error, fallbackOn)) throw error;
          failures.push({ model: model.id, error });
        }
      }
      throw allFailed(failures);
    },
  };
}

/** Attempts are numbered through the whole list; the engine has told the first. */
function countedAttempts(call: ModelCall) {
  let count = 1;
  const started = (attempt: number, model: string) => {
    count = attempt;
    call.tell?.({ event_kind: 'model_request_started', request: call.runStep, attempt, model });
  };
  return {
    next: (model: string) => started(count + 1, model),
    /** For the next model, whose own attempts count from 1. */
    call(): ModelCall {
      const before = count - 1;
      return {
        ...call,
        tell: (event) =>
          event.event_kind === 'model_request_started'
            ? started(before + event.attempt, event.model)
            : call.tell?.(event),
      };
    },
  };
}

function mayFallBack(error: unknown, fallbackOn: readonly string[]): error is EngineError {
  if (!(error instanceof EngineError)) return false;
  const { hostKind } = error.details;
  return fallsBack.has(error.kind) || fallbackOn.includes(error.kind) || fallbackOn.includes(String(hostKind));
}

/** Who was passed over, and why, so that a host can tell. */
function withWarnings(answer: ModelAnswer, failures: readonly { model: string; error: EngineError }[]): ModelAnswer {
  const passed = failures.map(
    ({ model, error }): Warning => ({
      kind: 'model.fallback',
      message: `'${model}' failed, so the next model was asked: ${error.message}`,
    }),
  );
  return passed.length === 0 ? answer : { ...answer, warnings: [...passed, ...(answer.warnings ?? [])] };
}

function allFailed(failures: readonly { model: string; error: EngineError }[]): EngineError {
  const errors = failures.map(({ model, error }) => ({ model, ...toRunError(error) }));
  return new EngineError('model.allFailed', 'All models from FallbackModel failed', { errors });
}
