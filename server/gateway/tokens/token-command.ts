import { spawn } from 'node:child_process';
import type { Grant } from '../grant.ts';
import { grantFrom, hashOf, type Tokens } from './tokens.ts';

/** How long a command may take, in milliseconds. */
const commandMs = 5000;
/** How long what it printed counts, in milliseconds. */
const keptMs = 30_000;
/** Grants that are remembered. */
const mostKept = 10_000;
/** Commands that run at once, and tokens that wait for one. */
const mostRunning = 4;
const mostWaiting = 64;
/** Most bytes of what a command prints. */
const mostBytes = 64 * 1024;

/** The parts of the process that a command is run with. */
export interface CommandWorld {
  /** Milliseconds of a steady clock. */
  readonly elapsed: () => number;
  readonly onError: (message: string) => void;
}

/** Has a program say what a token stands for: it is given the token on its stdin, and never in its arguments. */
export class TokenCommand implements Tokens {
  readonly #command: string;
  readonly #world: CommandWorld;
  readonly #kept = new Map<string, { grant: Grant; until: number }>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(command: string, world: CommandWorld) {
    this.#command = command;
    this.#world = world;
  }

  async grantOf(token: string): Promise<Grant | null> {
    const key = hashOf(token);
    const known = this.#kept.get(key);
    if (known && known.until > this.#world.elapsed()) return known.grant;
    await this.#enter();
    try {
      const grant = await this.#grantBy(token);
      if (grant) this.#keep(key, grant);
      return grant;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  #keep(key: string, grant: Grant): void {
    this.#kept.delete(key);
    this.#kept.set(key, { grant, until: this.#world.elapsed() + keptMs });
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size > mostKept) this.#kept.delete(oldest);
  }

  async #enter(): Promise<void> {
    if (this.#running >= mostRunning) {
      if (this.#waiting.length >= mostWaiting) throw new Error(`${mostWaiting} tokens wait for the command already`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
  }

  async #grantBy(token: string): Promise<Grant | null> {
    const printed = await this.#run(token);
    if (printed === null) return null;
    try {
      return grantFrom(JSON.parse(printed), 'what the command printed');
    } catch (error) {
      // What was printed may hold secrets.
      this.#world.onError(`--auth-command: ${error instanceof SyntaxError ? 'it did not print JSON' : String(error)}`);
      throw error;
    }
  }

  /** What it printed; null when it refused the token. */
  #run(token: string): Promise<string | null> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.#command, {
        shell: true,
        stdio: ['pipe', 'pipe', 'ignore'],
        timeout: commandMs,
        killSignal: 'SIGKILL',
      });
      const chunks: Buffer[] = [];
      let size = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= mostBytes) chunks.push(chunk);
        else child.kill('SIGKILL');
      });
      // A command that does not read its input may have ended by then.
      child.stdin.on('error', () => undefined);
      child.on('error', reject);
      child.on('close', (code, signal) => {
        if (signal) reject(new Error(`the command was ended by ${signal}`));
        else resolve(code === 0 ? Buffer.concat(chunks).toString('utf8') : null);
      });
      child.stdin.end(`${token}\n`);
    });
  }
}
