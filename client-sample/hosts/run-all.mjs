// Runs the sample hosts that this machine has the programs for, one after the other, and checks what they print.
//
//   npm run build
//   node client-sample/hosts/run-all.mjs [--all] [--verbose] [NAME ...]
//
// With --all a host whose program is missing has failed; otherwise it is skipped. RUNWIRE names another daemon.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const daemon = process.env.RUNWIRE ?? fileURLToPath(new URL('../../dist/daemon/runwire.cjs', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'runwire-hosts-'));

/**
 * A host: what must work before it can run (`needs`), what to install otherwise, and its command line; a function picks
 * the first of several that works. `toolCalls` counts the calls of its first run.
 */
const hosts = [
  { name: 'python', needs: [['python3', '--version']], install: 'python3', run: ['python3', 'python/host.py'] },
  {
    name: 'pylsp-jsonrpc',
    // A Python of one's own comes before the system's on the PATH, and does not have the system's packages.
    needs: ['python3', '/usr/bin/python3'].map((python) => [python, '-c', 'import pylsp_jsonrpc']),
    install: 'python3-pylsp-jsonrpc',
    run: ([python]) => [python, 'pylsp-jsonrpc/host.py'],
  },
  {
    name: 'neovim',
    needs: [['nvim', '--version']],
    install: 'neovim',
    run: ['nvim', '--headless', '-u', 'NONE', '-i', 'NONE', '-c', 'luafile neovim/host.lua'],
  },
  {
    name: 'vim',
    needs: [
      ['vim', '-u', 'NONE', '-es', '-c', "if has('channel') && v:version >= 900 | qall! | else | cquit! | endif"],
    ],
    install: 'vim-nox',
    run: ['vim', '-Nu', 'NONE', '-i', 'NONE', '-n', '-es', '-S', 'vim/host.vim'],
    toolCalls: 4,
  },
  {
    name: 'emacs',
    needs: [['emacs', '-Q', '--batch', '--eval', "(require 'jsonrpc)"]],
    install: 'emacs-nox',
    run: ['emacs', '-Q', '--batch', '-l', 'emacs/host.el'],
  },
  {
    name: 'go',
    // Nothing is downloaded without notice: the module must be there.
    needs: [['go', 'build', '-o', join(scratch, 'go-host'), '.']],
    install: 'golang, and `go mod download` in client-sample/hosts/go',
    run: [join(scratch, 'go-host')],
    cwd: 'go',
  },
  { name: 'perl', needs: [['perl', '-MJSON::PP', '-e', '1']], install: 'perl', run: ['perl', 'perl/host.pl'] },
  {
    name: 'shell',
    needs: [['bash', '-c', '[ $BASH_VERSINFO -ge 4 ] && jq -n 1']],
    install: 'bash (4 or later) and jq',
    run: ['bash', 'shell/host.sh'],
  },
  { name: 'ruby', needs: [['ruby', '-rjson', '-e', '1']], install: 'ruby', run: ['ruby', 'ruby/host.rb'] },
];

const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = names.filter((name) => !hosts.some((host) => host.name === name));
if (unknown.length > 0 || options.some((option) => option !== '--all' && option !== '--verbose')) {
  console.error(`usage: run-all.mjs [--all] [--verbose] [${hosts.map(({ name }) => name).join('|')}] ...`);
  process.exit(2);
}

/** Runs a command, in a folder beside this file or here; `text` is stdout, then stderr. */
function execute([command, ...args], cwd, env) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd: join(folder, cwd),
    encoding: 'utf8',
    env: { ...process.env, ...env },
    input: '',
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const end = error?.code === 'ETIMEDOUT' ? 'no end within 60 s' : (error?.message ?? signal ?? `exit code ${status}`);
  return { ok: status === 0, stdout: stdout ?? '', text: `${stdout ?? ''}${stderr ?? ''}`, end };
}

/** What a host must have printed, line by line; a first run with its tool, a second on the first's history, a third stopped. */
function expectations(toolCalls) {
  const parts = (kind) => Array(toolCalls).fill(kind).join(', ');
  const first = `user-prompt, ${parts('tool-call')}, ${parts('tool-return')}, text`;
  return [
    ...Array(toolCalls).fill(/^calls (?!ask_user)\w+ /),
    // The text was counted, or read, by the host: nobody else knows it.
    /^success: .*(\\"words\\":4|the quick brown fox)/,
    `messages: ${first}`,
    `new messages: ${first}`,
    new RegExp(`^usage: requests 2, tool calls ${toolCalls}, input tokens [1-9]\\d*, output tokens [1-9]\\d*$`),
    /^success: /,
    `messages: ${first}, user-prompt, text`,
    'new messages: user-prompt, text',
    /^usage: requests 1, tool calls 0, input tokens [1-9]\d*, output tokens [1-9]\d*$/,
    /^calls ask_user /,
    /^cancelled: .*stopped by the user/,
    'messages: user-prompt, tool-call, tool-return',
    'new messages: user-prompt, tool-call, tool-return',
    /^usage: requests 1, tool calls 0, input tokens [1-9]\d*, output tokens \d+$/,
    'exit code 0',
  ];
}

/** The first line that differs from what is expected, or nothing. */
function difference(stdout, expected) {
  const lines = stdout.trimEnd().split(/\r?\n/);
  const index = expected.findIndex((line, i) =>
    typeof line === 'string' ? lines[i] !== line : !line.test(lines[i] ?? ''),
  );
  if (index >= 0) return `line ${index + 1} should be ${expected[index]}`;
  return lines.length > expected.length ? `line ${expected.length + 1} should not be there` : undefined;
}

/** Runs one host: `ok`, `skipped` or `failed`, why, and what it printed. */
function runHost({ needs, install, run, cwd = '.', toolCalls = 1 }) {
  const found = needs.find((command) => execute(command, cwd, { GOPROXY: 'off', GOFLAGS: '-mod=readonly' }).ok);
  if (!found) {
    return { verdict: options.includes('--all') ? 'failed' : 'skipped', reason: `needs ${install}`, text: '' };
  }
  const { ok, stdout, text, end } = execute(typeof run === 'function' ? run(found) : run, cwd, {
    NODE: process.execPath,
    RUNWIRE: daemon,
  });
  const reason = ok ? difference(stdout, expectations(toolCalls)) : end;
  return { verdict: reason ? 'failed' : 'ok', reason, text };
}

if (!existsSync(daemon)) {
  console.error(`There is no daemon at ${daemon}; make it with \`npm run build\`.`);
  process.exit(2);
}
let failed = false;
for (const host of hosts.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const { verdict, reason, text } = runHost(host);
  console.log(`${verdict} ${host.name}${reason ? `: ${reason}` : ''}`);
  if (verdict === 'failed' || options.includes('--verbose')) console.log(text.replace(/^/gm, '    ').trimEnd());
  failed ||= verdict === 'failed';
}
rmSync(scratch, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
