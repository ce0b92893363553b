import type { Payload } from './payload.ts';

/** Notifications of one run are merged for so long, in milliseconds. */
const mergeMs = 50;
/** How long interest in a run counts, and how often it is renewed, in milliseconds. */
const interestMs = 15_000;
const renewMs = 5000;
/** Reads are the truth: a notification that is lost costs so much, in milliseconds. */
const pollMs = 1000;

/** Wakes those who wait for a step of a run, in this process and in others, as long as somebody does. */
export class Wakes {
  readonly #send: (payload: Payload) => Promise<void>;
  readonly #onDebug: (text: string) => void;
  /** Runs that others wait for, and until when. */
  readonly #watched = new Map<string, number>();
  readonly #merging = new Map<string, NodeJS.Timeout>();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #renewed = new Map<string, number>();

  constructor(send: (payload: Payload) => Promise<void>, onDebug: (text: string) => void) {
    this.#send = send;
    this.#onDebug = onDebug;
  }

  /** Called when something of a run was recorded here. */
  stepped(workflowId: string): void {
    this.#wake(workflowId);
    const until = this.#watched.get(workflowId);
    if (until === undefined || this.#merging.has(workflowId)) return;
    if (until < Date.now()) {
      this.#watched.delete(workflowId);
      return;
    }
    const timer = setTimeout(() => {
      this.#merging.delete(workflowId);
      this.#notify({ step: workflowId });
    }, mergeMs);
    this.#merging.set(workflowId, timer);
  }

  /** Notifies the owner of a run that something is requested of it. */
  requested(workflowId: string): void {
    this.#notify({ request: workflowId });
  }

  /** Notifies whoever waits for the reply to a request. */
  replied(id: string): void {
    this.#wake(id);
    this.#notify({ reply: id });
  }

  /** Resolves when something may have been recorded of a run, or when it is time to look. */
  next(workflowId: string, signal: AbortSignal, ms: number = pollMs): Promise<void> {
    this.#renew(workflowId);
    return this.#woken(workflowId, ms, signal);
  }

  /** Resolves when a request may have been replied to, or when it is time to look. */
  reply(id: string, ms: number): Promise<void> {
    return this.#woken(id, ms);
  }

  notified({ step, watch, reply }: Payload): void {
    if (step !== undefined) this.#wake(step);
    if (reply !== undefined) this.#wake(reply);
    if (watch !== undefined) this.#watched.set(watch, Date.now() + interestMs);
  }

  close(): void {
    for (const timer of this.#merging.values()) clearTimeout(timer);
    this.#merging.clear();
  }

  #woken(id: string, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiting);
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        waiting.delete(done);
        if (waiting.size === 0) this.#waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, pollMs));
      waiting.add(done);
      signal?.addEventListener('abort', done, { once: true });
      if (signal?.aborted) done();
    });
  }

  #wake(id: string): void {
    for (const wake of [...(this.#waiting.get(id) ?? [])]) wake();
  }

  #renew(workflowId: string): void {
    const now = Date.now();
    if ((this.#renewed.get(workflowId) ?? 0) > now - renewMs) return;
    if (this.#renewed.size > 1000) this.#renewed.clear();
    this.#renewed.set(workflowId, now);
    this.#notify({ watch: workflowId });
  }

  #notify(payload: Payload): void {
    this.#send(payload).catch((error: Error) => this.#onDebug(`notification: ${error.message}`));
  }
}
