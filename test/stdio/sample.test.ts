import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Tool, ToolContext } from 'runwire';
import type { RunUsage } from 'runwire/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../../client-sample/arguments.ts';
import { Folder, Refused } from '../../client-sample/folder.ts';
import { LiveView } from '../../client-sample/live-view.ts';
import type { Report } from '../../client-sample/run.ts';
import { oneLine, screenOf, withoutControls } from '../../client-sample/screen.ts';
import { messageTable, printSummary, usageLine } from '../../client-sample/summary.ts';
import { folderTools } from '../../client-sample/tools.ts';
import { textPart } from '../../server/engine/request/response.ts';
import { codeCache } from '../support/daemon.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
/** What the embedded model searches for: the example of the tool. */
const sought = 'Copyright';
const esc = '\u001b';

let root: string;
let temporary: string;

beforeAll(() => {
  temporary = realpathSync(mkdtempSync(join(tmpdir(), 'runwire-sample-')));
  root = join(temporary, 'folder');
  const files = {
    'README.md': `# A small project\n\n${sought} nobody.\n`,
    'notes/plan.txt': `first\n  ${sought}: none\n`,
    'notes/picture.png': `\u0000${sought}`,
    '.hidden': sought,
    'node_modules/x/index.js': sought,
    '../outside/secret.txt': `secret ${sought}`,
    '../folder-2/secret.txt': 'secret',
  };
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  symlinkSync('../outside/secret.txt', join(root, 'link-to-file'));
  symlinkSync('../outside', join(root, 'link-to-folder'));
  symlinkSync('../outside/missing.txt', join(root, 'link-to-nothing'));
  symlinkSync('notes/plan.txt', join(root, 'inner-link'));
});

afterAll(() => rmSync(temporary, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built sample in the folder, with a key of no provider in reach. */
async function runSample(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, [join(dist, 'client-sample/main.mjs'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...codeCache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as in a terminal: a signal to the group is what Ctrl-C is.
    detached: true,
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...written };
}

const kinds = ({ messages }: Pick<Report, 'messages'>) =>
  messages.map(({ kind, parts }) => [kind, ...parts.map((part) => part.part_kind)]);

const aRunWithTools = [
  ['request', 'user-prompt'],
  ['response', 'tool-call', 'tool-call', 'tool-call'],
  ['request', 'tool-return', 'tool-return', 'tool-return'],
  ['response', 'text'],
];

describe('the sample as a program', () => {
  it('shows tool calls and results as they come, then output, messages and usage', async () => {
    const { code, stdout, stderr } = await runSample(['What', 'is', 'here?']);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^runwire \d+\.\d+\.\d+, with tools that may read .*folder$/),
      expect.stringMatching(/^! No model was named/),
      '→ list_folder {"path":"."}',
      '→ read_file {"path":"README.md","lines":10}',
      `→ search_text {"text":"${sought}"}`,
      expect.stringMatching(/^← /),
      expect.stringMatching(/^← /),
      expect.stringMatching(/^← /),
      '',
    ]);
    expect(stderr).toContain(`← read_file # A small project ${sought} nobody.`);
    expect(stderr).toContain('← list_folder [".hidden","README.md","inner-link@","link-to-file@","link-to-folder@",');
    expect(stdout.split('\n').filter((line) => /^\S.*\(\d\)$|^Output$|^Usage$/.test(line))).toEqual([
      'Output',
      'All messages (4)',
      'New messages (4)',
      'Usage',
    ]);
    expect(stdout).toContain('0  request   user-prompt  What is here?');
    expect(stdout).toMatch(/\n2 requests, 3 tool calls, \d+ input and \d+ output tokens, \d+\.\d\d s\n$/);
    expect(stdout + stderr).not.toContain(esc);
    expect(code).toBe(0);
  });

  it('writes one JSON document with --json, whose parts agree', async () => {
    const { code, stdout } = await runSample(['--json', '--model', 'test', 'hello']);
    const report = JSON.parse(stdout) as Report;
    expect(Object.keys(report)).toEqual(['result', 'messages', 'newMessages', 'usage']);
    expect(kinds(report)).toEqual(aRunWithTools);
    expect(report.newMessages).toEqual(report.messages);
    expect(report.usage).toEqual(report.result.usage);
    expect(report.usage).toMatchObject({ requests: 2, tool_calls: 3 });
    expect(report.result).toMatchObject({ outcome: 'success', messageCount: 4, newMessageIndex: 0 });
    const output = JSON.parse(String(report.result.output)) as { search_text: string[] };
    expect(output.search_text).toEqual([`README.md:3: ${sought} nobody.`, `notes/plan.txt:2: ${sought}: none`]);
    expect(code).toBe(0);
  });

  it('keeps conversations in a store and goes on in the latest one, or with a run that was interrupted', async () => {
    const store = ['--store', join(temporary, 'store')];
    const read = async (...args: string[]) =>
      JSON.parse((await runSample(['--json', '--model', 'test', ...store, ...args])).stdout) as Report;
    const first = await read('hello');
    const second = await read('--continue', 'and', 'now?');
    expect(second.messages).toEqual([...first.messages, ...second.newMessages]);
    expect(second.result.conversationId).toBe(first.result.conversationId);
    // As if it had been killed before its last line.
    const [latest = ''] = readdirSync(join(temporary, 'store'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ok.jsonl'))
      .sort()
      .reverse();
    const path = join(temporary, 'store', latest);
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -2);
    rmSync(path);
    writeFileSync(path.replace('.ok.', '.park.'), `${lines.join('\n')}\n`, { mode: 0o600 });
    const { stderr } = await runSample(['--model', 'test', ...store, '--continue']);
    expect(stderr).toContain(`! Run ${second.result.runId} was interrupted and goes on`);
    expect((await read('--continue', 'third')).messages).toHaveLength(second.messages.length + 2);
  });

  it('goes on from a history, which is not among the new messages', async () => {
    const first = await runSample(['--json', 'hello']);
    const file = join(temporary, 'first.json');
    writeFileSync(file, first.stdout);
    const second = JSON.parse((await runSample(['--json', '--history', file, 'and', 'now?'])).stdout) as Report;
    const earlier = (JSON.parse(first.stdout) as Report).messages;
    expect(second.messages).toEqual([...earlier, ...second.newMessages]);
    expect(second.newMessages.map(({ kind }) => kind)).toEqual(['request', 'response']);
    expect(second.result).toMatchObject({ newMessageIndex: 4, messageCount: 6 });
  });

  it('cancels the run on Ctrl-C, and shows its messages and usage all the same', async () => {
    // Reading README.md interrupts the whole group and never ends, so the run can only end by being cancelled.
    const preload = join(temporary, 'preload.mjs');
    writeFileSync(
      preload,
      `import fs from 'node:fs/promises';
       import { syncBuiltinESMExports } from 'node:module';
       const { open } = fs;
       let isSent = false;
       fs.open = (path, ...rest) => {
         if (!String(path).endsWith('README.md')) return open(path, ...rest);
         if (!isSent) process.kill(0, 'SIGINT');
         isSent = true;
         return new Promise(() => undefined);
       };
       syncBuiltinESMExports();`,
    );
    const env = { NODE_OPTIONS: `--import=${pathToFileURL(preload)}` };
    const shown = await runSample(['hello'], env);
    expect(shown.stdout).toMatch(
      /^Cancelled\nThe agent run was cancelled: interrupted by the user\.\n\nAll messages \(\d\)\n/,
    );
    expect(shown.stdout).toMatch(/\nUsage\n1 request, /);
    expect(shown.code).toBe(130);

    const { code, stdout } = await runSample(['--json', 'hello'], env);
    const report = JSON.parse(stdout) as Report;
    expect(report.result).toMatchObject({ outcome: 'cancelled', error: { data: { kind: 'run.cancelled' } } });
    expect(kinds(report).slice(0, 2)).toEqual(aRunWithTools.slice(0, 2));
    expect(report.usage).toMatchObject({ requests: 1 });
    expect(code).toBe(130);
  });

  it.each([
    [['--nope'], 2, "Unknown option '--nope'.\nUsage: "],
    [['--model'], 2, "Option '--model <value>' argument missing.\nUsage: "],
    [['--model', 'nope:x', 'hello'], 1, "Unknown model 'nope:x'."],
    [['--model', 'openai-chat:gpt-5', 'hello'], 1, 'OPENAI_API_KEY'],
    [['--history', 'missing.json', 'hello'], 1, 'missing.json'],
    [['--history', 'README.md', 'hello'], 1, "'README.md' holds no list of messages."],
  ])('%j ends with %i and says why on stderr alone', async (args, exitCode, message) => {
    const { code, stdout, stderr } = await runSample(args);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('prints its help on stdout', async () => {
    const { code, stdout, stderr } = await runSample(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: npm start -- /);
  });
});

describe('the command line', () => {
  const defaultPrompt = 'What is in this folder?';
  it.each([
    [[], { kind: 'run', prompt: defaultPrompt, continues: false, json: false }],
    [['What', 'is it?'], { kind: 'run', prompt: 'What is it?', continues: false, json: false }],
    [['--json', '--model=test', 'a'], { kind: 'run', prompt: 'a', model: 'test', continues: false, json: true }],
    [['--', '--json'], { kind: 'run', prompt: '--json', continues: false, json: false }],
    [['--store', 's', '--continue', 'a'], { kind: 'run', prompt: 'a', store: 's', continues: true, json: false }],
    [['--continue'], { kind: 'text', exitCode: 2 }],
    [[' '], { kind: 'text', exitCode: 2 }],
    [['--model', ''], { kind: 'text', exitCode: 2 }],
    [['--json=yes'], { kind: 'text', exitCode: 2 }],
    [['-h'], { kind: 'text', exitCode: 0 }],
  ])('reads %j', (args, expected) => {
    const command = parseArguments(args);
    expect(command).toMatchObject(expected);
    if (expected.kind === 'run') expect(command).toEqual(expected);
  });
});

describe('the tools', () => {
  const context = { signal: new AbortController().signal } as ToolContext;
  const functionOf = (tools: readonly Tool[], name: string) => tools.find(({ spec }) => spec.name === name)?.run;
  const call = async (name: string, args: Record<string, unknown>, { signal } = context) => {
    return functionOf(await folderTools(await Folder.open(root)), name)?.(args, { ...context, signal });
  };

  const outside = /^'.*' is outside the folder/s;
  it.each([
    ['..', outside],
    ['../outside/secret.txt', outside],
    ['notes/../../outside/secret.txt', outside],
    ['../folder-2/secret.txt', outside],
    ['/', outside],
    ['/etc/passwd', outside],
    ['link-to-file', outside],
    ['link-to-folder', outside],
    ['link-to-folder/secret.txt', outside],
    ['link-to-folder/missing.txt', outside],
    ['link-to-folder/missing/missing.txt', outside],
    ['link-to-nothing', /^'link-to-nothing' does not exist\.$/],
    ['README.md\0.png', outside],
    ['missing.txt', /^'missing.txt' does not exist\.$/],
    ['README.md/x', /^'README.md\/x' does not exist\.$/],
  ])('neither list nor read %j', async (path, reason) => {
    await expect(call('list_folder', { path })).rejects.toThrow(reason);
    await expect(call('read_file', { path, lines: 5 })).rejects.toThrow(reason);
  });

  it('refuse an absolute path into a folder whose name only begins alike', async () => {
    await expect(call('list_folder', { path: `${root}-2` })).rejects.toThrow(outside);
  });

  it.each([
    ['notes/plan.txt'],
    ['./notes/../notes/plan.txt'],
    ['inner-link'],
    // The link is not followed before `..` is taken away, so this stays inside.
    ['link-to-folder/../notes/plan.txt'],
  ])('read %j, which stays inside', async (path) => {
    expect(await call('read_file', { path, lines: 5 })).toBe(`first\n  ${sought}: none\n`);
    expect(await call('read_file', { path: join(root, 'notes/plan.txt'), lines: 1 })).toBe('first\n(more follows)');
  });

  it('open a folder that is itself reached through a link', async () => {
    symlinkSync('folder', join(temporary, 'link-to-root'));
    const folder = await Folder.open(join(temporary, 'link-to-root'));
    expect((await folder.readHead('README.md', 3)).text).toBe('# A');
  });

  it('list folders, and say when a path is none', async () => {
    expect(await call('list_folder', { path: 'notes' })).toEqual(['picture.png', 'plan.txt']);
    await expect(call('list_folder', { path: 'README.md' })).rejects.toThrow("'README.md' is not a folder");
  });

  it('read text only, and no more than the cap', async () => {
    await expect(call('read_file', { path: 'notes', lines: 1 })).rejects.toThrow("'notes' is not a file.");
    await expect(call('read_file', { path: 'notes/picture.png', lines: 1 })).rejects.toThrow('is not a text file');
    writeFileSync(join(temporary, 'latin1.txt'), Buffer.from([0x66, 0xfc, 0x72]));
    const folder = await Folder.open(temporary);
    await expect(folder.readHead('latin1.txt', 100)).rejects.toThrow('is not a text file');
    // The cap falls into the last character, which is left out.
    writeFileSync(join(temporary, 'umlauts.txt'), 'üü');
    expect(await folder.readHead('umlauts.txt', 3)).toEqual({ text: 'ü', isWhole: false });
    expect(await folder.readHead('umlauts.txt', 4)).toEqual({ text: 'üü', isWhole: true });
    writeFileSync(join(temporary, 'large.txt'), `${'x'.repeat(99)}\n`.repeat(2000));
    const text = await functionOf(await folderTools(folder), 'read_file')?.(
      { path: 'large.txt', lines: 2000 },
      context,
    );
    expect(String(text).length).toBe(64 * 1024 + '\n(more follows)'.length);
  });

  it.skipIf(process.platform === 'win32')('do not wait for the other end of a pipe', async () => {
    spawnSync('mkfifo', [join(temporary, 'pipe')]);
    const folder = await Folder.open(temporary);
    await expect(folder.readHead('pipe', 10)).rejects.toThrow("'pipe' is not a file.");
  });

  it('search visible text files, and stop when the run is over', async () => {
    expect(await call('search_text', { text: sought })).toEqual([
      `README.md:3: ${sought} nobody.`,
      `notes/plan.txt:2: ${sought}: none`,
    ]);
    expect(await call('search_text', { text: 'nowhere' })).toBe("No line contains 'nowhere'.");
    await expect(call('search_text', { text: sought }, { ...context, signal: AbortSignal.abort() })).rejects.toThrow(
      'aborted',
    );
  });

  it('search past a folder and a file that cannot be read', async () => {
    mkdirSync(join(root, 'closed'), { recursive: true });
    const open = await Folder.open(root);
    const closed: Pick<Folder, 'entries' | 'readHead'> = {
      entries: async (path) => {
        if (path === 'closed') throw new Refused(`'${path}' is not a folder that can be read.`);
        return open.entries(path);
      },
      readHead: async (path, maxBytes) => {
        if (path === 'README.md') throw new Refused(`'${path}' cannot be read.`);
        return open.readHead(path, maxBytes);
      },
    };
    const tools = await folderTools(Object.assign(Object.create(open), closed));
    expect(await functionOf(tools, 'search_text')?.({ text: sought }, context)).toEqual([
      `notes/plan.txt:2: ${sought}: none`,
    ]);
    rmSync(join(root, 'closed'), { recursive: true });
  });

  it('say so when the folder itself cannot be read', async () => {
    const open = await Folder.open(root);
    const search = functionOf(await folderTools(open), 'search_text');
    const unreadable = { entries: async () => Promise.reject(new Refused("'.' is not a folder that can be read.")) };
    Object.assign(open, unreadable);
    await expect(search?.({ text: sought }, context)).rejects.toThrow('is not a folder');
  });

  it('have examples that exist in the folder', async () => {
    const tools = await folderTools(await Folder.open(join(root, 'notes')));
    expect(tools.map(({ spec }) => spec.name)).toEqual(['list_folder', 'read_file', 'search_text']);
    expect(tools[1]?.spec.inputSchema).toMatchObject({ properties: { path: { examples: ['picture.png'] } } });
  });
});

describe('what is shown', () => {
  const terminal = (env: NodeJS.ProcessEnv = {}) => {
    const written: string[] = [];
    const output = { isTTY: true, columns: 60, write: (text: string) => written.push(text) };
    return { screen: screenOf(output, env), text: () => written.join('') };
  };

  it.each([
    ['plain\n\ttext', 'plain\n\ttext'],
    [`${esc}[31mred${esc}[0m`, 'red'],
    [`${esc}]0;title\u0007after`, 'after'],
    [`a${esc}[2Jb${esc}c`, 'ab'],
    ['over\rwritten\b\u009b2J', 'overwritten'],
    ['left\u202eright\u2066', 'leftright'],
  ])('has no control sequences: %j', (given, expected) => {
    expect(withoutControls(given)).toBe(expected);
  });

  it.each([
    [{ path: 'a' }, 20, '{"path":"a"}'],
    ['two\n  lines', 20, 'two lines'],
    ['😀😀😀😀', 3, '😀😀…'],
    [undefined, 20, 'undefined'],
  ])('fits %j into a line of %i', (value, width, expected) => {
    expect(oneLine(value, width)).toBe(expected);
  });

  it.each([
    [true, {}, `${esc}[1mx${esc}[0m`],
    [true, { NO_COLOR: '1' }, 'x'],
    [true, { TERM: 'dumb' }, 'x'],
    [false, {}, 'x'],
  ])('has colours only where they are wanted: terminal %s, %j', (isTTY, env, expected) => {
    expect(screenOf({ isTTY, write: () => undefined }, env).paint('bold', 'x')).toBe(expected);
  });

  it('keeps text as it is for a file and cleans it for a terminal', () => {
    const text = `a${esc}[2Jb`;
    expect(screenOf({ write: () => undefined }, {}).show(text)).toBe(text);
    expect(terminal().screen.show(text)).toBe('ab');
  });

  /** Colours, and the line that is taken away. */
  const ours = new RegExp(`\\r?${esc}\\[(?:\\d\\d?m|2K)`, 'g');
  const evil = `a${esc}]0;title\u0007${esc}[2J\u009b31m\r\u202eb`;
  const call = {
    part_kind: 'tool-call' as const,
    tool_name: evil,
    args: { [evil]: evil },
    tool_call_id: evil,
    tool_kind: null,
    id: null,
    provider_name: null,
    provider_details: null,
    otel_metadata: null,
  };
  const result = (outcome: 'success' | 'failed' | 'retried', content: unknown = evil) =>
    ({ event_kind: 'function_tool_result', part: { ...failedReturn, tool_name: evil, content, outcome } }) as never;
  const response = { kind: 'response', parts: [{ ...textPart(evil) }, call] };

  it.each<[string, (view: LiveView) => void]>([
    [
      'the name of a model',
      (view) => view.show({ event_kind: 'model_request_started', request: 1, attempt: 1, model: evil }),
    ],
    ['a tool call', (view) => view.show({ event_kind: 'function_tool_call', part: call } as never)],
    ['a result', (view) => view.show(result('success'))],
    ['a failure', (view) => view.show(result('failed'))],
    ['a retry', (view) => view.show(result('retried'))],
    ['a remark', (view) => view.show({ event_kind: 'model_response', message: response } as never)],
    ['a warning', (view) => view.show({ event_kind: 'warning', kind: evil, message: evil })],
    [
      'text that comes',
      (view) => view.showDelta({ event_kind: 'part_start', index: 0, part: textPart(evil) } as never),
    ],
    ['what is waited for', (view) => view.waitFor(evil)],
  ])('has no control sequences on a terminal: %s', (_what, show) => {
    const { screen, text } = terminal({});
    const view = new LiveView(screen);
    show(view);
    view.end();
    expect(text().replaceAll(ours, '')).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });

  it('has no control sequences in the summary, whatever the messages, the error and the usage hold', () => {
    const { screen, text } = terminal({});
    const message = { ...bookkeeping, kind: evil, parts: [call, { part_kind: evil, content: evil }] } as never;
    const failed = { ...ended, outcome: 'failed' as const, error: { code: 1, message: evil, data: { kind: evil } } };
    const report = { messages: [message, { kind: evil, parts: [] } as never], newMessages: [message] };
    printSummary(screen, { ...report, result: failed, usage: { ...usage, cost: evil } });
    printSummary(screen, { ...report, result: { ...ended, outcome: 'success', output: evil }, usage });
    printSummary(screen, { ...report, result: { ...ended, outcome: 'success', output: { [evil]: evil } }, usage });
    expect(text().replaceAll(ours, '')).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });

  it('takes the progress line away before a line that stays, and at the end', () => {
    const { screen, text } = terminal({ NO_COLOR: '1' });
    const view = new LiveView(screen);
    view.show({ event_kind: 'model_request_started', request: 1, attempt: 1, model: 'test' });
    view.show({ event_kind: 'warning', kind: 'x', message: `careful${esc}[2J` });
    view.end();
    const clear = `\r${esc}[2K`;
    expect(text()).toBe(`${clear}Asking test …${clear}! careful\n${clear}Asking test …${clear}`);
  });

  it('shows text on a terminal as it comes, below what happened and above what happens next', () => {
    const { screen, text } = terminal({ NO_COLOR: '1' });
    const view = new LiveView(screen);
    view.show({ event_kind: 'model_request_started', request: 1, attempt: 1, model: 'test' });
    const part = textPart('');
    view.showDelta({ event_kind: 'part_start', index: 0, part, previous_part_kind: null, canonical_system: null });
    for (const content_delta of ['It is ', `a${esc}[2J test`]) {
      const none = { provider_name: null, provider_details: null, citations_delta: null };
      const delta = { part_delta_kind: 'text' as const, content_delta, ...none };
      view.showDelta({ event_kind: 'part_delta', index: 0, delta });
    }
    expect(view.streamed).toBe(`It is a${esc}[2J test`);
    view.show({ event_kind: 'warning', kind: 'x', message: 'careful' });
    view.end();
    const clear = `\r${esc}[2K`;
    expect(text()).toBe(`${clear}Asking test …${clear}It is a test\n${clear}! careful\n${clear}Asking test …${clear}`);
  });

  it('streams nothing into a file', () => {
    let written = '';
    const view = new LiveView(screenOf({ write: (more) => (written += more) }, {}));
    const part = textPart('x');
    view.showDelta({ event_kind: 'part_start', index: 0, part, previous_part_kind: null, canonical_system: null });
    view.end();
    expect({ written, streamed: view.streamed }).toEqual({ written: '', streamed: '' });
  });

  const time = '2026-01-01T00:00:00Z';
  const failedReturn = {
    part_kind: 'tool-return' as const,
    tool_name: 'read_file',
    tool_call_id: 'c1',
    tool_kind: null,
    content: `no such${esc}[2J file`,
    metadata: null,
    timestamp: time,
    outcome: 'failed' as const,
    retry: null,
  };
  const bookkeeping = { timestamp: time, run_id: null, conversation_id: null, metadata: null };
  const request = {
    ...bookkeeping,
    kind: 'request' as const,
    instructions: null,
    state: 'complete' as const,
    parts: [{ part_kind: 'user-prompt' as const, content: 'Hello\nthere', timestamp: time }, failedReturn],
  };

  it('has a row for each part, whatever its width', () => {
    expect(messageTable([request], terminal({ NO_COLOR: '1' }).screen, 9)).toBe(
      [
        '#  kind     part         summary',
        '9  request  user-prompt  Hello there',
        '            tool-return  read_file (failed) no such file',
        '',
      ].join('\n'),
    );
  });

  const usage: RunUsage = {
    requests: 1,
    tool_calls: 0,
    input_tokens: 5,
    output_tokens: 7,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    cache_write_1h_tokens: 0,
    output_reasoning_tokens: 0,
    input_audio_tokens: 0,
    cache_audio_read_tokens: 0,
    output_audio_tokens: 0,
    audio_seconds: 0,
    details: {},
    cost: null,
  };

  it('sums the usage up in a line', () => {
    expect(usageLine(usage)).toBe('1 request, 0 tool calls, 5 input and 7 output tokens');
    expect(usageLine({ ...usage, cost: '0.01' })).toBe(
      '1 request, 0 tool calls, 5 input and 7 output tokens, 0.01 US dollars',
    );
  });

  const ended = {
    runId: 'r',
    conversationId: 'c',
    usage,
    newMessageIndex: 0,
    messageCount: 1,
    model: { requested: 'test' },
    timing: { startedAt: time, finishedAt: time, durationMs: 1234 },
    lastSeq: 1,
  };

  it.each([
    ['is not printed again on a terminal that has seen it coming', 'It is.', 'It is.', /^\nAll messages/],
    ['is printed when only some of it was seen', 'It is.', 'It', /^\nOutput\nIt is\.\n\nAll messages/],
    ['is laid out when it is JSON', '{"a":1}', '{"a":1}', /^\nOutput\n\{\n {2}"a": 1\n\}\n/],
  ])('the output %s', (_name, output, streamed, expected) => {
    const { screen, text } = terminal({ NO_COLOR: '1' });
    const result = { ...ended, outcome: 'success' as const, output };
    printSummary(screen, { result, messages: [request], newMessages: [request], usage }, streamed);
    expect(text()).toMatch(expected);
  });

  it('says why a run failed', () => {
    const { screen, text } = terminal({ NO_COLOR: '1' });
    const result = {
      ...ended,
      outcome: 'failed' as const,
      error: { code: 1405, message: `The provider${esc}[2J refused.`, data: { kind: 'model.http' } },
    };
    printSummary(screen, { result, messages: [request], newMessages: [request], usage });
    expect(text()).toMatch(/^\nFailed\nThe provider refused\.\n\nAll messages \(1\)\n/);
    expect(text()).toMatch(/5 input and 7 output tokens, 1\.23 s\n$/);
  });
});
