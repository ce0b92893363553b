import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { parseExact, stringifyExact } from '../../engine/json/exact-json.ts';
import { type ProgramSpec, ServerProcess } from '../processes/server-process.ts';

/** Lines of noise that are logged; the others are counted. */
const noiseShown = 8;

/** What the transport reports beside messages. */
export interface StdioListener {
  /** The program has ended, or cannot be spoken to any more. Says how. */
  onEnd(how: string): void;
  onDebug(text: string): void;
}

/**
 * Speaks to a program in lines. What is no message, such as a banner or a log, is counted and shown in the log: it must not
 * cost the connection.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];
  // The package recognises a transport to a child process by these two.
  readonly stderr = null;
  readonly #spec: ProgramSpec;
  readonly #listener: StdioListener;
  #process: ServerProcess | null = null;
  #noise = 0;
  #isClosed = false;

  constructor(spec: ProgramSpec, listener: StdioListener) {
    this.#spec = spec;
    this.#listener = listener;
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** The end of what the program wrote to stderr. */
  get stderrText(): string {
    return this.#process?.stderr ?? '';
  }

  async start(): Promise<void> {
    this.#process = new ServerProcess(this.#spec, {
      onLine: (line) => this.#read(line),
      onEnd: (how) => this.#end(how),
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (!this.#process) return Promise.reject(new Error('it was not started'));
    return this.#process.write(stringifyExact(message));
  }

  async close(): Promise<void> {
    this.#close();
    await this.#process?.end();
  }

  #end(how: string): void {
    if (this.#noise > 0) this.#listener.onDebug(`wrote ${this.#noise} lines that are not messages`);
    this.#listener.onEnd(how);
    this.#close();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onclose?.();
  }

  #read(line: string): void {
    const value = parsed(line);
    // Servers of 2025-03-26 may send several at once.
    const messages = Array.isArray(value) ? value : [value];
    for (const message of messages) {
      if (isMessage(message)) this.onmessage?.(message);
      else this.#dropped(line);
    }
  }

  #dropped(line: string): void {
    this.#noise += 1;
    if (this.#noise <= noiseShown) this.#listener.onDebug(`wrote a line that is not a message: ${line.slice(0, 200)}`);
  }
}

function parsed(line: string): unknown {
  try {
    return parseExact(line);
  } catch {
    return undefined;
  }
}

const isMessage = (value: unknown): value is JSONRPCMessage =>
  typeof value === 'object' && value !== null && (value as { jsonrpc?: unknown }).jsonrpc === '2.0';
