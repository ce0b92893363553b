import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is not served. */
export interface Refusal {
  readonly status: 403 | 404 | 405 | 415;
  readonly reason: string;
}

/** Names of this machine. A page of another name that leads here (DNS rebinding) has its own name in `Host`. */
const hosts = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

/** Values of `Sec-Fetch-Site` of what the person or the page itself requests. */
const ownSites = new Set(['same-origin', 'none']);

/** Lets in who knows the token and is no page of another origin. */
export class Guard {
  readonly #token: Buffer;

  constructor(token: string) {
    this.#token = digest(token);
  }

  /** Returns the path after the token, or why the request is not served. */
  check({ url = '/', method, headers }: IncomingMessage): { path: string } | Refusal {
    const { host, origin } = headers;
    if (host === undefined || !hosts.test(host))
      return { status: 403, reason: 'The inspector answers to localhost and 127.0.0.1 only.' };
    if (origin !== undefined && origin !== `http://${host}`)
      return { status: 403, reason: 'The inspector does not answer pages of other origins.' };
    const site = headers['sec-fetch-site'];
    const isNavigation = headers['sec-fetch-mode'] === 'navigate' && method === 'GET';
    if (typeof site === 'string' && !ownSites.has(site) && !isNavigation)
      return { status: 403, reason: 'The inspector does not answer pages of other origins.' };
    const [, token = '', ...rest] = (url.split('?')[0] ?? '').split('/');
    if (!timingSafeEqual(digest(token), this.#token))
      return { status: 404, reason: 'There is nothing here. Open the address that the inspector has printed.' };
    if (method !== 'GET' && method !== 'POST') return { status: 405, reason: 'Only GET and POST are served.' };
    if (method === 'POST' && origin === undefined)
      return { status: 403, reason: 'An action has to come from the page of the inspector.' };
    if (method === 'POST' && !/^application\/json\b/.test(headers['content-type'] ?? ''))
      return { status: 415, reason: 'An action is sent as JSON.' };
    return { path: rest.join('/') };
  }
}

/** Digests have one length, whatever was given. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
