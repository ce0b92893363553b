import type { ServerResponse } from 'node:http';
import { stringifyExact } from '../../engine/json/exact-json.ts';

/** Nothing is loaded from elsewhere, nothing is run that is not a file of ours, no text becomes markup. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Headers of every answer. */
const common = {
  'cache-control': 'no-store',
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // The token is in the address.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Writes the head of an answer. */
export function writeHead(
  response: ServerResponse,
  status: number,
  type: string,
  further: Record<string, string> = {},
) {
  response.writeHead(status, { ...common, 'content-type': type, ...further });
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  writeHead(response, status, 'text/plain; charset=utf-8');
  response.end(text);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  writeHead(response, status, 'application/json');
  response.end(stringifyExact(value));
}
