import type { ServerResponse } from 'node:http';
import { stringifyExact } from '../../engine/json/exact-json.ts';
import { writeHead } from './answer.ts';

/** How often something is sent when nothing has happened, so that a connection that broke is noticed. */
const beatMs = 15_000;

/** Server-sent events to one page. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #closed = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(response: ServerResponse) {
    this.#response = response;
    writeHead(response, 200, 'text/event-stream', { 'x-accel-buffering': 'no' });
    response.flushHeaders();
    this.#timer = setInterval(() => response.write(':\n\n'), beatMs);
    this.#timer.unref();
    response.on('close', () => this.#closed.abort());
    response.on('error', () => this.#closed.abort());
    this.signal.addEventListener('abort', () => clearInterval(this.#timer), { once: true });
  }

  /** Aborted when the page has gone. */
  get signal(): AbortSignal {
    return this.#closed.signal;
  }

  /** Sends an event; resolves when the page has taken in what was sent before. */
  async send(name: string, value: unknown): Promise<void> {
    if (this.signal.aborted) return;
    const isFull = !this.#response.write(`event: ${name}\ndata: ${stringifyExact(value)}\n\n`);
    if (!isFull) return;
    await new Promise<void>((resolve) => {
      this.#response.once('drain', resolve);
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  end(): void {
    this.#response.end();
  }
}
