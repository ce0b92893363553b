import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { responseError, toResponseError } from '../errors/response-error.ts';
import type { Log } from '../log.ts';
import { type ApiDeps, serveApi } from './api.ts';
import { type Assets, assets } from './assets.ts';
import { sendJson, sendText, writeHead } from './http/answer.ts';
import { Guard } from './http/guard.ts';

export { exportHtml } from './export-html.ts';
export { inspectorOwner } from './inspector-owner.ts';

/** Options of an inspector. */
export interface InspectorOptions extends ApiDeps {
  /** 0 for any that is free. */
  readonly port: number;
  readonly log: Log;
  /** Lets in who knows it; default: a random one. */
  readonly token?: string | undefined;
}

/** A page that is served. */
export interface Inspector {
  /** With the token in it. */
  readonly address: string;
  close(): Promise<void>;
}

/** A token that an operator gives keeps its page across restarts; it cannot be guessed either. */
const tokenPattern = /^[\w-]{16,128}$/;
/** Connections at once; a browser opens six. */
const mostConnections = 256;

/** Serves the page on loopback. Errors: those of the system when the port is taken. */
export async function startInspector(options: InspectorOptions): Promise<Inspector> {
  const token = options.token ?? randomBytes(24).toString('base64url');
  if (!tokenPattern.test(token))
    throw new Error(`the token of RUNWIRE_INSPECT_TOKEN has to be 16 to 128 letters, digits, '-' or '_'`);
  const guard = new Guard(token);
  const page = assets();
  const server = createServer({ maxHeaderSize: 16 * 1024 }, (request, response) => {
    void answer(options, { guard, page }, request, response);
  });
  server.maxConnections = mostConnections;
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/${token}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function answer(
  options: InspectorOptions,
  { guard, page }: { guard: Guard; page: Assets },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => undefined);
  const checked = guard.check(request);
  if ('reason' in checked) {
    sendText(response, checked.status, checked.reason);
    return;
  }
  try {
    if (request.method === 'GET' && sendAsset(page, checked.path, response)) return;
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    if (await serveApi(options, checked.path, { request, response, query })) return;
    sendText(response, 404, 'There is no such page.');
  } catch (error) {
    fail(options.log, error, response);
  }
}

function sendAsset({ html, script, style }: Assets, path: string, response: ServerResponse): boolean {
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '': ['text/html; charset=utf-8', html],
    'inspector.js': ['text/javascript; charset=utf-8', script],
    'inspector.css': ['text/css; charset=utf-8', style],
  };
  const file = Object.hasOwn(files, path) ? files[path] : undefined;
  if (!file) return false;
  writeHead(response, 200, file[0]);
  response.end(file[1]);
  return true;
}

/** Statuses of errors that the person can do something about; anything else is 409. */
const statuses: Readonly<Record<string, number>> = {
  'run.notFound': 404,
  'run.evicted': 410,
  'pending.notFound': 404,
  'params.invalid': 400,
  'message.tooLarge': 413,
  internal: 500,
};

function fail(log: Log, error: unknown, response: ServerResponse): void {
  const { message, data } = toResponseError(error, log) ?? responseError('internal', 'Internal error');
  const kind = (data as { kind?: string } | undefined)?.kind ?? 'internal';
  if (response.headersSent) response.destroy();
  else sendJson(response, statuses[kind] ?? 409, { error: { kind, message } });
}
