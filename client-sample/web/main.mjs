// Starts the chat for two users: a gateway, and a server of the page. They do not see each other's runs.
//
//   npm run build
//   node client-sample/web/main.mjs [MODEL]
//
// RUNWIRE names another daemon. Keys of providers come from the environment, for example OPENAI_API_KEY.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [model = 'test'] = process.argv.slice(2);
const daemon = process.env.RUNWIRE ?? fileURLToPath(new URL('../../dist/daemon/runwire.cjs', import.meta.url));
const folder = fileURLToPath(new URL('page/', import.meta.url));
const files = { '/': 'index.html', '/chat.js': 'chat.js', '/connection.js': 'connection.js' };
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' };

const server = createServer((request, response) => {
  const file = files[new URL(request.url, 'http://localhost').pathname];
  if (!file) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': types[extname(file)] });
  createReadStream(join(folder, file)).pipe(response);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;

const users = { alice: 'the-token-of-alice-1', bob: 'the-token-of-bob-1234' };
const scratch = mkdtempSync(join(tmpdir(), 'runwire-web-'));
const tokens = join(scratch, 'tokens.json');
writeFileSync(tokens, JSON.stringify({ tokens: Object.entries(users).map(([tenant, token]) => ({ tenant, token })) }));
const gateway = spawn(
  process.execPath,
  [daemon, 'serve', '--listen', '127.0.0.1:0', '--token-file', tokens, '--origin', origin],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const [line] = await once(gateway.stdout, 'data');
const address = /ws:\S+/.exec(String(line))[0];
console.log(`${origin}/?${new URLSearchParams({ gateway: address, model })}`);
for (const [user, token] of Object.entries(users)) console.log(`${user}: ${token}`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    gateway.kill();
    rmSync(scratch, { recursive: true, force: true });
    process.exit(0);
  });
}
