/** A small request to a server that returns credentials. */
export interface SmallRequest {
  readonly url: URL;
  readonly method?: string;
  readonly headers?: NonNullable<RequestInit['headers']>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** The longest wait for the whole response. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The whole response. */
export interface SmallAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends a request and reads its response within bounds. */
export type Send = (request: SmallRequest) => Promise<SmallAnswer>;

/**
 * Thrown when a server does not respond as expected. The message names the server and quotes nothing that it returned.
 */
export class ServerFault extends Error {
  override readonly name = 'ServerFault';
}

/** The most bytes of a response; tokens take a few KiB. */
const mostBytes = 256 * 1_024;

/**
 * Returns a function that sends with limits on time and size, and follows no redirects: a token in a header or a body
 * would be sent along.
 *
 * Errors: `ServerFault`; the reason of the signal once that is aborted.
 */
export function boundedSend(fetch: typeof globalThis.fetch): Send {
  return async ({ url, timeoutMs, signal, ...init }) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const at = `${url.origin}${url.pathname}`;
    try {
      const bounds = AbortSignal.any([signal, timeout]);
      const response = await fetch(url, { ...init, redirect: 'manual', signal: bounds });
      if (response.status >= 300 && response.status < 400) {
        await response.body?.cancel();
        throw new ServerFault(`${at} answered with a redirect, and redirects are not followed`);
      }
      return { status: response.status, headers: response.headers, text: await textOf(response, at) };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof ServerFault) throw error;
      if (timeout.aborted) throw new ServerFault(`${at} did not answer within ${timeoutMs} ms`);
      throw new ServerFault(`${at} cannot be reached (${reasonOf(error)})`);
    }
  };
}

async function textOf(response: Response, at: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the body.
    if (size > mostBytes)
      throw new ServerFault(`${at} answered with more than ${mostBytes} bytes, the most that is read`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Returns the code of a network error, which contains no secret. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = cause !== null && typeof cause === 'object' && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'the connection failed';
}

/**
 * Returns whether credentials may be fetched from an address, and tokens for that be sent to it: over TLS, or on this
 * machine and its link-local network, where the clouds' metadata services are. AWS requires this of its clients for
 * containers; here it holds for all.
 *
 * Source: AWS SDK `checkUrl`.
 */
export function isTrustedSource(url: URL): boolean {
  if (url.username || url.password) return false;
  if (url.protocol === 'https:') return true;
  if (url.protocol !== 'http:') return false;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return (
    /^(localhost|::1|fd00:ec2::(23|254))$/.test(host) ||
    /^(127|169\.254)(\.\d{1,3})+$/.test(host) ||
    /^(metadata|metadata\.google\.internal)\.?$/.test(host)
  );
}
