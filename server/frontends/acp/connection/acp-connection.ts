import type { EngineError } from '../../../engine/errors.ts';
import { type Envelope, envelopeOf, isDeeperThan, type RequestId } from '../../../rpc/envelope.ts';
import type { WireLimits } from '../../../rpc/framing/frames.ts';
import type { OutboundPump } from '../../../rpc/pump.ts';
import type { Fault } from '../../../rpc/reader.ts';
import { ClientRequests, type SentOptions } from './client-requests.ts';
import { RpcError, rpcCode, toRpcError } from './rpc-error.ts';

/** A request of the client. */
export interface IncomingRequest {
  readonly id: RequestId;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Serves what the client sends. */
export interface ConnectionHandler {
  /** Errors: `RpcError`, `EngineError`. */
  request(request: IncomingRequest): Promise<object>;
  /** Called when the response to a request was sent. */
  responded(request: IncomingRequest, result: object): void;
  notification(method: string, params: Readonly<Record<string, unknown>>): void;
}

/** What a connection uses. */
export interface ConnectionParts {
  readonly pump: OutboundPump;
  readonly limits: WireLimits;
  readonly reportBug: (error: unknown) => EngineError;
}

/** A connection that speaks the Agent Client Protocol in lines: each request of the client gets exactly one response. */
export class AcpConnection {
  readonly #parts: ConnectionParts;
  readonly #open = new Set<string>();
  readonly #requests: ClientRequests;
  #handler: ConnectionHandler | null = null;
  #isInitialized = false;
  #idle: (() => void)[] = [];

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#requests = new ClientRequests(parts.pump);
    parts.pump.framing = 'lines';
  }

  serve(handler: ConnectionHandler): void {
    this.#handler = handler;
  }

  /** Takes a JSON value of so many bytes. */
  take(value: unknown, size: number): void {
    const envelope = envelopeOf(value);
    const { nesting } = this.#parts.limits;
    const isDeep = size > 2 * nesting && isDeeperThan(value, nesting);
    if (isDeep && envelope.kind === 'request') this.#refuse(envelope.id, `it is nested deeper than ${nesting} levels`);
    else if (!isDeep) this.#dispatch(envelope);
  }

  /** Responds to what is not a JSON value. */
  takeFault(fault: Fault): void {
    const { messageBytes } = this.#parts.limits;
    switch (fault.kind) {
      case 'parse':
        this.#fail(null, new RpcError(rpcCode.parseError, `A message could not be read: ${fault.reason}.`));
        break;
      case 'skipped': {
        const reason = fault.why.kind === 'tooLarge' ? `it has more than ${messageBytes} bytes` : fault.why.reason;
        this.#fail(fault.parts.id ?? null, new RpcError(rpcCode.invalidRequest, `Invalid request: ${reason}.`));
        break;
      }
      case 'lost':
        this.#fail(null, new RpcError(rpcCode.parseError, `The input is not lines of JSON: ${fault.reason}.`));
    }
  }

  notify(method: string, params: object): void {
    this.#parts.pump.send({ jsonrpc: '2.0', method, params });
  }

  /**
   * Sends a request to the client. On an abort it is withdrawn, and its response is not awaited.
   *
   * Errors: `RpcError` of the client, the reason of the signal, `client.gone`.
   */
  request(method: string, params: object, options: SentOptions): Promise<unknown> {
    return this.#requests.send(method, params, options);
  }

  /** Whether the client reads more slowly than it is sent messages. */
  get congestion(): Pick<OutboundPump, 'congested' | 'drained'> {
    return this.#parts.pump;
  }

  /** No responses come any more. */
  inputEnded(): void {
    this.#requests.close();
  }

  /** Resolves when all requests have their responses. */
  answered(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  #dispatch(envelope: Envelope): void {
    switch (envelope.kind) {
      case 'request':
        void this.#request(envelope.id, envelope.method, paramsOf(envelope.params));
        break;
      case 'notification':
        if (this.#isInitialized) this.#handler?.notification(envelope.method, paramsOf(envelope.params));
        break;
      case 'response':
        if (!this.#requests.settle(envelope) && envelope.result === undefined && envelope.error === undefined)
          this.#refuse(envelope.id, 'it is neither a request nor a response');
        break;
      case 'invalid':
        this.#refuse(envelope.id, envelope.reason);
        break;
      case 'void': // nobody to respond to
    }
  }

  async #request(id: RequestId, method: string, params: Readonly<Record<string, unknown>>): Promise<void> {
    const key = JSON.stringify(id);
    const { requestsInFlight } = this.#parts.limits;
    if (method !== 'initialize' && !this.#isInitialized) return this.#refuse(id, `send initialize before ${method}`);
    if (this.#open.has(key)) return this.#refuse(id, 'the id is in use by a request that is not answered yet');
    if (this.#open.size >= requestsInFlight)
      return this.#refuse(id, `${this.#open.size} requests are in flight; ${requestsInFlight} is the limit`);
    this.#open.add(key);
    // What follows in the same chunk is served after it.
    if (method === 'initialize') this.#isInitialized = true;
    try {
      const result = (await this.#handler?.request({ id, method, params })) ?? {};
      this.#parts.pump.send({ jsonrpc: '2.0', id, result });
      this.#handler?.responded({ id, method, params }, result);
    } catch (error) {
      this.#fail(id, toRpcError(error, this.#parts.reportBug));
    }
    this.#open.delete(key);
    if (this.#open.size > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }

  #refuse(id: RequestId | null, reason: string): void {
    this.#fail(id, new RpcError(rpcCode.invalidRequest, `Invalid request: ${reason}.`));
  }

  #fail(id: RequestId | null, { code, message, data }: RpcError): void {
    const error = { code, message, ...(data === undefined ? {} : { data }) };
    this.#parts.pump.send({ jsonrpc: '2.0', id, error });
  }
}

/** Null and lists, as some languages write an empty object, are one. */
const paramsOf = (params: unknown) =>
  (params !== null && typeof params === 'object' && !Array.isArray(params) ? params : {}) as Readonly<
    Record<string, unknown>
  >;
