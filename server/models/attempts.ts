import { EngineError } from '../engine/errors.ts';
import type { ModelCall } from '../engine/model.ts';

/** The reason for another attempt, and its delay. */
export interface Further {
  readonly reason: string;
  readonly status?: number;
  readonly delayMs?: number;
}

/** Returns the reason for another attempt after an error. */
export function furtherAfter(error: unknown, delayMs?: number): Further {
  const { message, status } =
    error instanceof EngineError
      ? { message: error.message, status: error.details.status }
      : { message: String(error) };
  return {
    reason: message,
    ...(typeof status === 'number' ? { status } : {}),
    ...(delayMs === undefined ? {} : { delayMs }),
  };
}

/** Numbers the attempts at one request across several models, each of which counts its own from 1. */
export class Attempts {
  readonly #call: ModelCall;
  /** The number of the latest attempt; the engine has emitted the first. */
  #latest = 1;

  constructor(call: ModelCall) {
    this.#call = call;
  }

  /** Emits that another model, or the same one again, is requested. */
  emitNext(model: string, further: Further): void {
    this.#emit(this.#latest + 1, model, further);
  }

  /** Returns the call for the model of the latest attempt. */
  callFor(fields: Partial<ModelCall> = {}): ModelCall {
    const before = this.#latest - 1;
    const { emit } = this.#call;
    return {
      ...this.#call,
      ...fields,
      emit: (event) => {
        if (event.event_kind !== 'model_request_started') return emit?.(event);
        const { attempt, model, event_kind: _, request: __, ...further } = event;
        this.#emit(before + attempt, model, further);
      },
    };
  }

  #emit(attempt: number, model: string, further: { [K in keyof Further]?: Further[K] | undefined }): void {
    this.#latest = attempt;
    const { runStep: request, emit } = this.#call;
    emit?.({ event_kind: 'model_request_started', request, attempt, model, ...further });
  }
}
