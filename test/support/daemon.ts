import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { type Conversation, startConversation } from './contract.ts';

export const daemonPath = new URL('../../dist/daemon/runwire.cjs', import.meta.url).pathname;

/** What the tests start as the daemon: `DAEMON_COMMAND` is another command, as a JSON list. */
export const daemonCommand: [string, ...string[]] = process.env.DAEMON_COMMAND
  ? JSON.parse(process.env.DAEMON_COMMAND)
  : [process.execPath, daemonPath];

/** The daemons of all tests have one cache of compiled code, in the tests' own folder: it is not that of who runs them. */
export const codeCache = { XDG_CACHE_HOME: join(tmpdir(), 'cache'), LOCALAPPDATA: join(tmpdir(), 'cache') };

type Message = {
  id?: number | string | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { code: number; message: string; data?: Record<string, unknown> };
};

/** The built daemon as a child process, spoken to with hand-made frames. */
export class Daemon {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly messages: Message[] = [];
  /** The bodies of the frames as they came. */
  readonly texts: string[] = [];
  /** What both sides said, held against the published schemas. */
  readonly conversation: Conversation = startConversation();
  stderr = '';
  /** Bytes on stdout that were no part of a frame. */
  junk = '';
  readonly exited: Promise<number | null>;
  #buffer = Buffer.alloc(0);
  #nextId = 1;
  #hasClosed = false;
  readonly #waiting = new Set<() => void>();

  /** `program`: the script of another build. */
  constructor(options: { args?: string[]; env?: NodeJS.ProcessEnv; cwd?: string; program?: string | undefined } = {}) {
    const [program, ...args] = options.program ? [process.execPath, options.program] : daemonCommand;
    this.child = spawn(program, [...args, ...(options.args ?? [])], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...codeCache, ...options.env },
      ...(options.cwd ? { cwd: options.cwd } : {}),
    });
    this.child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk;
    });
    this.child.stdin.on('error', () => undefined);
    this.child.stdout.on('close', () => {
      this.#hasClosed = true;
      this.#wake();
    });
    this.exited = new Promise((resolve) => this.child.once('exit', (code) => resolve(code)));
  }

  /** Writes one frame; a string goes as it is. */
  send(message: object | string): void {
    if (typeof message !== 'string') this.conversation.see('client', message);
    const body = typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message });
    this.child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  /** Sends a request and waits for its answer. */
  async request(method: string, ...params: unknown[]): Promise<Message> {
    const id = this.#nextId;
    this.#nextId += 1;
    this.send({ id, method, ...(params.length > 0 ? { params: params[0] } : {}) });
    return this.waitFor((message) => message.id === id && message.method === undefined);
  }

  /** The first message, past or coming, that fits. */
  async waitFor(fits: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(fits);
      if (found) return found;
      if (this.#hasClosed) throw new Error(`the daemon ended without sending it; stderr: ${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async initialize(params: object = {}): Promise<Message> {
    const answer = await this.request('initialize', params);
    this.send({ method: 'initialized', params: {} });
    return answer;
  }

  /** The orderly end; fails when the daemon said what it does not publish. */
  async stop(): Promise<number | null> {
    await this.request('shutdown');
    this.conversation.expectAsPublished('daemon');
    this.send({ method: 'exit' });
    return this.exited;
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) break;
      const header = this.#buffer.subarray(0, end).toString();
      const length = /^Content-Length: (\d+)$/.exec(header)?.[1];
      if (length === undefined) {
        this.junk += header;
        break;
      }
      if (this.#buffer.length < end + 4 + Number(length)) break;
      const text = this.#buffer.subarray(end + 4, end + 4 + Number(length)).toString();
      const message: Message = JSON.parse(text);
      this.texts.push(text);
      this.messages.push(message);
      this.conversation.see('daemon', message);
      this.#buffer = this.#buffer.subarray(end + 4 + Number(length));
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
    this.#waiting.clear();
  }
}
