import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChatState, Entry } from '../../client-sample/vscode/src/entries.ts';
import { type PromptProvider, promptProvider } from '../support/provider/provider.ts';
import { folderWith } from '../support/temporary.ts';
import { slow } from '../support/time-limits.ts';
import { StandIn } from './stand-in.ts';
import { buildExtension, installed, type Packed } from './vsix.ts';

const root = new URL('../..', import.meta.url).pathname.slice(0, -1);
let built: { size: number; files: Packed[] };
let provider: PromptProvider;

beforeAll(async () => {
  built = buildExtension();
  provider = await promptProvider();
}, slow);

afterAll(() => provider.stop());

/** The extension out of its package in a window of VS Code, with its view open. */
class Window {
  readonly vscode: StandIn;
  state: ChatState | undefined;
  readonly #extension: { activate(context: unknown): void; deactivate(): Promise<void> };
  #send: (message: unknown) => void = () => undefined;
  #wake: () => void = () => undefined;

  constructor(storage: string, { model = 'openai-compatible:script' }: { model?: string } = {}) {
    this.vscode = new StandIn(folderWith({ 'a.txt': 'seven' }));
    this.vscode.settings.set('runwire.model', model).set('runwire.baseUrl', provider.url);
    Object.assign(globalThis, { vscode: this.vscode.module });
    const folder = installed(built.files);
    this.#extension = createRequire(join(folder, 'package.json'))('./dist/extension.cjs');
    this.#extension.activate(this.vscode.context(folder, storage));
    this.vscode.viewProvider?.resolveWebviewView({
      onDidDispose: () => undefined,
      webview: {
        cspSource: 'self',
        asWebviewUri: (uri: unknown) => uri,
        onDidReceiveMessage: (listener: (message: unknown) => void) => {
          this.#send = listener;
        },
        postMessage: async (state: ChatState) => {
          this.state = state;
          this.#wake();
        },
      },
    });
  }

  send(message: object): void {
    this.#send(message);
  }

  say(text: string): void {
    this.send({ type: 'send', text });
  }

  /** Waits until what is shown fits. */
  async shows(fits: (state: ChatState) => boolean): Promise<ChatState> {
    for (;;) {
      if (this.state && fits(this.state)) return this.state;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async ended(): Promise<ChatState> {
    return this.shows(({ isRunning, entries }) => !isRunning && entries.length > 0);
  }

  close(): Promise<void> {
    return this.#extension.deactivate();
  }
}

const open: Window[] = [];
function window(storage: string, options?: { model?: string }): Window {
  const opened = new Window(storage, options);
  open.push(opened);
  return opened;
}

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const texts = (entries: readonly Entry[]) =>
  entries.map((entry) => (entry.kind === 'tool' ? `${entry.name} ${entry.state}` : `${entry.kind}: ${entry.text}`));

const last = ({ entries }: ChatState) => entries.at(-1);

describe('the package', () => {
  it('holds at most 15 MB, no maps of sources and no path of the machine that built it', () => {
    expect(built.size).toBeLessThan(15_000_000);
    const names = built.files.map(({ name }) => name);
    expect(names).toContain('extension/dist/runwire/server.cjs');
    expect(names.filter((name) => name.endsWith('.map'))).toEqual([]);
    const leaks = built.files.filter(({ content }) =>
      [root, homedir(), 'sourceMappingURL=data'].some((text) => text.length > 5 && content.includes(text)),
    );
    expect(leaks.map(({ name }) => name)).toEqual([]);
  });

  it('is the same each time it is built', { timeout: slow }, () => {
    const sums = ({ files }: typeof built) => files.map(({ name, content }) => `${name} ${content.length}`);
    expect(sums(buildExtension())).toEqual(sums(built));
  });
});

describe('the view', () => {
  it('streams an answer, and shows tokens in the status bar', async () => {
    const shown = window(folderWith());
    shown.say('say hello there');
    const state = await shown.ended();
    expect(texts(state.entries)).toEqual(['user: say hello there', 'text: hello there']);
    expect(shown.vscode.status.text).toContain('120 tokens');
  });

  it('makes an edit after it was allowed in place, and not after it was declined', async () => {
    const shown = window(folderWith());
    shown.say('write b.txt new text');
    const waiting = await shown.shows((state) =>
      state.entries.some((entry) => entry.kind === 'tool' && entry.state === 'waiting'),
    );
    const call = waiting.entries.find((entry) => entry.kind === 'tool');
    expect(call).toMatchObject({ name: 'write_file', args: { path: 'b.txt', content: 'new text' } });
    shown.send({ type: 'decide', id: call?.kind === 'tool' ? call.id : '', isAllowed: true });
    expect(texts((await shown.ended()).entries)).toContain('write_file done');
    expect(readFileSync(join(shown.vscode.folder, 'b.txt'), 'utf8')).toBe('new text');
    shown.say('write c.txt no');
    const second = await shown.shows(({ entries }) =>
      entries.some((entry) => entry.kind === 'tool' && entry.state === 'waiting'),
    );
    const declined = second.entries.findLast((entry) => entry.kind === 'tool');
    shown.send({ type: 'decide', id: declined?.kind === 'tool' ? declined.id : '', isAllowed: false });
    await shown.shows((state) => !state.isRunning);
    expect(readdirSync(shown.vscode.folder)).toEqual(['a.txt', 'b.txt']);
  });

  it('refuses files outside of the folder', async () => {
    const shown = window(folderWith());
    shown.say('read ../../etc/passwd');
    expect(JSON.stringify((await shown.ended()).entries)).toContain('is outside of the folder');
  });

  it('stops what is running', async () => {
    const shown = window(folderWith());
    shown.say('hang');
    await shown.shows(({ entries }) => entries.some((entry) => entry.kind === 'text'));
    shown.send({ type: 'command', command: 'runwire.cancel' });
    const state = await shown.shows(({ isRunning }) => !isRunning);
    expect(texts(state.entries)).toEqual(['user: hang', 'text: I think']);
  });

  it('starts a daemon again that was killed, and continues the conversation', async () => {
    const shown = window(folderWith());
    shown.say('say one');
    await shown.ended();
    shown.say('hang');
    await shown.shows((state) => last(state)?.kind === 'text' && state.isRunning && state.entries.length === 4);
    process.kill(daemonPid(), 'SIGKILL');
    const broken = await shown.shows(({ isRunning }) => !isRunning);
    expect(last(broken)).toMatchObject({ kind: 'error', text: 'The Runwire daemon has ended (SIGKILL).' });
    shown.say('say two');
    const state = await shown.shows((now) => !now.isRunning && last(now)?.kind === 'text');
    expect(texts(state.entries).slice(-2)).toEqual(['user: say two', 'text: two']);
  });

  it('opens a conversation of an earlier window', async () => {
    const storage = folderWith();
    const first = window(storage);
    first.say('read a.txt');
    await first.ended();
    await first.close();
    const second = window(storage);
    second.vscode.answers.pick = ([conversation]) => conversation;
    await second.vscode.commands.get('runwire.openConversation')?.();
    const state = await second.shows(({ entries }) => entries.length === 4);
    expect(texts(state.entries)).toEqual([
      'user: read a.txt',
      'text: Let me do that.',
      'read_file done',
      'text: Done. seven',
    ]);
    second.say('say more');
    await second.shows((now) => !now.isRunning && now.entries.length === 6);
  });
});

describe('keys', () => {
  const keyed = { model: 'openai-chat:gpt-4o' };

  it('requests a key that is missing, keeps it in the secret storage, and says what to do without one', async () => {
    const shown = window(folderWith(), keyed);
    shown.say('say hi');
    const { entries } = await shown.ended();
    expect(shown.vscode.inputs[0]?.title).toBe('Runwire: OPENAI_API_KEY');
    expect(entries.at(-1)).toMatchObject({
      kind: 'error',
      command: 'runwire.setKey',
      advice: expect.stringContaining('Enter a key'),
    });
    shown.vscode.answers.input = ['sk-good'];
    shown.say('say hi');
    await shown.shows((state) => !state.isRunning && last(state)?.kind === 'text');
    expect([...shown.vscode.secrets]).toEqual([['runwire.key.OPENAI_API_KEY', 'sk-good']]);
    expect(JSON.stringify([shown.state, shown.vscode.log])).not.toContain('sk-good');
  });

  it('requests another key when the provider refuses it', async () => {
    const shown = window(folderWith(), keyed);
    shown.vscode.answers.input = ['wrong', 'sk-right'];
    shown.say('say hi');
    await shown.shows((state) => !state.isRunning && last(state)?.kind === 'text');
    expect(shown.vscode.inputs[1]?.prompt).toContain('The provider refused this key.');
  });

  it('says that the key was refused when no other one is given', async () => {
    const shown = window(folderWith(), keyed);
    shown.vscode.answers.input = ['wrong'];
    shown.say('say hi');
    expect(last(await shown.ended())).toMatchObject({ kind: 'error', command: 'runwire.setKey' });
  });
});

it('says that a model has to be chosen', async () => {
  const shown = window(folderWith(), { model: '' });
  shown.vscode.settings.delete('runwire.model');
  shown.say('hi');
  expect(last(await shown.ended())).toMatchObject({ text: 'No model is chosen.', command: 'runwire.chooseModel' });
});

it('serves the chat of VS Code, and continues the conversation of its thread', async () => {
  const { vscode } = window(folderWith());
  const written: string[] = [];
  const stream = {
    markdown: (text: string) => written.push(text),
    progress: (text: string) => written.push(`[${text}]`),
    button: () => undefined,
  };
  const token = { onCancellationRequested: () => undefined };
  const chat = (prompt: string, history: unknown[]) => vscode.chatHandler?.({ prompt }, { history }, stream, token);
  const result = await chat('write d.txt hello', []);
  expect(written.join('')).toBe('Let me do that.[write_file {"path":"d.txt","content":"hello"}]Done. Wrote \'d.txt\'.');
  expect(readFileSync(join(vscode.folder, 'd.txt'), 'utf8')).toBe('hello');
  written.splice(0);
  await chat('say again', [{ result }]);
  expect(written.join('')).toBe('again');
});

/** The daemon that this process has started last. */
function daemonPid(): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isDaemon(name));
  return Math.max(...pids.map(Number));
}

function isDaemon(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('runwire.cjs');
  } catch {
    return false;
  }
}
