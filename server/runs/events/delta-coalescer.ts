import type { DeltaEvent, PartDelta } from '../../../protocol/deltas.ts';
import type { NotificationSender } from '../../callbacks/client.ts';
import type { After } from '../../callbacks/timer.ts';
import type { CallPiece, DeltaSink, PartFields } from '../../engine/streaming/delta-sink.ts';
import { untilDrained } from './back-pressure.ts';
import { PieceBuffer } from './piece-buffer.ts';

/** Characters at which merged deltas are sent without waiting any longer. */
const enough = 4096;
/** Bytes of deltas in memory at which the model is paused. */
const full = 64 * 1024;
/** Bytes that an event in the queue counts for, beside its text, which it shares with the response. */
const perEvent = 256;

/** Whoever is sent the deltas. */
export interface DeltaReader extends Pick<NotificationSender, 'congested' | 'drained'> {
  send(event: DeltaEvent): void;
}

/** Options of a `DeltaCoalescer`. */
export interface CoalescerOptions {
  /** `all` merges only while the client is congested. */
  readonly mode: 'coalesced' | 'all';
  /** How long pieces may be held back to be merged, in milliseconds; 0 holds nothing back. */
  readonly maxLatencyMs: number;
  readonly reader: DeltaReader;
  readonly after: After;
}

/**
 * Merges the deltas of one run. The first piece of a part is sent at once; later ones are merged for a while, or
 * until there are enough. Other deltas follow them in order. While the client is congested, everything waits here,
 * pieces of one part as one.
 */
export class DeltaCoalescer implements DeltaSink {
  readonly #options: CoalescerOptions;
  readonly #piece = new PieceBuffer();
  /** Deltas that wait before the piece, while the client is congested. */
  #waiting: DeltaEvent[] = [];
  #waitingSize = 0;
  /** The part that has begun and has not got a piece yet. */
  #fresh = -1;
  #stopTimer: (() => void) | null = null;
  #isAwaited = false;

  constructor(options: CoalescerOptions) {
    this.#options = options;
  }

  ready(signal: AbortSignal): Promise<void> | undefined {
    const { reader } = this.#options;
    return this.#waitingSize + this.#piece.size > full ? untilDrained(reader, signal) : undefined;
  }

  show(event: DeltaEvent): void {
    if (event.event_kind === 'part_start') this.#fresh = event.index;
    if (!this.#options.reader.congested) {
      this.flush();
      this.#options.reader.send(event);
      return;
    }
    this.#closePiece();
    this.#hold(event);
    this.#awaitReader();
  }

  text(index: number, content: string, fields: PartFields): void {
    this.#open('text', index);
    this.#piece.text(index, content, fields);
    this.#added(index);
  }

  thinking(index: number, content: string | null, signature: string | null, fields: PartFields): void {
    this.#open('thinking', index);
    this.#piece.thinking(index, content, signature, fields);
    this.#added(index);
  }

  toolCall(index: number, callId: string | null, piece: CallPiece, fields: PartFields): void {
    this.#open('tool_call', index);
    this.#piece.toolCall(index, callId, piece, fields);
    this.#added(index);
  }

  /** Sends what waits. Called before every durable event, also while the client is congested, so that the order is kept. */
  flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    if (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#waitingSize = 0;
      for (const event of waiting) this.#options.reader.send(event);
    }
    if (!this.#piece.isEmpty) this.#options.reader.send(this.#piece.take());
  }

  #open(kind: PartDelta['part_delta_kind'], index: number): void {
    if (this.#piece.takes(kind, index)) return;
    if (this.#options.reader.congested) this.#closePiece();
    else this.flush();
  }

  #added(index: number): void {
    const { reader, mode, maxLatencyMs, after } = this.#options;
    if (reader.congested) {
      this.#awaitReader();
      return;
    }
    const isFirst = index === this.#fresh;
    if (isFirst) this.#fresh = -1;
    if (isFirst || mode === 'all' || maxLatencyMs === 0 || this.#piece.size >= enough || this.#waiting.length > 0)
      this.flush();
    else this.#stopTimer ??= after(maxLatencyMs, () => this.#onTime());
  }

  #onTime(): void {
    this.#stopTimer = null;
    if (this.#options.reader.congested) this.#awaitReader();
    else this.flush();
  }

  #closePiece(): void {
    if (this.#piece.isEmpty) return;
    this.#waitingSize += this.#piece.size;
    this.#hold(this.#piece.take());
  }

  /** Of the progress of one call only the last news is kept. */
  #hold(event: DeltaEvent): void {
    const before = event.event_kind === 'tool_progress' ? this.#progressOf(event.toolCallId) : -1;
    if (before >= 0) {
      this.#waiting[before] = event;
      return;
    }
    this.#waiting.push(event);
    this.#waitingSize += perEvent;
  }

  #progressOf(toolCallId: string): number {
    return this.#waiting.findIndex((one) => one.event_kind === 'tool_progress' && one.toolCallId === toolCallId);
  }

  #awaitReader(): void {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    void this.#options.reader.drained?.().then(() => {
      this.#isAwaited = false;
      this.flush();
    });
  }
}
