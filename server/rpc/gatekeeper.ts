import type { Message } from 'vscode-jsonrpc/node';
import type { Log } from '../log.ts';
import type { Answers } from './answers.ts';
import type { OpenCallbacks } from './callbacks.ts';
import { type Envelope, envelopeOf, isDeeperThan, startOf } from './envelope.ts';
import type { Frame, WireLimits } from './frames.ts';
import { alwaysServed, type OpenRequests, waits } from './open-requests.ts';
import type { Fault } from './reader.ts';
import type { Trace } from './trace.ts';

/**
 * An answer to a callback goes through the library's queue as a notification of this name, so that it takes effect behind
 * what the client sent before it: pieces of a response, progress of a tool, a cancellation. It carries a function, which
 * nothing can that was read.
 *
 * @since 0.2.0
 */
export const SETTLEMENT = '$/settlement';

type Of<K extends Envelope['kind']> = Envelope & { readonly kind: K };

export interface GatekeeperParts {
  readonly answers: Answers;
  readonly requests: OpenRequests;
  readonly callbacks: OpenCallbacks;
  readonly limits: () => WireLimits;
  readonly trace: Trace;
  readonly log: Log;
}

/**
 * Decides about everything that was read: what is served goes on, answers to callbacks go to who waits for them, and
 * everything else with an id, or that lost its id, is refused here. Nothing is left without an answer.
 *
 * @since 0.2.0
 */
export class Gatekeeper {
  readonly #parts: GatekeeperParts;
  /** Messages that were refused or dropped. */
  refused = 0;

  constructor(parts: GatekeeperParts) {
    this.#parts = parts;
  }

  /** The message to dispatch, if it is one. */
  admit(value: unknown, size: number): Message | undefined {
    const envelope = envelopeOf(value);
    // Each level takes two bytes at least, so that small messages need no look.
    const { nesting } = this.#parts.limits();
    const isDeep = size > 2 * nesting && isDeeperThan(value, nesting);
    switch (envelope.kind) {
      case 'request':
        return isDeep ? this.#refuse(envelope.id, tooDeep(nesting)) : this.#request(envelope);
      case 'notification':
        return isDeep ? this.#drop(tooDeep(nesting)) : this.#notification(envelope);
      case 'response':
        return this.#response(envelope, isDeep ? tooDeep(nesting) : undefined);
      case 'invalid':
        return this.#refuse(envelope.id, envelope.reason);
      case 'void':
        return this.#drop(envelope.reason);
    }
  }

  /** Answers what was no JSON value. */
  fault(fault: Fault): void {
    const { answers } = this.#parts;
    this.refused += 1;
    switch (fault.kind) {
      case 'parse':
      case 'skipped':
        answers.refuse(null, 'parse.error', `A message could not be read: ${fault.reason}.`);
        break;
      case 'tooLarge':
        this.#tooLarge(fault);
        break;
      case 'lost':
        answers.refuse(null, 'request.invalid', `The input is no stream of messages: ${fault.reason}.`);
    }
  }

  #request({ id, method, params }: Of<'request'>): Message | undefined {
    const { answers, requests } = this.#parts;
    if (requests.get(id)) return this.#refuse(id, 'the id is in use by a request that is not answered yet');
    const isWaiting = waits(method, params);
    const limit = this.#parts.limits().requestsInFlight * (alwaysServed.has(method) ? 2 : 1);
    if (!isWaiting && requests.working >= limit) {
      this.refused += 1;
      const message = `${requests.working} requests are in flight; ${limit} is the limit. Wait for answers.`;
      answers.refuse(id, 'overloaded', message, { limit: 'requestsInFlight', retryAfterMs: 100 });
      return undefined;
    }
    requests.add({ id, method, waits: isWaiting });
    this.#parts.trace.tell('Received request', method, params);
    return { jsonrpc: '2.0', id, method, params } as Message;
  }

  #notification({ method, params }: Of<'notification'>): Message | undefined {
    this.#parts.trace.tell('Received notification', method, params);
    if (method === '$/setTrace') {
      this.#parts.trace.set((params as { value?: unknown } | null | undefined)?.value);
      return undefined;
    }
    if (method !== '$/cancelRequest') return { jsonrpc: '2.0', method, params } as Message;
    const id = (params as { id?: unknown } | null | undefined)?.id;
    const request = typeof id === 'string' || typeof id === 'number' ? this.#parts.requests.get(id) : undefined;
    // What was answered already, or never asked, is nothing to cancel; the library would remember it.
    return request ? ({ jsonrpc: '2.0', method, params: { id: request.id } } as Message) : undefined;
  }

  #response({ id, result, error }: Of<'response'>, refusal: string | undefined): Message | undefined {
    const { callbacks } = this.#parts;
    const outcome = refusal
      ? { error: { code: -32600, message: `The answer was refused: ${refusal}.` } }
      : { result, error };
    if (callbacks.isWaiting(id)) return settlement(() => callbacks.settle(id, outcome));
    if (result !== undefined || error !== undefined) return this.#drop('a response to nobody');
    return this.#refuse(id, 'it is neither a request nor a response');
  }

  #tooLarge({ size, start }: Frame & { kind: 'tooLarge' }): void {
    const { answers, callbacks, limits } = this.#parts;
    const limit = limits().messageBytes;
    const message = `A message of ${size} bytes came; ${limit} is the limit.`;
    const { id, method } = startOf(start);
    const error = { code: -32600, message, data: { kind: 'message.tooLarge', limit, size } };
    if (method === undefined && id !== undefined && callbacks.settle(id, { error })) return;
    answers.refuse(method === undefined ? null : (id ?? null), 'message.tooLarge', message, { limit, size });
  }

  #refuse(id: Of<'request'>['id'] | null, reason: string): undefined {
    this.refused += 1;
    this.#parts.answers.refuse(id, 'request.invalid', `Invalid request: ${reason}.`);
    return undefined;
  }

  /** Nobody can be answered. */
  #drop(reason: string): undefined {
    this.refused += 1;
    this.#parts.log.debug(`a message was dropped: ${reason}`);
    return undefined;
  }
}

const settlement = (settle: () => void) => ({ jsonrpc: '2.0', method: SETTLEMENT, params: { settle } }) as Message;

const tooDeep = (levels: number) => `it is nested deeper than ${levels} levels`;
