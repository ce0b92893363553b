import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const host = fileURLToPath(new URL('../../client-sample/hosts/python/host.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-python-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (daemon: string) => {
  const { status, stdout, stderr } = spawnSync('python3', [host], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NODE: process.execPath, RUNWIRE: daemon },
  });
  return { status, stdout: stdout.replaceAll('\r\n', '\n'), stderr };
};

/** A daemon that is a script: it says one thing for each request it gets, and writes what it got to its stderr. */
const fakeDaemon = (name: string, body: string) => {
  const path = join(folder, name);
  writeFileSync(
    path,
    `const send = (message) => {
       const text = JSON.stringify({ jsonrpc: '2.0', ...message });
       process.stdout.write('Content-Length: ' + Buffer.byteLength(text) + '\\r\\n\\r\\n' + text);
     };
     let received = Buffer.alloc(0);
     process.stdin.on('end', () => process.exit(0)).on('data', (chunk) => {
       received = Buffer.concat([received, chunk]);
       for (;;) {
         const end = received.indexOf('\\r\\n\\r\\n');
         const length = Number(/Content-Length: (\\d+)/.exec(received.subarray(0, Math.max(end, 0)))?.[1]);
         if (end < 0 || received.length < end + 4 + length) return;
         const message = JSON.parse(received.subarray(end + 4, end + 4 + length));
         received = received.subarray(end + 4 + length);
         handle(message);
       }
     });
     ${body}`,
  );
  return path;
};

describe.skipIf(!hasPython)('the Python host (needs python3)', () => {
  it('refuses what it does not serve, passes notifications over and reports an error of the daemon', () => {
    const daemon = fakeDaemon(
      'asking.cjs',
      `let start;
       function handle(message) {
         if (message.method === 'initialize') send({ id: message.id, result: {} });
         else if (message.method === 'run/start') {
           start = message.id;
           send({ method: 'window/logMessage', params: { type: 3, message: 'é' } });
           send({ id: 'x', method: 'deferred/handle', params: null });
         } else if (message.id === 'x') {
           console.error(JSON.stringify(message));
           send({ id: 'y', method: 'tool/call', params: { name: 'word_count', args: { nope: 1 } } });
         } else if (message.id === 'y') {
           console.error(message.error.code);
           send({ id: start, error: { code: 1, message: 'not today' } });
         }
       }`,
    );
    const { status, stderr } = run(daemon);
    expect(stderr.split('\n')).toEqual([
      '{"id":"x","error":{"code":-32601,"message":"this host does not serve deferred/handle"},"jsonrpc":"2.0"}',
      '-32000',
      'host: run/start: not today',
      '',
    ]);
    expect(status).toBe(1);
  });

  it.each([
    ['before the handshake', 'process.exit(3); function handle() {}'],
    [
      'in the middle of a frame',
      "function handle() { process.stdout.write('Content-Length: 9\\r\\n\\r\\n{', () => process.exit(3)); }",
    ],
  ])('says so when the daemon dies %s', (when, body) => {
    expect(run(fakeDaemon(`dying ${when}.cjs`, body))).toEqual({
      status: 1,
      stdout: '',
      stderr: 'host: the daemon ended (exit code 3) while it was needed\n',
    });
  });

  it('fails when there is no daemon', () => {
    expect(run(join(folder, 'missing.cjs'))).toMatchObject({ status: 1, stdout: '' });
  });
});
