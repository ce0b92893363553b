import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PromptProvider, promptProvider } from '../support/provider/provider.ts';
import { slow } from '../support/time-limits.ts';
import { drive, type Seen, scenario } from './editors.ts';

const path = (name: string) => new URL(name, import.meta.url).pathname;
const neovim = (program: string) => ({
  plugin: path('../../client-sample/neovim'),
  command: [program, '--headless', '-u', 'NONE', '-i', 'NONE', '-c', `luafile ${path('./neovim.lua')}`],
});
/** A newer Neovim than that of the system; `test/frontends/real/install.sh` puts it there. */
const newer = process.env.ACP_DIR ? join(process.env.ACP_DIR, 'nvim') : 'nvim-newer';

const editors = [
  { name: 'Neovim of the system', ...neovim('nvim') },
  { name: 'a newer Neovim', ...neovim(newer) },
  {
    name: 'Emacs',
    plugin: path('../../client-sample/emacs'),
    command: ['emacs', '-Q', '--batch', '-l', path('./emacs.el')],
  },
];

let provider: PromptProvider;
beforeAll(async () => {
  provider = await promptProvider();
});
afterAll(() => provider.stop());

/** The page of the guide that shows what the editor showed. */
const captured = readFileSync(path('../../docs/guide/editors/chat.txt'), 'utf8');

describe.each(editors)('the plugin for $name', ({ plugin, command }) => {
  const [program = ''] = command;
  const isMissing = spawnSync(program, ['--version']).error !== undefined;
  let seen: Seen;
  let cwd: string;

  beforeAll(async () => {
    if (isMissing) return;
    const given = scenario(provider, plugin);
    cwd = given.cwd;
    seen = await drive(command, given);
  }, slow);

  it.skipIf(isMissing)('shows a conversation as the guide has it, and makes only the edit that was allowed', () => {
    expect(seen.problem).toBeUndefined();
    expect(`${seen.chat.replace(/\n{3,}/g, '\n\n')}\n`).toBe(captured);
    expect(readFileSync(join(cwd, 'b.txt'), 'utf8')).toBe('made here');
    expect(existsSync(join(cwd, 'c.txt'))).toBe(false);
  });

  it.skipIf(isMissing)('stops what is running', () => {
    expect(seen.cancelled).toBe('cancelled');
  });

  it.skipIf(isMissing)('starts an agent again that was killed, and continues the session', () => {
    expect(seen.killed).toMatch(/^The agent ended with (9|137)\.$/);
    expect(seen.after).toBe('again');
  });

  it.skipIf(isMissing)('shows a session of the store as it was', () => {
    expect(seen.loaded.startsWith(seen.chat)).toBe(true);
  });

  it.skipIf(isMissing)('says what to do without a key, and with a wrong one', () => {
    expect(seen.noKey).toMatch(/OPENAI_API_KEY.*[Rr]unwire-?[Rr]estart/);
    expect(seen.badKey).toMatch(/401.*[Rr]unwire-?[Rr]estart/);
  });
});

it.each([
  ['client-sample/neovim', ['lua/runwire.lua', 'plugin/runwire.lua']],
  ['client-sample/emacs', ['runwire.el']],
])('the plugin in %s has at most 250 lines', (folder, files) => {
  const lines = files.map((file) => readFileSync(path(`../../${folder}/${file}`), 'utf8').split('\n').length - 1);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(250);
});
