import { ErrorCode } from '../../protocol/errors.ts';
import { type AnswerListener, CallbackError, type CallbackFailure, type SentRequest } from '../callbacks/client.ts';
import type { OutboundPump } from './pump.ts';
import type { Trace } from './trace.ts';

/**
 * First and last id of our own requests: a range that no client uses for its own, because some take a request for the
 * response to theirs when the ids are equal (Vim), or take 0 for "no id"; and whole numbers of 32 bits.
 */
const firstRequestId = 1_000_000_000;
const lastRequestId = 2 ** 31 - 1;

/** Number of withdrawn requests that are remembered, to count late responses. */
const withdrawnKept = 1024;

interface Open {
  readonly method: string;
  /** The run that sent it; absent for requests about the window of the editor. */
  readonly runId: string | undefined;
  readonly listener: AnswerListener;
}

const notSent: SentRequest = { withdraw: () => undefined };

/** The daemon's own requests that wait for a response of the client. */
export class OpenCallbacks {
  readonly #pump: OutboundPump;
  readonly #trace: Trace;
  readonly #open = new Map<number, Open>();
  readonly #withdrawn = new Map<number, Open>();
  #nextId = firstRequestId;
  #isClosed = false;

  constructor(pump: OutboundPump, trace: Trace) {
    this.#pump = pump;
    this.#trace = trace;
  }

  /** Sends a request; one that cannot be sent fails at once. */
  request(method: string, params: object, listener: AnswerListener): SentRequest {
    if (this.#isClosed || this.#pump.isClosed) return refused(listener, { kind: 'gone' });
    const id = this.#mintId();
    const sent = this.#pump.send({ jsonrpc: '2.0', id, method, params });
    if (sent.kind === 'closed') return refused(listener, { kind: 'gone' });
    if (sent.kind === 'tooLarge') return refused(listener, tooLarge(method, sent));
    this.#trace.write('Sent request', method, params);
    const { runId } = params as { runId?: string };
    this.#open.set(id, { method, runId, listener });
    return { withdraw: (late) => this.#withdraw(id, late) };
  }

  /** Returns whether a request waits for the response with this id, or would count it as late. */
  isWaiting(id: string | number): boolean {
    return this.#open.has(Number(id)) || this.#withdrawn.has(Number(id));
  }

  /** Settles the request with this id; false when there is none. Some clients write numbers as strings. */
  settle(id: string | number, { result, error }: { result?: unknown; error?: unknown }): boolean {
    const open = this.#take(id);
    if (!open) return false;
    this.#trace.write('Received response to', open.method, error ?? result);
    if (error === undefined || error === null) open.listener.answered(result ?? null);
    else open.listener.failed(new CallbackError(failureOf(error)));
    return true;
  }

  /** Fails the request with what came in place of its response; false when there is none. */
  failUnreadable(id: string | number, reason: string): boolean {
    const open = this.#take(id);
    if (!open) return false;
    this.#trace.write('Received response to', open.method, { unreadable: reason });
    open.listener.failed(new CallbackError({ kind: 'unreadable', reason }));
    return true;
  }

  /** The requests of runs that are open, by their ids. */
  get ofRuns(): ReadonlyMap<number, string> {
    const runs = [...this.#open].flatMap(([id, { runId }]) => (runId === undefined ? [] : [[id, runId] as const]));
    return new Map(runs);
  }

  /** Fails all requests: the client is gone. */
  close(): void {
    this.#isClosed = true;
    const open = [...this.#open.values()];
    this.#open.clear();
    this.#withdrawn.clear();
    for (const { listener } of open) listener.failed(new CallbackError({ kind: 'gone' }));
  }

  #take(id: string | number): Open | undefined {
    const key = Number(id);
    const open = this.#open.get(key) ?? this.#withdrawn.get(key);
    this.#open.delete(key);
    this.#withdrawn.delete(key);
    return open;
  }

  #mintId(): number {
    let id: number;
    do {
      id = this.#nextId;
      this.#nextId = id === lastRequestId ? firstRequestId : id + 1;
    } while (this.#open.has(id) || this.#withdrawn.has(id));
    return id;
  }

  #withdraw(id: number, late?: AnswerListener): void {
    const open = this.#open.get(id);
    if (!open) return;
    this.#open.delete(id);
    this.#withdrawn.set(id, late ? { ...open, listener: late } : open);
    if (this.#withdrawn.size > withdrawnKept) {
      const [oldest] = this.#withdrawn.keys();
      if (oldest !== undefined) this.#withdrawn.delete(oldest);
    }
    this.#pump.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id } });
  }
}

function refused(listener: AnswerListener, failure: CallbackFailure): SentRequest {
  listener.failed(new CallbackError(failure));
  return notSent;
}

function tooLarge(method: string, { size, limit }: { size: number; limit: number }): CallbackFailure {
  const message = `${method} has ${size} bytes of parameters; ${limit} is the limit of a message.`;
  return {
    kind: 'error',
    code: ErrorCode['message.tooLarge'],
    message,
    data: { kind: 'message.tooLarge', limit, size },
  };
}

function failureOf(error: unknown): CallbackFailure {
  const { code, message, data } = (typeof error === 'object' ? error : { message: error }) as Record<string, unknown>;
  return {
    kind: 'error',
    code: typeof code === 'number' ? code : 0,
    message: typeof message === 'string' ? message : JSON.stringify(message ?? error),
    data,
  };
}
