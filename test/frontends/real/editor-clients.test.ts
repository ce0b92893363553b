import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { daemonPath } from '../../support/daemon.ts';
import { type PromptProvider, promptProvider } from '../../support/provider/provider.ts';
import { folderWith } from '../../support/temporary.ts';
import { slow } from '../../support/time-limits.ts';

// Clients for editors that no registry has: their sources are named where they are at hand.
const acpEl = process.env.ACP_EL_DIR ?? '';
const codeCompanion = process.env.CODECOMPANION_DIRS?.split(':') ?? [];
const neovim = process.env.ACP_DIR ? join(process.env.ACP_DIR, 'nvim') : 'nvim';

const path = (name: string) => new URL(name, import.meta.url).pathname;
let provider: PromptProvider;
beforeAll(async () => {
  provider = await promptProvider();
});
afterAll(() => provider.stop());

/** Runs an editor in a new folder; returns what it saw, and the file that it was to write. */
async function drive(program: string, args: readonly string[], env: object = {}) {
  const options = { env: { ...process.env, ...env }, timeout: slow };
  const { stdout, stderr } = await promisify(execFile)(program, args, options);
  // Neovim without a screen prints to stderr.
  const line = `${stdout}\n${stderr}`.split('\n').findLast((one) => one.startsWith('["'));
  return JSON.parse(line ?? '[]') as string[];
}

const command = () => [process.execPath, daemonPath, 'acp', '--agent', provider.agentFile(folderWith())];

const seen = [
  expect.stringMatching(/^write a\.txt hello: end_turn, /),
  'long 204800: end_turn, 204789 characters',
  expect.stringMatching(/^hang: cancelled, /),
];

it.skipIf(!acpEl)('serves acp.el (needs ACP_EL_DIR, a folder with acp.el)', { timeout: slow }, async () => {
  const cwd = folderWith();
  const args = ['-Q', '--batch', '-l', path('./acp-el.el'), acpEl, cwd, ...command()];
  expect(await drive('emacs', args)).toEqual(seen);
  expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('hello');
});

it.skipIf(codeCompanion.length === 0)(
  'serves codecompanion.nvim (needs CODECOMPANION_DIRS, its folder and that of plenary.nvim)',
  { timeout: slow },
  async () => {
    const cwd = folderWith();
    const scenario = { paths: codeCompanion, cwd, command: command() };
    const args = ['--headless', '-u', 'NONE', '-i', 'NONE', '-c', `luafile ${path('./codecompanion.lua')}`];
    expect(await drive(neovim, args, { SCENARIO: JSON.stringify(scenario) })).toEqual(seen);
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('hello');
  },
);
