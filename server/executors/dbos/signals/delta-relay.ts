import { stringifyExact } from '../../../engine/json/exact-json.ts';
import type { ShownPiece } from '../../../store/store.ts';
import type { Payload } from './payload.ts';

/** Pieces of one run are merged for so long, in milliseconds. */
const mergeMs = 100;
/** Most bytes of the pieces of one notification, whose own limit is 8,000. */
const mostBytes = 7000;
/** Characters of a text that fit into one in any spelling. */
const mostCharacters = 1000;
/** Notifications of one run on their way before further ones are dropped. */
const mostSending = 8;
/** How long interest in a run counts, and how often it is renewed, in milliseconds. */
const interestMs = 15_000;
const renewMs = 5000;

type Send = (payload: Payload) => Promise<void>;

/** What is shown of one run that is driven here, for other processes: sent while somebody is interested, never awaited. */
export class ShownRun {
  readonly #workflowId: string;
  readonly #send: Send;
  readonly #stop: () => void;
  #pieces: ShownPiece[] = [];
  /** The request that is open, for those who come while it is. */
  #open: ShownPiece | null = null;
  #bytes = 0;
  #sending = 0;
  #merging: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;

  /** `stop` is called once the last follower has gone. */
  constructor(workflowId: string, send: Send, stop: () => void) {
    this.#workflowId = workflowId;
    this.#send = send;
    this.#stop = stop;
  }

  /** Somebody is interested, for a while. */
  renew(): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.close(), interestMs);
    this.#expiry.unref();
    if (this.#open) this.#add(this.#open);
  }

  take(piece: ShownPiece): void {
    if ('event' in piece) {
      this.#flush();
      // What is written down at once is read there.
      this.#open = isHeld(piece) ? piece : null;
      if (this.#open) this.#add(piece);
      return;
    }
    for (const one of split(piece)) this.#add(one);
  }

  close(): void {
    clearTimeout(this.#expiry);
    clearTimeout(this.#merging);
    this.#pieces = [];
    this.#stop();
  }

  #add(piece: ShownPiece): void {
    const last = this.#pieces.at(-1);
    const merged = last && mergedOf(last, piece);
    const bytes = byteLength(merged ?? piece) - (merged && last ? byteLength(last) : 0);
    if (bytes > mostBytes) return;
    if (this.#bytes + bytes > mostBytes) {
      this.#flush();
      this.#add(piece);
      return;
    }
    this.#bytes += bytes;
    if (merged) this.#pieces[this.#pieces.length - 1] = merged;
    else this.#pieces.push(piece);
    this.#merging ??= setTimeout(() => this.#flush(), mergeMs);
  }

  #flush(): void {
    clearTimeout(this.#merging);
    this.#merging = undefined;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    if (pieces.length === 0 || this.#sending >= mostSending) return;
    this.#sending += 1;
    void this.#send({ shown: this.#workflowId, pieces })
      .catch(() => undefined)
      .finally(() => {
        this.#sending -= 1;
      });
  }
}

/** Those of this process who are interested in what is shown of runs that others drive. */
export class ShownRuns {
  readonly #send: Send;
  readonly #listeners = new Map<string, Set<(pieces: readonly ShownPiece[]) => void>>();

  constructor(send: Send) {
    this.#send = send;
  }

  /** Calls the listener with what is shown of a run, until the signal is aborted. */
  follow(workflowId: string, listener: (pieces: readonly ShownPiece[]) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    const listeners = this.#listeners.get(workflowId) ?? new Set();
    this.#listeners.set(workflowId, listeners.add(listener));
    const renew = () => void this.#send({ follow: workflowId }).catch(() => undefined);
    const timer = setInterval(renew, renewMs);
    timer.unref();
    renew();
    const stop = () => {
      clearInterval(timer);
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(workflowId);
    };
    signal.addEventListener('abort', stop, { once: true });
  }

  notified({ shown, pieces }: Payload): void {
    if (shown === undefined || !Array.isArray(pieces)) return;
    for (const listener of [...(this.#listeners.get(shown) ?? [])]) listener(pieces);
  }
}

const byteLength = (piece: ShownPiece) => Buffer.byteLength(stringifyExact(piece)) + 1;

/** The one event that is written down with what follows it: it is made again in the same way. */
const isHeld = ({ event: { event } }: Extract<ShownPiece, { event: unknown }>) =>
  event.event_kind === 'model_request_started' && event.attempt === 1;

type Delta = Extract<ShownPiece, { delta: unknown }>;

/** The text of a delta; undefined for one that is not cut or merged. */
function textOf({ delta: { event } }: Delta): string | undefined {
  return event.event_kind === 'part_delta' && event.delta.part_delta_kind === 'text'
    ? event.delta.content_delta
    : undefined;
}

function withText({ delta }: Delta, text: string, n = delta.n): Delta {
  const event = delta.event as Extract<Delta['delta']['event'], { event_kind: 'part_delta' }>;
  return { delta: { ...delta, n, event: { ...event, delta: { ...event.delta, content_delta: text } } } } as Delta;
}

function split(piece: Delta): Delta[] {
  const text = textOf(piece);
  if (text === undefined || text.length <= mostCharacters) return [piece];
  const count = Math.ceil(text.length / mostCharacters);
  return Array.from({ length: count }, (_, index) =>
    withText(piece, text.slice(index * mostCharacters, (index + 1) * mostCharacters)),
  );
}

/** Two pieces of one text as one; undefined for others. */
function mergedOf(before: ShownPiece, after: ShownPiece): ShownPiece | undefined {
  if (!('delta' in before) || !('delta' in after)) return undefined;
  const [first, second] = [textOf(before), textOf(after)];
  if (first === undefined || second === undefined) return undefined;
  const isSame =
    before.delta.afterSeq === after.delta.afterSeq && indexOf(before) === indexOf(after) && isPlain(before);
  if (!isSame || first.length + second.length > mostCharacters) return undefined;
  return withText(before, first + second, after.delta.n);
}

const indexOf = ({ delta: { event } }: Delta) => ('index' in event ? event.index : -1);

/** True for one that carries nothing but text. */
function isPlain({ delta: { event } }: Delta): boolean {
  if (event.event_kind !== 'part_delta' || event.delta.part_delta_kind !== 'text') return false;
  return !event.delta.provider_details && !event.delta.citations_delta;
}
