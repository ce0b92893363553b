import type { DeltaEvent } from '../../protocol/deltas.ts';
import type { DurableEvent } from '../../protocol/events.ts';
import type { DeltaSink } from '../engine/delta-sink.ts';
import { type Client, drained } from './client.ts';
import { DeltaLane } from './delta-lane.ts';
import { eventForWire } from './event-size.ts';
import type { After } from './timers.ts';

/** How a run is shown. @since 0.2.0 */
export interface OutletOptions {
  readonly runId: string;
  readonly client: Client;
  readonly deltas: 'coalesced' | 'all' | 'none';
  readonly maxLatencyMs: number;
  readonly after: After;
}

/** What a run shows its client: durable events and deltas, in the order in which the engine made them. @since 0.2.0 */
export class RunOutlet {
  readonly #options: OutletOptions;
  readonly #lane: DeltaLane | null;
  #lastSeq = 0;
  #shown = 0;

  constructor(options: OutletOptions) {
    this.#options = options;
    const { deltas: mode, maxLatencyMs, client: reader, after } = options;
    const send = (event: DeltaEvent) => this.#show(event);
    this.#lane = mode === 'none' ? null : new DeltaLane({ mode, maxLatencyMs, reader, after, send });
  }

  /** Where the engine puts deltas; absent when nobody looks. */
  get sink(): DeltaSink | undefined {
    return this.#lane ?? undefined;
  }

  emit(seq: number, event: DurableEvent): void {
    const { runId, client } = this.#options;
    this.#lane?.flush();
    this.#lastSeq = seq;
    client.notify('run/event', { runId, seq, event: eventForWire(event) });
  }

  /** While the client is behind with reading: resolves when it is not, or on an abort. */
  ready(signal: AbortSignal): Promise<void> | undefined {
    const { client } = this.#options;
    return client.congested ? drained(client, signal) : undefined;
  }

  #show(event: DeltaEvent): void {
    const { runId, client } = this.#options;
    this.#shown += 1;
    client.notify('run/delta', { runId, afterSeq: this.#lastSeq, n: this.#shown, event });
  }
}
