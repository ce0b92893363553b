import type { Message } from 'vscode-jsonrpc/node';
import type { ErrorKind } from '../../protocol/errors.ts';
import type { Log } from '../log.ts';
import type { Answers } from './answers.ts';
import type { OpenCallbacks } from './callbacks.ts';
import { type Envelope, envelopeOf, isDeeperThan } from './envelope.ts';
import type { SkippedFrame, WireLimits } from './framing/frames.ts';
import { type MessageParts, partsOf } from './message-parts.ts';
import { alwaysServed, type OpenRequests, waits } from './open-requests.ts';
import type { Fault } from './reader.ts';
import type { Trace } from './trace.ts';
import { UnreadableAnswers } from './unreadable-answers.ts';

/**
 * A response to a callback goes through the library's queue as a notification of this name, so that it takes effect after
 * what the client sent before it: pieces of a response, progress of a tool, a cancellation. It carries a function, which
 * nothing can that was read.
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
  /** Reports a message that may be the response to any of several callbacks, with the runs that wait for one. */
  readonly onUnclear: (reason: string, runIds: ReadonlySet<string>) => void;
}

/**
 * Decides about everything that was read: requests that are served go on, responses to callbacks settle them, and
 * everything else with an id, or that lost its id, is refused here. Nothing is left without a response.
 */
export class Gatekeeper {
  readonly #parts: GatekeeperParts;
  readonly #unreadable: UnreadableAnswers;
  /** Messages that were refused or dropped. */
  refused = 0;

  constructor(parts: GatekeeperParts) {
    this.#parts = parts;
    this.#unreadable = new UnreadableAnswers(parts.callbacks, parts.onUnclear);
  }

  /** Returns the message to dispatch, if it is one. */
  admit(value: unknown, size: number): Message | undefined {
    const envelope = envelopeOf(value);
    // Each level takes two bytes at least, so that small messages need no look.
    const { nesting } = this.#parts.limits();
    const isDeep = size > 2 * nesting && isDeeperThan(value, nesting);
    switch (envelope.kind) {
      case 'request':
        return isDeep ? this.#refuse(envelope.id, tooDeep(nesting)) : this.#request(envelope, value);
      case 'notification':
        return isDeep ? this.#drop(tooDeep(nesting)) : this.#notification(envelope);
      case 'response':
        return this.#response(envelope, isDeep ? tooDeep(nesting) : undefined);
      case 'invalid':
        return this.#invalid(envelope, value);
      case 'void':
        this.#drop(envelope.reason);
        return settlement(this.#unreadable.settlementOf([partsOf(value)], envelope.reason)?.settle);
    }
  }

  /** Responds to text that is not a JSON value, or settles the callback that it names. */
  fault(fault: Fault): Message | undefined {
    const { answers } = this.#parts;
    switch (fault.kind) {
      case 'parse':
        return this.#unread(fault, unreadable(fault.reason));
      case 'skipped':
        return this.#unread(
          fault,
          fault.why.kind === 'tooLarge' ? this.#tooLarge(fault) : unreadable(fault.why.reason),
        );
      case 'lost':
        this.refused += 1;
        answers.refuse(null, 'request.invalid', `The input is not a stream of messages: ${fault.reason}.`);
        return undefined;
    }
  }

  #request({ id, method, params }: Of<'request'>, value: unknown): Message | undefined {
    const { answers, requests, callbacks } = this.#parts;
    const meant =
      callbacks.isWaiting(id) &&
      this.#unreadable.settlementOf([partsOf(value)], 'it has a `method`, as only a request has');
    if (meant) return settlement(meant.settle);
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
    this.#parts.trace.write('Received request', method, params);
    return { jsonrpc: '2.0', id, method, params } as Message;
  }

  #notification({ method, params }: Of<'notification'>): Message | undefined {
    this.#parts.trace.write('Received notification', method, params);
    if (method === '$/setTrace') {
      this.#parts.trace.set((params as { value?: unknown } | null | undefined)?.value);
      return undefined;
    }
    if (method !== '$/cancelRequest') return { jsonrpc: '2.0', method, params } as Message;
    const id = (params as { id?: unknown } | null | undefined)?.id;
    const request = typeof id === 'string' || typeof id === 'number' ? this.#parts.requests.get(id) : undefined;
    // A request that has its response, or never existed, cannot be cancelled; the library would remember it.
    return request ? ({ jsonrpc: '2.0', method, params: { id: request.id } } as Message) : undefined;
  }

  #response({ id, result, error }: Of<'response'>, refusal: string | undefined): Message | undefined {
    const { callbacks } = this.#parts;
    if (callbacks.isWaiting(id))
      return settlement(() =>
        refusal ? callbacks.failUnreadable(id, refusal) : callbacks.settle(id, { result, error }),
      );
    if (result !== undefined || error !== undefined) return this.#drop('a response without a request');
    return this.#refuse(id, 'it is neither a request nor a response');
  }

  /** A value that is not a message is refused, unless it names open callbacks: those fail. */
  #invalid({ id, reason }: Of<'invalid'>, value: unknown): Message | undefined {
    const messages = Array.isArray(value) ? value : [value];
    const meant = this.#unreadable.settlementOf(messages.map(partsOf), reason);
    if (!meant?.isNamed) this.#refuse(id, reason);
    return settlement(meant?.settle);
  }

  /** A request that could not be read gets a response when its id is visible. */
  #unread(
    { parts, isAgain = false }: { parts: MessageParts; isAgain?: boolean },
    { kind, message, reason, details }: Refusal,
  ): Message | undefined {
    const meant = this.#unreadable.settlementOf([parts], reason);
    const id = parts.method === undefined || meant?.isNamed ? null : (parts.id ?? null);
    if (isAgain && id === null) return meant?.isNamed ? settlement(meant.settle) : undefined;
    this.refused += 1;
    // Text that is not JSON always gets a response, as JSON-RPC requires; a response that is too large only fails its call.
    if (kind === 'parse.error' || !meant?.isNamed) this.#parts.answers.refuse(id, kind, message, details);
    return settlement(meant?.settle);
  }

  #tooLarge({ size, isSizeKnown }: SkippedFrame): Refusal {
    const limit = this.#parts.limits().messageBytes;
    const bytes = `${isSizeKnown ? '' : 'more than '}${size} bytes`;
    return {
      kind: 'message.tooLarge',
      message: `A message of ${bytes} came; ${limit} is the limit.`,
      reason: `it has ${bytes}; ${limit} is the limit of a message`,
      details: { limit, size },
    };
  }

  #refuse(id: Of<'request'>['id'] | null, reason: string): undefined {
    this.refused += 1;
    this.#parts.answers.refuse(id, 'request.invalid', `Invalid request: ${reason}.`);
    return undefined;
  }

  /** There is no request to respond to. */
  #drop(reason: string): undefined {
    this.refused += 1;
    this.#parts.log.debug(`a message was dropped: ${reason}`);
    return undefined;
  }
}

/** The refusal of a message that could not be read, and the reason for a callback that it was to settle. */
interface Refusal {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly reason: string;
  readonly details?: Record<string, unknown>;
}

const unreadable = (reason: string): Refusal => ({
  kind: 'parse.error',
  message: `A message could not be read: ${reason}.`,
  reason,
});

const settlement = (settle: (() => void) | undefined) =>
  settle && ({ jsonrpc: '2.0', method: SETTLEMENT, params: { settle } } as unknown as Message);

const tooDeep = (levels: number) => `it is nested deeper than ${levels} levels`;
