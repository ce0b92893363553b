import { EngineError } from '../../../engine/errors.ts';
import type { Envelope } from '../../../rpc/envelope.ts';
import type { OutboundPump } from '../../../rpc/pump.ts';
import { RpcError, rpcCode } from './rpc-error.ts';

/** How the response to a request is awaited. */
export interface SentOptions {
  readonly signal: AbortSignal;
  /** Longest wait for the response; absent: as long as it takes. */
  readonly timeoutMs?: number;
}

type Response = Envelope & { readonly kind: 'response' };

/** A range of ids that clients do not use for requests of their own. */
const firstId = 1_000_000_000;

/** Our own requests that wait for a response of the client. */
export class ClientRequests {
  readonly #pump: OutboundPump;
  readonly #open = new Map<number, (response: Response | 'gone') => void>();
  #nextId = firstId;
  #isClosed = false;

  constructor(pump: OutboundPump) {
    this.#pump = pump;
  }

  /** See `AcpConnection.request`. */
  send(method: string, params: object, { signal, timeoutMs }: SentOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const id = this.#nextId;
      this.#nextId += 1;
      const sent = this.#isClosed ? null : this.#pump.send({ jsonrpc: '2.0', id, method, params });
      if (sent?.kind !== 'queued') return reject(notSent(method, sent));
      const end = (settle: () => void) => {
        this.#open.delete(id);
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      const withdraw = (reason: unknown) =>
        end(() => {
          this.#pump.send({ jsonrpc: '2.0', method: '$/cancel_request', params: { requestId: id } });
          reject(reason);
        });
      const onAbort = () => withdraw(signal.reason);
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(() => withdraw(tooLate(method, timeoutMs)), timeoutMs);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#open.set(id, (response) =>
        end(() => {
          if (response === 'gone') reject(gone());
          else if (response.error === undefined || response.error === null) resolve(response.result ?? null);
          else reject(errorOf(response.error));
        }),
      );
    });
  }

  /** Takes a response; false when no request waits for it. */
  settle(response: Response): boolean {
    const settle = this.#open.get(Number(response.id));
    settle?.(response);
    return settle !== undefined;
  }

  /** The client has gone. */
  close(): void {
    this.#isClosed = true;
    for (const settle of [...this.#open.values()]) settle('gone');
  }
}

const gone = () => new EngineError('client.gone', 'The client has gone.');

const tooLate = (method: string, ms: number) =>
  new RpcError(rpcCode.internal, `The editor has not answered ${method} within ${ms / 1000} seconds.`);

function notSent(method: string, sent: ReturnType<OutboundPump['send']> | null): Error {
  if (sent?.kind !== 'tooLarge') return gone();
  return new RpcError(rpcCode.internal, `${method} has ${sent.size} bytes; ${sent.limit} is the limit of a message.`);
}

function errorOf(error: unknown): RpcError {
  const { code, message, data } = (typeof error === 'object' ? error : { message: error }) as Record<string, unknown>;
  const text = typeof message === 'string' && message !== '' ? message : 'The editor reported an error.';
  return new RpcError(typeof code === 'number' ? code : rpcCode.internal, text, data);
}
