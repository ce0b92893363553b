import type { RunOwner } from '../../../runs/run-owner.ts';
import type { ShownPiece } from '../../../store/store.ts';
import type { RunView } from '../../run-executor.ts';

export type TakePieces = (pieces: readonly ShownPiece[]) => void;

/** Has what is shown of a run given to a function, until the signal is aborted. */
export type Shown = (take: TakePieces, signal: AbortSignal) => void;

/** How long one request for events waits, in milliseconds. */
const waitMs = 30_000;
/** Pieces that wait for the event before them; further ones are lost. */
const mostHeld = 1024;

/**
 * Sends an owner the events of a run that another process drives, as they are recorded, and between them what is shown of
 * it: that comes by another way, earlier or later or never, and each piece knows after which event it belongs.
 */
export class FollowedRun {
  readonly #run: RunView;
  readonly #owner: RunOwner;
  /** The last event that was read, and the last one that was sent. */
  #read: number;
  #seq: number;
  #held: ShownPiece[] = [];

  constructor(run: RunView, owner: RunOwner, afterSeq: number) {
    this.#run = run;
    this.#owner = owner;
    this.#read = afterSeq;
    this.#seq = afterSeq;
  }

  /** Resolves when the run has ended, or on an abort. */
  async toEnd(shown: Shown, signal: AbortSignal): Promise<void> {
    const { notifications } = this.#owner;
    const until = new AbortController();
    shown((pieces) => this.#take(pieces), AbortSignal.any([signal, until.signal]));
    try {
      while (!signal.aborted) {
        const { events, complete, lastSeq } = await this.#run.events({ afterSeq: this.#read, waitMs }, signal);
        for (const event of events) {
          // It may have come by the other way.
          if (event.seq <= this.#seq) continue;
          notifications.notify('run/event', event);
          this.#seq = event.seq;
          this.#showHeld();
        }
        this.#read = events.at(-1)?.seq ?? lastSeq;
        this.#seq = Math.max(this.#seq, this.#read);
        this.#showHeld();
        if (complete) return;
        if (notifications.congested) await notifications.drained();
      }
    } finally {
      until.abort();
    }
  }

  #take(pieces: readonly ShownPiece[]): void {
    this.#held.push(...pieces.slice(0, mostHeld - this.#held.length));
    this.#showHeld();
  }

  /** Sends the pieces whose time has come, and drops those whose time is over. */
  #showHeld(): void {
    const { notifications } = this.#owner;
    while (this.#held[0]) {
      const [piece] = this.#held;
      const after = 'delta' in piece ? piece.delta.afterSeq : piece.event.seq - 1;
      if (after > this.#seq) return;
      this.#held.shift();
      if (after < this.#seq) continue;
      if ('event' in piece) {
        notifications.notify('run/event', piece.event);
        this.#seq = piece.event.seq;
      } else if (!notifications.congested) notifications.notify('run/delta', piece.delta);
    }
  }
}
