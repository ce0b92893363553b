import { isIP } from 'node:net';
import { UsageError } from '../options.ts';

/** Where a gateway listens. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly isLoopback: boolean }
  /** A Unix socket, or a named pipe of Windows. */
  | { readonly kind: 'path'; readonly path: string };

/** Reads `HOST:PORT`, `[IPV6]:PORT`, `unix:PATH`, or the path of a socket or pipe. Errors: `UsageError`. */
export function listenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) return pathOf(text.slice('unix:'.length), text);
  if (/^[/.\\]/.test(text)) return pathOf(text, text);
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:]+)\]|([^:/[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535)
    throw new UsageError(`--listen takes HOST:PORT or the path of a socket, for example 127.0.0.1:8080; not '${text}'`);
  return { kind: 'tcp', host, port: Number(port), isLoopback: isLoopback(host) };
}

function pathOf(path: string, text: string): ListenAddress {
  if (path === '') throw new UsageError(`--listen takes the path of a socket after 'unix:', not '${text}'`);
  return { kind: 'path', path };
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
