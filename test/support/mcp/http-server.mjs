// A scripted MCP server over streamable HTTP. Its one argument is JSON: the options of `Script`, and `json` (answers as JSON
// rather than as a stream), `token` (wants it as a bearer), `busy` (answers so often with 429 first), `cut` (the stream of a call
// ends before its answer), `status` (answers everything with it), `redirect` (sends everything there), `noStream` (405 to GET).
import { createServer } from 'node:http';
import { Script } from './script.mjs';

const options = JSON.parse(process.argv[2] ?? '{}');
const sessions = new Map();
const streams = new Set();
let busy = options.busy ?? 0;
let made = 0;
const seen = [];

const modern = new Script(options, send);
modern.messages = seen;

function send(message) {
  for (const stream of streams) stream.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { status, redirect, token } = options;
  seen.push({ http: request.method, headers: request.headers });
  if (redirect) return response.writeHead(307, { location: redirect }).end();
  if (status) return response.writeHead(status).end(`status ${status}`);
  if (token && request.headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end('who are you?');
  if (busy > 0 && request.method === 'POST') {
    busy -= 1;
    return response.writeHead(429, { 'retry-after': '0' }).end();
  }
  if (request.method === 'GET') return options.noStream ? response.writeHead(405).end() : stream(request, response);
  if (request.method === 'DELETE') return response.writeHead(200).end();
  return post(JSON.parse(body), request, response);
});

function stream(request, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(': open\n\n');
  streams.add(response);
  request.on('close', () => streams.delete(response));
}

function post(message, request, response) {
  const id = request.headers['mcp-session-id'];
  const isModern = request.headers['mcp-protocol-version'] === '2026-07-28' || message.method === 'server/discover';
  let script = isModern ? modern : sessions.get(id);
  const headers = {};
  if (message.method === 'initialize') {
    made += 1;
    script = new Script(options, send);
    script.messages = seen;
    headers['mcp-session-id'] = `${process.pid}-${made}`;
    sessions.set(headers['mcp-session-id'], script);
  }
  if (!script) return response.writeHead(options.lostStatus ?? 404).end('no such session');
  if (message.id === undefined || message.method === undefined) {
    void script.take(message);
    return response.writeHead(202).end();
  }
  if (options.json) return void script.take(message, (answer) => answerJson(answer, message, { response, headers }));
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
  if (options.cut && message.method === 'tools/call') return response.end();
  void script.take(message, (answer) => {
    response.write(`event: message\ndata: ${JSON.stringify(answer)}\n\n`);
    if (answer.id === message.id && answer.method === undefined) response.end();
  });
}

function answerJson(answer, message, { response, headers }) {
  if (answer.id !== message.id) return;
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(answer));
}

server.listen(options.port ?? 0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/mcp\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
