import type { DeltaEvent } from '../../../protocol/deltas.ts';
import type { DurableEvent } from '../../../protocol/events.ts';
import type { NotificationSender } from '../../callbacks/client.ts';
import type { After } from '../../callbacks/timer.ts';
import { jsonSize } from '../../engine/json/json-size.ts';
import type { RunEvents } from '../../engine/state.ts';
import type { DeltaSink } from '../../engine/streaming/delta-sink.ts';
import type { OwnerReference } from '../run-owner.ts';
import type { RunTrace } from '../run-trace.ts';
import { untilDrained } from './back-pressure.ts';
import { DeltaCoalescer, type DeltaReader } from './delta-coalescer.ts';
import { EventRing, type RingLimits } from './event-ring.ts';
import { eventForWire, instead } from './event-size.ts';
import type { RunProgress } from './progress.ts';

/** Options of a `RunEmitter`. */
export interface EmitterOptions {
  readonly runId: string;
  readonly owner: OwnerReference;
  /** Records events as they happen, where anything does. */
  readonly trace: { readonly recorded: Pick<RunTrace, 'take'> | null };
  readonly deltas: 'coalesced' | 'all' | 'none';
  readonly maxLatencyMs: number;
  readonly after: After;
  readonly progress: RunProgress | null;
  /** Limits of the events that are kept to be sent again. */
  readonly kept: RingLimits;
}

/** Sends the durable events and deltas of a run to its owner, in the order in which the engine made them. */
export class RunEmitter implements DeltaReader, RunEvents {
  readonly #options: EmitterOptions;
  readonly #coalescer: DeltaCoalescer | null;
  #progress: RunProgress | null;
  readonly #ring: EventRing;
  #waiting: Set<() => void> | null = null;
  #shown = 0;
  #isOver = false;
  /** True while events only go into the ring: the run is rebuilt, and its client may know them. */
  isQuiet = false;
  #isMute = false;
  /** Made for the first observer, since thousands of runs may be live. */
  #observers: Set<NotificationSender> | null = null;

  constructor(options: EmitterOptions) {
    this.#options = options;
    this.#ring = new EventRing(options.kept);
    this.#progress = options.progress;
    const { deltas: mode, maxLatencyMs, after } = options;
    this.#coalescer = mode === 'none' ? null : new DeltaCoalescer({ mode, maxLatencyMs, reader: this, after });
  }

  /** See `NotificationSender.congested`, of the owner. */
  get congested(): boolean {
    return this.#client.congested;
  }

  /** See `NotificationSender.drained`, of the owner. */
  drained(): Promise<void> {
    return this.#client.drained();
  }

  /** Receives the deltas of the engine; absent when none are requested. */
  get sink(): DeltaSink | undefined {
    return this.#coalescer ?? undefined;
  }

  emit(seq: number, event: DurableEvent): void {
    if (this.#isMute) return;
    if (event.event_kind === 'run_finished') this.#isOver = true;
    if (this.isQuiet) this.#keep(seq, event);
    else this.#send(seq, event);
    if (this.#waiting) for (const wake of [...this.#waiting]) wake();
    // What is replayed was recorded when it happened.
    if (!this.isQuiet) this.#options.trace.recorded?.take(event);
  }

  /** Nothing is sent or kept any more: the run goes on elsewhere or later. */
  mute(): void {
    this.#progress?.interrupted();
    this.#isMute = true;
    if (this.#waiting) for (const wake of [...this.#waiting]) wake();
  }

  /** A client with a lower limit is sent less of an event than is kept of it. */
  #keep(seq: number, event: DurableEvent): void {
    const { runId } = this.#options;
    this.#ring.add({ runId, seq, event: eventForWire(event) });
  }

  #send(seq: number, event: DurableEvent): void {
    const { runId } = this.#options;
    const client = this.#client;
    this.#coalescer?.flush();
    this.#progress?.show(event);
    const whole = { runId, seq, event: eventForWire(event) };
    const bytes = jsonSize(whole);
    const tooLarge = client.notify('run/event', whole, bytes);
    const sent = tooLarge ? { runId, seq, event: instead(event, tooLarge) } : whole;
    if (tooLarge) client.notify('run/event', sent);
    this.#ring.add(sent, tooLarge ? jsonSize(sent) : bytes);
    if (this.#observers) for (const observer of this.#observers) observer.notify('run/event', sent);
  }

  /** Sends another client what follows, as the owner is sent it. Nobody waits for it: deltas are left out while it is congested. */
  observe(observer: NotificationSender): void {
    // What waits to be merged is of the time before.
    this.#coalescer?.flush();
    this.#observers ??= new Set();
    this.#observers.add(observer);
  }

  /** Ends `observe`; also for one that does not observe. */
  unobserve(observer: NotificationSender): void {
    this.#observers?.delete(observer);
  }

  /** The events that are kept to be sent again. */
  get events(): Pick<EventRing, 'after' | 'lastSeq' | 'bytes'> {
    return this.#ring;
  }

  get progressToken(): string | number | undefined {
    return this.#progress?.token;
  }

  /** True once `run_finished` was emitted. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Number of the last delta that was sent, once everything that waits to be merged has been sent. */
  lastDelta(): number {
    this.#coalescer?.flush();
    return this.#shown;
  }

  /** How many wait for the next event. */
  get waiters(): number {
    return this.#waiting?.size ?? 0;
  }

  /** Resolves with the next event, or after so many milliseconds. Rejects with the reason of the signal. */
  nextEvent(signal: AbortSignal, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        this.#waiting?.delete(onEvent);
        stopTimer();
        signal.removeEventListener('abort', onAbort);
        then();
      };
      const onEvent = () => settle(resolve);
      const onAbort = () => settle(() => reject(signal.reason));
      const stopTimer = this.#options.after(ms, onEvent);
      this.#waiting ??= new Set();
      this.#waiting.add(onEvent);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }

  /** While the client is congested: resolves when it is not any more, or on an abort. */
  ready(signal: AbortSignal): Promise<void> | undefined {
    return untilDrained(this.#client, signal);
  }

  /** The owner has changed: progress is shown by the new one, if at all. */
  moved(progress: RunProgress | null): void {
    this.#progress = progress;
  }

  get #client(): NotificationSender {
    return this.#options.owner.current.notifications;
  }

  /** Sends a delta to the owner and to those who observe. */
  send(event: DeltaEvent): void {
    if (this.#isMute) return;
    const { runId } = this.#options;
    this.#shown += 1;
    const delta = { runId, afterSeq: this.#ring.lastSeq, n: this.#shown, event };
    this.#client.notify('run/delta', delta, jsonSize(event));
    if (!this.#observers) return;
    for (const observer of this.#observers) if (!observer.congested) observer.notify('run/delta', delta);
  }
}
