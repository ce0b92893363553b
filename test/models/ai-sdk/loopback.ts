import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What one request gets: a status and a body, or full control. */
export type Reply =
  | { status: number; headers?: Record<string, string>; body?: unknown }
  | ((response: ServerResponse, request: IncomingMessage) => void);

/** A server on loopback that answers from a list, the last reply again and again. */
export async function loopback(...replies: Reply[]) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const reply = replies[Math.min(seen.length, replies.length - 1)];
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    if (typeof reply === 'function') return reply(response, request);
    const text = typeof reply?.body === 'string' ? reply.body : JSON.stringify(reply?.body ?? {});
    response.writeHead(reply?.status ?? 500, { 'content-type': 'application/json', ...reply?.headers });
    response.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A chat completion with one choice. */
export function completion(message: object = { content: 'ok' }, fields: object = {}, finish_reason = 'stop') {
  return {
    id: 'chatcmpl-1',
    created: 1_767_225_600,
    model: 'gpt-4o-2024-08-06',
    choices: [{ index: 0, finish_reason, message: { role: 'assistant', ...message } }],
    ...fields,
  };
}
