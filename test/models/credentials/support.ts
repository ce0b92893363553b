import { setImmediate } from 'node:timers/promises';
import type { CredentialServices } from '../../../server/models/credentials/services.ts';

/** What a request of a search for credentials was. */
export interface Sent {
  method: string;
  url: string;
  headers: Headers;
  body: string;
}

type Answer = (sent: Sent, signal: AbortSignal) => Response | Promise<Response>;

/** A network of which every address is answered by the first route that begins it; all else cannot be reached. */
export function network(routes: Record<string, Answer>) {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = String(input);
    const signal = init?.signal ?? new AbortController().signal;
    signal.throwIfAborted();
    const one = { method: init?.method ?? 'GET', url, headers: new Headers(init?.headers), body: bodyOf(init?.body) };
    sent.push(one);
    const answer = Object.entries(routes).find(([start]) => url.startsWith(start))?.[1];
    if (!answer) throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'EHOSTUNREACH' }) });
    return answer(one, signal);
  };
  return { fetch, sent, hosts: () => [...new Set(sent.map(({ url }) => new URL(url).host))] };
}

const bodyOf = (body: unknown) => (body instanceof Uint8Array ? Buffer.from(body).toString() : String(body ?? ''));

/** Never answers, but for its cancellation. */
export const silence: Answer = (_, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

/** A body that has no end, and leaves others their turn. */
export const endless: Answer = () =>
  new Response(
    new ReadableStream({
      async pull(controller) {
        await setImmediate();
        controller.enqueue(new Uint8Array(16 * 1_024).fill(97));
      },
    }),
  );

export const redirect =
  (location: string): Answer =>
  () =>
    new Response(null, { status: 307, headers: { location } });

/** Services over a network, with short waits and a clock to be set. */
export function servicesOf(
  fetch: typeof globalThis.fetch,
  clock: { now: number } = { now: start },
): CredentialServices {
  return { fetch, now: () => clock.now, metadataTimeoutMs: 250, tokenTimeoutMs: 300, searchTimeoutMs: 20_000 };
}

export const start = Date.UTC(2026, 0, 1);
export const minutes = (count: number) => count * 60_000;
export const at = (ms: number) => new Date(ms).toISOString();
