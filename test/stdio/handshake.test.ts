import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { daemonPath } from '../support/daemon.ts';

const folder = mkdtempSync(join(tmpdir(), 'runwire-handshake-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const initialize = { id: 1, method: 'initialize', params: {} };
const run = { id: 2, method: 'run/start', params: { model: 'test', prompt: 'hi', wait: true } };

/** What a daemon writes whose input is these messages, all at once, and nothing more. */
function written(messages: readonly object[], daemon = daemonPath) {
  const input = messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('');
  const { stdout, stderr, status } = spawnSync(process.execPath, [daemon], {
    input,
    encoding: 'utf8',
    env: { ...process.env, RUNWIRE_NO_CODE_CACHE: '1' },
  });
  const lines = stdout.split('\n').filter(Boolean);
  return { messages: lines.map((line) => JSON.parse(line)), stderr, status };
}

const ids = (messages: readonly { id?: unknown }[]) => messages.flatMap(({ id }) => (id === undefined ? [] : [id]));

it('messages that come with the handshake are handled after it, in their order', () => {
  const { messages, status } = written([
    initialize,
    { method: 'initialized' },
    { id: 3, method: 'initialize' },
    { id: 4, method: 'health/get' },
    run,
  ]);
  expect(ids(messages)).toEqual([1, 3, 4, 2]);
  expect(messages[1]).toMatchObject({ error: { data: { kind: 'request.invalid' } } });
  expect(messages.at(-1)).toMatchObject({ id: 2, result: { outcome: 'success' } });
  expect(status).toBe(0);
});

it.each([
  ['a request that comes too early', [{ id: 4, method: 'health/get' }, initialize], ['notInitialized', undefined]],
  ['parameters that are wrong', [{ ...initialize, params: { processId: 'x' } }], ['params.invalid']],
  ['a list in the place of options', [{ ...initialize, params: { initializationOptions: [] } }], [undefined]],
])('the first message may be %s', (_what, sent, kinds) => {
  const { messages } = written(sent);
  expect(messages.map(({ error }) => error?.data.kind)).toEqual(kinds);
});

it('a daemon whose files are not all there answers the handshake, and says to every request what is missing', () => {
  for (const name of ['runwire.cjs', 'server.cjs']) cpSync(join(dirname(daemonPath), name), join(folder, name));
  const { messages, stderr, status } = written([initialize, run], join(folder, 'runwire.cjs'));
  const missing = expect.stringContaining("The daemon cannot be loaded: Cannot find module './engine.cjs'");
  expect(messages).toEqual([
    expect.objectContaining({ id: 1, result: expect.anything() }),
    expect.objectContaining({
      id: 2,
      error: { code: expect.any(Number), message: missing, data: { kind: 'internal' } },
    }),
  ]);
  expect({ stderr, status }).toEqual({ stderr: expect.stringContaining('The daemon cannot be loaded'), status: 1 });
});
