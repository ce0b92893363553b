import type { CallbackParamsOf, ModelMessage } from '../types/client-types.ts';

type ModelRequest = CallbackParamsOf<'model/request'>;

/** The latest history of each model of a run, of which the next request brings only what is new. @since 0.1.0 */
export class KeptHistories {
  readonly #latest = new Map<string, { digest: string; messages: readonly ModelMessage[] }>();

  /** Returns a request with its whole history; null when that continues one which is not kept here. */
  complete({ history, ...request }: ModelRequest): ModelRequest | null {
    if (!history) return request;
    const { digest, base } = history;
    const kept = this.#latest.get(request.model);
    if (base && kept?.digest !== base.digest) return null;
    const messages = base ? [...(kept?.messages ?? []).slice(0, base.count), ...request.messages] : request.messages;
    this.#latest.set(request.model, { digest, messages });
    // A handler may change its own list.
    return { ...request, messages: [...messages] };
  }
}
