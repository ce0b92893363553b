import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const host = fileURLToPath(new URL('../../client-sample/python/runwire_host.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-python-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('python3', [host, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NODE: process.execPath },
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
  it('runs an agent with a tool, prints messages and usage, and ends the daemon', () => {
    const { status, stdout, stderr } = run();
    expect(stderr).toBe('');
    expect(stdout).toContain('calls word_count {"text": "the quick brown fox"}\n');
    const rows = [
      `  0  request   user-prompt  "How many words are in 'the quick brown fox'?"`,
      '  1  response  tool-call    {"text": "the quick brown fox"}',
      '  2  request   tool-return  {"words": 4, "characters": 19}',
      '  3  response  text         "{\\"word_count\\":{\\"words\\":4,\\"characters\\":19}}"',
    ].join('\n');
    expect(stdout).toContain(`\nAll messages (4)\n${rows}\n\nNew messages (4)\n${rows}\n\nUsage\n`);
    expect(stdout).toMatch(/\n2 requests, 1 tool call\(s\), \d+ input and \d+ output tokens\n/);
    expect(status).toBe(0);
  });

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
      'runwire_host: run/start: not today',
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
      stderr: 'runwire_host: the daemon ended (exit code 3) while it was needed\n',
    });
  });

  it('fails when there is no daemon', () => {
    expect(run(join(folder, 'missing.cjs'))).toMatchObject({ status: 1, stdout: '' });
  });
});
