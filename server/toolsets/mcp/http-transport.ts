import { type FetchLike, type JSONRPCMessage, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { retryAfterMs } from '../../models/ai-sdk/transport/retry-after.ts';

/** Tries of one request that a server was too busy for, and how long it may want us to wait. */
const maxTries = 3;
const maxWaitMs = 60_000;
const defaultWaitMs = 500;

type SendOptions = NonNullable<Parameters<StreamableHTTPClientTransport['send']>[1]>;

/** Streamable HTTP. Redirects to another origin are not followed, so no header of ours goes there. */
export class HttpTransport extends StreamableHTTPClientTransport {
  readonly #open = new Map<unknown, AbortController>();

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    super(new URL(url), { requestInit: { headers: { ...headers } }, fetch: patientFetch });
  }

  override async send(message: JSONRPCMessage, options: SendOptions = {}): Promise<void> {
    if (!('method' in message)) return super.send(message, options);
    if (!('id' in message)) {
      await super.send(message, options);
      // The older protocol leaves the stream of a cancelled request open.
      if (message.method === 'notifications/cancelled') this.#abort(message.params?.requestId);
      return;
    }
    const { id } = message;
    const controller = new AbortController();
    const { requestSignal, onRequestStreamEnd } = options;
    this.#open.set(id, controller);
    await super.send(message, {
      ...options,
      requestSignal: requestSignal ? AbortSignal.any([requestSignal, controller.signal]) : controller.signal,
      onRequestStreamEnd: () => {
        onRequestStreamEnd?.();
        // The package would wait for the answer until the deadline.
        if (this.#open.has(id)) this.onmessage?.(unanswered(id));
      },
    });
  }

  /** To be called with each answer: its stream is not to be closed any more. */
  answered(id: unknown): void {
    this.#open.delete(id);
  }

  #abort(id: unknown): void {
    this.#open.get(id)?.abort();
    this.#open.delete(id);
  }
}

const unanswered = (id: string | number): JSONRPCMessage => ({
  jsonrpc: '2.0',
  id,
  error: { code: -32000, message: 'The server ended the stream of the answer before the answer came.' },
});

/** Waits where the server wants it, as requests to models do. */
const patientFetch: FetchLike = async (url, init) => {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(url, init);
    if ((response.status !== 429 && response.status !== 503) || tries >= maxTries) return response;
    const waitMs = retryAfterMs(Object.fromEntries(response.headers), Date.now()) ?? defaultWaitMs * tries;
    if (waitMs > maxWaitMs) return response;
    await response.body?.cancel();
    await pause(waitMs, init?.signal);
  }
};

function pause(ms: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}
