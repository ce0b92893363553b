import type { NotificationOf } from '../../../protocol/catalogue.ts';
import type { Limits } from '../../../protocol/lifecycle.ts';
import { jsonSize } from '../../engine/json/json-size.ts';

/** A durable event as it was sent. */
export type SentEvent = NotificationOf<'run/event'>;

/** Freed places at the beginning before the array is moved up. */
const slack = 256;

/** The limits of the events that are kept. */
export type RingLimits = Pick<Limits, 'eventsKept' | 'eventsKeptBytes'>;

/** The latest events of a run, numbered without gaps; the oldest give way when there are too many or too large ones. */
export class EventRing {
  readonly #limits: RingLimits;
  readonly #events: (SentEvent | undefined)[] = [];
  readonly #isMeasured: boolean;
  #first = 0;
  #bytes = 0;
  #lastSeq = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
    this.#isMeasured = Number.isFinite(limits.eventsKeptBytes);
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** About the bytes of the events that are kept; 0 where these have no limit. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The newest is always kept. `bytes` is about its size, where that is known. */
  add(event: SentEvent, bytes?: number): void {
    this.#events.push(event);
    if (this.#isMeasured) this.#bytes += bytes ?? jsonSize(event);
    this.#lastSeq = event.seq;
    while (this.#length > 1 && (this.#length > this.#limits.eventsKept || this.#bytes > this.#limits.eventsKeptBytes))
      this.#drop();
  }

  /** Returns the events after a number, or null when some of them are gone, or the number is of another run. */
  after(seq: number, limit: number): SentEvent[] | null {
    const oldest = this.#lastSeq - this.#length + 1;
    if (seq > this.#lastSeq || seq < oldest - 1) return null;
    const from = this.#first + (seq - oldest + 1);
    return this.#events.slice(from, from + limit) as SentEvent[];
  }

  get #length(): number {
    return this.#events.length - this.#first;
  }

  #drop(): void {
    if (this.#isMeasured) this.#bytes -= jsonSize(this.#events[this.#first]);
    this.#events[this.#first] = undefined;
    this.#first += 1;
    if (this.#first < slack) return;
    this.#events.splice(0, this.#first);
    this.#first = 0;
  }
}
