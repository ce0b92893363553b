import type { NotificationOf } from '../types/client-types.ts';

/** The text of a run, in pieces that were not read yet. */
export class TextQueue {
  readonly #pieces: string[] = [];
  #wake: () => void = () => undefined;
  #isRead = false;

  add({ event }: NotificationOf<'run/delta'>): void {
    const text =
      event.event_kind === 'part_start' && event.part.part_kind === 'text'
        ? event.part.content
        : event.event_kind === 'part_delta' && event.delta.part_delta_kind === 'text'
          ? event.delta.content_delta
          : '';
    if (text === '' || typeof text !== 'string') return;
    this.#pieces.push(text);
    this.#wake();
  }

  /** The pieces until the run has ended. Errors: an `Error` for a second reader, and what the end rejects with. */
  until(end: Promise<unknown>): AsyncIterable<string> {
    if (this.#isRead) throw new Error('The text of this run is being read already; keep the pieces you need.');
    this.#isRead = true;
    return this.#read(end);
  }

  async *#read(end: Promise<unknown>): AsyncGenerator<string, void, undefined> {
    let hasEnded = false;
    const ended = end.finally(() => {
      hasEnded = true;
      this.#wake();
    });
    ended.catch(() => undefined);
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) yield piece;
      else if (hasEnded) {
        await ended;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
