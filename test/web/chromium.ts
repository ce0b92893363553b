import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as later } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** The browser that is installed. */
export const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync('which', [name]).status === 0,
);

/** A page of a browser, by the browser's own protocol. */
export class Page {
  readonly #socket: WebSocket;
  readonly #open = new Map<number, (message: { result?: unknown; error?: { message: string } }) => void>();
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: { message: string } };
      this.#open.get(message.id ?? 0)?.(message);
    });
  }

  static async open(browser: Browser, url: string): Promise<Page> {
    const answer = await fetch(`${browser.http}/json/new?${encodeURIComponent(url)}`, { method: 'PUT' });
    const { webSocketDebuggerUrl } = (await answer.json()) as { webSocketDebuggerUrl: string };
    const socket = new WebSocket(webSocketDebuggerUrl);
    await once(socket, 'open');
    return new Page(socket);
  }

  /** The value of an expression in the page. */
  async value<T>(expression: string): Promise<T> {
    const params = { expression, awaitPromise: true, returnByValue: true };
    const { result } = (await this.#send('Runtime.evaluate', params)) as {
      result: { value: T; description?: string; subtype?: string };
    };
    if (result.subtype === 'error') throw new Error(result.description);
    return result.value;
  }

  /** Resolves when an expression is true. */
  async until(expression: string, ms = 15_000): Promise<void> {
    for (const end = Date.now() + ms; !(await this.value<boolean>(`Boolean(${expression})`)); await later(50)) {
      if (Date.now() > end)
        throw new Error(`${expression} is not true: ${await this.value('document.body.innerText')}`);
    }
  }

  async #send(method: string, params: object): Promise<unknown> {
    const id = this.#nextId++;
    const answer = new Promise<{ result?: unknown; error?: { message: string } }>((resolve) =>
      this.#open.set(id, resolve),
    );
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answer;
    if (error) throw new Error(error.message);
    return result;
  }
}

export interface Browser {
  readonly child: ChildProcess;
  readonly http: string;
  close(): Promise<void>;
}

/** Starts the browser without a window. */
export async function openBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'runwire-chromium-'));
  const child = spawn(
    String(chromium),
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  for await (const line of createInterface({ input: child.stderr })) {
    const [, host] = /ws:\/\/([^/]+)\//.exec(line) ?? [];
    if (!host) continue;
    child.stderr.resume();
    return {
      child,
      http: `http://${host}`,
      close: async () => {
        child.kill('SIGKILL');
        await once(child, 'exit');
        rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  }
  throw new Error('the browser ended');
}
