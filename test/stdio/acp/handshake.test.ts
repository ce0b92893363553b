import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { daemonPath } from '../../support/daemon.ts';
import { folderWith } from '../../support/temporary.ts';

const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string };
const initialize = { id: 1, method: 'initialize', params: { protocolVersion: 1 } };
const session = { id: 2, method: 'session/new', params: { cwd: 'relative' } };
const agent = { name: 'Helper', models: ['openai-chat:gpt-5', 'deepseek:x'] };
const folder = folderWith({
  'plain.json': JSON.stringify(agent),
  'judged.json': JSON.stringify({ ...agent, endStrategy: 'early' }),
  'wrong.json': JSON.stringify({ ...agent, instrctions: 'x' }),
});

/** What `runwire acp` writes whose input is these messages, all at once, and nothing more. */
function run(args: readonly string[], messages: readonly object[] = [initialize, session], daemon = daemonPath) {
  const input = messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('');
  const { stdout, stderr, status } = spawnSync(process.execPath, [daemon, 'acp', ...args], {
    input,
    encoding: 'utf8',
    env: { ...process.env, RUNWIRE_NO_CODE_CACHE: '1' },
  });
  return { stdout, stderr, status };
}

const introduction = (title: string, input: object, stored: object | null) => {
  const promptCapabilities = { image: false, audio: false, embeddedContext: true, ...input };
  const sessionCapabilities = { ...stored, close: {}, additionalDirectories: {} };
  const mcpCapabilities = { http: true, sse: false };
  const loadSession = stored !== null;
  const agentCapabilities = { loadSession, promptCapabilities, mcpCapabilities, sessionCapabilities };
  const agentInfo = { name: 'runwire', title, version };
  const result = { protocolVersion: 1, agentCapabilities, agentInfo, authMethods: [] };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, result });
};
const stored = { list: {}, resume: {}, delete: {} };
const refusal = '{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"\'relative\' is not an absolute path."}}';

it.each([
  ['a model', ['--model', 'xai:grok'], introduction('Runwire', { image: true }, null)],
  ['a store', ['--model', 'test', '--store', join(folder, 'store')], introduction('Runwire', {}, stored)],
  ['an agent', ['--agent', join(folder, 'plain.json')], introduction('Helper', { image: true, audio: true }, null)],
  [
    'an agent that the schema judges',
    ['--agent', join(folder, 'judged.json'), '--model', 'test'],
    introduction('Helper', {}, null),
  ],
])('introduces itself to the byte with %s, and then serves what came with it', (_what, args, first) => {
  expect(run(args)).toEqual({ stdout: `${first}\n${refusal}\n`, stderr: '', status: 0 });
});

it.each([
  [
    'an agent that is wrong',
    ['--agent', join(folder, 'wrong.json')],
    'Unrecognized key: "instrctions"\nTry \'runwire acp --help\'.',
  ],
  ['an agent that is not there', ['--agent', join(folder, 'none.json')], 'cannot be read'],
  ['an option that is wrong', ['--mode', 'yolo'], "--mode takes ask, edits, plan, not 'yolo'"],
])('answers nothing and ends with 2 for %s', (_what, args, message) => {
  expect(run(args)).toEqual({ stdout: '', stderr: expect.stringContaining(message), status: 2 });
});

it('ends with 0 when nothing comes', () => {
  expect(run(['--model', 'test'], [])).toEqual({ stdout: '', stderr: '', status: 0 });
});

it('prints its help and the version, whatever comes', () => {
  expect(run(['--help'])).toMatchObject({ stdout: expect.stringContaining('Usage: runwire acp'), status: 0 });
  expect(run(['--version'])).toEqual({ stdout: `${version}\n`, stderr: '', status: 0 });
});

it('says what is missing when its files are not all there', () => {
  const partial = folderWith();
  for (const name of ['runwire.cjs', 'server.cjs']) cpSync(join(dirname(daemonPath), name), join(partial, name));
  const { stderr, status } = run(['--model', 'test'], undefined, join(partial, 'runwire.cjs'));
  expect(stderr).toContain("runwire: the command cannot be loaded: Cannot find module './part-acp.cjs'");
  expect(status).toBe(1);
});
