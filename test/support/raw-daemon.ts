import { PassThrough } from 'node:stream';
import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import { defaultLimits } from '../../server/limits.ts';
import { openWire, type Wire } from '../../server/rpc/wire.ts';
import { type Server, type ServerDeps, serve } from '../../server/server.ts';

export type Framing = 'contentLength' | 'lines';

/** A message in its frame. */
export function framed(body: string | Buffer, framing: Framing = 'contentLength'): Buffer {
  const bytes = Buffer.from(body as string);
  return framing === 'lines'
    ? Buffer.concat([bytes, Buffer.from('\n')])
    : Buffer.concat([Buffer.from(`Content-Length: ${bytes.length}\r\n\r\n`), bytes]);
}

/** A daemon in this process that is given bytes and gives bytes. */
export class RawDaemon {
  readonly wire: Wire;
  readonly server: Server;
  readonly logged: string[] = [];
  /** The exit code, once it has ended. */
  readonly exited: Promise<number>;
  readonly #input = new PassThrough();
  readonly #output = new PassThrough({ highWaterMark: 1 << 30 });
  readonly #chunks: Buffer[] = [];
  /** The messages of the chunks that were looked at. */
  readonly #parsed: Record<string, unknown>[] = [];
  #chunksParsed = 0;
  #wake: () => void = () => undefined;

  constructor(deps: Partial<ServerDeps> = {}) {
    const write = (text: string) => this.logged.push(text);
    const log = { error: write, warn: write, info: write, debug: () => undefined };
    this.wire = openWire(this.#input, this.#output, { limits: { ...defaultLimits, ...deps.limits }, log });
    let onExit: (code: number) => void = () => undefined;
    this.exited = new Promise((resolve) => {
      onExit = resolve;
    });
    this.server = serve(this.wire, {
      version: 'test',
      env: {},
      log,
      world: { now: () => formatTimestamp(Date.now()), elapsed: () => performance.now(), epochMs: () => Date.now() },
      onExit,
      ...deps,
    });
    this.#output.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    this.wire.connection.listen();
  }

  write(bytes: Buffer | string): void {
    this.#input.write(bytes);
  }

  end(): void {
    this.#input.end();
  }

  /** What was written so far, write by write. */
  writes(): string[] {
    return this.#chunks.map(String);
  }

  /** As when the other end of the pipe is closed. */
  breakOutput(): void {
    this.#output.destroy(new Error('EPIPE'));
  }

  /** What was written so far, as messages; fails on anything that is no frame. */
  messages(framing: Framing): Record<string, unknown>[] {
    this.#parsed.push(...parsed(Buffer.concat(this.#chunks.slice(this.#chunksParsed)), framing));
    this.#chunksParsed = this.#chunks.length;
    return [...this.#parsed];
  }

  /** Resolves when the output holds a text. */
  async wrote(text: string): Promise<void> {
    while (!Buffer.concat(this.#chunks).includes(text)) await this.nextWrite();
  }

  /** Resolves with the next write. */
  nextWrite(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Resolves when everything that was sent has been written. */
  async settled(): Promise<void> {
    await this.wire.pump.drained(0);
  }
}

export function parsed(output: Buffer, framing: Framing): Record<string, unknown>[] {
  if (framing === 'lines') {
    const lines = output.toString().split('\n');
    if (lines.pop() !== '') throw new Error('the output does not end with a line end');
    return lines.map((line) => JSON.parse(line));
  }
  const messages = [];
  for (let at = 0; at < output.length; ) {
    const header = /^Content-Length: (\d+)\r\n\r\n/.exec(output.toString('latin1', at, at + 40));
    if (!header) throw new Error(`no header at ${at}: ${output.toString('latin1', at, at + 80)}`);
    at += header[0].length;
    messages.push(JSON.parse(output.toString('utf8', at, at + Number(header[1]))));
    at += Number(header[1]);
  }
  return messages;
}
